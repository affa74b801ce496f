"""Neighbour lists: every periodic image within the cutoff, grouped by centre."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import DataError
from potlearn.structure.lattice import FARTHEST, Lattice, check_vectors
from potlearn.typing import Array, Atoms, Indices, Mask

CLOSEST = 0.05
"""Least distance of two atoms, in Å: far below that of any collision that matters."""


@dataclass(frozen=True)
class Neighbors:
    r"""Full neighbour list of one configuration, sorted by centre.

    .. math:: r_{ij} = x_j - x_i + S_{ij} \cdot h

    with ``h`` the cell (rows are cell vectors).  The pairs ``p`` of centre ``i`` are
    ``first[i] <= p < first[i + 1]``.

    Attributes
    ----------
    first : (N + 1,) int64
        Offsets of each centre's pairs.
    j : (P,) int32
        Neighbour index of each pair.
    image : (P,) int32
        Which of the images each pair's neighbour is: a row of the next two.
    images : (K, 3) int32
        Cell shifts, the first of them zero; of several configurations one after the other.
    translations : (K, 3) float64
        These shifts times the cell, in Å.
    cutoff : float
        Distance up to which the list is complete, in Å.

    Notes
    -----
    A pair takes 8 bytes: few shifts differ, even in large configurations.
    """

    first: NDArray[np.int64]
    j: NDArray[np.int32]
    image: NDArray[np.int32]
    images: NDArray[np.int32]
    translations: NDArray[np.float64]
    cutoff: float

    @property
    def i(self) -> NDArray[np.int64]:
        """Centre of each pair, (P,)."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    @property
    def shifts(self) -> NDArray[np.int32]:
        """Cell shifts ``S`` of each pair, (P, 3)."""
        return self.images[self.image]

    @property
    def offsets(self) -> NDArray[np.float64]:
        """Cartesian shift ``S h`` of each pair, (P, 3), in Å."""
        return self.translations.take(self.image, axis=0)

    def vectors(self, positions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pair vectors ``r_ij``, (P, 3), in Å."""
        found = positions.take(self.j, axis=0)
        found -= np.repeat(positions, np.diff(self.first), axis=0)
        found += self.offsets
        return found

    def some(self, which: Indices) -> tuple[Indices, NDArray[np.int32], NDArray[np.float64]]:
        """Centre, neighbour and Cartesian shift of the pairs ``which``."""
        i = np.searchsorted(self.first, which, side="right") - 1
        return i, self.j[which], self.translations[self.image[which]]


def neighbors(atoms: Atoms, cutoff: float, closest: float = CLOSEST) -> Neighbors:
    """Full neighbour list of ``atoms`` (an ``ase.Atoms``) within ``cutoff`` Å.

    Cells thinner than the cutoff are right: every image is counted.  Cell vectors that are zero
    (no periodicity along them) are completed, so molecules need no box.  Atoms may be written in
    any cell.

    Parameters
    ----------
    atoms : Atoms
    cutoff : float
        Å.
    closest : float
        Distance in Å that two atoms must have at least.

    Raises
    ------
    DataError
        Positions or cell vectors that are not finite or beyond 10⁸ Å, periodicity along vectors
        that span no volume, two atoms closer than ``closest``, or more pairs than a computer can
        hold: 5·10⁷ (0.4 GB), or 5000 of each atom if that is more.  The last is estimated from
        density and cutoff before memory is taken.
    """
    cell, pbc = np.array(atoms.cell, float), np.asarray(atoms.pbc, bool)
    points = np.ascontiguousarray(atoms.positions, float)
    try:
        return pairs(points, cell, pbc, cutoff, closest)
    except DataError as error:
        raise DataError(f"{name_of(atoms)}: {error}") from None


def neighbors_of_many(
    positions: Array, sizes: Indices, cells: Array, periodic: Mask, cutoff: float
) -> Neighbors:
    """One list of several configurations, of which no pair joins two.

    Parameters
    ----------
    positions : (N, 3)
        In Å, configuration after configuration.
    sizes : (B,)
        Atoms of each.
    cells : (B, 3, 3)
        Cell vectors as rows, not flat.
    periodic : (B,)
        Along all directions, or along none.
    cutoff : float
        Å.

    Raises
    ------
    DataError
        Numbers that are not finite, cell vectors that span no volume, or more pairs in a
        configuration than a computer can hold.
    """
    from potlearn.structure._neighbors import compute_side_by_side

    try:
        found = compute_side_by_side(
            np.ascontiguousarray(positions),
            np.ascontiguousarray(sizes, np.int64),
            np.ascontiguousarray(cells),
            np.ascontiguousarray(np.linalg.inv(cells)),
            np.ascontiguousarray(periodic),
            cutoff,
        )
    except np.linalg.LinAlgError:
        raise DataError("configurations side by side: cell vectors span no volume") from None
    except ValueError as error:
        raise DataError(f"configurations side by side: {error}") from None
    return Neighbors(*found, cutoff=cutoff)


def name_of(atoms: Atoms) -> str:
    """What errors call a configuration that has no other name."""
    return f"configuration of {len(atoms)} atom{'s' * (len(atoms) != 1)}"


def pairs(
    positions: Array,
    cell: Array,
    pbc: Mask,
    cutoff: float,
    closest: float = CLOSEST,
) -> Neighbors:
    """The list of :func:`neighbors`, of plain arrays."""
    from potlearn.structure._neighbors import compute

    lattice = Lattice.of(cell, pbc)
    limits = cutoff, closest, FARTHEST
    try:
        first, j, image, images, translations = compute(
            positions, lattice.vectors, lattice.inverse, pbc, *limits
        )
    except ValueError as error:
        check_vectors(cell, "cell vector {}")
        check_vectors(positions, "position of atom {}")
        raise DataError(str(error)) from None
    if lattice.steps is not None:
        wide = images @ lattice.steps
        images, translations = wide.astype(np.int32), wide @ cell
    return Neighbors(first, j, image, images, translations, cutoff)


def side_by_side(lists: Sequence[Neighbors], cutoff: float) -> Neighbors:
    """Neighbour list of several configurations as one; no pair joins two of them."""
    atoms = np.cumsum([0, *(len(x.first) - 1 for x in lists)])
    pairs = np.cumsum([0, *(len(x.j) for x in lists)])
    images = np.cumsum([0, *(len(x.images) for x in lists)], dtype=np.int32)
    firsts = [x.first[:-1] + p for x, p in zip(lists, pairs[:-1], strict=True)]
    js = [x.j + np.int32(a) for x, a in zip(lists, atoms[:-1], strict=True)]
    none = np.zeros(0, np.int32)
    return Neighbors(
        first=np.concatenate([*firsts, pairs[-1:]]).astype(np.int64),
        j=np.concatenate([none, *js]),
        image=np.concatenate([none, *(x.image + k for x, k in zip(lists, images, strict=False))]),
        images=np.concatenate([none.reshape(0, 3), *(x.images for x in lists)]),
        translations=np.concatenate([np.zeros((0, 3)), *(x.translations for x in lists)]),
        cutoff=cutoff,
    )
