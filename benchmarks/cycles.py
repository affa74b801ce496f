"""Where the cycles of energies and forces go, by an engine that times its stages.

    make profile
    PYTHONPATH=build/profile OMP_NUM_THREADS=1 python benchmarks/cycles.py [--instruction-set avx2]

One thread, 2000 atoms of rattled tantalum, a neighbour list that reaches 0.5 Å beyond the cutoff.
Times are the least of repeated runs, in turn with matrix products (dgemm) of the same process:
their rate is the core's peak.  Operations, loads and stores of registers are counted from the plan,
per lane, those of idle lanes too.  A stage is bound by what would take longest at the rates of the
core: a load in the time of a multiply-add, a store in that of two.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from common import TWO_TO_FOUR_BODY, processor, tantalum

import potlearn as pl
from potlearn.engine import Basis, Engine, Program, instruction_sets
from potlearn.structure.neighbors import neighbors
from potlearn.structure.system import System

CUTOFF, SKIN = 5.0, 0.5
DESCRIPTORS = {
    "ACE, 111 functions": pl.ACE(("Ta",), cutoff=CUTOFF, order=3, degree=9, wL=1),
    "ACE, 796 functions": pl.ACE(("Ta",), cutoff=CUTOFF),
    "POD, two- to four-body": pl.POD(("Ta",), cutoff=CUTOFF, **TWO_TO_FOUR_BODY),
    "POD, 657 functions": pl.POD(("Ta",), cutoff=CUTOFF),
}
LANES = {"baseline": 2, "avx2": 4, "avx512": 8}
TILES = {"baseline": (5, 2, 1, 5), "avx2": (5, 2, 1, 5), "avx512": (6, 4, 2, 6)}
"""Radial functions and harmonics of a forward tile, slots and harmonics of a backward one."""


@dataclass(frozen=True)
class Count:
    """Floating-point operations, and loads and stores of registers, per atom."""

    flops: float
    loads: float
    stores: float

    def bound(self, peak: float) -> tuple[str, float]:
        """What takes longest, and its seconds."""
        times = {"operations": self.flops, "loads": 2 * self.loads, "stores": 4 * self.stores}
        name = max(times, key=lambda key: times[key])
        return name, times[name] / peak


def counts(basis: Basis, kind: str, system: System) -> tuple[dict[str, Count], float]:
    """Counts of every stage per atom, and the share of idle lanes."""
    within, slots = _slots(system, basis.tables[0].cutoff, LANES[kind])
    n, moments = len(basis.degrees), basis.programs[0].n_moments
    top = max(basis.degrees)
    harmonics = (top + 1) ** 2
    row = 4 * ceil(n / 4)
    listed = len(system.neighbors.j) / len(system)
    values, gradient = _harmonic_flops(top)
    radial_tile, harmonic_tile, slot_tile, back_tile = TILES[kind]
    forward, backward = _plan(basis.programs[0])
    per_slot = {
        "radial": Count(18 * row, 6 * row, 2 * row),
        "harmonics": Count(values + 2 * top * (top + 1), 3, harmonics),
        "moments": Count(2 * moments, moments * (1 / radial_tile + 1 / harmonic_tile), 0),
        "pairs": Count(
            4 * moments + 2 * harmonics + values + gradient + 20,
            moments * (1 / slot_tile + 2 / back_tile) + 3 * harmonics,
            2 * harmonics + 3,
        ),
        "scatter": Count(21, 10 + 3, 3),
    }
    found = {name: _times(count, slots) for name, count in per_slot.items()}
    found["gather"] = Count(11 * listed + 40 * slots, 7 * listed, 5 * listed)
    return found | {"forward": forward, "adjoint": backward}, 1 - within / slots


def _times(count: Count, factor: float) -> Count:
    return Count(count.flops * factor, count.loads * factor, count.stores * factor)


def _slots(system: System, cutoff: float, lanes: int) -> tuple[float, float]:
    """Neighbours within the cutoff and slots per atom; a block has those of its fullest lane."""
    list_ = system.neighbors
    centres = np.repeat(np.arange(len(system)), np.diff(list_.first))
    vectors = system.positions[list_.j] + list_.offsets - system.positions[centres]
    inside = (vectors**2).sum(1) < cutoff**2
    number = np.bincount(centres[inside], minlength=len(system))
    most = np.maximum.reduceat(number, np.arange(0, len(system), lanes))
    if lanes == LANES["avx512"]:
        most += most % 2
    return number.mean(), lanes * most.sum() / len(system)


def _harmonic_flops(top: int) -> tuple[float, float]:
    """Of the parts of harmonics up to a degree, and of the gradient of their sum."""
    parts = sum(1 + 4 * max(l - 1, 0) for l in range(1, top + 1)) + 6 * max(top - 1, 0)
    pairs = top * (top + 1) / 2
    return parts, 2 * top + 9 * pairs + 14 * top


def _plan(p: Program) -> tuple[Count, Count]:
    """Counts of a linear model's program forward and backward (native/plan.hpp)."""
    one = p.n_moments + p.n_nodes
    read = set(p.group_a.tolist()) | set(p.term_b.tolist())
    shares, inner, singles, pairs, uses = set[tuple[int, int]](), 0, 0, 0, 0
    for d in range(p.n_nodes):
        formed = p.n_moments + d in read
        for q in range(p.node_first[d], p.node_first[d + 1]):
            a, terms = int(p.group_a[q]), p.term_b[p.group_first[q] : p.group_first[q + 1]].tolist()
            uses += formed * (len(terms) + (a != one))
            if not formed:
                shares |= {(a, b) for b in terms} | {(b, a) for b in terms}
            elif a == one:
                singles += len(terms)
            elif len(terms) == 1:
                pairs += 1
            else:
                singles, pairs, inner = singles + len(terms), pairs + 1, inner + 1
    nodes = len(read & set(range(p.n_moments, one)))
    forward = Count(2 * singles + 3 * pairs, singles + 2 * pairs, nodes + inner)
    sums, own = p.n_moments + nodes, sum(one not in share for share in shares)
    return forward, Count(2 * own + 3 * uses + 4 * sums, own + 2 * uses + sums, sums)


