"""What bounds design rows: instructions, or adding to rows in the cache that holds them.

    OMP_NUM_THREADS=1 python benchmarks/row_bounds.py

One thread, 128 atoms of rattled tantalum as in ``python benchmarks/run.py design``.  Instructions
on registers are counted from the program, for each pair of an atom and a neighbour: a multiply-add,
an addition and a shuffle count as one.  Their rate is that of multiply-adds in matrix products
(dgemm).  A pair adds to three rows, which are read and written: the rate of that is NumPy's, of a
number that is added to an array in the second-level or third-level cache.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from common import TWO_TO_FOUR_BODY, processor, tantalum
from cycles import seconds_of

import potlearn as pl
from potlearn.engine import Basis
from potlearn.structure.neighbors import neighbors
from potlearn.structure.system import System

BASES = {"two- to four-body": TWO_TO_FOUR_BODY, "default seven-body": {}}
CACHES = {"second-level": 40_000, "third-level": 260_000}
"""Numbers in an array that fits into a cache of Zen 4, and into none before it."""
ENTRY, SEGMENT, PRODUCT, ADD, SHUFFLES = 3, 9, 6, 3, 9
"""Instructions for the three components: of a moment that a node reads, of a radial function among
these moments, of a feature that is a product of two nodes, and of any feature: to add and to
transpose its derivatives."""


class Count(NamedTuple):
    """What the rows of a basis are made of, and instructions for each pair."""

    features: int
    products: int
    nodes: int
    entries: int
    instructions: int


def count(basis: Basis) -> Count:
    """Count for a basis of one species."""
    program = basis.programs[0]
    one = program.n_moments + program.n_nodes
    spans = zip(basis.lowest, basis.degrees, strict=True)
    sizes = [(top + 1) ** 2 - bottom**2 for bottom, top in spans]
    radial = np.repeat(np.arange(len(sizes)), sizes)
    below: dict[int, frozenset[int]] = {a: frozenset([a]) for a in range(program.n_moments)}
    below[one] = frozenset()
    products, nodes = 0, set[int]()
    for d in range(program.n_nodes):
        groups = range(program.node_first[d], program.node_first[d + 1])
        terms = [
            (int(program.group_a[g]), int(b))
            for g in groups
            for b in program.term_b[program.group_first[g] : program.group_first[g + 1]]
        ]
        below[program.n_moments + d] = frozenset().union(
            *(below[v] for pair in terms for v in pair)
        )
        if program.n_moments + d in program.feature:
            pair = terms[0] if len(terms) == 1 and d >= program.n_invariants else (one, one)
            products += one not in pair
            nodes |= set(pair) if one not in pair else {program.n_moments + d}
    entries = sum(len(below[x]) for x in nodes)
    segments = sum(len(set(radial[list(below[x])].tolist())) for x in nodes)
    n = len(program.feature)
    instructions = ENTRY * entries + SEGMENT * segments + PRODUCT * products + (ADD + SHUFFLES) * n
    return Count(n, products, len(nodes), entries, instructions)


def least(function: Callable[[], object], repeats: int = 15) -> float:
    """Least CPU seconds of repeated calls."""
    return min(seconds_of(function) for _ in range(repeats))


def main() -> None:
    """A table of both bases."""
    matrix, atoms = np.random.default_rng(0).normal(size=(512, 512)), tantalum(128)
    instructions_per_second = 512**3 / least(lambda: matrix @ matrix)
    arrays = {name: np.zeros(n) for name, n in CACHES.items()}
    adds = {
        name: len(array) / least(lambda a=array: np.add(a, 1.0, out=a), 200)
        for name, array in arrays.items()
    }
    print(f"{processor()}; multiply-adds of dgemm: {instructions_per_second / 1e9:.1f} per ns")
    print(
        "| | features, of them products | nodes | moments read | µs/atom | instructions | adding |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, keywords in BASES.items():
        descriptor = pl.POD(("Ta",), cutoff=5.0, **keywords)
        system = System.of(atoms, ("Ta",), 0, neighbors(atoms, 5.0))
        found, pairs = count(descriptor.engine.basis), len(system.neighbors.j) / len(atoms)
        measured = least(lambda d=descriptor, s=system: d.rows(s, virial=False))
        bound = pairs * found.instructions / instructions_per_second
        added = [3 * pairs * found.features / rate for rate in adds.values()]
        print(
            f"| {name} | {found.features}, {found.products} | {found.nodes} | {found.entries} "
            f"| {measured / len(atoms) * 1e6:.1f} | {bound * 1e6:.1f} "
            f"| {' or '.join(f'{x * 1e6:.1f}' for x in added)} |"
        )
    print(f"adding: to rows in the {' or '.join(adds)} cache; bounds in µs/atom")


if __name__ == "__main__":
    main()
