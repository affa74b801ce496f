"""What watching the uncertainty costs in molecular dynamics: ASE, one thread.

Runs of :func:`potlearn.workflows.dynamics.simulate` with the usual watches, beside the same runs
with grades and expected errors of forces looked at every tenth step.  CPU times, medians of
alternating runs: other programs on the machine matter little.

    python benchmarks/workflows_md.py [--sizes 2 4] [--steps 200] [--model silicon.potl]
"""

from __future__ import annotations

import os

# NumPy reads these when it is loaded.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from ase.build import bulk

import potlearn as pl
from potlearn.workflows.dynamics import (
    Drift,
    DynamicsSettings,
    Exploding,
    ForceStd,
    Grade,
    Lost,
    Watch,
    simulate,
)

DATA = Path(__file__).resolve().parents[1] / "datasets" / "silicon" / "silicon.extxyz.xz"
REPEATS = 5
USUAL = (Exploding(), Lost(), Drift())
WATCHED: dict[str, Sequence[Watch]] = {
    "usual watches": USUAL,
    "and gamma": (*USUAL, Grade(1e9)),
    "and force_std": (*USUAL, ForceStd(1e9)),
    "and both": (*USUAL, Grade(1e9), ForceStd(1e9)),
}


def potential() -> pl.LinearPotential:
    """ACE with its default functions, fitted to silicon, with an uncertainty."""
    descriptor = pl.ACE(("Si",), cutoff=5.0)
    settings = pl.FitSettings(solver="bayesian")
    result = pl.fit_linear(pl.read(DATA), descriptor, settings, rows=pl.RowBudget())
    return pl.LinearPotential(descriptor, result.coefficients, uncertainty=pl.quantify(result))


def seconds(model: pl.LinearPotential, size: int, steps: int, watches: Sequence[Watch]) -> float:
    """CPU time of a step of Langevin dynamics at 600 K."""
    start = bulk("Si", cubic=True).repeat(size)
    settings = DynamicsSettings(temperature=600.0, timestep=2.0, steps=steps)
    begun = time.process_time()
    simulate(start, model.calculator(skin=1.0), settings, watches=watches)
    return (time.process_time() - begun) / steps


def main() -> None:
    """Print a table for every number of atoms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2, 4], help="cubic cells a side")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--model", type=Path, help="a saved potential in place of a fit")
    options = parser.parse_args()
    model = pl.load(options.model) if options.model else potential()
    print(f"{model.descriptor.n_features} functions")
    for size in options.sizes:
        times: dict[str, list[float]] = {name: [] for name in WATCHED}
        for _ in range(REPEATS):
            for name, watches in WATCHED.items():
                times[name].append(seconds(model, size, options.steps, watches))
        plain = statistics.median(times["usual watches"])
        for name, found in times.items():
            middle = statistics.median(found)
            day = 86400e-6 * 2.0 / middle
            print(
                f"{8 * size**3} atoms, {name}: {1e3 * middle:.3f} ms a step "
                f"({1e6 * min(found) / (8 * size**3):.2f} µs/atom at best), "
                f"{middle / plain:.2f} times the plain run, {day:.2f} ns/day"
            )


if __name__ == "__main__":
    main()
