"""Forces of networks against those of linear models of the same functions, neighbour lists given.

    OMP_NUM_THREADS=1 python benchmarks/neural_forces.py [--hidden 32 32] [--members 1 4]

One thread, 1000 atoms of rattled silicon; CPU µs per atom, medians, side by side.  Asked: at most
twice the linear forces for one member.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from ase.build import bulk
from common import Row, side_by_side

import potlearn as pl
from potlearn.engine import Branch, Engine, Fade, Network, instruction_sets
from potlearn.structure.system import System

ASKED = 2.0
CUTOFF = 5.5
DESCRIPTORS = {
    "ACE, order 3": pl.ACE(("Si",), cutoff=CUTOFF, order=3, degree=9, wL=1),
    "ACE, order 4": pl.ACE(("Si",), cutoff=CUTOFF, degree=(12, 11, 10, 9)),
    "POD": pl.POD(("Si",), cutoff=CUTOFF),
}


def silicon() -> System:
    """1000 atoms, rattled."""
    atoms = bulk("Si", cubic=True) * (5, 5, 5)
    atoms.rattle(0.1, seed=0)
    return System.of(atoms, ("Si",), CUTOFF)


def network(features: np.ndarray, hidden: Sequence[int], members: int) -> Network:
    """Random members of standardised features, within the data of their fade."""
    rng, m = np.random.default_rng(0), features.shape[1]
    center, scale = features.mean(0), 1 / (features.std(0) + 1e-6)
    branches = []
    for _ in range(members):
        weights = [rng.normal(size=(1, b, a)) / a**0.5 for a, b in pairwise([m, *hidden, 1])]
        biases = [0.1 * rng.normal(size=(1, n)) for n in hidden]
        weights[0] = weights[0] * scale
        biases[0] = biases[0] - weights[0] @ center
        branches.append(Branch(tuple(weights), tuple(biases), "silu"))
    c, d2 = rng.normal(size=(1, 1 + m)), (((features - center) * scale) ** 2).sum(1).max()
    fade = Fade(center[None], scale[None], np.array([1.1 * d2]), np.array([4 * d2]))
    return Network(c, tuple(branches), fade)


def forces(kind: str, hidden: Sequence[int], members: Sequence[int], repeats: int) -> list[Row]:
    """Linear and neural forces of every descriptor; "ratio" is linear over neural."""
    rows, system = [], silicon()
    for name, descriptor in DESCRIPTORS.items():
        engine = Engine(descriptor.engine.basis, kind)
        features = engine.features(system)
        for count in members:
            given = network(features, hidden, count)
            linear, neural = side_by_side(
                lambda e=engine, c=given.coefficients: e.energy_forces(system, c),
                lambda e=engine, n=given: e.network_energy_forces(system, n),
                repeats,
            )
            scale = 1e6 / len(system)
            what = f"{name}, {engine.n_features} functions, {count} member{'s' * (count > 1)}"
            target = 1 / ASKED if count == 1 else None
            rows.append(Row(what, scale * linear, scale * neural, target, "µs/atom"))
    return rows


def main() -> None:
    """The table, as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hidden", type=int, nargs="*", default=[32, 32])
    parser.add_argument("--members", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--instruction-set", default=instruction_sets()[-1])
    parser.add_argument("--repeats", type=int, default=21)
    given = parser.parse_args()
    print(f"{given.instruction_set}, layers {given.hidden}, µs per atom\n")
    print("| | linear | neural | neural / linear | asked |\n|---|---|---|---|---|")
    for row in forces(given.instruction_set, given.hidden, given.members, given.repeats):
        asked = "" if row.target is None else f"≤ {1 / row.target:.3g}"
        print(
            f"| {row.name} | {row.theirs:.3g} | {row.ours:.3g} | {row.ours / row.theirs:.2f} "
            f"| {asked} |"
        )


if __name__ == "__main__":
    main()
