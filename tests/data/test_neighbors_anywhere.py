"""Neighbour lists cost and say the same wherever atoms are written, and in any cell."""

from __future__ import annotations

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.neighborlist import primitive_neighbor_list
from hypothesis import given, settings
from hypothesis import strategies as st

from potlearn.structure.neighbors import neighbors


def ours(atoms, cutoff):
    """Pairs of our list as a set of (i, j, shift)."""
    found = neighbors(atoms, cutoff, closest=0.0)
    return {
        (i, j, *s)
        for i, j, s in zip(found.i.tolist(), found.j.tolist(), found.shifts.tolist(), strict=True)
    }


def theirs(atoms, cutoff):
    """The same by ASE."""
    i, j, shifts = primitive_neighbor_list(
        "ijS", atoms.pbc, atoms.cell.complete(), atoms.positions, cutoff
    )
    return {(a, b, *s) for a, b, s in zip(i.tolist(), j.tolist(), shifts.tolist(), strict=True)}


@st.composite
def configurations(draw, spread=0):
    """Random cells, left-handed ones and mixed periodicity among them."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    cell = np.diag(rng.uniform(2, 7, 3)) + rng.uniform(-1, 1, (3, 3))
    if draw(st.booleans()):
        cell = cell[[1, 0, 2]]
    pbc = np.array(draw(st.tuples(*[st.booleans()] * 3)))
    points = rng.random((draw(st.integers(1, 8)), 3))
    atoms = Atoms(f"Si{len(points)}", scaled_positions=points, cell=cell, pbc=pbc)
    atoms.positions += (rng.integers(-spread, spread + 1, (len(atoms), 3)) * pbc) @ cell
    return atoms


@settings(max_examples=150)
@given(configurations(spread=3), st.floats(0.5, 6.0))
def test_unwrapped_atoms_have_the_pairs_of_ase(atoms, cutoff):
    found = ours(atoms, cutoff)
    assert found == theirs(atoms, cutoff)


@settings(max_examples=60)
@given(configurations(), st.integers(0, 10**6), st.sampled_from([1, 100, 10**4]))
def test_lattice_shifts_change_shifts_alone(atoms, seed, far):
    cells = np.random.default_rng(seed).integers(-far, far + 1, (len(atoms), 3)) * atoms.pbc
    moved = atoms.copy()
    moved.positions += cells @ np.array(atoms.cell)
    before = ours(atoms, 4.0)
    expected = {(i, j, *(np.array(s) + cells[i] - cells[j]).tolist()) for i, j, *s in before}
    found = neighbors(moved, 4.0, closest=0.0)
    assert ours(moved, 4.0) == expected
    r = np.linalg.norm(found.vectors(moved.positions), axis=1)
    assert (r < 4.0 + 1e-9 * far).all()


@settings(max_examples=60)
@given(configurations(), st.integers(0, 10**6), st.integers(1, 2000))
def test_skewed_cells_of_the_same_lattice_have_the_same_distances(atoms, seed, steps):
    rng = np.random.default_rng(seed)
    a, b = rng.permutation(3)[:2]
    skewed = atoms.copy()
    if atoms.pbc[a] and atoms.pbc[b]:
        cell = np.array(atoms.cell)
        cell[a] += steps * cell[b]
        skewed.set_cell(cell)
    before = neighbors(atoms, 4.0, closest=0.0)
    found = neighbors(skewed, 4.0, closest=0.0)
    assert np.array_equal(found.first, before.first)
    lengths = [
        np.sort(np.linalg.norm(x.vectors(y.positions), axis=1))
        for x, y in ((before, atoms), (found, skewed))
    ]
    np.testing.assert_allclose(*lengths, atol=1e-8)
    np.testing.assert_allclose(found.offsets, found.shifts @ np.array(skewed.cell), atol=1e-8)


def test_wrapped_atoms_keep_every_bit():
    atoms = bulk("Si", cubic=True) * (2, 2, 2)
    atoms.rattle(0.1, seed=1)
    atoms.wrap()
    found = neighbors(atoms, 5.0)
    assert np.array_equal(found.offsets, found.shifts @ np.array(atoms.cell))
    centred = atoms.copy()
    centred.positions -= atoms.cell.sum(axis=0)  # one cell away, all of them
    assert np.array_equal(neighbors(centred, 5.0).shifts, found.shifts)


def test_an_atom_many_cells_away_takes_no_images():
    atoms = bulk("Si", cubic=True) * 3
    atoms.rattle(0.1, seed=1)
    expected = len(neighbors(atoms, 5.0).j)
    atoms.positions[0] += 1e5 * atoms.cell.sum(axis=0)
    found = neighbors(atoms, 5.0)
    assert len(found.j) == expected
    assert (np.abs(found.shifts[: found.first[1]]) > 9e4).all()


CLUSTERS = {
    "an atom far away": lambda rng: np.vstack([rng.uniform(0, 20, (500, 3)), [[1e6, 1e6, 1e6]]]),
    "two clusters and dust": lambda rng: np.vstack(
        [
            rng.uniform(0, 15, (400, 3)),
            rng.uniform(0, 15, (400, 3)) + 9e7,
            rng.uniform(-1e7, 1e7, (400, 3)),
        ]
    ),
    "a long wire": lambda rng: rng.uniform(0, 1, (2000, 3)) * [5, 5, 5000],
    "one point of a plane": lambda rng: rng.uniform(0, 1, (1500, 3)) * [300, 300, 0],
}


@pytest.mark.parametrize("make", CLUSTERS.values(), ids=CLUSTERS.keys())
def test_clusters_far_apart(make):
    positions = make(np.random.default_rng(0))
    apart = np.linalg.norm(positions[:, None] - positions, axis=2)
    np.fill_diagonal(apart, np.inf)
    atoms = Atoms(f"Si{len(positions)}", positions)
    found = neighbors(atoms, 4.0, closest=0.0)
    assert ours_pairs(found) == set(map(tuple, np.argwhere(apart < 4.0).tolist()))


def ours_pairs(found):
    """(i, j) of a list without periodicity."""
    return set(zip(found.i.tolist(), found.j.tolist(), strict=True))


def test_cell_vectors_without_periodicity_mean_nothing():
    slab = Atoms("Al2", [[0, 0, 0], [1, 1, 2]], cell=[3, 3, 0], pbc=[1, 1, 0])
    expected = neighbors(slab, 5.0)
    for c in ([0, 0, 9], [3, 0, 0], [1e3, 1e3, 1], [0, 0, 1e-200], [0, 0, -4]):
        slab.set_cell([[3, 0, 0], [0, 3, 0], c])
        found = neighbors(slab, 5.0)
        assert ours(slab, 5.0) == {
            (i, j, *s)
            for i, j, s in zip(
                expected.i.tolist(), expected.j.tolist(), expected.shifts.tolist(), strict=True
            )
        }
        np.testing.assert_allclose(
            np.sort(found.offsets, axis=0), np.sort(expected.offsets, axis=0)
        )


def test_a_list_names_each_image_once():
    atoms = bulk("Si", cubic=True) * (3, 3, 3)
    atoms.rattle(0.1, seed=0)
    atoms.positions[::7] += atoms.cell[0] - 2 * atoms.cell[2]  # written in another cell
    found = neighbors(atoms, 5.0)
    assert found.image.nbytes + found.j.nbytes == 8 * len(found.j)
    assert len(np.unique(found.images, axis=0)) == len(found.images)
    assert not found.images[0].any()
    i, j, shifts = found.some(np.array([3, 500]))
    vectors = atoms.positions[j] - atoms.positions[i] + shifts
    np.testing.assert_array_equal(vectors, found.vectors(atoms.positions)[[3, 500]])
