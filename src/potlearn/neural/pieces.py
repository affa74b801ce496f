"""Atoms of a batch in pieces of two sizes, so that each half is compiled twice at most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from potlearn.typing import Array, Indices, Species

SIZES = (64, 256)
"""Atoms of a piece.  Larger ones are no faster on a CPU: their arrays leave the cache."""


@dataclass(frozen=True, eq=False)
class Piece:
    """Atoms of one species.

    Attributes
    ----------
    species : int
    atoms : (n,) or slice
        Which atoms of the batch.
    count, size : int
        Number n of the atoms, and of the places that they have.
    """

    species: int
    atoms: Indices | slice
    count: int
    size: int

    def filled(self, values: Array, dtype: str) -> Any:
        """Values (N, ...) of the piece's atoms, (size, ...); zero in empty places."""
        own = values[self.atoms]
        if self.count == self.size:
            return own.astype(dtype, copy=False)
        filled = np.zeros((self.size, *values.shape[1:]), dtype)
        filled[: self.count] = own
        return filled


def pieces_of(species: Species) -> list[Piece]:
    """All atoms in pieces, by species."""
    found = []
    for s in np.unique(species).tolist():
        own = np.flatnonzero(species == s)
        for start in range(0, len(own), SIZES[-1]):
            part = own[start : start + SIZES[-1]]
            size = next(size for size in SIZES if size >= len(part))
            found.append(Piece(s, _as_slice(part), len(part), size))
    return found


def _as_slice(atoms: Indices) -> Indices | slice:
    """Neighbouring atoms as a slice, which copies nothing."""
    first, last = int(atoms[0]), int(atoms[-1]) + 1
    return slice(first, last) if last - first == len(atoms) else atoms
