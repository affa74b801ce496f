r"""A basis: everything that a backend needs of a descriptor family, as frozen data.

.. math::
    A_{e n l m}(i) &= \sum_{j: z_j = e} R_n(r_{ij}; z_i, z_j) Y_{lm}(r_{ij} / |r_{ij}|) \\
    B_k(i) &= P_k(A(i))

Radial function ``n`` has the moments of degrees :math:`\lambda_n \le l \le L_n`.  Moment
``(e, n, l, m)`` has index ``e S + o_n + l² + l + m - λ_n²`` with ``o_n`` the sum of
:math:`(L_{n'} + 1)^2 - \lambda_{n'}^2` over ``n' < n`` and ``S`` that sum over all ``n``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt

import numpy as np

from potlearn.engine.program import Program
from potlearn.engine.radial import RadialTable
from potlearn.typing import Indices, Species


@dataclass(frozen=True, eq=False)
class Basis:
    r"""Radial tables, angular degrees and polynomials.

    Attributes
    ----------
    degrees : tuple of int
        Angular degree :math:`L_n` of each radial function, 0 to 12.
    tables : tuple of RadialTable
        Radial functions, one table per kind of pair.
    table_of : (n_species, n_species)
        Which table serves (centre, neighbour).
    programs : tuple of Program
        The polynomials: one program, or one per centre species with the same number of features.
    lowest : tuple of int
        Lowest degree :math:`\lambda_n` of each radial function; zeros by default.
    """

    degrees: tuple[int, ...]
    tables: tuple[RadialTable, ...]
    table_of: Species
    programs: tuple[Program, ...]
    lowest: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name in ("degrees", "tables", "programs", "lowest"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "lowest", self.lowest or (0,) * len(self.degrees))
        object.__setattr__(self, "table_of", np.ascontiguousarray(self.table_of, np.int32))

    @property
    def n_species(self) -> int:
        """Number of species."""
        return len(self.table_of)

    @property
    def n_features(self) -> int:
        """Number of features per atom."""
        return len(self.programs[0].feature)

    @property
    def names(self) -> tuple[str, ...]:
        """Identity of each feature."""
        return self.programs[0].names

    @property
    def channels(self) -> list[tuple[int, int]]:
        """Radial function and angular degree of every moment."""
        return [(n, isqrt(lm)) for _, n, lm in self._all_moments()]

    def prune(self, features: Sequence[int]) -> Basis:
        """The basis of some features, in the given order.

        Nodes, radial functions and angular degrees that none of them needs are gone: fewer features
        cost less time.
        """
        programs = [program.prune(features) for program in self.programs]
        used = np.unique(np.concatenate([program.moments for program in programs]))
        kept, low, high = self._ranges(used)
        moments = _moments(low, high, self.n_species)
        place = np.full(programs[0].n_moments, -1, np.int64)
        old = {key: a for a, key in enumerate(self._all_moments())}
        for a, (e, n, lm) in enumerate(moments):
            place[old[e, kept[n], lm]] = a
        return Basis(
            degrees=tuple(high),
            tables=tuple(table.take(kept) for table in self.tables),
            table_of=self.table_of,
            programs=tuple(program.renumbered(place, len(moments)) for program in programs),
            lowest=tuple(low),
        )

    def _all_moments(self) -> list[tuple[int, int, int]]:
        return _moments(self.lowest, self.degrees, self.n_species)

    def _ranges(self, used: Indices) -> tuple[list[int], list[int], list[int]]:
        """Radial functions that are used, and the lowest and highest degree of each."""
        everything = self._all_moments()
        degrees: dict[int, list[int]] = {}
        for a in used.tolist():
            _, n, lm = everything[a]
            degrees.setdefault(n, []).append(isqrt(lm))
        kept = sorted(degrees) or [0]  # the engine wants one radial function
        found = [degrees.get(n, [self.lowest[n]]) for n in kept]
        return kept, [min(ls) for ls in found], [max(ls) for ls in found]


def _moments(
    lowest: Sequence[int], degrees: Sequence[int], n_species: int
) -> list[tuple[int, int, int]]:
    """Neighbour species, radial function and angular index l² + l + m of every moment, in order."""
    return [
        (e, n, lm)
        for e in range(n_species)
        for n, (low, high) in enumerate(zip(lowest, degrees, strict=True))
        for lm in range(low**2, (high + 1) ** 2)
    ]
