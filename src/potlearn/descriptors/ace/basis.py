r"""Which functions a basis holds: channels, selection rules, identities.

A channel is (neighbour species, n, l) with n from 1.  A function is a multiset of channels and one
of its K invariants (:mod:`~potlearn.descriptors.ace.coupling`).  Rules:

* *total degree*: :math:`\sum_t (n_t / Z + w_L l_t) \le D_N`, where ``n_t`` counts
  (radial function, neighbour species) together and Z is the number of species
  (Witt et al., J. Chem. Phys. 159, 164101 (2023), section II.E);
* *box*: n and l up to a bound per order (Lysogorskiy et al., npj Comput. Mater. 7, 97 (2021)),
  l from a bound too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from potlearn.descriptors.ace.coupling import count, trees
from potlearn.descriptors.ace.limits import check_channels, check_functions, limited
from potlearn.descriptors.ace.polynomial import folding, polynomial
from potlearn.descriptors.ace.trees import Pattern, Tree
from potlearn.typing import Array


class Channel(NamedTuple):
    """Degree, species (index) and radial function (from 1) of one factor, in sorting order."""

    l: int
    species: int
    n: int


Channels = tuple[Channel, ...]


class Function(NamedTuple):
    """One invariant: channels, ascending, and which of their K invariants."""

    channels: Channels
    coupling: int

    @property
    def order(self) -> int:
        """Number of factors."""
        return len(self.channels)

    @property
    def pattern(self) -> Pattern:
        """Degrees and multiplicities of the distinct channels."""
        return pattern_of(self.channels)

    @property
    def tree(self) -> Tree:
        """How the factors are coupled."""
        return trees(self.pattern)[self.coupling]

    def products(self) -> tuple[NDArray[np.int64], Array]:
        """The function written out: m of the channels (K, order), and coefficients (K,).

        Products of complex moments (:mod:`~potlearn.descriptors.ace.polynomial`).
        """
        return folding(self.pattern).ms, polynomial(self.pattern, self.tree)

    def name(self, species: Sequence[str]) -> str:
        """Identity: order, channels as SYMBOL.n.l, and number of the invariant."""
        parts = " ".join(f"{species[c.species]}.{c.n}.{c.l}" for c in self.channels)
        return f"ace{self.order}({parts};{self.coupling})"


def pattern_of(channels: Channels) -> Pattern:
    """Pattern of ascending channels."""
    return tuple((channel.l, len(list(same))) for channel, same in groupby(channels))


# Rules


@dataclass(frozen=True)
class TotalDegree:
    """Bound ``degree[N - 1]`` on the levels of the functions of order N; ``weight`` is w_L."""

    degree: tuple[float, ...]
    weight: float
    n_species: int

    def channels(self, order: int) -> list[tuple[float, Channel]]:
        """Channels of functions of that order, with their levels, ascending."""
        bound, z = self.degree[order - 1], self.n_species
        check_channels(order, int(bound * z) * (1 + int(bound / self.weight) if order > 1 else 1))
        found = []
        for k in range(1, int(bound * z) + 1):
            top = int((bound - k / z) / self.weight + 1e-9) if order > 1 else 0
            for l in range(top + 1):
                channel = Channel(l, (k - 1) % z, (k - 1) // z + 1)
                found.append((k / z + self.weight * l, channel))
        return sorted(found)

    def bound(self, order: int) -> float:
        """Largest sum of levels."""
        return self.degree[order - 1]


@dataclass(frozen=True)
class Box:
    """Bounds on n and l of the functions of order N: entries N - 1."""

    nmax: tuple[int, ...]
    lmax: tuple[int, ...]
    lmin: tuple[int, ...]
    n_species: int

    def channels(self, order: int) -> list[tuple[float, Channel]]:
        """Channels of functions of that order; levels are zero."""
        ls = range(self.lmin[order - 1], self.lmax[order - 1] + 1) if order > 1 else range(1)
        ns = range(1, self.nmax[order - 1] + 1)
        check_channels(order, len(ls) * len(ns) * self.n_species)
        return sorted(
            (0.0, Channel(l, z, n)) for l in ls for z in range(self.n_species) for n in ns
        )

    def bound(self, order: int) -> float:
        """Largest sum of levels."""
        return 0.0


Rule = TotalDegree | Box


def functions(rule: Rule, order: int, largest: int | None = None) -> tuple[Function, ...]:
    """Functions of orders 1 to ``order``; of more than ``largest`` the simplest."""
    orders = range(1, order + 1)
    products = [list(limited(_multisets(rule.channels(n), n, rule.bound(n)), n)) for n in orders]
    found = [
        Function(channels, k)
        for several in products
        for channels in sorted(several)
        for k in range(count(pattern_of(channels)))
    ]
    check_functions(len(found))
    if largest is None or len(found) <= largest:
        return tuple(found)
    kept = set(sorted(found, key=_complexity)[:largest])
    return tuple(f for f in found if f in kept)


def _complexity(f: Function) -> tuple[int, int, Channels, int]:
    return f.order + sum(c.n + c.l for c in f.channels), f.order, f.channels, f.coupling


def _multisets(
    levels: Sequence[tuple[float, Channel]], size: int, bound: float
) -> Iterator[Channels]:
    """Multisets of ``size`` channels whose levels sum to at most ``bound``."""

    def extended(start: int, left: float, chosen: Channels) -> Iterator[Channels]:
        missing = size - len(chosen)
        if missing == 0:
            yield tuple(sorted(chosen))
            return
        for k in range(start, len(levels)):
            level, channel = levels[k]
            if level * missing > left + 1e-9:
                return
            yield from extended(k, left - level, (*chosen, channel))

    return extended(0, bound, ())
