"""Fits without a configuration: what `potlearn fit DATA` finds, against the defaults of `init`.

For every set: seconds of the search, what was chosen, and test errors of both fits with 95 %
intervals (whole configurations resampled).  The difference is resampled in pairs.  Both fits are
the linear fits without protection beyond the data.  Si and Mo are tested on the test sets of Zuo
et al.; of the others a tenth is held out, which neither the search nor the fits see.  Of W-Be some
5,000 configurations are taken, in proportion to its groups.  Beside these sets: an oxide, a liquid,
a soft metal (copper of effective-medium theory) and solid argon.

    python benchmarks/zero.py [--data ../shared/data] [--set Si Mo] [--output results]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, NamedTuple

import numpy as np
from ase import Atoms
from ase.io import write
from stability import argon, copper
from water import water

import potlearn as pl
from potlearn import tasks
from potlearn.cli.config_file import load_config
from potlearn.fit import fit_linear
from potlearn.metrics import Evaluation, evaluate
from potlearn.tasks.data import load
from potlearn.tasks.descriptor import make_descriptor
from potlearn.tasks.linear_settings import linear_settings
from potlearn.tasks.reference import make_reference

RESULTS = Path(__file__).resolve().parent / "results"
MOST = 5000
DRAWS = 2000
ERRORS = [(q, m) for q in ("energy", "forces") for m in ("rmse", "mae")]


class Case(NamedTuple):
    """Files to fit, and a file to test on; without it, the part that the fit holds out."""

    files: list[Path]
    test: Path | None = None


def zuo(folder: Path, element: str) -> Case:
    """Si or Mo."""
    here = folder / f"{element}_Zuo2020"
    return Case([here / f"{element}_train.extxyz.xz"], here / f"{element}_test.extxyz.xz")


def alloy(folder: Path) -> Case:
    """W-Be, in proportion to its groups, kept beside the results."""
    path = RESULTS / f"WBe_{MOST}.extxyz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        data = pl.read(sorted((folder / "WBe_FitSNAP").glob("*/*.extxyz.xz")))
        chosen, _ = pl.stratified_split(data, test=1 - MOST / len(data), seed=0)
        write(path, list(chosen), format="extxyz")
    return Case([path])


def molecule(folder: Path) -> Case:
    """3BPA at 300 K, and its isolated atoms."""
    here = folder / "3BPA_BOTNet"
    return Case([here / "train_300K.extxyz.xz", here / "iso_atoms.extxyz.xz"])


def written(name: str, frames: Iterable[Atoms]) -> Case:
    """Configurations as a file beside the results, which is what the command reads."""
    path = RESULTS / f"{name}.extxyz"
    if not path.exists():
        RESULTS.mkdir(exist_ok=True)
        write(path, list(frames), format="extxyz")
    return Case([path])


def made(name: str, maker: Callable[[Path], Any]) -> Callable[[Path], Case]:
    """A set of another benchmark, whole: its training and its test part."""

    def case(folder: Path) -> Case:
        found = maker(folder)
        return written(name, [*found.train, *found.test])

    return case


def oxide(folder: Path) -> Case:
    """HfO2 slabs."""
    return Case([folder / "HfO2_cesmix" / "HfO2_slabs.extxyz.xz"])


SETS: dict[str, Callable[[Path], Case]] = {
    "Si": lambda folder: zuo(folder, "Si"),
    "Mo": lambda folder: zuo(folder, "Mo"),
    "Ta": lambda folder: Case([folder / "Ta_FitSNAP" / "Ta_FitSNAP.extxyz.xz"]),
    "WBe": alloy,
    "3BPA": molecule,
    "HfO2": oxide,
    "water": lambda _: Case([water(RESULTS / "water.extxyz")]),
    "copper": made("copper", copper),
    "argon": made("argon", argon),
}


class Fit(NamedTuple):
    """Test errors, functions and CPU seconds of a fit."""

    evaluation: Evaluation
    functions: int
    cpu: float


def fitted(path: Path, test: Path | None) -> Fit:
    """The linear fit of a configuration."""
    from potlearn.fit.beyond import Coverage

    config = load_config(path)
    sets = load(config.data).sets
    train = sets["train"]
    descriptor = make_descriptor(config.descriptor, train)
    coverage = Coverage.of(train, descriptor.species)
    reference = make_reference(config.reference, coverage.shortest, descriptor.species)
    start = process_time()
    settings = linear_settings(config.fit, train)
    result = fit_linear(train, descriptor, settings, reference=reference)
    seconds = process_time() - start
    potential = pl.LinearPotential(descriptor, result.coefficients, reference)
    tested = sets["test"] if test is None else pl.read(test)
    return Fit(evaluate(potential, tested), descriptor.n_features, seconds)


def sums(evaluation: Evaluation, quantity: str, measure: str) -> np.ndarray:
    """Sum of |e| or e², and number of components of each configuration, (n, 2)."""
    values = evaluation.values(quantity)
    parts = np.abs(values.error) if measure == "mae" else values.error**2
    weights = (parts, np.ones(len(parts)))
    n = len(evaluation)
    return np.stack([np.bincount(values.configuration, w, minlength=n) for w in weights], axis=1)


def resampled(sums: np.ndarray, measure: str, counts: np.ndarray) -> np.ndarray:
    """Errors of resamplings with so many of each configuration, (draws, n)."""
    totals = counts @ sums
    mean = totals[:, 0] / totals[:, 1]
    return mean if measure == "mae" else np.sqrt(mean)


def compared(default: Evaluation, found: Evaluation, quantity: str, measure: str) -> dict[str, Any]:
    """Both errors, the interval of the default's, and that of their difference; meV."""
    n = len(default)
    counts = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=DRAWS)
    pair = [sums(e, quantity, measure) for e in (default, found)]
    now = [1e3 * float(resampled(s, measure, np.ones((1, n)))[0]) for s in pair]
    draws = [1e3 * resampled(s, measure, counts) for s in pair]
    intervals = {
        name: np.quantile(d, (0.025, 0.975)).tolist()
        for name, d in zip(
            ("default", "found", "difference"), (*draws, draws[1] - draws[0]), strict=True
        )
    }
    verdict = "same"
    if intervals["difference"][0] > 0:
        verdict = "worse"
    elif intervals["difference"][1] < 0:
        verdict = "better"
    within = now[1] <= intervals["default"][1]
    return {
        "default": now[0],
        "found": now[1],
        "intervals": intervals,
        "paired": verdict,
        "within_interval": within,
    }


