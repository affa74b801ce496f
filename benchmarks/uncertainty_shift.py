"""Grades under shift: made from bulk alone, asked of surfaces, vacancies, strained cells.

For every set: AUROC of configurations (and of atoms) of each other group against held-out bulk, by
several aggregates of the grades of atoms and by the grade of the configuration; the same of the
force error that a linear ACE fitted to the same bulk makes, as what a measure of error could reach;
and what a grade costs beside one evaluation of energy and forces.  Prints tables and writes JSON.

    python benchmarks/uncertainty_shift.py [--data ../shared/data] [--set Si] [--output results]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ase.build import bulk
from common import DATA, HERE, processor
from sklearn.metrics import roc_auc_score

import potlearn as pl
from potlearn.structure.species import species_indices
from potlearn.uncertainty import Grade, make_grade

KINDS = ("maxvol", "mahalanobis")
SIZES = (16, 32, 64, 128)
FOLDS = 5
COLD = {"Si": 0.7, "Mo": 1.2}
"""Root mean square force, eV/Å, below which frames of bulk count as cold."""
AGGREGATES: dict[str, Callable[[Any], float]] = {
    "max": np.max,
    "p90": lambda x: np.quantile(x, 0.9),
    "mean": np.mean,
    "std": np.std,
}


@dataclass
class Case:
    """Frames of which some are the training and held-out parts of a group."""

    name: str
    frames: list[Any]
    groups: np.ndarray
    inside: np.ndarray
    """Frames of the group that the grade is made from, held-out ones included."""
    descriptor: Any
    shifts: tuple[str, ...]

    def split(self, fold: int) -> tuple[np.ndarray, np.ndarray]:
        """Training, held out: every fifth frame."""
        held = self.inside[fold::FOLDS]
        return np.setdiff1d(self.inside, held), held


# Sets -----------------------------------------------------------------------------------------


def read(*paths: Path) -> list[Any]:
    """Frames of some files."""
    return [atoms for path in paths for atoms in pl.read(path)]


def zuo(data: Path, element: str, cold: bool) -> Case:
    """AIMD of bulk, at all temperatures (melts included) or at the lowest alone."""
    folder = data / f"{element}_Zuo2020"
    frames = read(*(folder / f"{element}_{part}.extxyz.xz" for part in ("train", "test")))
    groups = np.array([atoms.info["config_type"] for atoms in frames])
    inside = np.flatnonzero(groups == "AIMD-NVT")
    if cold:
        size = [np.sqrt((frames[i].get_forces() ** 2).mean()) for i in inside]
        inside = inside[np.array(size) < COLD[element]]
    descriptor = pl.ACE((element,), cutoff={"Si": 5.5, "Mo": 5.0}[element])
    name = f"{element}, {'cold' if cold else 'all'} bulk"
    return Case(name, frames, groups, inside, descriptor, ("Surface", "Vacancy", "Elastic"))


def tantalum(data: Path) -> Case:
    """Crystals (strained, displaced, compressed) against surfaces, stacking faults, liquid."""
    frames = read(data / "Ta_FitSNAP" / "Ta_FitSNAP.extxyz.xz")
    names = np.array([atoms.info["config_type"] for atoms in frames])
    parts = {"GSF_110": "Fault", "GSF_112": "Fault"}
    groups = np.array([parts.get(n, "Bulk" if "_" in n else n) for n in names])
    inside = np.flatnonzero(groups == "Bulk")
    return Case("Ta", frames, groups, inside, pl.ACE(("Ta",)), ("Surface", "Fault", "Liquid"))


def tungsten_beryllium(data: Path) -> Case:
    """Bulk of W, Be and W-Be against surfaces and defects, every tenth frame of large groups."""
    folder = data / "WBe_FitSNAP"
    kinds = {
        "Bulk": ("W/md_bulk", "WBe/DFT_MD_1000K", "Be/DFTMD_300K", "Be/DFTMD_1000K"),
        "Surface": ("W/surface", "W/gamma_surface", "Be/001FreeSurf", "Be/100FreeSurf"),
        "Vacancy": ("W/vacancy", "W/Divacancy", "Be/Defect_Vacancy"),
        "Liquid": ("W/Disordered_Struc", "Be/Liquids"),
        "Strained": ("W/EOS_Data", "Be/Elast_HCP_Shear", "Be/Elast_HCP_Vol", "Be/EOS_HCP"),
    }
    frames, groups = list[Any](), list[str]()
    for group, files in kinds.items():
        for file in files:
            found = list(pl.read(folder / f"{file}.extxyz.xz"))
            found = found[:: max(1, len(found) // 100)]
            frames += found
            groups += [group] * len(found)
    names = np.array(groups)
    inside = np.flatnonzero(names == "Bulk")
    return Case("WBe", frames, names, inside, pl.ACE(("W", "Be"), cutoff=4.8), tuple(kinds)[1:])


def molecule(data: Path) -> Case:
    """3BPA at 300 K against the set of mixed temperatures (300, 600, 1200 K)."""
    folder = data / "3BPA_BOTNet"
    cold, mixed = (read(folder / f"train_{x}.extxyz.xz") for x in ("300K", "mixedT"))
    groups = np.array(["300K"] * len(cold) + [_temperature(atoms) for atoms in mixed])
    descriptor = pl.ACE(("H", "C", "N", "O"), cutoff=5.0)
    shifts = tuple(sorted(set(groups[len(cold) :])))
    return Case("3BPA", cold + mixed, groups, np.arange(len(cold)), descriptor, shifts)


def _temperature(atoms: Any) -> str:
    """Parts of the mixed set by root mean square force: temperatures are not in the file."""
    size = np.sqrt((atoms.get_forces() ** 2).mean())
    return "mixed, cold" if size < 1.1 else "mixed, warm" if size < 1.5 else "mixed, hot"


CASES: dict[str, Callable[[Path], Case]] = {
    "Si": lambda data: zuo(data, "Si", cold=False),
    "Si cold": lambda data: zuo(data, "Si", cold=True),
    "Mo": lambda data: zuo(data, "Mo", cold=False),
    "Mo cold": lambda data: zuo(data, "Mo", cold=True),
    "Ta": tantalum,
    "WBe": tungsten_beryllium,
    "3BPA": molecule,
}


# Scores ---------------------------------------------------------------------------------------


def auroc(low: Any, high: Any) -> float:
    """That of telling ``high`` from ``low``; infinite scores are the highest."""
    scores = np.nan_to_num(np.concatenate([low, high]), posinf=1e300)
    return float(roc_auc_score(np.r_[np.zeros(len(low)), np.ones(len(high))], scores))


def separation(case: Case, held: Any, score: dict[int, Any]) -> dict[str, float]:
    """AUROC of every shift and of all of them, for scores (any number per frame) by frame."""
    low = np.concatenate([score[i] for i in held])
    high = {
        s: np.concatenate([score[i] for i in np.flatnonzero(case.groups == s)]) for s in case.shifts
    }
    pooled = np.concatenate(list(high.values()))
    return {s: auroc(low, x) for s, x in (high | {"pooled": pooled}).items()}


def scores_of(case: Case, grade: Grade, frames: Any) -> tuple[dict[int, Any], dict[int, Any]]:
    """Grades of the atoms, and of the configuration, of each frame."""
    atoms_, whole = {}, {}
    for i in frames:
        features = grade.descriptor.features(case.frames[i])
        species = species_indices(case.frames[i], grade.descriptor.species)
        atoms_[i] = grade.grade(features, species)
        whole[i] = np.array([grade.configuration(features, species)])
    return atoms_, whole


def by_aggregate(case: Case, held: Any, atoms_: dict[int, Any]) -> dict[str, dict[str, float]]:
    """Separation of configurations by each aggregate, and of single atoms."""
    found = {"atoms": separation(case, held, atoms_)}
    for name, aggregate in AGGREGATES.items():
        found[name] = separation(
            case, held, {i: np.array([aggregate(x)]) for i, x in atoms_.items()}
        )
    return found


def alarms(case: Case, held: Any, whole: dict[int, Any], bound: float) -> dict[str, float]:
    """Part of the held-out bulk, and of each shift, whose grade is above ``bound``."""
    parts = {"held out": held} | {s: np.flatnonzero(case.groups == s) for s in case.shifts}
    return {name: float(np.mean([whole[i][0] > bound for i in x])) for name, x in parts.items()}


def fold_of(case: Case, fold: int, kind: str, n: int) -> dict[str, Any]:
    """All measures of one split."""
    train, held = case.split(fold)
    start = time.perf_counter()
    grade = make_grade(
        pl.from_atoms([case.frames[i] for i in train]), case.descriptor, kind, n_features=n
    )
    seconds = time.perf_counter() - start
    concerned = np.r_[held, np.flatnonzero(np.isin(case.groups, case.shifts))]
    atoms_, whole = scores_of(case, grade, concerned)
    return {
        **by_aggregate(case, held, atoms_),
        "configuration": separation(case, held, whole),
        "configuration above 2": alarms(case, held, whole, 2.0),
        "seconds to make": {"": seconds},
    }


def errors_of(case: Case) -> dict[str, dict[str, float]]:
    """The same separations by the true force errors of a fit to the training part."""
    train, held = case.split(0)
    data = pl.from_atoms([case.frames[i] for i in train])
    coefficients = pl.fit_linear(data, case.descriptor).coefficients
    potential = pl.LinearPotential(case.descriptor, coefficients)
    concerned = np.r_[held, np.flatnonzero(np.isin(case.groups, case.shifts))]
    errors = {}
    for i in concerned:
        atoms = case.frames[i]
        errors[i] = np.linalg.norm(potential.predict(atoms).forces - atoms.get_forces(), axis=1)
    return by_aggregate(case, held, errors)


def averaged(folds: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Means over the splits."""
    return {
        name: {k: float(np.mean([f[name][k] for f in folds])) for k in folds[0][name]}
        for name in folds[0]
    }


