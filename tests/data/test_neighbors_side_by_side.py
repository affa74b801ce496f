"""Lists of several configurations as one, against ASE's of each."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.neighborlist import primitive_neighbor_list
from hypothesis import given, settings
from hypothesis import strategies as st

from potlearn.errors import DataError
from potlearn.fit.beyond.cells import Cells
from potlearn.structure.neighbors import neighbors_of_many


def listed(i, j, shifts, first=0):
    """Pairs of atoms numbered from ``first``, sorted, (P, 5)."""
    rows = np.column_stack([i - first, j - first, shifts])
    return rows[np.lexsort(rows.T)]


def assert_pairs_are_those_of_ase(several, cutoff):
    """Of atoms that are periodic along all directions or none."""
    cells = Cells.of(several, ("Cu",))
    found = cells.neighbors(cutoff)
    i = found.i
    assert found.first[-1] == len(found.j) == len(found.image)
    for k, atoms in enumerate(several):
        own = cells.owner[i] == k
        ours = listed(i[own], found.j[own], found.shifts[own], cells.first[k])
        cell = atoms.cell.complete()
        theirs = primitive_neighbor_list("ijS", atoms.pbc, cell, atoms.positions, cutoff)
        np.testing.assert_array_equal(ours, listed(*theirs))
        offsets = found.shifts[own] @ np.array(atoms.cell)
        np.testing.assert_allclose(found.offsets[own], offsets, rtol=0, atol=1e-12)


def test_lists_of_cells_side_by_side_are_those_of_each():
    molecule = Atoms("Cu2", [[0, 0, 0], [0, 0, 2.2]])
    skew = Atoms("Cu3", cell=[[3, 0, 0], [2.5, 3, 0], [-2, 1, 4]], pbc=True)
    skew.set_scaled_positions([[0.1, 0.2, 0.3], [0.8, 1.4, -0.4], [0.5, 0.5, 0.9]])
    far = bulk("Cu", cubic=True)
    far.positions[1] += 7 * far.cell[0]
    several = [bulk("Cu"), molecule, bulk("Cu", cubic=True), skew, far, bulk("Cu") * 3]
    assert_pairs_are_those_of_ase(several, 5.0)


@st.composite
def small(draw):
    """Few atoms, or more than those that are looked at without a grid, over up to four cells."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n, spread = draw(st.integers(1, 18)), draw(st.sampled_from([0, 1, 3]))
    cell = np.diag(rng.uniform(1.5, 7, 3)) + rng.uniform(-1, 1, (3, 3))
    cell[1] += draw(st.integers(-3, 3)) * cell[0]
    places = rng.random((n, 3)) + rng.integers(0, spread + 1, (n, 3))
    return Atoms(f"Cu{n}", cell=cell, scaled_positions=places, pbc=draw(st.booleans()))


@settings(max_examples=60, deadline=None)
@given(st.lists(small(), min_size=1, max_size=4), st.floats(0.5, 6.0))
def test_lists_of_random_cells_side_by_side_are_those_of_ase(several, cutoff):
    assert_pairs_are_those_of_ase(several, cutoff)


BROKEN = {
    "no volume": (np.zeros((2, 3)), np.ones((3, 3)), "span no volume"),
    "hardly a volume": (np.zeros((2, 3)), np.diag([4, 4, 1e-9]), "pairs of atoms"),
    "nowhere": (np.full((2, 3), np.nan), 4 * np.eye(3), "finite"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_lists_of_broken_cells_are_refused(name):
    positions, cell, words = BROKEN[name]
    with pytest.raises(DataError, match=words):
        neighbors_of_many(positions, np.array([2]), cell[None], np.ones(1, bool), 5.0)
