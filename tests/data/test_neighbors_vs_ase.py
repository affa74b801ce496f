"""Neighbour lists against ASE's."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, fcc111, molecule
from ase.neighborlist import neighbor_list

from potlearn.structure.neighbors import neighbors


def random_cell(seed, n, pbc, lengths=(4.0, 5.0, 6.0)):
    rng = np.random.default_rng(seed)
    cell = np.diag(lengths) + rng.uniform(-1, 1, (3, 3))
    return Atoms(f"Si{n}", scaled_positions=rng.uniform(-1, 2, (n, 3)), cell=cell, pbc=pbc)


CASES = {
    "bulk": bulk("Si", cubic=True),
    "primitive": bulk("Cu"),
    "thin": random_cell(0, 3, True, (2.0, 9.0, 3.0)),
    "triclinic": random_cell(1, 8, True),
    "needle": Atoms("He", cell=[1.0, 1.0, 30.0], pbc=True),
    "molecule": molecule("CH3CH2OH"),
    "atom": Atoms("H"),
    "atom in a box": Atoms("H", cell=[9, 9, 9]),
    "pair too far": Atoms("H2", [[0, 0, 0], [0, 0, 20.0]]),
    "slab": fcc111("Al", (2, 2, 3), vacuum=6.0),
    "slab without height": Atoms("Al2", [[0, 0, 0], [1, 1, 2]], cell=[3, 3, 0], pbc=[1, 1, 0]),
    "wire": Atoms("C", cell=[0, 0, 2.5], pbc=[0, 0, 1]),
    "mixed TFT": random_cell(2, 6, [True, False, True]),
    "mixed FTF": random_cell(3, 6, [False, True, False]),
    "not periodic": random_cell(4, 6, False),
}


@pytest.mark.parametrize("atoms", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("cutoff", [1.5, 5.0])
def test_same_pairs_as_ase(atoms, cutoff):
    found = neighbors(atoms, cutoff)
    i, j, shifts, vectors = neighbor_list("ijSD", atoms, cutoff)
    ours = np.column_stack([found.i, found.j, found.shifts])
    theirs = np.column_stack([i, j, shifts])
    order, expected = np.lexsort(ours.T), np.lexsort(theirs.T)
    assert np.array_equal(ours[order], theirs[expected])
    np.testing.assert_allclose(found.vectors(atoms.positions)[order], vectors[expected], atol=1e-12)


@pytest.mark.parametrize("atoms", CASES.values(), ids=CASES.keys())
def test_list_is_grouped_by_centre_and_complete_both_ways(atoms):
    found = neighbors(atoms, 4.0)
    assert found.first[0] == 0
    assert found.first[-1] == len(found.j)
    assert (np.diff(found.i) >= 0).all()
    pairs = {(i, j, *s) for i, j, s in zip(found.i, found.j, found.shifts.tolist(), strict=True)}
    assert {(j, i, -a, -b, -c) for i, j, a, b, c in pairs} == pairs