# Cost -----------------------------------------------------------------------------------------


def cost(n_features: int, kind: str) -> dict[str, float]:
    """Microseconds per atom on one thread: energy and forces of 796 functions, and the grade."""
    descriptor = pl.ACE(("Si",), cutoff=5.5)
    atoms = bulk("Si", cubic=True) * (4, 4, 4)
    atoms.rattle(0.1, seed=0)
    c = np.random.default_rng(0).normal(size=(1, 1 + descriptor.n_features))
    evaluator, system = descriptor.fold(c), descriptor.system(atoms)
    grade = make_grade(pl.from_atoms([atoms]), descriptor, kind, n_features=n_features)
    part: Any = grade.descriptor
    x, z = part.features(system), np.zeros(len(atoms), int)
    return {
        "energy and forces": best(lambda: evaluator(system)) / len(atoms),
        "features of all functions": best(lambda: descriptor.features(system)) / len(atoms),
        "features of the grade": best(lambda: part.features(system)) / len(atoms),
        "grades of atoms": best(lambda: grade.grade(x, z)) / len(atoms),
        "grade of the configuration": best(lambda: grade.configuration(x, z)) / len(atoms),
    }


def best(function: Callable[[], Any], repeats: int = 15) -> float:
    """Least microseconds of some runs."""
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return 1e6 * min(times)


