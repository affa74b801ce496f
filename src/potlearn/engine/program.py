r"""Polynomial programs: sparse polynomials of moments, with shared sub-products as nodes.

.. math:: v_\mathrm{node} = \sum_g v_{a_g} \sum_{k \in g} w_k v_{b_k}

Values are numbered: moments first, then nodes, then the constant one.  Nodes come in two kinds:
*invariants* read moments (and earlier invariants); *combinations* read nodes only.  The engine
differentiates the former through their few moments, the latter forward.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from potlearn.typing import Indices, Mask, Species


class Value(NamedTuple):
    """A moment, an invariant, a combination, or the constant one, by its number in its kind."""

    kind: str
    number: int


ONE = Value("one", 0)

Terms = Mapping[tuple[Value, Value], float]


def moment(index: int) -> Value:
    """The moment of that index."""
    return Value("moment", index)


@dataclass(frozen=True)
class Program:
    """A program as flat arrays (see the module's equation), and the features that it yields.

    Attributes
    ----------
    n_moments, n_invariants : int
        Number of inputs, and of leading nodes that read them.
    node_first : (n_nodes + 1,) int32
        Groups of each node.
    group_a, group_first, term_b, term_weight
        Left factor of each group, terms of each group, their right factors and weights.
    feature, min_neighbors : (n_features,) int32
        Value index of each feature; the feature is zero for atoms with fewer neighbours.
    names : tuple of str
        Identity of each feature.
    """

    n_moments: int
    n_invariants: int
    node_first: NDArray[np.int32]
    group_a: NDArray[np.int32]
    group_first: NDArray[np.int32]
    term_b: NDArray[np.int32]
    term_weight: NDArray[np.float64]
    feature: NDArray[np.int32]
    min_neighbors: NDArray[np.int32]
    names: tuple[str, ...]

    @property
    def n_nodes(self) -> int:
        """Number of nodes, invariants and combinations."""
        return len(self.node_first) - 1

    @property
    def moments(self) -> Indices:
        """Moments that some node reads, ascending."""
        read = np.union1d(self.group_a, self.term_b)
        return np.asarray(read[read < self.n_moments], np.int64)

    def read_by(self, node: int) -> Species:
        """Values that a node reads, as often as it does."""
        groups = slice(self.node_first[node], self.node_first[node + 1])
        first, last = self.group_first[self.node_first[[node, node + 1]]]
        return np.concatenate([self.group_a[groups], self.term_b[first:last]])

    def prune(self, features: Sequence[int]) -> Program:
        """The program of some features, in the given order, without nodes that none of them reads.

        The moments stay; :meth:`Basis.prune <potlearn.engine.basis.Basis.prune>` drops those that
        are left over.
        """
        chosen = np.asarray(features, np.int64)
        kept = np.flatnonzero(self._needed(self.feature[chosen] - self.n_moments))
        groups = _spans(self.node_first, kept)
        terms = _spans(self.group_first, groups)
        place = np.full(self.n_moments + self.n_nodes + 1, -1, np.int32)
        place[: self.n_moments] = np.arange(self.n_moments)
        place[self.n_moments + kept] = self.n_moments + np.arange(len(kept))
        place[-1] = self.n_moments + len(kept)
        return Program(
            n_moments=self.n_moments,
            n_invariants=int((kept < self.n_invariants).sum()),
            node_first=_offsets(np.diff(self.node_first)[kept]),
            group_a=place[self.group_a[groups]],
            group_first=_offsets(np.diff(self.group_first)[groups]),
            term_b=place[self.term_b[terms]],
            term_weight=self.term_weight[terms],
            feature=place[self.feature[chosen]],
            min_neighbors=self.min_neighbors[chosen],
            names=tuple(self.names[k] for k in chosen.tolist()),
        )

    def renumbered(self, moments: Indices, n_moments: int) -> Program:
        """The same program on other moments: ``a`` becomes ``moments[a]``, of ``n_moments``."""
        shift = n_moments - self.n_moments
        place = np.arange(self.n_moments + self.n_nodes + 1, dtype=np.int32) + np.int32(shift)
        place[: self.n_moments] = moments
        return replace(
            self,
            n_moments=n_moments,
            group_a=place[self.group_a],
            term_b=place[self.term_b],
            feature=place[self.feature],
        )

    def _needed(self, roots: Species) -> Mask:
        """Nodes that the given ones are made of, themselves included, (n_nodes,)."""
        needed = np.zeros(self.n_nodes, bool)
        needed[roots] = True
        for node in range(self.n_nodes - 1, -1, -1):  # a node reads only those before it
            if needed[node]:
                read = self.read_by(node)
                read = read[(read >= self.n_moments) & (read < self.n_moments + self.n_nodes)]
                needed[read - self.n_moments] = True
        return needed


def _spans(first: Species, chosen: Indices) -> Indices:
    """Positions ``first[k]`` to ``first[k + 1]`` of every chosen k, one after the other."""
    parts = [np.arange(first[k], first[k + 1]) for k in chosen.tolist()]
    return np.concatenate([np.zeros(0, np.int64), *parts])


def _offsets(lengths: Species) -> Species:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)


@dataclass
class ProgramBuilder:
    """Collects nodes and features, then lays them out as a :class:`Program`."""

    n_moments: int
    _invariants: list[Terms] = field(default_factory=list)
    _combinations: list[Terms] = field(default_factory=list)
    _features: list[tuple[str, Value, int]] = field(default_factory=list)

    def invariant(self, terms: Terms) -> Value:
        """Node that reads moments and earlier invariants."""
        self._invariants.append(dict(terms))
        return Value("invariant", len(self._invariants) - 1)

    def combination(self, terms: Terms) -> Value:
        """Node that reads invariants and earlier combinations."""
        self._combinations.append(dict(terms))
        return Value("combination", len(self._combinations) - 1)

    def feature(self, name: str, value: Value, min_neighbors: int = 0) -> None:
        """Declare ``value`` (a node) as the next feature."""
        self._features.append((name, value, min_neighbors))

    def build(self) -> Program:
        """The finished program."""
        nodes = [*self._invariants, *self._combinations]
        node_first, group_a, group_first, term_b, weights = [0], [], [0], [], []
        for terms in nodes:
            for a, row in _grouped(terms).items():
                group_a.append(self._index(a))
                term_b += [self._index(b) for b, _ in row]
                weights += [w for _, w in row]
                group_first.append(len(term_b))
            node_first.append(len(group_a))
        return Program(
            n_moments=self.n_moments,
            n_invariants=len(self._invariants),
            node_first=np.array(node_first, np.int32),
            group_a=np.array(group_a, np.int32),
            group_first=np.array(group_first, np.int32),
            term_b=np.array(term_b, np.int32),
            term_weight=np.array(weights, float),
            feature=np.array([self._index(v) for _, v, _ in self._features], np.int32),
            min_neighbors=np.array([m for _, _, m in self._features], np.int32),
            names=tuple(name for name, _, _ in self._features),
        )

    def _index(self, value: Value) -> int:
        invariants, combinations = len(self._invariants), len(self._combinations)
        start = {
            "moment": 0,
            "invariant": self.n_moments,
            "combination": self.n_moments + invariants,
            "one": self.n_moments + invariants + combinations,
        }
        return start[value.kind] + value.number


def _grouped(terms: Terms) -> dict[Value, list[tuple[Value, float]]]:
    groups: dict[Value, list[tuple[Value, float]]] = {}
    for (a, b), weight in terms.items():
        groups.setdefault(a, []).append((b, weight))
    return groups


def linear(values: Iterable[tuple[Value, float]]) -> dict[tuple[Value, Value], float]:
    """Terms of a linear combination."""
    return {(ONE, value): weight for value, weight in values}
