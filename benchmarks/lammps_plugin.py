"""Pair style potlearn in LAMMPS: against pair_style pod, over ranks, and for few atoms.

python benchmarks/lammps_plugin.py [ta demo ranks size grades pace] [--repeats 5]

Every number is LAMMPS's own wall time of a run at constant energy, neighbour lists included; the
two sides run in turn, and the ratio is the median of the ratios of neighbouring runs.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from ase.build import bulk
from common import HERE, processor, shipped_tantalum
from plugin_runs import Runner, start

import potlearn as pl
from potlearn.lammps import parts, read_pod, write_lammps
from potlearn.lammps.plugin.installation.install import install
from potlearn.potentials import Potential

LOOP = re.compile(r"Loop time of ([\d.e+-]+) on \d+ procs for (\d+) steps with (\d+) atoms")
INPUT = """\
{pair}
neighbor 1.0 bin
neigh_modify every 1 delay 0 check yes
velocity all create {temperature} 1 mom yes
fix nve all nve
timestep {step}
thermo 1000000
run {warm}
run {steps}
"""
TA = {"temperature": 300, "step": 0.002}
SI = {"temperature": 300, "step": 0.001}


@dataclass(frozen=True)
class Side:
    """One of the two runs that are compared: its pair style and number of ranks."""

    pair: tuple[str, ...]
    ranks: int = 1
    steps: int = 50


@dataclass(frozen=True)
class Outcome:
    """Microseconds per atom and step of both sides, and theirs over ours."""

    name: str
    theirs: float
    ours: float
    ratio: float
    target: float | None


def compare(
    name: str,
    theirs: Callable[[], float],
    ours: Callable[[], float],
    repeats: int,
    target: float | None,
) -> Outcome:
    """Run both in turn."""
    pairs = [(theirs(), ours()) for _ in range(repeats)]
    a, b = zip(*pairs, strict=True)
    row = Outcome(name, median(a), median(b), median(x / y for x, y in pairs), target)
    print(
        f"| {row.name} | {row.theirs:.2f} | {row.ours:.2f} | {row.ratio:.2f} | {target or ''} |",
        flush=True,
    )
    return row


class Bench:
    """Runs of one LAMMPS in a folder."""

    def __init__(self, runner: Runner, folder: Path, repeats: int) -> None:
        self.runner, self.folder, self.repeats = runner, folder, repeats

    def timed(self, atoms: Any, species: Sequence[str], side: Side, dynamics: Any) -> Any:
        """A function that runs it: microseconds per atom and step."""
        text = start(self.folder, atoms, species)
        warm = max(1, side.steps // 10)
        pair = "\n".join(side.pair)
        text += INPUT.format(pair=pair, warm=warm, steps=side.steps, **dynamics)

        def run() -> float:
            start(self.folder, atoms, species)
            output = self.runner.run(self.folder, text, side.ranks)
            seconds, steps, n = LOOP.findall(output)[-1]
            return 1e6 * float(seconds) / int(steps) / int(n)

        return run

    def export(self, potential: Potential, name: str, to: str = "lammps") -> tuple[str, ...]:
        """Write the files of a potential; the commands that use them."""
        return write_lammps(potential, self.folder / name, to=to, bare_names=True).commands

    def against(
        self, name: str, atoms: Any, species: Sequence[str], sides: Any, dynamics: Any, target: Any
    ) -> Outcome:
        """The two sides on the same atoms."""
        functions = [self.timed(atoms, species, side, dynamics) for side in sides]
        return compare(name, *functions, self.repeats, target)


def tantalum(n: int) -> Any:
    """Perfect bcc tantalum of about ``n`` atoms."""
    edge = round((n / 2) ** (1 / 3))
    return bulk("Ta", "bcc", 3.316, cubic=True) * (edge, edge, edge)


def silicon(n: int) -> Any:
    """Perfect silicon of about ``n`` atoms."""
    edge = round((n / 8) ** (1 / 3))
    return bulk("Si", a=5.43, cubic=True) * (edge, edge, edge)


def ta(bench: Bench) -> list[Outcome]:
    """LAMMPS's own example of pair_style pod."""
    potential = read_pod(*shipped_tantalum())
    pod = ("pair_style pod", f"pair_coeff * * {' '.join(map(str, shipped_tantalum()))} Ta")
    ours = bench.export(potential, "Ta")
    return [
        bench.against(
            f"POD, LAMMPS's Ta example, {n} atoms",
            tantalum(n),
            ["Ta"],
            (Side(pod, steps=max(2, 20000 // n)), Side(ours, steps=max(10, 200000 // n))),
            TA,
            10.0,
        )
        for n in (2000, 20000)
    ]


def fitted(folder: Path, family: str = "pod", solver: str | None = None, **keywords: Any) -> Any:
    """A potential of the demo's silicon."""
    descriptor = {"family": family, "species": ["Si"], "cutoff": 5.5, **keywords}
    config = {
        "data": {"train": str(HERE.parent / "datasets" / "silicon" / "silicon.extxyz.xz")},
        "descriptor": descriptor,
        "fit": {} if solver is None else {"solver": solver},
        "output": {"folder": str(folder / "demo"), "report": False},
    }
    return pl.tasks.fit(config).potential


def demo(bench: Bench) -> list[Outcome]:
    """The demo's potential: its many-body part, and all of it."""
    potential = fitted(bench.folder)
    many_body = parts(potential).many_body
    assert many_body is not None
    sides = {
        "many-body part": (bench.export(many_body, "pod", "pod"), bench.export(many_body, "Si")),
        "with ZBL and wall": (
            bench.export(potential, "all", "pod"),
            bench.export(potential, "Si2"),
        ),
    }
    return [
        bench.against(
            f"POD, demo's silicon, {what}, {n} atoms",
            silicon(n),
            ["Si"],
            (Side(pod, steps=max(2, 20000 // n)), Side(ours, steps=max(10, 200000 // n))),
            SI,
            10.0,
        )
        for what, (pod, ours) in sides.items()
        for n in (2000, 20000)
    ]


def ranks(bench: Bench) -> list[Outcome]:
    """Two ranks against one."""
    ours = bench.export(read_pod(*shipped_tantalum()), "Ta")
    sides = Side(ours, 1, 20), Side(ours, 2, 20)
    name = "POD, Ta example, 20000 atoms: one rank, two ranks"
    return [bench.against(name, tantalum(20000), ["Ta"], sides, TA, 1.7)]


def size(bench: Bench) -> list[Outcome]:
    """Few atoms against many: time per atom."""
    ours = bench.export(read_pod(*shipped_tantalum()), "Ta")
    many = bench.timed(tantalum(2000), ["Ta"], Side(ours, steps=100), TA)
    hundred = bulk("Ta", "bcc", 3.316, cubic=True) * (5, 5, 2)
    few = bench.timed(hundred, ["Ta"], Side(ours, steps=2000), TA)
    return [compare("POD, Ta example: 2000 atoms, 100 atoms", many, few, bench.repeats, 1 / 1.3)]


def grades(bench: Bench) -> list[Outcome]:
    """What grades, and expected errors of forces, cost every 10 steps."""
    style, coefficients = bench.export(fitted(bench.folder, "ace", "bayesian"), "errors")
    watched = (f"{style} gamma 10 100 1000", coefficients)
    sides = {
        "grades": watched,
        "grades and errors of forces": (*watched, "fix errors all pair 10 potlearn force_std 0"),
    }
    return [
        bench.against(
            f"ACE, demo's silicon, 2000 atoms: without, with {what} every 10 steps",
            silicon(2000),
            ["Si"],
            (Side((style, coefficients), steps=100), Side(pair, steps=100)),
            SI,
            1 / 1.5,
        )
        for what, pair in sides.items()
    ]


def pace(bench: Bench) -> list[Outcome]:
    """ACE: a step in LAMMPS, lists included, against pyace's evaluator alone with given lists.

    Its recursive evaluator is that of ``pair_style pace``, which the wheel lacks.
    """
    if find_spec("pyace") is None:
        print("left out: pace needs pyace (pip install python-ace)")
        return []
    from pyace import PyACECalculator

    potential = parts(fitted(bench.folder, "ace", order=3, degree=[14, 12, 10])).many_body
    assert potential is not None
    bench.export(potential, "ace", "yace")
    theirs = PyACECalculator(
        str(bench.folder / "ace.yace"), recursive_evaluator=True, recursive=True
    )
    ours = bench.export(potential, "ace")
    atoms = silicon(2000)
    atoms.rattle(0.05, seed=0)
    atoms.calc = theirs
    energy = atoms.get_potential_energy()
    assert abs(energy - potential.predict(atoms).energy) < 1e-3 * len(atoms)
    environment = theirs.get_atomic_env(atoms)

    def evaluator() -> float:
        start_ = time.perf_counter()
        theirs.ace.compute(environment)
        return 1e6 * (time.perf_counter() - start_) / len(atoms)

    run = bench.timed(silicon(2000), ["Si"], Side(ours, steps=100), SI)
    name = f"ACE of {potential.descriptor.n_features} functions, pyace's evaluator, 2000 atoms"
    return [compare(name, evaluator, run, bench.repeats, 5.0)]


PARTS = {"ta": ta, "demo": demo, "ranks": ranks, "size": size, "grades": grades, "pace": pace}


def main() -> None:
    """Run the chosen parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    print(processor())
    print("| | theirs, µs/atom/step | potlearn | ratio | asked |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bench = Bench(Runner(install(None, folder / "pair_style")), folder, arguments.repeats)
        rows = [row for part in arguments.parts or PARTS for row in PARTS[part](bench)]
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    content = {"processor": processor(), "rows": [vars(row) for row in rows]}
    (results / "lammps_plugin.json").write_text(json.dumps(content, indent=1))


if __name__ == "__main__":
    main()
