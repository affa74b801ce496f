r"""The polynomials of ACE as programs over moments.

Moments, pairs :math:`[A B]_{L\mu}` and scalars are shared between functions.  Of these nodes come

* the *feature program*: one feature per function;
* the *folded program* of given coefficients: one feature per coefficient vector ("density"),

.. math:: \rho_p = \sum_f c_{pf} B_f = \sum_a v_a \sum_b w_{pab} v_b

in which a function costs 2l + 1 multiply-adds, ``l`` the degree at which its factors meet, and a
product of scalars costs one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from potlearn.descriptors.ace.basis import Channel, Function
from potlearn.descriptors.ace.pairs import Coupled, Factor, Scalar, chosen_splits, scalars
from potlearn.engine.angular import invariant_tensor
from potlearn.engine.program import ONE, Program, ProgramBuilder, Value, moment
from potlearn.typing import Array

Terms: TypeAlias = dict[tuple[Value, Value], float]


@dataclass(frozen=True)
class Moments:
    """Where the engine keeps a channel's moments.

    Attributes
    ----------
    lowest, degrees : tuple of int
        Angular degrees, from and to, of each radial function.
    n_species : int
    """

    lowest: tuple[int, ...]
    degrees: tuple[int, ...]
    n_species: int

    @classmethod
    def of(cls, functions: Iterable[Function], n_species: int) -> Moments:
        """What the functions need."""
        channels = {c for f in functions for c in f.channels}
        found = [{c.l for c in channels if c.n == n} or {0} for n in range(1, _last(channels) + 1)]
        return cls(tuple(map(min, found)), tuple(map(max, found)), n_species)

    @property
    def per_species(self) -> int:
        """Moments of one neighbour species."""
        return self._offset(len(self.degrees))

    def values(self, channel: Channel) -> list[Value]:
        """Moments of a channel, mu from -l to l."""
        n = channel.n - 1
        start = channel.species * self.per_species + self._offset(n)
        start += channel.l**2 - self.lowest[n] ** 2
        return [moment(start + k) for k in range(2 * channel.l + 1)]

    def _offset(self, n: int) -> int:
        """Moments of the radial functions before the n-th, counted from 0."""
        ranges = zip(self.lowest[:n], self.degrees[:n], strict=True)
        return sum((high + 1) ** 2 - low**2 for low, high in ranges)


def _last(channels: Iterable[Channel]) -> int:
    return max(c.n for c in channels)


class Nodes:
    """Values of factors and scalars, made when they are first asked for."""

    def __init__(self, functions: Sequence[Function], moments: Moments) -> None:
        self.moments = moments
        self.builder = ProgramBuilder(moments.n_species * moments.per_species)
        everything = [s for f in functions for s in scalars(f)]
        pairs = [f for s in everything for f in s if isinstance(f, Coupled)]
        self.splits = chosen_splits((s for s in everything if len(s) == 3), pairs)
        self._factors: dict[Factor, list[Value]] = {}
        self._scalars: dict[Scalar, Value] = {}
        self._products: dict[tuple[Scalar, ...], Value] = {}

    def factor(self, factor: Factor) -> list[Value]:
        """Components of a channel or a pair."""
        if factor not in self._factors:
            self._factors[factor] = (
                self._pair(factor) if isinstance(factor, Coupled) else self.moments.values(factor)
            )
        return self._factors[factor]

    def _pair(self, pair: Coupled) -> list[Value]:
        left, right = self.factor(pair.left), self.factor(pair.right)
        tensor = np.sqrt(2 * pair.l + 1) * invariant_tensor(pair.left.l, pair.right.l, pair.l)
        nodes = []
        for component in np.moveaxis(tensor, -1, 0):
            terms: Terms = {}
            for i, j in zip(*np.nonzero(component), strict=True):
                a, b = (
                    (left[i], right[j]) if left is not right else (left[min(i, j)], left[max(i, j)])
                )
                terms[a, b] = terms.get((a, b), 0.0) + float(component[i, j])
            nodes.append(self.builder.invariant(terms))
        return nodes

    def contraction(self, scalar: Scalar) -> Terms:
        """A scalar as a sum of products of two values."""
        if len(scalar) == 1:
            return {(ONE, self.factor(scalar[0])[0]): 1.0}
        weight = 1 / np.sqrt(2 * scalar[0].l + 1)
        left, right = scalar[0], scalar[-1]
        if len(scalar) == 3:
            left, right, sign = self.splits[scalar]
            weight = sign / np.sqrt(2 * left.l + 1)
        values = zip(self.factor(left), self.factor(right), strict=True)
        return {(a, b): float(weight) for a, b in values}

    def scalar(self, scalar: Scalar) -> Value:
        """Node of a scalar."""
        if scalar not in self._scalars:
            self._scalars[scalar] = self.builder.invariant(self.contraction(scalar))
        return self._scalars[scalar]

    def product(self, parts: tuple[Scalar, ...]) -> Value:
        """Node of a product of scalars, above the nodes of each."""
        if len(parts) == 1:
            return self.scalar(parts[0])
        if parts not in self._products:
            pair = self.product(parts[:-1]), self.scalar(parts[-1])
            self._products[parts] = self.builder.combination({pair: 1.0})
        return self._products[parts]

    def folded(self, parts: tuple[Scalar, ...], shared: bool) -> Terms:
        """A product of scalars as a sum of products of two values.

        A single scalar is written out unless it is ``shared`` with a product of several.
        """
        if len(parts) > 1:
            return {(self._folded(parts[:-1]), self._folded(parts[-1:])): 1.0}
        return {(ONE, self._folded(parts)): 1.0} if shared else self.contraction(parts[0])

    def _folded(self, parts: tuple[Scalar, ...]) -> Value:
        """Value of a product of scalars, moments themselves included."""
        if len(parts) == 1:
            only = parts[0]
            return self.factor(only[0])[0] if len(only) == 1 else self.scalar(only)
        if parts not in self._products:
            pair = self._folded(parts[:-1]), self._folded(parts[-1:])
            self._products[parts] = self.builder.invariant({pair: 1.0})
        return self._products[parts]


def feature_program(
    functions: Sequence[Function], moments: Moments, species: Sequence[str]
) -> Program:
    """One feature per function, in their order."""
    nodes = Nodes(functions, moments)
    for f in functions:
        nodes.builder.feature(f.name(species), nodes.product(scalars(f)))
    return nodes.builder.build()


def folded_program(
    functions: Sequence[Function], coefficients: Array, moments: Moments, names: Sequence[str]
) -> Program:
    r"""One feature per row of ``coefficients`` (P, F): :math:`\rho_p = \sum_f c_{pf} B_f`.

    Functions whose coefficients are all zero cost nothing.
    """
    used = [k for k in range(len(functions)) if coefficients[:, k].any()]
    nodes = Nodes([functions[k] for k in used], moments)
    products = [scalars(functions[k]) for k in used]
    shared = {s for parts in products if len(parts) > 1 for s in parts}
    for row, name in zip(coefficients, names, strict=True):
        terms: Terms = {}
        for k, parts in zip(used, products, strict=True):
            for pair, weight in nodes.folded(parts, parts[0] in shared).items():
                terms[pair] = terms.get(pair, 0.0) + weight * float(row[k])
        density = nodes.builder.invariant(_well_grouped(terms))
        nodes.builder.feature(name, density)
    return nodes.builder.build()


def _well_grouped(terms: Terms) -> Terms:
    """The same sum, with the value of more products as the left factor: fewer groups."""
    frequency = Counter(value for pair in terms for value in pair)
    frequency[ONE] = len(terms) + 1
    found: Terms = {}
    for (a, b), weight in terms.items():
        pair = (a, b) if (frequency[a], b) >= (frequency[b], a) else (b, a)
        found[pair] = found.get(pair, 0.0) + weight
    return found
