"""Relaxation of many small cells at once, against ASE."""

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.filters import FrechetCellFilter
from ase.optimize import FIRE

import potlearn as pl
from potlearn.fit.beyond.cells import Cells
from potlearn.fit.beyond.descent import descend
from potlearn.structure.units import GPA

ARGON = pl.LennardJones(("Cu",), radius=7.0, epsilon=0.4, sigma=2.3)
DEEP = pl.LennardJones(("Cu",), radius=7.0, epsilon=-0.4, sigma=2.3)
"""Attracts without bound at close distance."""


def strained(n=4):
    rng = np.random.default_rng(0)
    made = []
    for k in range(n):
        atoms = bulk("Cu", "fcc", a=3.6, cubic=k % 2 == 0)
        deformed = np.array(atoms.cell) @ (np.eye(3) + rng.uniform(-0.04, 0.04, (3, 3)))
        atoms.set_cell(deformed, scale_atoms=True)
        atoms.rattle(0.05, seed=k)
        made.append(atoms)
    return made


def nothing(cells):
    return np.full(len(cells), np.nan)


def test_minima_are_those_of_ase():
    pressures = np.array([0.0, 0.0, 20.0, 20.0]) / GPA
    start = strained()
    end = descend(ARGON, Cells.of(start, ("Cu",)), pressures, nothing, 600)
    assert not end.fallen.any()
    assert len(end.falls) == 0
    for k, atoms in enumerate(start):
        atoms.calc = ARGON.calculator()
        FIRE(FrechetCellFilter(atoms, scalar_pressure=pressures[k]), logfile=None).run(0.001, 2000)
        energy = atoms.get_potential_energy() / len(atoms)
        volume = atoms.get_volume() / len(atoms)
        ours = end.energies[k] + pressures[k] * end.cells.volumes[k]
        assert abs(ours - energy - pressures[k] * volume) < 2e-3


def test_a_hole_is_found_and_its_states_are_kept():
    cells = Cells.of(strained(), ("Cu",))
    end = descend(DEEP, cells, np.zeros(4), lambda c: np.full(len(c), -5.0), 200)
    assert end.fallen.sum() >= 3
    system = end.falls.system(7.0)
    energies = end.falls.sums(DEEP.of_system(system).energies) / end.falls.sizes
    assert len(end.falls) >= 4
    assert (energies < -5).all()


def test_atoms_that_come_together_have_fallen():
    """Without a bound too: nothing is evaluated where radial tables end."""
    atoms = Atoms("Cu2", positions=[[0, 0, 0], [0, 0, 0.1]], cell=[6, 6, 6], pbc=True)
    end = descend(ARGON, Cells.of([atoms], ("Cu",)), np.zeros(1), nothing, 5)
    assert end.fallen.tolist() == [True]


def test_cells_are_taken_and_joined():
    cells = Cells.of(strained(), ("Cu",))
    order = np.array([2, 0])
    some = cells.take(order)
    np.testing.assert_array_equal(some.sizes, cells.sizes[order])
    np.testing.assert_array_equal(some.positions[: some.sizes[0]], strained()[2].positions)
    both = Cells.joined([some, cells])
    assert len(both) == 6
    assert both.first[-1] == len(both.positions)
    np.testing.assert_allclose(both.volumes[2:], cells.volumes)
