r"""Invariants of ACE straight from their definition: complex harmonics, coupled one by one.

Nothing here knows of real tensors, patterns or programs.  Clebsch-Gordan coefficients come from
highest weights and the lowering operator; functions are all orderings of the channels with all
intermediate degrees, coupled in pairs from the left:

.. math:: (((l_1 l_2) L_1 (l_3 l_4) L_2) L_3\, l_5) 0

They are far too many: the independent ones among them are found by rank.
"""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np

Channel = tuple[int, int, int]
"""Neighbour species, n (from 1), l."""


def harmonics(degree: int, u: np.ndarray) -> list[np.ndarray]:
    """Complex harmonics of unit vectors (P, 3), with Condon-Shortley phase, times sqrt(4 pi).

    Entry l: (P, 2l + 1), m from -l.
    """
    x, y, z = u.T
    p = {(0, 0): np.ones_like(z)}
    for l in range(1, degree + 1):
        p[l, l] = -np.sqrt(1 + 1 / (2 * l)) * p[l - 1, l - 1]
        p[l, l - 1] = np.sqrt(2 * l + 1) * z * p[l - 1, l - 1]
        for m in range(l - 1):
            a = np.sqrt((4 * l**2 - 1) / (l**2 - m**2))
            b = np.sqrt(((l - 1) ** 2 - m**2) / (4 * (l - 1) ** 2 - 1))
            p[l, m] = a * (z * p[l - 1, m] - b * p[l - 2, m])
    found = []
    for l in range(degree + 1):
        positive = [p[l, m] * (x + 1j * y) ** m for m in range(l + 1)]
        negative = [(-1) ** m * positive[m].conj() for m in range(l, 0, -1)]
        found.append(np.stack(negative + positive, -1))
    return found


def moments(atoms, radial, species, n_max, degree) -> list[dict[Channel, np.ndarray]]:
    """A of every atom of a cluster without periodicity: (2l + 1,) by channel.

    ``radial(centre, neighbour, r)`` gives the radial functions (P, n_max) of species indices.
    """
    kinds = np.array([species.index(s) for s in atoms.get_chemical_symbols()])
    found = []
    for i, centre in enumerate(atoms.positions):
        vectors = np.delete(atoms.positions - centre, i, axis=0)
        others = np.delete(kinds, i)
        r = np.linalg.norm(vectors, axis=1)
        ys = harmonics(degree, vectors / r[:, None])
        own = {}
        for mu in range(len(species)):
            mine = others == mu
            g = radial(int(kinds[i]), mu, r[mine])
            for n in range(n_max):
                for l in range(degree + 1):
                    own[mu, n + 1, l] = g[:, n] @ ys[l][mine]
        found.append(own)
    return found


@cache
def clebsch_gordan(l1: int, l2: int) -> dict[int, np.ndarray]:
    """By L the coefficients (2 l1 + 1, 2 l2 + 1, 2L + 1), from highest weights downwards."""

    def lower(state: np.ndarray) -> np.ndarray:
        new = np.zeros_like(state)
        for a, b in zip(*np.nonzero(state), strict=True):
            m1, m2 = a - l1, b - l2
            if m1 > -l1:
                new[a - 1, b] += np.sqrt((l1 + m1) * (l1 - m1 + 1)) * state[a, b]
            if m2 > -l2:
                new[a, b - 1] += np.sqrt((l2 + m2) * (l2 - m2 + 1)) * state[a, b]
        return new

    found: dict[int, np.ndarray] = {}
    for degree in range(l1 + l2, abs(l1 - l2) - 1, -1):
        pairs = [(a, degree - a + l1 + l2) for a in range(2 * l1 + 1)]
        pairs = [(a, b) for a, b in pairs if 0 <= b <= 2 * l2]
        state = np.zeros((2 * l1 + 1, 2 * l2 + 1))
        # What is orthogonal to the states of higher degree with the same M.
        higher = [found[k][:, :, degree + k] for k in found]
        matrix = np.array([[h[a, b] for a, b in pairs] for h in higher]).reshape(-1, len(pairs))
        null = np.linalg.svd(matrix)[2][-1] if len(matrix) else np.ones(1)
        for (a, b), value in zip(pairs, null * np.sign(null[-1] or 1.0), strict=True):
            state[a, b] = value
        columns = [state]
        for _ in range(2 * degree):
            state = lower(columns[-1])
            columns.append(state / np.linalg.norm(state))
        found[degree] = np.stack(columns[::-1], -1)
    return found


def couplings(a: np.ndarray, b: np.ndarray) -> list[np.ndarray]:
    """Two multiplets coupled to every degree."""
    table = clebsch_gordan(len(a) // 2, len(b) // 2)
    return [np.einsum("i,j,ijk->k", a, b, c) for c in table.values()]


def invariants(own: dict[Channel, np.ndarray], channels: tuple[Channel, ...]) -> np.ndarray:
    """Values of all orderings and all intermediate degrees."""
    values: list[complex] = []
    for ordering in sorted(set(permutations(channels))):
        values += _coupled([own[c] for c in ordering])
    return np.array(values)


def _coupled(waiting: list[np.ndarray]) -> list[complex]:
    """Pairs first, in order, then the oldest two of what waits, to degree zero."""
    if len(waiting) == 1:
        return [complex(waiting[0][0])] if len(waiting[0]) == 1 else []
    if len(waiting) == 2:
        return [complex(c[0]) for c in couplings(*waiting) if len(c) == 1]
    if len(waiting) == 3:
        return [x for c in couplings(*waiting[:2]) for x in _coupled([c, waiting[2]])]
    return [
        x
        for first in couplings(*waiting[:2])
        for second in couplings(*waiting[2:4])
        for x in _coupled([first, second, *waiting[4:]])
    ]


def count(channels: tuple[Channel, ...]) -> int:
    """K by brute force: multisets of (channel, m) with sum m = 0, less those with sum 1."""
    if sum(l for _, _, l in channels) % 2:
        return 0
    sums = {0: set(), 1: set()}

    def extend(chosen: tuple, rest: tuple[Channel, ...]) -> None:
        if not rest:
            total = sum(m for _, m in chosen)
            if total in sums:
                sums[total].add(tuple(sorted(chosen)))
            return
        for m in range(-rest[0][2], rest[0][2] + 1):
            extend((*chosen, (rest[0], m)), rest[1:])

    extend((), channels)
    return len(sums[0]) - len(sums[1])
