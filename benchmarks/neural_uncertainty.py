"""How well the expected errors of neural ensembles cover the errors of the test sets.

Members are trained on nine tenths of the published training set, calibrated on the other tenth
(stratified; --validation changes the share), and asked of the published test set; with --random of
a tenth of all configurations, drawn again for every seed, so that the test set is like the others.
Beside them the linear fit of the same functions with its errors calibrated by leave-one-out
residuals.  Per quantity: share of the errors within the intervals of 68.27 and 95 %, mean half
width, rank correlation of width and error, and the rank for atoms (length of the force error).  The
cost of an evaluation with expected errors is that over one without.

    python benchmarks/neural_uncertainty.py [--data ../shared/data] [--set Si Mo] [--members 4]
        [--epochs 40] [--seeds 3] [--validation 0.1] [--random]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import spearmanr

import potlearn as pl
from potlearn.fit import FitSettings, RowBudget, fit_linear
from potlearn.metrics import Evaluation, coverage, evaluate
from potlearn.neural import NeuralSettings, fit_neural
from potlearn.potentials import LinearPotential
from potlearn.uncertainty import calibrated_ensemble, quantify

HERE = Path(__file__).resolve().parent
DESCRIPTORS = {
    "Si": lambda: pl.ACE(("Si",), cutoff=5.5, order=3, degree=(10, 9, 8)),
    "Mo": lambda: pl.ACE(("Mo",), cutoff=5.0, order=3, degree=(10, 9, 8)),
}


def main() -> None:
    """Print and save the numbers of every set."""
    options = _options()
    found: dict[str, Any] = {}
    for name in options.set:
        folder = options.data / f"{name}_Zuo2020"
        files = [folder / f"{name}_{part}.extxyz.xz" for part in ("train", "test")]
        train, test, whole = pl.read(files[0]), pl.read(files[1]), pl.read(files)
        found[name] = []
        for seed in range(options.seeds):
            if options.random:
                train, test = pl.stratified_split(whole, 0.1, 1000 + seed)
            found[name].append(one_seed(DESCRIPTORS[name](), train, test, options, seed))
            print(name, json.dumps(found[name][-1]), flush=True)
    (HERE / "results").mkdir(exist_ok=True)
    kind = "_random" if options.random else ""
    path = HERE / "results" / f"neural_uncertainty{kind}.json"
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def one_seed(
    descriptor: Any, whole: pl.Dataset, test: pl.Dataset, options: argparse.Namespace, seed: int
) -> dict[str, Any]:
    """Numbers of the linear fit and of the ensemble, of one split and training."""
    train, validation = pl.stratified_split(whole, options.validation, seed)
    result = fit_linear(train, descriptor, FitSettings(), rows=RowBudget())
    linear = LinearPotential(descriptor, result.coefficients)
    linear = replace(linear, uncertainty=quantify(result, grade=None))
    settings = NeuralSettings(members=options.members, epochs=options.epochs, seed=seed)
    start = time.perf_counter()
    trained = fit_neural(
        train, linear, settings, validation=validation, fit=result.settings
    ).potential
    seconds = time.perf_counter() - start
    ensemble = calibrated_ensemble(trained, validation, train=train)
    return {
        "functions": descriptor.n_features,
        "validation": len(validation),
        "training, s": round(seconds, 1),
        "cost of errors": cost(ensemble, test),
        "linear": summary(evaluate(linear, test)),
        "ensemble": summary(evaluate(ensemble, test)),
        "powers": {q: round(link.power, 2) for q, link in ensemble.uncertainty.links.items()},
        "plain": plain(ensemble, test),
    }


def summary(evaluation: Evaluation) -> dict[str, Any]:
    """Errors and coverage by quantity."""
    rows: dict[str, Any] = {}
    for quantity, row in coverage(evaluation)["all"].items():
        errors = evaluation.values(quantity).error
        rows[quantity] = {
            "rmse, meV": round(1e3 * float(np.sqrt(np.mean(errors**2))), 2),
            "cover": [round(100 * c.share, 1) for c in row.at],
            "of": [[round(100 * x, 1) for x in (c.low, c.high)] for c in row.at],
            "width, meV": round(1e3 * row.width, 2),
            "constant, meV": round(1e3 * row.constant, 2),
            "rank": None if row.rank is None else round(row.rank, 2),
        }
    rows["rank of atoms"] = rank_of_atoms(evaluation)
    return rows


def rank_of_atoms(evaluation: Evaluation) -> float:
    """Rank correlation of length of the force error and expected error of atoms."""
    errors = np.linalg.norm(evaluation.forces_pred - evaluation.forces_ref, axis=1)
    stds = np.linalg.norm(evaluation.spreads.forces, axis=1)
    known = np.isfinite(errors)
    return round(float(spearmanr(errors[known], stds[known])[0]), 2)


def plain(ensemble: Any, test: pl.Dataset) -> dict[str, list[float]]:
    """Coverage of the plain standard deviation of the members, 68.27 and 95 %."""
    from potlearn.uncertainty.held_out import PLAIN

    bare = replace(ensemble, uncertainty=replace(ensemble.uncertainty, links=PLAIN, grade=None))
    rows = coverage(evaluate(bare, test))["all"]
    return {q: [round(100 * c.share, 1) for c in row.at] for q, row in rows.items()}


def cost(ensemble: Any, test: pl.Dataset) -> dict[str, float]:
    """Time of a prediction with expected errors over that of one without, 1000 atoms or so."""
    atoms = max((test[i] for i in range(len(test))), key=len)
    atoms = atoms * (2, 2, 2)
    list_ = pl.structure.neighbors(atoms, ensemble.cutoff)

    def least(work: Any) -> float:
        times = []
        for _ in range(5):
            start = time.process_time()
            work()
            times.append(time.process_time() - start)
        return min(times)

    bare = least(lambda: ensemble.predict(atoms, list_))
    return {
        part: round(1 + least(lambda p=part: ensemble.spread(atoms, list_, wanted=[p])) / bare, 2)
        for part in ("energy", "forces", "gamma")
    }


def _options(given: Iterable[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    parser.add_argument("--set", nargs="+", default=list(DESCRIPTORS), choices=list(DESCRIPTORS))
    parser.add_argument("--members", type=int, default=4)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--validation", type=float, default=0.1)
    parser.add_argument("--random", action="store_true")
    return parser.parse_args(given)


if __name__ == "__main__":
    main()