# Tables ---------------------------------------------------------------------------------------


def show(title: str, found: dict[str, dict[str, float]]) -> None:
    """A line for each measure."""
    print(f"  {title}")
    for name, values in found.items():
        text = "  ".join(f"{k} {v:.3f}" for k, v in values.items())
        print(f"    {name:22s} {text}", flush=True)


def study(case: Case, sizes: tuple[int, ...]) -> dict[str, Any]:
    """All grades of one set."""
    case.descriptor = case.descriptor.prepared([case.frames[i] for i in case.inside])
    print(f"\n{case.name}: {len(case.inside)} frames inside, {FOLDS} splits", flush=True)
    found: dict[str, Any] = {"true force error": errors_of(case)}
    show("true force error, one split", found["true force error"])
    for kind in KINDS:
        for n in sizes:
            title = f"{kind}, {n} features"
            found[title] = averaged([fold_of(case, fold, kind, n) for fold in range(FOLDS)])
            show(title, found[title])
    return found


def main() -> None:
    """Run the sets that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--set", choices=CASES, action="append")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--output", type=Path, default=HERE / "results")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    costs = {f"{k}, {n} features": cost(n, k) for k in KINDS for n in arguments.sizes}
    show(f"µs per atom, one thread, {processor()}", costs)
    results: dict[str, Any] = {"processor": processor(), "cost": costs}
    for name in arguments.set or CASES:
        results[name] = study(CASES[name](arguments.data), tuple(arguments.sizes))
    path = arguments.output / "uncertainty_shift.json"
    path.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
