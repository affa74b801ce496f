"""Atoms as spheres that push one another apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.structure.neighbors import Neighbors, neighbors_of_many
from potlearn.typing import Array, Atoms, Indices, Mask

ENOUGH = 0.02
"""What a pair's distance may lack, as a part of the largest distance of its configuration."""

Index = NDArray[np.integer[Any]]
Apart = Callable[[Index, Index], Array]
"""Distance (P,) in Å that atoms i (P,) and j (P,) should have."""


def push_apart(atoms: Atoms, apart: Array, steps: int = 40) -> None:
    """Move atoms of a periodic configuration until pairs have their distances, or steps end.

    The distances are ``apart`` (N, N) in Å; :data:`ENOUGH` of the largest may be missing.

    Raises
    ------
    DataError
        As of :func:`~potlearn.structure.neighbors.neighbors_of_many`.
    """
    atoms.positions = pushed_apart(
        atoms.positions,
        np.array([len(atoms)]),
        np.array(atoms.cell)[None],
        lambda i, j: apart[i, j],
        np.array([apart.max()]),
        steps,
    )


def pushed_apart(
    positions: Array, sizes: Indices, cells: Array, apart: Apart, longest: Array, steps: int = 40
) -> Array:
    """Positions (N, 3) of periodic configurations side by side, pushed as :func:`push_apart` does.

    Parameters
    ----------
    positions : (N, 3)
        Configuration after configuration, in Å.
    sizes, cells : (B,), (B, 3, 3)
        Atoms and cell vectors of each.
    apart : function
        Of the numbers of two atoms.
    longest : (B,)
        The largest of its values in each configuration, in Å.
    steps : int
        Moves of all atoms at most.

    Raises
    ------
    DataError
        As of :func:`~potlearn.structure.neighbors.neighbors_of_many`.
    """
    found, owner = positions.copy(), np.repeat(np.arange(len(sizes)), sizes)
    crowded: Mask = np.ones(len(sizes), bool)
    for _ in range(steps):
        if not crowded.any():
            break
        atoms, periodic = np.flatnonzero(crowded[owner]), crowded[crowded]
        list_ = neighbors_of_many(
            found[atoms], sizes[crowded], cells[crowded], periodic, longest[crowded].max()
        )
        wanted = apart(atoms[list_.i], atoms[list_.j])
        pushes, overlap = _pushes(found[atoms], list_, wanted)
        largest = np.zeros(len(sizes))
        np.maximum.at(largest, owner[atoms], overlap)
        crowded &= largest >= ENOUGH * longest
        moving = crowded[owner[atoms]]
        found[atoms[moving]] += pushes[moving]
    return found


def _pushes(positions: Array, list_: Neighbors, apart: Array) -> tuple[Array, Array]:
    """Move (N, 3) of every atom, and its largest overlap with a neighbour (N,).

    ``apart`` (P,) has the distance that each pair should have.
    """
    i, n = list_.i, len(positions)
    vectors = list_.vectors(positions)
    r = np.linalg.norm(vectors, axis=1)
    overlap = np.maximum(apart - r, 0.0)
    push = -0.4 * (overlap / np.maximum(r, 1e-3))[:, None] * vectors
    largest = np.zeros(n)
    np.maximum.at(largest, i, overlap)
    return np.stack([np.bincount(i, push[:, d], minlength=n) for d in range(3)], axis=1), largest
