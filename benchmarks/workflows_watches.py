"""Whether the watches that are on by default leave good simulations of different systems alone.

Solid and liquid metal and silicon, liquid and gas of a rare gas, a cluster and a molecule, at
constant energy and with two thermostats, with the time steps that are usual for them, and with
twice and four times those: the drift of the conserved energy, and the watch that ends the run.

    OMP_NUM_THREADS=1 python benchmarks/workflows_watches.py [--ps 1] [--only argon]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ase.build import bulk, molecule
from ase.cluster import Icosahedron

import potlearn as pl
from potlearn.typing import Atoms
from potlearn.workflows.dynamics import Drift, DynamicsSettings, Exploding, Lost, simulate
from potlearn.workflows.labels import CalculatorSpec

USUAL = (Exploding(), Lost(), Drift())
ENSEMBLES = ("nve", "langevin", "nvt")


class Case(NamedTuple):
    """A system, its temperature in K and its usual time step in fs."""

    name: str
    start: Callable[[], Atoms]
    calculator: Callable[[], object]
    temperature: float
    timestep: float


def named(name: str, **settings: object) -> Callable[[], object]:
    return lambda: CalculatorSpec(name, settings).build()


def argon() -> object:
    return pl.LennardJones(("Ar",), radius=8.0, epsilon=0.0104, sigma=3.4).calculator()


def crystal(symbol: str, size: int, a: float | None = None) -> Callable[[], Atoms]:
    return lambda: bulk(symbol, a=a, cubic=True).repeat(size)


def cluster() -> Atoms:
    """The icosahedron of 13 atoms."""
    return Icosahedron("Ar", 2, latticeconstant=5.4)


CASES = (
    Case("copper, solid, 300 K", crystal("Cu", 3), named("emt"), 300.0, 2.0),
    Case("copper, liquid, 2500 K", crystal("Cu", 3), named("emt"), 2500.0, 2.0),
    Case("argon, liquid, 110 K", crystal("Ar", 3, 5.9), argon, 110.0, 5.0),
    Case("argon, gas, 300 K", crystal("Ar", 3, 15.0), argon, 300.0, 5.0),
    Case("argon, 13 atoms, 30 K", cluster, argon, 30.0, 5.0),
    Case("silicon, solid, 300 K", crystal("Si", 2), named("stillinger-weber"), 300.0, 2.0),
    Case("silicon, liquid, 3000 K", crystal("Si", 2), named("stillinger-weber"), 3000.0, 1.0),
    Case("ethanol, 300 K", lambda: molecule("CH3CH2OH"), named("tblite"), 300.0, 0.5),
)


def runs(case: Case, ps: float) -> Iterator[str]:
    """One line for every ensemble and time step."""
    for ensemble in ENSEMBLES:
        for factor in (1, 2, 4):
            timestep = factor * case.timestep
            settings = DynamicsSettings(
                ensemble, temperature=case.temperature, timestep=timestep,
                steps=round(1000 * ps / timestep), seed=0,
            )  # fmt: skip
            done = simulate(case.start(), case.calculator(), settings, watches=USUAL)
            columns = done.log.columns
            conserved, time = columns["conserved"], columns["time"]
            drift = 1000 * (conserved[-1] - conserved[0]) / len(done.atoms) / max(1.0, time[-1])
            end = done.stopped.reason if done.stopped else "no stop"
            yield f"{ensemble:9s} {timestep:4g} fs  {drift:+9.3g} meV/atom/ps  {end}"


def main() -> None:
    """Print what became of every run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ps", type=float, default=1.0)
    parser.add_argument("--only", default="", help="part of the names of the systems to run")
    options = parser.parse_args()
    for case in (case for case in CASES if options.only in case.name):
        print(case.name, flush=True)
        for line in runs(case, options.ps):
            print(f"  {line}", flush=True)


if __name__ == "__main__":
    main()
