"""Accuracy of linear ACE fits: Si and Mo (Zuo et al. 2020), 3BPA, W-Be.

Ladders of bases with this package's defaults for the rest; for Si and Mo also the basis, cutoff and
weights that five-fold cross-validation on the training set chooses among bases of at most 1000
functions.  Test sets are looked at once, at the end.  Prints tables and writes them as JSON.

    python benchmarks/accuracy_ace.py [--data ../shared/data] [--set Si] [--output results]
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

import potlearn as pl
from potlearn.data import k_folds
from potlearn.fit import FitSettings, Weights, cross_validate, fit_linear
from potlearn.metrics import evaluate, metrics

LADDER = [(8, 7, 6, 5), (10, 9, 8, 7), (12, 11, 10, 9), (14, 13, 12, 11), (16, 15, 14, 13)]
CUTOFFS = {"Si": 5.5, "Mo": 5.0}
SEARCHED_CUTOFFS = {"Si": (5.5, 5.75, 6.0), "Mo": (4.75, 5.0, 5.25)}
SEARCHED = [
    {"wL": 1.0, "degree": (14, 14, 13, 12)},
    {"wL": 0.75, "degree": (14, 13, 12, 11)},
    {"wL": 0.6, "degree": (14, 12, 12, 10)},
    {"wL": 0.5, "degree": (12, 11, 11, 9)},
    {"wL": 0.5, "degree": (12, 11, 10, 9, 8), "order": 5},
]
SEARCHED_WEIGHTS = [Weights(e, 1.0, s) for e in (1e4, 4e4) for s in (0.0, 10.0)]
PUBLISHED = {
    "Si": {"MTP": (2.21, 60), "GAP": (2.91, 70), "POD": (2.56, 70)},
    "Mo": {"MTP": (2.83, 90), "GAP": (2.24, 90), "POD": (3.94, 98)},
    "3BPA": {"linear ACE, 300 K test set not in the data at hand (RMSE)": (float("nan"), 27.1)},
    "WBe": {"SNAP, training errors of all groups": (116.9, 306.8)},
}


def fit(train, descriptor: pl.ACE, weights: Weights, **options):
    """The fit, and its CPU seconds."""
    start = process_time()
    result = fit_linear(train, descriptor, FitSettings(weights=weights, **options))
    return result, process_time() - start


def held_out(train, result, descriptor: pl.ACE, weights: Weights) -> tuple[float, float]:
    """Mean absolute errors of five-fold cross-validation, meV/atom and meV/Å."""
    found = cross_validate(result.ledger, result.settings)
    sums = np.zeros((2, 2))
    for fold, coefficients in zip(k_folds(train, 5, seed=0), found.coefficients, strict=True):
        potential = pl.LinearPotential(descriptor, coefficients)
        table = metrics(evaluate(potential, train.subset(np.sort(fold))))["all"]
        for q, quantity in enumerate(("energy", "forces")):
            n = table[quantity]["n"]
            sums[q] += n * 1e3 * table[quantity]["mae"], n
    return tuple(sums[:, 0] / sums[:, 1])


def errors(descriptor: pl.ACE, result, data) -> dict[str, dict[str, float]]:
    """MAE and RMSE of all configurations, meV/atom and meV/Å."""
    table = metrics(evaluate(pl.LinearPotential(descriptor, result.coefficients), data))["all"]
    return {q: {k: 1e3 * table[q][k] for k in ("mae", "rmse")} for q in ("energy", "forces")}


def row(label: str, descriptor: pl.ACE, train, tests: dict, weights: Weights, **options) -> dict:
    """Fit and errors of one line of a table."""
    result, seconds = fit(train, descriptor, weights, **options)
    found = {
        "basis": label,
        "functions": descriptor.n_features,
        "coefficients": int(result.coefficients.size),
        "effective": float(result.info.effective_parameters),
        "fit_cpu_s": round(seconds, 2),
        "train": errors(descriptor, result, train),
        **{name: errors(descriptor, result, data) for name, data in tests.items()},
    }
    show_row(found, list(tests))
    return found


def show_row(found: dict, tests: list[str]) -> None:
    """One line, for reading: MAE (RMSE)."""
    text = f"  {found['functions']:5d} functions"
    for name in tests:
        e, f = found[name]["energy"], found[name]["forces"]
        text += f" | {name} {e['mae']:6.2f} ({e['rmse']:6.2f}) {f['mae']:6.1f} ({f['rmse']:6.1f})"
    print(f"{text} | {found['fit_cpu_s']:.1f} s CPU: {found['basis']}", flush=True)


# Zuo et al. -----------------------------------------------------------------------------------


def chosen_by_cross_validation(train, element: str) -> tuple[str, pl.ACE, Weights]:
    """Least geometric mean of held-out energy and force errors."""
    best: Any = None
    for settings, cutoff in itertools.product(SEARCHED, SEARCHED_CUTOFFS[element]):
        descriptor = pl.ACE((element,), cutoff=cutoff, **settings)
        result, _ = fit(train, descriptor, SEARCHED_WEIGHTS[-1], e0="fitted", n_folds=5)
        for weights in SEARCHED_WEIGHTS:
            e, f = held_out(train, result, descriptor, weights)
            if best is None or e * f < best[0]:
                weighted = f"energy weight {weights.energy:g}, stress weight {weights.stress:g}"
                label = f"{settings}, cutoff {cutoff}, {weighted}"
                print(f"    {label}: held out {e:.2f} meV/atom, {f:.1f} meV/Å", flush=True)
                best = (e * f, label, descriptor, weights)
    return best[1:]


def zuo(folder: Path, element: str) -> list[dict]:
    """Ladder of defaults, then the basis chosen on the training set."""
    train, test = (
        pl.read(folder / f"{element}_Zuo2020" / f"{element}_{part}.extxyz.xz")
        for part in ("train", "test")
    )
    rows = [
        row(
            f"degree {degree}",
            pl.ACE((element,), cutoff=CUTOFFS[element], degree=degree),
            train,
            {"test": test},
            Weights(),
            e0="fitted",
        )
        for degree in LADDER
    ]
    label, descriptor, weights = chosen_by_cross_validation(train, element)
    label = f"cross-validated: {label}"
    return [*rows, row(label, descriptor, train, {"test": test}, weights, e0="fitted")]


# Choices of defaults, on held-out folds alone -------------------------------------------------


def choice(label: str, descriptor: pl.ACE, train, **options) -> dict:
    """Root mean square errors of five-fold cross-validation of one line."""
    result, _ = fit(train, descriptor, Weights(), e0="fitted", n_folds=5, **options)
    table = cross_validate(result.ledger, result.settings).rmse["all"]
    e, f = 1e3 * table["energy"], 1e3 * table["forces"]
    print(f"  {e:6.2f} meV/atom {f:6.1f} meV/Å (rmse, held out): {label}", flush=True)
    return {"choice": label, "energy_rmse": e, "forces_rmse": f}


def radials(folder: Path) -> list[dict]:
    """Kinds of radial functions, at the cutoff that suits all of them."""
    kinds: list[dict[str, Any]] = [
        {"kind": "sbessel"},
        {"kind": "agnesi_jacobi", "p": 2, "q": 3},
        {"kind": "agnesi_jacobi"},
        {"kind": "cheb_exp_cos", "decay": 1.0},
        {"kind": "cheb_exp_cos", "decay": 2.0},
        {"kind": "cheb_exp_cos"},
        {"kind": "cheb_pow", "power": 2.0},
        {"kind": "cheb_pow"},
    ]
    basis = {"cutoff": 5.0, "degree": (16, 16, 12, 10), "wL": 1.0}
    return [
        choice(
            f"{element} {kind}", pl.ACE((element,), radial=kind, **basis), training(folder, element)
        )
        for element, kind in itertools.product(("Si", "Mo"), kinds)
    ]


def smoothness(folder: Path) -> list[dict]:
    """Penalty by smoothness and by the columns' norms, with all and with a quarter of the data."""
    rows = []
    for element, step, on in itertools.product(("Si", "Mo"), (1, 4), (True, False)):
        train = training(folder, element)[::step]
        descriptor = pl.ACE((element,), cutoff=CUTOFFS[element])
        label = f"{element}, {len(train)} configurations, smoothness {on}"
        rows.append(choice(label, descriptor, train, smoothness=on))
    return rows


