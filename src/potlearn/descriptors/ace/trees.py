r"""Coupling trees: ways to make an invariant of moments of given degrees.

Moments are coupled to *pairs* of a degree, one to three moments or pairs are contracted to a
*scalar*, and scalars are multiplied:

.. math:: [A B]_{L\mu} = \sqrt{2L+1} \sum_{\mu_1\mu_2} W^{l_1l_2L}_{\mu_1\mu_2\mu}
          A_{l_1\mu_1} B_{l_2\mu_2}, \qquad
          S = \sum W^{l_1l_2l_3}_{\mu_1\mu_2\mu_3} A_{\mu_1} B_{\mu_2} C_{\mu_3}, \qquad
          S = \sum_\mu A_\mu B_\mu / \sqrt{2l+1}

with ``W`` of :func:`~potlearn.engine.angular.invariant_tensor`.  A scalar of one moment of degree
zero is that moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import NamedTuple, TypeAlias

from potlearn.errors import BasisError

Pattern: TypeAlias = tuple[tuple[int, int], ...]
"""(degree, multiplicity) of every distinct channel, degrees ascending."""

MAX_ORDER = 6


class Pair(NamedTuple):
    """Two factors, by their places, coupled to a degree."""

    left: int
    right: int
    degree: int


Part: TypeAlias = int | Pair
Scalar: TypeAlias = tuple[Part, ...]
Tree: TypeAlias = tuple[Scalar, ...]


def degrees(pattern: Pattern) -> tuple[int, ...]:
    """Degree of every factor."""
    return tuple(l for l, k in pattern for _ in range(k))


def degree(part: Part, ls: Sequence[int]) -> int:
    """Degree of a moment or a pair."""
    return part.degree if isinstance(part, Pair) else ls[part]


def candidates(pattern: Pattern) -> list[Tree]:
    """All trees by ascending cost; trees that equal channels make equal are listed once.

    Scalars of one factor that has degree zero are split off; pairs have a degree above zero, since
    others are scalars themselves.
    """
    ls = degrees(pattern)
    if len(ls) > MAX_ORDER:
        raise BasisError(f"ace: order {len(ls)}; functions go to order {MAX_ORDER}")
    channel = tuple(g for g, (_, k) in enumerate(pattern) for _ in range(k))
    alone = tuple((i,) for i, l in enumerate(ls) if l == 0)
    coupled = tuple(i for i, l in enumerate(ls) if l > 0)
    found: dict[Tree, Tree] = {}
    for groups in _partitions(coupled):
        for scalars in product(*(list(_contractions(group, ls)) for group in groups)):
            tree = (*alone, *scalars)
            found.setdefault(_anonymous(tree, channel), tree)
    return sorted(found.values(), key=lambda tree: _cost(tree, ls))


def _cost(tree: Tree, ls: Sequence[int]) -> tuple[int, int, str]:
    """Most scalars first, then fewest multiplications, then a fixed order."""
    work = 0
    for scalar in tree:
        widths = [2 * degree(part, ls) + 1 for part in scalar]
        work += min(widths) + sum(widths[k] for k, p in enumerate(scalar) if isinstance(p, Pair))
    return -len(tree), work, repr(tree)


def _anonymous(tree: Tree, channel: Sequence[int]) -> Tree:
    """The tree with channels in place of factors, sorted."""

    def name(part: Part) -> Part:
        if isinstance(part, Pair):
            left, right = sorted((channel[part.left], channel[part.right]))
            return Pair(left, right, part.degree)
        return channel[part]

    scalars = [tuple(sorted(map(name, scalar), key=repr)) for scalar in tree]
    return tuple(sorted(scalars, key=repr))


def _partitions(items: tuple[int, ...]) -> Iterator[list[tuple[int, ...]]]:
    """Partitions into groups of two and more."""
    if not items:
        yield []
    for size in range(1, len(items)):
        for others in combinations(items[1:], size):
            rest = tuple(i for i in items[1:] if i not in others)
            for groups in _partitions(rest):
                yield [(items[0], *others), *groups]


def _contractions(group: tuple[int, ...], ls: Sequence[int]) -> Iterator[Scalar]:
    """Ways to contract a whole group at once: two parts, or three."""
    for parts in _parts(group, ls):
        l = sorted(degree(part, ls) for part in parts)
        if (len(l) == 2 and l[0] == l[1]) or (len(l) == 3 and l[2] <= l[0] + l[1]):
            yield parts


def _parts(group: tuple[int, ...], ls: Sequence[int]) -> Iterator[Scalar]:
    """Groups of two and three as they are, of four to six paired, one factor left over in five."""
    if len(group) < 4:
        yield group
        return
    odd = group if len(group) % 2 else (None,)
    for single in odd:
        rest = tuple(i for i in group if i != single)
        for pairs in _pairings(rest):
            ranges = [range(max(1, abs(ls[i] - ls[j])), ls[i] + ls[j] + 1) for i, j in pairs]
            for ks in product(*ranges):
                coupled = tuple(Pair(i, j, k) for (i, j), k in zip(pairs, ks, strict=True))
                yield coupled if single is None else (*coupled, single)


def _pairings(items: tuple[int, ...]) -> Iterator[list[tuple[int, int]]]:
    if not items:
        yield []
    for other in items[1:]:
        rest = tuple(i for i in items[1:] if i != other)
        for pairs in _pairings(rest):
            yield [(items[0], other), *pairs]
