"""What an uncertainty costs in molecular dynamics: ASE, one thread, wall time of a step.

A step of velocity Verlet with energies and forces alone, beside steps after which expected errors
are asked for, every step and every tenth.  Medians of alternating runs.

    python benchmarks/uncertainty_cost.py [--atoms 1000]
"""

from __future__ import annotations

import os

# NumPy reads these when it is loaded.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms, units
from ase.build import bulk
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution
from ase.md.verlet import VelocityVerlet

import potlearn as pl
from potlearn.fit import FitSettings, RowBudget, fit_linear
from potlearn.uncertainty import quantify

HERE = Path(__file__).resolve().parent
STEPS, REPEATS = 20, 7
ASKED = {
    "nothing": (),
    "energy_std": ("energy_std",),
    "gamma": ("gamma",),
    "forces_std": ("forces_std",),
    "all three": ("forces_std", "energy_std", "gamma"),
}


def potential(data: Path, descriptor: Any) -> pl.LinearPotential:
    """A fit to silicon with an uncertainty."""
    train = pl.read(data / "Si_Zuo2020" / "Si_train.extxyz.xz")
    result = fit_linear(train, descriptor, FitSettings(solver="bayesian"), rows=RowBudget())
    return pl.LinearPotential(descriptor, result.coefficients, uncertainty=quantify(result))


def silicon(n: int) -> Atoms:
    """A cube of about n atoms at 300 K."""
    size = max(1, round((n / 8) ** (1 / 3)))
    atoms = bulk("Si", cubic=True) * (size, size, size)
    MaxwellBoltzmannDistribution(atoms, temperature_K=300, rng=np.random.default_rng(0))
    return atoms


def run(
    model: pl.LinearPotential, n: int, names: tuple[str, ...], every: int
) -> Callable[[], float]:
    """Seconds of a step of a run that asks for results after every so many steps."""
    atoms = silicon(n)
    atoms.calc = model.calculator()
    dynamics = VelocityVerlet(atoms, 1.0 * units.fs)
    if names:
        ask = lambda: [atoms.calc.get_property(name, atoms) for name in names]  # noqa: E731
        dynamics.attach(ask, interval=every)
    dynamics.run(1)

    def steps() -> float:
        start = time.perf_counter()
        dynamics.run(STEPS)
        return (time.perf_counter() - start) / STEPS

    return steps


def table(title: str, model: pl.LinearPotential, n: int) -> None:
    """Ratios to a step without expected errors."""
    runs = {
        (what, every): run(model, n, names, every)
        for what, names in ASKED.items()
        for every in ((1, 10) if names else (1,))
    }
    seconds: dict[tuple[str, int], list[float]] = {key: [] for key in runs}
    for _ in range(REPEATS):
        for key, steps in runs.items():
            seconds[key].append(steps())
    middle = {key: statistics.median(values) for key, values in seconds.items()}
    plain = middle["nothing", 1]
    atoms = len(silicon(n))
    print(f"\n{title}: {1e6 * plain / atoms:.2f} µs per atom and step, {atoms} atoms\n")
    print("| asked for | every step | every 10 steps |\n|---|---|---|")
    for what, names in ASKED.items():
        if names:
            print(f"| {what} | {middle[what, 1] / plain:.2f} | {middle[what, 10] / plain:.2f} |")


def main() -> None:
    """Both families."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    parser.add_argument("--atoms", type=int, default=1000)
    args = parser.parse_args()
    ace = pl.ACE(("Si",), cutoff=5.5, degree=(12, 11, 10, 9))
    for name, descriptor in (("ACE, 303 functions", ace), ("POD", pl.POD(("Si",), cutoff=5.5))):
        table(name, potential(args.data, descriptor), args.atoms)


if __name__ == "__main__":
    main()