def training(folder: Path, element: str):
    """Training set of Zuo et al."""
    return pl.read(folder / f"{element}_Zuo2020" / f"{element}_train.extxyz.xz")


# Other sets -----------------------------------------------------------------------------------


def molecule(folder: Path) -> list[dict]:
    """3BPA at 300 K, nine tenths to train; one tenth and higher temperatures to test."""
    here = folder / "3BPA_BOTNet"
    e0 = pl.read(here / "iso_atoms.extxyz.xz").isolated_energies()
    train, held = pl.random_split(pl.read(here / "train_300K.extxyz.xz"), test=0.1, seed=0)
    tests = {"300 K": held, "mixed T": pl.read(here / "train_mixedT.extxyz.xz")}
    weights = Weights(energy=1e3, forces=1.0, stress=0.0)
    return [
        row(
            f"order 3, degree {degree}",
            pl.ACE(("H", "C", "N", "O"), cutoff=3.75, order=3, degree=degree),
            train,
            tests,
            weights,
            e0=e0,
        )
        for degree in ((10, 4, 3.25), (12, 6, 4.5), (12, 7, 5.5))
    ]


def alloy(folder: Path) -> list[dict]:
    """W-Be, a tenth of every group to test; of several charges of labels, unweighted."""
    files = sorted((folder / "WBe_FitSNAP").glob("*/*.extxyz.xz"))
    train, test = pl.stratified_split(pl.read(files), test=0.1, seed=0)
    return [
        row(
            f"degree {degree}",
            pl.ACE(("W", "Be"), cutoff=4.8, degree=degree),
            train,
            {"test": test},
            Weights(),
        )
        for degree in ((8, 6, 5, 4.5), (10, 7.5, 6.5, 6))
    ]


STUDIES: dict[str, Callable[[Path], list[dict]]] = {
    "Si": lambda folder: zuo(folder, "Si"),
    "Mo": lambda folder: zuo(folder, "Mo"),
    "3BPA": molecule,
    "WBe": alloy,
    "radials": radials,
    "smoothness": smoothness,
}


def main() -> None:
    """Run the studies asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    here = Path(__file__).resolve().parent
    parser.add_argument("--data", type=Path, default=here.parents[1] / "shared" / "data")
    parser.add_argument("--set", nargs="+", choices=STUDIES, default=list(STUDIES))
    parser.add_argument("--output", type=Path, default=here / "results")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        print(f"{arguments.data}: no such folder; the accuracy study needs the data sets")
        return
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name in arguments.set:
        print(f"\n{name}: MAE (RMSE) of energies in meV/atom and of forces in meV/Å", flush=True)
        rows, published = STUDIES[name](arguments.data), PUBLISHED.get(name, {})
        for other, (energy, forces) in published.items():
            print(f"  published: {energy:6.2f} {forces:6.1f} {other}")
        found = {"set": name, "rows": rows, "published": published}
        path = arguments.output / f"accuracy_ace_{name}.json"
        path.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