def case(case: Case) -> dict[str, Any]:
    """Search, both fits, and their errors."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        start = perf_counter(), process_time()
        outcome = tasks.find({"files": case.files, "output": folder / "found.yaml"})
        seconds = perf_counter() - start[0], process_time() - start[1]
        first = tasks.init({"files": case.files, "output": folder / "default.yaml"})
        fits = {
            "default": fitted(first.path, case.test),
            "found": fitted(outcome.path, case.test),
        }
    errors = {
        f"{q}_{m}": compared(fits["default"].evaluation, fits["found"].evaluation, q, m)
        for q, m in ERRORS
    }
    return {
        "summary": list(outcome.summary),
        "configuration": outcome.text,
        "search_wall_s": round(seconds[0], 1),
        "search_cpu_s": round(seconds[1], 1),
        "functions": {name: fit.functions for name, fit in fits.items()},
        "fit_cpu_s": {name: round(fit.cpu, 1) for name, fit in fits.items()},
        "n_test": len(fits["default"].evaluation),
        "errors": errors,
    }


def show(name: str, found: Mapping[str, Any]) -> None:
    """Print one set."""
    print(f"{name}: search {found['search_wall_s']} s wall, {found['search_cpu_s']} s CPU")
    for line in found["summary"]:
        print(f"  {line}")
    print(f"  functions {found['functions']}, fits {found['fit_cpu_s']} s CPU")
    for key, e in found["errors"].items():
        low, high = e["intervals"]["default"]
        below, above = e["intervals"]["difference"]
        print(
            f"  {key:12s} {e['default']:8.2f} [{low:.2f}, {high:.2f}] -> {e['found']:8.2f}  "
            f"difference [{below:+.2f}, {above:+.2f}]: {e['paired']}"
            f"{'' if e['within_interval'] else ', beyond the interval of the default'}"
        )
    print(flush=True)


def main() -> None:
    """Run the sets asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    here = Path(__file__).resolve().parent
    parser.add_argument("--data", type=Path, default=here.parents[1] / "shared" / "data")
    parser.add_argument("--set", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--output", type=Path, default=here / "results")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    path = arguments.output / "zero.json"
    rows = json.loads(path.read_text()) if path.exists() else {}
    for name in arguments.set:
        rows[name] = case(SETS[name](arguments.data))
        show(name, rows[name])
        path.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
