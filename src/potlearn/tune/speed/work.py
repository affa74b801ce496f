r"""What an evaluation of a model computes, counted: the terms of the cost model.

The engine takes atoms of one species in blocks of W lanes.  A block has, for every species, as many
*slots* as its atom with the most neighbours.  Counts are per atom:

.. math:: t = w_0 \frac{N_\mathrm{blocks}}{N} + \frac{N_\mathrm{slots}}{N}
    (w_1 + w_2 n_\mathrm{radial} + w_3 n_\mathrm{harmonics} + w_4 n_\mathrm{moments} + \dots)
    + \frac{N_\mathrm{blocks}}{N} (w_5 n_\mathrm{groups} + w_6 n_\mathrm{terms} + \dots)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from potlearn.descriptors.compiled import Outline
from potlearn.engine.engine import usual_set
from potlearn.errors import ConfigError
from potlearn.structure.species import indices_of
from potlearn.structure.system import System
from potlearn.typing import Array, Indices, Species

if TYPE_CHECKING:
    from potlearn.typing import Atoms

LANES = {"baseline": 2, "avx2": 4, "avx512": 8}
TILE = 6
"""Radial functions that the engine handles together."""
COUNTS = (
    "blocks",
    "looked at",
    "pairs",
    "slots",
    "radial",
    "harmonics",
    "moments",
    "tiles",
    "values",
    "groups",
    "terms",
    "last groups",
    "last terms",
    "features",
)


def lanes() -> int:
    """Atoms that the engine handles at once on this machine."""
    return LANES[usual_set()]


@dataclass(frozen=True)
class Neighborhood:
    """Neighbours of the atoms of some configurations, for any cutoff up to a reach.

    Attributes
    ----------
    species : tuple of str
    centres : (N,)
        Species of each atom, as an index.
    i : (P,)
        Centre of each pair.
    other : (P,)
        Species of its neighbour.
    distances : (P,)
        In Å.
    reach : float
        Largest cutoff, in Å.
    """

    species: tuple[str, ...]
    centres: Species
    i: Indices
    other: Species
    distances: Array
    reach: float

    @classmethod
    def of(cls, examples: Sequence[Atoms], species: Sequence[str], reach: float) -> Neighborhood:
        """Neighbours in some configurations."""
        system = System.of(list(examples), species, reach)
        list_ = system.neighbors
        r = np.linalg.norm(list_.vectors(system.positions), axis=1)
        return cls(
            tuple(species), system.species, list_.i, system.species[list_.j], r, float(reach)
        )

    def counts(self, cutoffs: Array, species: Sequence[str], width: int) -> tuple[float, ...]:
        """Blocks, pairs looked at, pairs and slots per atom.

        Parameters
        ----------
        cutoffs : (S, S)
            Of a model's pairs (centre, neighbour), in Å.
        species : sequence of str
            Of the model.
        width : int
            Lanes of a block.

        Raises
        ------
        ConfigError
            Cutoffs beyond the reach.
        SpeciesError
            A species that the model does not know.
        """
        if cutoffs.max() > self.reach + 1e-9:
            raise ConfigError(
                f"neighbours are known up to {self.reach:g} Å; the cutoff is {cutoffs.max():g} Å"
            )
        place = np.array(indices_of(self.species, species))
        centres, other = place[self.centres], place[self.other]
        n, kinds = len(centres), len(species)
        near = self.distances < cutoffs[centres[self.i], other]
        found = np.bincount(self.i[near] * kinds + other[near], minlength=n * kinds)
        per_atom = found.reshape(n, kinds)
        order = np.argsort(centres, kind="stable")
        start = _block_starts(centres[order], width)
        slots = np.maximum.reduceat(per_atom[order], start, axis=0)
        if width == LANES["avx512"]:  # slots are taken in pairs
            slots += slots % 2
        listed = kinds * float((self.distances < cutoffs.max()).sum())
        return len(start) / n, listed / n, float(near.sum()) / n, float(slots.sum()) / n


def _block_starts(species: Species, width: int) -> Indices:
    """Where blocks of at most ``width`` atoms of one species begin, of ordered atoms."""
    first = np.searchsorted(species, np.unique(species))
    edges = [*first.tolist(), len(species)]
    return np.concatenate([np.arange(a, b, width) for a, b in pairwise(edges)])


def counts(
    outline: Outline, species: Sequence[str], near: Neighborhood, width: int | None = None
) -> Array:
    """What an evaluation computes, per atom, in the order of :data:`COUNTS`."""
    width = width or lanes()
    blocks, listed, pairs, slots = near.counts(outline.cutoffs, species, width)
    radial, harmonics, moments, tiles = _per_slot(outline, width)
    program = _per_block(outline)
    return np.array(
        [
            blocks,
            listed,
            pairs,
            slots,
            slots * radial,
            slots * harmonics,
            slots * moments,
            slots * tiles,
            *(blocks * count for count in program),
        ]
    )


def _per_slot(outline: Outline, width: int) -> tuple[float, ...]:
    """Radial functions as registers hold them, harmonics, moments, harmonics per tile."""
    low, high = np.array(outline.lowest), np.array(outline.degrees)
    terms = (high + 1) ** 2 - low**2
    change = np.flatnonzero((np.diff(low) != 0) | (np.diff(high) != 0)) + 1
    first = np.array([0, *change])
    sizes = np.diff([*first, len(high)])
    tiles = -(-sizes // TILE) * terms[first]
    radial = -(-len(high) // width) * width
    return float(radial), float((high.max() + 1) ** 2), float(terms.sum()), float(tiles.sum())


def _per_block(outline: Outline) -> tuple[float, ...]:
    """Values, groups and terms of the program: of nodes that others read, and of the last ones."""
    p = outline.program
    groups = np.diff(p.node_first)
    terms = np.diff(p.group_first[p.node_first])
    read = np.zeros(p.n_moments + p.n_nodes + 1, bool)
    read[p.group_a] = True
    read[p.term_b] = True
    inner = read[p.n_moments : -1]
    return (
        float(p.n_moments + p.n_nodes),
        float(groups[inner].sum()),
        float(terms[inner].sum()),
        float(groups[~inner].sum()),
        float(terms[~inner].sum()),
        float(len(p.feature)),
    )
