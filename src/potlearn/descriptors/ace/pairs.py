r"""Functions as scalars of channels, and the pairs that serve many of them.

A scalar of three factors is

.. math:: S = \sum W_{\mu_1\mu_2\mu_3} A_{\mu_1} B_{\mu_2} C_{\mu_3}
            = \pm \frac{1}{\sqrt{2l_C+1}} \sum_\mu C_\mu [A B]_{l_C\mu}

and the same with A or B split off: one of three pairs is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from heapq import heapify, heappop, heappush
from typing import NamedTuple, TypeAlias, Union

import numpy as np

from potlearn.descriptors.ace.basis import Channel, Function
from potlearn.descriptors.ace.trees import Pair
from potlearn.engine.angular import invariant_tensor


class Coupled(NamedTuple):
    """Two factors, in the order of :func:`rank`, coupled to a degree."""

    left: Factor
    right: Factor
    l: int


Factor: TypeAlias = Union[Channel, Coupled]  # noqa: UP007 (a name that is not yet there)
Scalar: TypeAlias = tuple[Factor, ...]


class Split(NamedTuple):
    """A scalar of three factors as ``sign`` times ``factor`` on ``pair``."""

    factor: Factor
    pair: Coupled
    sign: float


def rank(factor: Factor) -> tuple[object, ...]:
    """Key that orders channels before pairs."""
    if isinstance(factor, Channel):
        return (0, *factor)
    return (1, factor.l, rank(factor.left), rank(factor.right))


@lru_cache(maxsize=20_000)
def scalars(function: Function) -> tuple[Scalar, ...]:
    """The scalars whose product the function is, those of fewest factors first."""
    c = function.channels
    found = [
        tuple(Coupled(c[p.left], c[p.right], p.degree) if isinstance(p, Pair) else c[p] for p in s)
        for s in function.tree
    ]
    return tuple(sorted(found, key=lambda s: (len(s), [rank(f) for f in s])))


def splits(scalar: Scalar) -> list[Split]:
    """The ways to evaluate a scalar of three factors."""
    found = []
    for k in range(3):
        others = sorted((i for i in range(3) if i != k), key=lambda i: rank(scalar[i]))
        order = (*others, k)
        ls = tuple(factor.l for factor in scalar)
        left, right = (scalar[i] for i in others)
        found.append(Split(scalar[k], Coupled(left, right, ls[k]), _sign(ls, order)))
    return found


@cache
def _sign(ls: tuple[int, ...], order: tuple[int, ...]) -> float:
    """W of reordered degrees is W reordered, but for this sign."""
    reordered = invariant_tensor(*ls).transpose(order)
    return float(np.sign(np.sum(reordered * invariant_tensor(*(ls[i] for i in order)))))


@cache
def _n_terms(l1: int, l2: int, l3: int, equal: bool) -> int:
    """Multiply-adds of a pair."""
    tensor = invariant_tensor(l1, l2, l3)
    tensor = np.triu(np.moveaxis(tensor + tensor.swapaxes(0, 1), -1, 0)) if equal else tensor
    return int(np.count_nonzero(tensor))


def chosen_splits(triples: Iterable[Scalar], given: Iterable[Coupled]) -> dict[Scalar, Split]:
    """How to evaluate each scalar of three factors, so that there are few multiply-adds in all.

    Greedy cover: the pair that costs least per scalar that it serves comes next; those ``given``
    cost nothing more.
    """
    options = {scalar: splits(scalar) for scalar in triples}
    serves: dict[Coupled, set[Scalar]] = {}
    for scalar, ways in options.items():
        for way in ways:
            serves.setdefault(way.pair, set()).add(scalar)
    free = set(_inside(given))
    chosen: dict[Scalar, Split] = {}

    def price(pair: Coupled) -> float:
        cost = (
            0
            if pair in free
            else _n_terms(pair.left.l, pair.right.l, pair.l, pair.left == pair.right)
        )
        return cost / max(len(serves[pair]), 1) + 2 * pair.l + 1

    queue = [(price(pair), rank(pair), pair) for pair in serves]
    heapify(queue)
    while queue:
        old, key, pair = heappop(queue)
        if not serves[pair]:
            continue
        if price(pair) > old:
            heappush(queue, (price(pair), key, pair))
            continue
        for scalar in sorted(serves[pair], key=lambda s: [rank(f) for f in s]):
            way = next(w for w in options[scalar] if w.pair == pair)
            chosen[scalar] = way
            for other in options[scalar]:
                serves[other.pair].discard(scalar)
    return chosen


def _inside(pairs: Iterable[Coupled]) -> Iterator[Coupled]:
    """The pairs, and those in them."""
    for pair in pairs:
        yield pair
        yield from _inside(f for f in (pair.left, pair.right) if isinstance(f, Coupled))