class Case:
    """A folded model, its times, and those of matrix products."""

    def __init__(self, descriptor: Any, kind: str) -> None:
        rng, atoms = np.random.default_rng(0), tantalum()
        c = 1e-3 * rng.normal(size=(1, 1 + descriptor.n_features))
        folded = descriptor.fold(c)
        self.engine, self.coefficients = Engine(folded.engine.basis, kind), folded.coefficients
        self.system = System.of(atoms, ("Ta",), 0, neighbors(atoms, CUTOFF + SKIN))
        self.counts, self.idle = counts(self.engine.basis, kind, self.system)

    def run(self, repeats: int) -> tuple[dict[str, float], float, float]:
        """Least seconds per atom of each stage and of all, and dgemm's operations per second."""
        stages, whole, peak = stages_of(self._evaluate, repeats)
        n = len(self.system)
        return {name: seconds / n for name, seconds in stages.items()}, whole / n, peak

    def _evaluate(self) -> None:
        self.engine.energy_forces(self.system, self.coefficients)


def stages_of(
    evaluate: Callable[[], object], repeats: int
) -> tuple[dict[str, float], float, float]:
    """Least seconds of each stage and of all, in turn with dgemm, and its operations per second."""
    from potlearn.engine import _native

    a = np.random.default_rng(0).normal(size=(512, 512))
    stages, whole, product = [], [], []
    for _ in range(repeats):
        product.append(seconds_of(lambda: a @ a))
        _native.stages()
        whole.append(seconds_of(evaluate))
        stages.append(_native.stages())
    least = {name: min(s[name] for s in stages) for name in stages[0]}
    return least, min(whole), 2 * 512**3 / min(product)


def seconds_of(function: Callable[[], object]) -> float:
    """CPU seconds of a call."""
    start = time.process_time_ns()
    function()
    return (time.process_time_ns() - start) / 1e9


def lines(case: Case, repeats: int) -> Iterator[str]:
    """The table of a case, as Markdown."""
    stages, whole, peak = case.run(repeats)
    flops = sum(count.flops for count in case.counts.values())
    yield (
        f"{whole * 1e6:.2f} µs per atom, {flops / 1e3:.1f} kflop: "
        f"{100 * flops / peak / whole:.0f} % of dgemm ({peak / 1e9:.1f} Gflop/s); "
        f"{100 * case.idle:.0f} % of the lanes idle\n"
    )
    yield "| stage | ns per atom | operations | loads | stores | of dgemm | bound by | bound, ns |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, seconds in stages.items():
        if name not in case.counts:
            continue  # of networks: benchmarks/cycles_networks.py
        count = case.counts[name]
        what, bound = count.bound(peak)
        yield (
            f"| {name} | {seconds * 1e9:.0f} | {count.flops:.0f} | {count.loads:.0f} "
            f"| {count.stores:.0f} | {100 * count.flops / peak / seconds:.0f} % | {what} "
            f"| {bound * 1e9:.0f} |"
        )


def rows(descriptor: Any, repeats: int) -> str:
    """Design rows of 128 atoms: time per atom, and numbers added to rows."""
    atoms = tantalum(128)
    list_ = neighbors(atoms, CUTOFF)
    least = min(seconds_of(lambda: descriptor.rows(atoms, list_)) for _ in range(repeats))
    added = 3 * (len(list_.j) + len(atoms)) * descriptor.n_features / len(atoms)
    per_atom = least / len(atoms)
    return (
        f"design rows: {per_atom * 1e6:.1f} µs per atom, {added / 1e3:.1f} thousand numbers added "
        f"to rows, {added / per_atom / 1e9:.2f} per ns"
    )


def main() -> None:
    """Every descriptor."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instruction-set", default=instruction_sets()[-1], choices=LANES)
    parser.add_argument("--repeats", type=int, default=25)
    given = parser.parse_args()
    print(f"{processor()}, {given.instruction_set}")
    for name, descriptor in DESCRIPTORS.items():
        print(f"\n## {name}\n")
        print("\n".join(lines(Case(descriptor, given.instruction_set), given.repeats)))
        print(f"\n{rows(descriptor, 5)}", flush=True)


if __name__ == "__main__":
    main()
