"""Atoms that push one another apart, against distances of ASE."""

from __future__ import annotations

import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list

from potlearn.fit.beyond.cells import Cells
from potlearn.structure.packing import ENOUGH, push_apart, pushed_apart


def crowded(rng, n):
    """Copper atoms anywhere in a skew cell, with room for them."""
    cell = 2.6 * n ** (1 / 3) * (np.eye(3) + rng.uniform(-0.2, 0.2, (3, 3)))
    return Atoms(f"Cu{n}", cell=cell, scaled_positions=rng.random((n, 3)), pbc=True)


def test_atoms_that_are_pushed_apart_have_their_distances():
    """Distances are those of ASE: of images too."""
    rng = np.random.default_rng(3)
    several = [crowded(rng, n) for n in (1, 2, 5, 30)]
    cells = Cells.of(several, ("Cu",))
    longest = np.array([1.6, 1.9, 1.7, 1.8])
    parts = cells.positions, cells.sizes, cells.cells
    found = pushed_apart(*parts, lambda i, _: longest[cells.owner[i]], longest, steps=300)
    for k, atoms in enumerate(several):
        atoms.positions = found[cells.first[k] : cells.first[k + 1]]
        assert not len(neighbor_list("d", atoms, (1 - ENOUGH) * longest[k]))
    assert len(neighbor_list("d", crowded(np.random.default_rng(3), 30), 1.0))


def test_each_pair_is_pushed_to_its_own_distance():
    atoms = crowded(np.random.default_rng(0), 12)
    apart = np.where(np.arange(12) < 4, 1.9, 1.2)
    apart = np.maximum(apart[:, None], apart)
    push_apart(atoms, apart, steps=300)
    i, j, r = neighbor_list("ijd", atoms, 4.0)
    assert (r > apart[i, j] - ENOUGH * apart.max()).all()
    assert r.min() < 1.9
