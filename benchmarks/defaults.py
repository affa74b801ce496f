"""Defaults of ACE and POD on sets of different character, against ACE's defaults without data.

Si and Mo have the test sets of Zuo et al.; of the others a tenth is held out.  Water is made on
demand (``benchmarks/water.py``).  Prints a table of root mean square errors and writes it as JSON.

    python benchmarks/defaults.py [--data ../shared/data] [--set Si water] [--output results]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import NamedTuple

import numpy as np
from water import water

import potlearn as pl
from potlearn.fit import FitSettings, Weights, fit_linear
from potlearn.metrics import evaluate, metrics

MOST = 1500  # configurations of W-Be


class Case(NamedTuple):
    """A set: training and test data, species, cutoff, weights."""

    train: pl.Dataset
    test: pl.Dataset
    species: tuple[str, ...]
    cutoff: float
    weights: Weights = Weights()


def zuo(folder: Path, element: str, cutoff: float) -> Case:
    """Si or Mo."""
    parts = (folder / f"{element}_Zuo2020" / f"{element}_{p}.extxyz.xz" for p in ("train", "test"))
    return Case(*map(pl.read, parts), (element,), cutoff)


def held_out(data: pl.Dataset, *others: object) -> Case:
    """A random tenth to test."""
    return Case(*pl.random_split(data, test=0.1, seed=0), *others)


def molecule(folder: Path) -> Case:
    """3BPA at 300 K; the isolated atoms are trained on."""
    here = folder / "3BPA_BOTNet"
    case = held_out(pl.read(here / "train_300K.extxyz.xz"), ("H", "C", "N", "O"), 5.0)
    return case._replace(train=case.train + pl.read(here / "iso_atoms.extxyz.xz"))


def alloy(folder: Path) -> Case:
    """Some of W-Be, evenly spread over the files."""
    data = pl.read(sorted((folder / "WBe_FitSNAP").glob("*/*.extxyz.xz")))
    chosen = np.linspace(0, len(data) - 1, MOST).round().astype(int)
    return Case(
        *pl.stratified_split(data.subset(chosen), test=0.1, seed=0), ("W", "Be"), 4.8, Weights()
    )


def oxide(folder: Path) -> Case:
    """HfO2 slabs, whose stress is not to be trusted."""
    data = pl.read(folder / "HfO2_cesmix" / "HfO2_slabs.extxyz.xz")
    return held_out(data, ("Hf", "O"), 5.0, Weights(stress=0.0))


def liquid(_: Path) -> Case:
    """Flexible water, kept beside the results."""
    path = Path(__file__).resolve().parent / "results" / "water.extxyz"
    return held_out(pl.read(water(path)), ("O", "H"), 6.0)


SETS: dict[str, Callable[[Path], Case]] = {
    "Si": lambda folder: zuo(folder, "Si", 5.5),
    "Mo": lambda folder: zuo(folder, "Mo", 5.0),
    "Ta": lambda folder: held_out(
        pl.read(folder / "Ta_FitSNAP" / "Ta_FitSNAP.extxyz.xz"), ("Ta",), 5.0
    ),
    "WBe": alloy,
    "3BPA": molecule,
    "HfO2": oxide,
    "water": liquid,
}


def line(label: str, descriptor: pl.ACE | pl.POD, case: Case) -> dict[str, object]:
    """Fit and test errors."""
    start = process_time()
    result = fit_linear(case.train, descriptor, FitSettings(weights=case.weights))
    seconds = process_time() - start
    found = metrics(evaluate(pl.LinearPotential(descriptor, result.coefficients), case.test))["all"]
    row = {
        "defaults": label,
        "forces_rmse": 1e3 * found["forces"]["rmse"],
        "energy_rmse": 1e3 * found["energy"]["rmse"],
        "functions": descriptor.n_features,
        "fit_cpu_s": round(seconds, 1),
    }
    print(
        f"  {label:11s} {row['forces_rmse']:8.1f} meV/Å {row['energy_rmse']:8.2f} meV/atom "
        f"{row['functions']:5d} functions {seconds:6.1f} s CPU",
        flush=True,
    )
    return row


def study(case: Case) -> list[dict[str, object]]:
    """POD, ACE without data, ACE with data."""
    before = pl.ACE(case.species, cutoff=case.cutoff)
    now = before.prepared(case.train)
    rows = [
        line("POD", pl.POD(case.species, cutoff=case.cutoff), case),
        line("ACE, before", before, case),
    ]
    if now == before:
        print("  ACE, now: the same")
        return [*rows, {**rows[-1], "defaults": "ACE, now"}]
    print(f"  {now.reason}")
    return [*rows, line("ACE, now", now, case)]


def main() -> None:
    """Run the sets asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    here = Path(__file__).resolve().parent
    parser.add_argument("--data", type=Path, default=here.parents[1] / "shared" / "data")
    parser.add_argument("--set", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--output", type=Path, default=here / "results")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    found = {}
    for name in arguments.set:
        print(f"{name}: root mean square errors", flush=True)
        found[name] = study(SETS[name](arguments.data))
    (arguments.output / "defaults.json").write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
