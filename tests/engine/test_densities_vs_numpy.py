"""Densities and pairs in contact from the compiled kernel, against NumPy."""

import numpy as np
import pytest
from ase import Atoms
from hypothesis import given, settings
from hypothesis import strategies as st

from potlearn.engine import densities
from potlearn.structure.system import System

SPECIES = ("Cu", "Ag", "Pd")


def symmetric(rng, low, high):
    table = rng.uniform(low, high, (3, 3))
    return np.maximum(table, table.T)


def cell(rng, n, periodic=True):
    edges = np.diag(rng.uniform(3.0, 6.0, 3)) + rng.uniform(-0.5, 0.5, (3, 3))
    symbols = rng.choice(SPECIES, n)
    return Atoms(symbols, cell=edges, scaled_positions=rng.random((n, 3)), pbc=periodic)


def in_numpy(system, reach, contact):
    list_ = system.neighbors
    r = np.linalg.norm(list_.vectors(system.positions), axis=1)
    a, b = system.species[list_.i], system.species[list_.j]
    parts = np.maximum(1 - (r / reach[a, b]) ** 2, 0) ** 4
    return np.bincount(list_.i, parts, len(system)), np.flatnonzero(r < contact[a, b])


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.integers(1, 12), st.booleans(), st.integers(1, 4))
def test_any_cell(seed, n, periodic, copies):
    rng = np.random.default_rng(seed)
    reach, contact = symmetric(rng, 2.0, 5.0), symmetric(rng, 0.0, 2.0)
    atoms = [cell(rng, n, periodic) for _ in range(copies)]
    system = System.of(atoms if copies > 1 else atoms[0], SPECIES, 5.0)
    density, touching = densities(system, reach, contact)
    expected, near = in_numpy(system, reach, contact)
    np.testing.assert_allclose(density, expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(touching, near)


def test_a_list_may_reach_further():
    rng = np.random.default_rng(0)
    reach, contact, atoms = symmetric(rng, 2.0, 4.0), symmetric(rng, 0.0, 2.0), cell(rng, 6)
    near, far = (densities(System.of(atoms, SPECIES, r), reach, contact)[0] for r in (4.0, 7.0))
    np.testing.assert_allclose(near, far, rtol=1e-13)


def test_refused():
    system = System.of(cell(np.random.default_rng(0), 6), SPECIES, 4.0)
    with pytest.raises(ValueError, match=r"must be \(S, S\)"):
        densities(system, np.ones((3, 3)), np.ones((2, 2)))
    with pytest.raises(ValueError, match="species index beyond the tables"):
        densities(system, np.ones((2, 2)), np.ones((2, 2)))
    with pytest.raises(ValueError, match="reach must be positive"):
        densities(system, np.zeros((3, 3)), np.ones((3, 3)))
