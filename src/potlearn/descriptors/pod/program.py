r"""The polynomials of POD: two- to seven-body descriptors as a program over moments.

With :math:`A_{e m}(u) = \sum_{j \in e} R_m(r_{ij})`-weighted directions,

.. math::
    D^{(2)}_{m e} &= \sum_{j \in e} R_m(r_{ij}) \\
    D^{(3)}_{p m e_1 e_2} &= \sum_{j \in e_1, k \in e_2} R_m R_m (u_j \cdot u_k)^p \\
    D^{(4)}_{abc\, m\, e_1 e_2 e_3} &= \sum_{j k l} R_m R_m R_m
        (u_j u_k)^a (u_j u_l)^b (u_k u_l)^c

and five, six and seven are products of two of these (Nguyen, Phys. Rev. B 107, 144103 (2023)).
Powers of cosines are expanded in harmonics, so that all body orders share the moments
:math:`A_{e m l \mu}`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np

from potlearn.descriptors.pod.cosines import cosine_power, cosine_products
from potlearn.engine.angular import coupling
from potlearn.engine.program import ONE, Program, ProgramBuilder, Terms, Value, linear, moment

FOURBODY_ANGULAR = (
    (0, 0, 0),
    (1, 0, 0),
    (2, 0, 0), (1, 1, 0),
    (3, 0, 0), (2, 1, 0), (1, 1, 1),
    (4, 0, 0), (3, 1, 0), (2, 2, 0), (2, 1, 1),
    (5, 0, 0), (4, 1, 0), (3, 2, 0), (3, 1, 1), (2, 2, 1),
    (6, 0, 0), (5, 1, 0), (4, 2, 0), (4, 1, 1), (3, 3, 0), (3, 2, 1), (2, 2, 2),
)  # fmt: skip
MIN_NEIGHBORS = {2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6}

Leg = tuple[int, int]
"""Neighbour species and degree of one factor."""


@dataclass(frozen=True)
class PodBody:
    """Numbers of radial functions and angular degrees per body order."""

    radial: dict[int, int]
    degree: dict[int, int]


@dataclass(frozen=True)
class _Entry:
    """One three- or four-body descriptor: its place in its family, and its value."""

    angular: int
    radial: int
    elements: int
    degree: int
    value: Value
    name: str


class PodProgram:
    """Builds the program for ``species`` (symbols)."""

    def __init__(self, species: tuple[str, ...], body: PodBody) -> None:
        self.species = species
        self.body = body
        self.n_radial = max(body.radial[2], body.radial[3])
        self.degrees = [body.degree[3] if m < body.radial[3] else 0 for m in range(self.n_radial)]
        self._offsets = np.cumsum([0, *((d + 1) ** 2 for d in self.degrees)])
        self._builder = ProgramBuilder(len(species) * int(self._offsets[-1]))
        self._pair_invariants: dict[tuple[int, Leg, Leg], Value] = {}
        self._triple_invariants: dict[tuple[int, tuple[Leg, Leg, Leg]], Value] = {}

    def build(self) -> Program:
        """The program, features in LAMMPS's order."""
        self._two()
        three, four = list(self._three()), list(self._four())
        for order, entries in ((3, three), (4, four)):
            for e in entries:
                self._builder.feature(e.name, e.value, MIN_NEIGHBORS[order])
        self._products(5, three, three)
        self._products(6, three, four)
        self._products(7, four, four)
        return self._builder.build()

    def _moment(self, element: int, m: int, l: int, mu: int) -> Value:
        start = element * int(self._offsets[-1]) + int(self._offsets[m])
        return moment(start + l * l + l + mu)

    def _two(self) -> None:
        for e, symbol in enumerate(self.species):
            for m in range(self.body.radial[2]):
                value = self._builder.invariant({(self._moment(e, m, 0, 0), ONE): 1.0})
                self._builder.feature(f"two(m={m};{symbol})", value, MIN_NEIGHBORS[2])

    def _three(self) -> Iterator[_Entry]:
        for k, pair in enumerate(combinations_with_replacement(range(len(self.species)), 2)):
            for m in range(self.body.radial[3]):
                for p in range(self.body.degree[3] + 1):
                    parts = [
                        (self._pair(m, (pair[0], l), (pair[1], l)), c / (2 * l + 1))
                        for l, c in enumerate(cosine_power(p))
                        if abs(c) > 1e-14
                    ]
                    name = f"three(m={m},p={p};{self._symbols(pair)})"
                    value = self._builder.combination(linear(parts))
                    yield _Entry(p, m, k, p, value, name)

    def _four(self) -> Iterator[_Entry]:
        angular = [x for x in FOURBODY_ANGULAR if sum(x) <= self.body.degree[4]]
        triples = combinations_with_replacement(range(len(self.species)), 3)
        for k, triple in enumerate(triples):
            for m in range(self.body.radial[4]):
                for p, (a, b, c) in enumerate(angular):
                    parts: dict[Value, float] = {}
                    for degrees, weight in cosine_products(a, b, c).items():
                        legs = sorted(zip(triple, degrees, strict=True))
                        value = self._triple(m, (legs[0], legs[1], legs[2]))
                        parts[value] = parts.get(value, 0.0) + weight
                    name = f"four(m={m},abc={a}{b}{c};{self._symbols(triple)})"
                    node = self._builder.combination(linear(parts.items()))
                    yield _Entry(p, m, k, a + b + c, node, name)

    def _pair(self, m: int, leg1: Leg, leg2: Leg) -> Value:
        """Sum over mu of A[e1] A[e2] at one degree."""
        key = (m, leg1, leg2)
        if key not in self._pair_invariants:
            (e1, l), (e2, _) = leg1, leg2
            self._pair_invariants[key] = self._builder.invariant(
                {
                    (self._moment(e1, m, l, mu), self._moment(e2, m, l, mu)): 1.0
                    for mu in range(-l, l + 1)
                }
            )
        return self._pair_invariants[key]

    def _triple(self, m: int, legs: tuple[Leg, Leg, Leg]) -> Value:
        """The invariant of three moments, legs sorted."""
        key = (m, legs)
        if key not in self._triple_invariants:
            scalar = next((k for k in range(3) if legs[k][1] == 0), None)
            if scalar is None:
                terms = self._coupled(m, legs)
            else:
                first, second = (leg for k, leg in enumerate(legs) if k != scalar)
                weight = float(coupling(0, first[1], first[1])[0, 0, 0])
                pair = self._pair(m, first, second)
                terms = {(self._moment(legs[scalar][0], m, 0, 0), pair): weight}
            self._triple_invariants[key] = self._builder.invariant(terms)
        return self._triple_invariants[key]

    def _coupled(self, m: int, legs: tuple[Leg, Leg, Leg]) -> Terms:
        """Couple the two legs of higher degree to the third, then contract."""
        outer, *inner = sorted(legs, key=lambda leg: leg[1])
        tensor = coupling(outer[1], inner[0][1], inner[1][1])
        terms = {}
        for mu in range(-outer[1], outer[1] + 1):
            coupled: dict[tuple[Value, Value], float] = {}
            for k1, k2 in zip(*np.nonzero(tensor[mu + outer[1]]), strict=True):
                a = self._moment(inner[0][0], m, inner[0][1], int(k1) - inner[0][1])
                b = self._moment(inner[1][0], m, inner[1][1], int(k2) - inner[1][1])
                pair = (min(a, b), max(a, b))
                weight = float(tensor[mu + outer[1], k1, k2])
                coupled[pair] = coupled.get(pair, 0.0) + weight
            factor = self._moment(outer[0], m, outer[1], mu)
            terms[factor, self._builder.invariant(coupled)] = 1.0
        return terms

    def _products(self, order: int, left: list[_Entry], right: list[_Entry]) -> None:
        """Products of two descriptors, in LAMMPS's order and with its selection rules.

        The rule on positions, ``k' + n'_a j' >= k + n_a j``, compares places within a family's own
        numbering, also where the families differ.
        """
        n, degree = self.body.radial[order], self.body.degree[order]
        if n == 0 or not left or not right:
            return
        width = {id(f): 1 + max(e.angular for e in f) for f in (left, right)}
        for a in left:
            for b in right:
                ordered = b.angular + width[id(right)] * b.radial >= (
                    a.angular + width[id(left)] * a.radial
                )
                if (
                    ordered
                    and b.elements >= a.elements
                    and a.degree + b.degree <= degree
                    and a.radial + b.radial < n
                ):
                    value = self._builder.combination({(a.value, b.value): 1.0})
                    self._builder.feature(f"{a.name}*{b.name}", value, MIN_NEIGHBORS[order])

    def _symbols(self, elements: tuple[int, ...]) -> str:
        return "-".join(self.species[e] for e in elements)
