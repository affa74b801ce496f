"""Where the cycles of networks go, by an engine that times its stages (``make profile``).

    PYTHONPATH=build/profile OMP_NUM_THREADS=1 python benchmarks/cycles_networks.py

One thread, 1000 atoms of rattled silicon, one network of two layers of 32, beside the linear model
of the same functions.  Least times of repeated runs, in turn with matrix products (dgemm), whose
rate is the core's peak.  Products with the weights of all layers, forward and backward, count as
operations of the network; activations and the fade do not.
"""

from __future__ import annotations

import argparse
from itertools import pairwise

from common import processor
from cycles import LANES, stages_of
from neural_forces import DESCRIPTORS, network, silicon

from potlearn.engine import Engine, instruction_sets

HIDDEN = (32, 32)
SHOWN = ("moments", "forward", "network", "adjoint", "pairs")


def line(name: str, kind: str, repeats: int) -> str:
    """A descriptor: ns per atom, linear and neural; the network's rate beside that of dgemm."""
    engine, system = Engine(DESCRIPTORS[name].engine.basis, kind), silicon()
    given = network(engine.features(system), HIDDEN, 1)
    linear, _, _ = stages_of(lambda: engine.energy_forces(system, given.coefficients), repeats)
    neural, _, peak = stages_of(lambda: engine.network_energy_forces(system, given), repeats)
    flops = sum(4 * a * b for a, b in pairwise([engine.n_features, *HIDDEN, 1])) * len(system)
    scale = 1e9 / len(system)
    times = (f"{scale * linear[s]:.0f}; {scale * neural[s]:.0f}" for s in SHOWN)
    whole = f"{scale * sum(linear.values()):.0f}; {scale * sum(neural.values()):.0f}"
    rate = flops / neural["network"] / peak
    functions = f"{name}, {engine.n_features} functions"
    return f"| {functions} | {' | '.join(times)} | {whole} | {100 * rate:.0f} % |"


def main() -> None:
    """The table, as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instruction-set", default=instruction_sets()[-1], choices=LANES)
    parser.add_argument("--repeats", type=int, default=25)
    given = parser.parse_args()
    print(f"{processor()}, {given.instruction_set}; linear; neural, ns per atom\n")
    print(f"| | {' | '.join(SHOWN)} | all stages | network, of dgemm |")
    print("|---|" + "---|" * (len(SHOWN) + 2))
    for name in DESCRIPTORS:
        print(line(name, given.instruction_set, given.repeats), flush=True)


if __name__ == "__main__":
    main()
