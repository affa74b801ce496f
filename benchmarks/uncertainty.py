"""How well intervals cover the errors of new configurations, and how sharp they are.

Repeated tenfold splits, copies kept together: fit on nine tenths, compare on the rest, each
configuration as often as the others.  Pooled over the splits, per method and quantity: share of
errors within the intervals of 68 and 95 % with binomial intervals that count configurations, width
against that of one interval for all (quantiles of leave-one-out residuals without regard to the
variance), rank correlation of width and error.

    python benchmarks/uncertainty.py [--data ../shared/data] [--set Si Mo] [--splits 20]
        [--methods calibrated posterior committee pops] [--shift]

With --shift the fit sees the group AIMD-NVT of Si or Mo alone, and is asked of the other groups.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import beta, spearmanr

import potlearn as pl
from potlearn.fit import FitResult, FitSettings, RowBudget, fit_linear
from potlearn.uncertainty import METHODS, LeftOut, Posterior, quantify

HERE = Path(__file__).resolve().parent
FOLDS, BULK = 10, "AIMD-NVT"
LEVELS = {"68": 0.682689492137086, "95": 0.95}


class Case(NamedTuple):
    """A data set and a basis for it."""

    read: Callable[[Path], pl.Dataset]
    descriptor: Callable[[], Any]


def _files(*names: str) -> Callable[[Path], pl.Dataset]:
    return lambda data: pl.read([data / name for name in names])


def _some(read: Callable[[Path], pl.Dataset], count: int) -> Callable[[Path], pl.Dataset]:
    """A random part of a large set."""

    def part(data: Path) -> pl.Dataset:
        whole = read(data)
        return whole.subset(np.sort(np.random.default_rng(0).permutation(len(whole))[:count]))

    return part


def _folder(name: str) -> Callable[[Path], pl.Dataset]:
    return lambda data: pl.read(sorted((data / name).rglob("*.extxyz.xz")))


CASES = {
    "Si": Case(
        _files("Si_Zuo2020/Si_train.extxyz.xz", "Si_Zuo2020/Si_test.extxyz.xz"),
        lambda: pl.ACE(("Si",), cutoff=5.5, degree=(12, 11, 10, 9)),
    ),
    "Mo": Case(
        _files("Mo_Zuo2020/Mo_train.extxyz.xz", "Mo_Zuo2020/Mo_test.extxyz.xz"),
        lambda: pl.ACE(("Mo",), cutoff=5.0, degree=(12, 10, 9, 7)),
    ),
    "Ta": Case(
        _files("Ta_FitSNAP/Ta_FitSNAP.extxyz.xz"),
        lambda: pl.ACE(("Ta",), cutoff=4.7, degree=(8, 7, 6, 5)),
    ),
    "WBe": Case(
        _some(_folder("WBe_FitSNAP"), 1500),
        lambda: pl.ACE(("W", "Be"), cutoff=4.8, degree=(8, 6, 4, 4)),
    ),
    "3BPA": Case(
        _files("3BPA_BOTNet/train_300K.extxyz.xz", "3BPA_BOTNet/iso_atoms.extxyz.xz"),
        lambda: pl.ACE(("C", "H", "N", "O"), cutoff=5.0, degree=(5, 4, 0, 0)),
    ),
}


class Errors:
    """Errors and standard deviations of new labels, pooled over splits."""

    def __init__(self) -> None:
        self.rows: list[np.ndarray] = []

    def add(self, error: np.ndarray, std: np.ndarray, widths: np.ndarray, owner: int) -> None:
        """One configuration's components: half widths of the intervals are ``std * widths``."""
        n = len(error)
        columns = [error, std, *np.outer(widths, std), np.full(n, owner)]
        self.rows.append(np.column_stack(columns))

    def summary(self) -> dict[str, Any]:
        """Coverage, binomial intervals, width and ranks; rows zero by symmetry are left out."""
        rows = np.concatenate(self.rows)
        ranks = rows[:, :2]
        rows = rows[rows[:, 1] > 0]
        found: dict[str, Any] = {"rows": len(rows), "configurations": len(np.unique(rows[:, -1]))}
        for k, name in enumerate(LEVELS):
            share = float(np.mean(np.abs(rows[:, 0]) <= rows[:, 2 + k]))
            found[f"cover {name}"] = round(100 * share, 1)
            found[f"interval {name}"] = _binomial(share, found["configurations"])
        found["mean width 68"] = float(np.mean(rows[:, 2]))
        found["median width 68"] = float(np.median(rows[:, 2]))
        varied = np.ptp(rows[:, 1]) > 0
        for what, part in (("rank", ranks), ("rank, not zero", rows)):
            rank = spearmanr(np.abs(part[:, 0]), part[:, 1])[0] if varied else np.nan
            found[what] = round(float(rank), 3)
        return found


def _binomial(share: float, n: int) -> list[float]:
    """95 % interval (Clopper & Pearson 1934) of a share of n, in per cent."""
    k = share * n
    ends = beta.ppf([0.025, 0.975], [max(k, 1e-9), k + 1], [n - k + 1, max(n - k, 1e-9)])
    return [round(100 * float(x), 1) for x in ends]


def homoscedastic(result: FitResult) -> dict[str, np.ndarray]:
    """Half widths of one interval for all, from leave-one-out residuals, by quantity."""
    none = np.zeros((len(result.columns), 1))
    scores = LeftOut(result, Posterior.of(result), none).scores(np.arange(len(result.rows)))
    found = {}
    for quantity, part in scores.items():
        k, errors = len(np.unique(part.blocks)), np.abs(part.errors)
        at = np.minimum(1.0, np.array([*LEVELS.values()]) * (1 + 1 / k))
        found[quantity] = np.quantile(errors[errors > 1e-8], at)
    return found


def split_errors(
    train: pl.Dataset, test: pl.Dataset, case: Case, methods: Iterable[str], pools: dict, first: int
) -> dict[str, float]:
    """Fit, quantify and compare; seconds of each method."""
    descriptor = case.descriptor()
    result = fit_linear(train, descriptor, FitSettings(), rows=RowBudget())
    seconds, plain = {}, homoscedastic(result)
    for method in methods:
        start = time.process_time()
        found = quantify(result, method)
        seconds[method] = time.process_time() - start
        potential = pl.LinearPotential(descriptor, result.coefficients, uncertainty=found)
        widths = {
            q: np.array([found.factor(q, level) for level in LEVELS.values()]) for q in found.links
        }
        for i in range(len(test)):
            for quantity, error, std in components(potential, test, i):
                pool = pools.setdefault((method, quantity), Errors())
                pool.add(error, std, widths[quantity], first + i)
                if method == "calibrated":
                    flat = np.where(std > 0, 1.0, 0.0)
                    pool = pools.setdefault(("one width", quantity), Errors())
                    pool.add(error, flat, plain[quantity], first + i)
                    if quantity == "forces":
                        pool = pools.setdefault((method, "atoms"), Errors())
                        norms = [np.linalg.norm(x.reshape(-1, 3), axis=1) for x in (error, std)]
                        pool.add(*norms, widths["forces"], first + i)
    result.rows.close()
    return seconds


def components(
    potential: pl.LinearPotential, test: pl.Dataset, i: int
) -> Iterable[tuple[str, np.ndarray, np.ndarray]]:
    """Quantity, errors and standard deviations of one configuration; energies per atom."""
    atoms, labels = test[i], test.labels(i)
    prediction = potential.predict(atoms)
    spread = potential.spread(atoms, wanted=("energy", "forces"))
    if labels.energy is not None and len(atoms) > 1:
        n = len(atoms)
        error = (prediction.energy - labels.energy) / n
        yield "energy", np.array([error]), np.array([spread.energy / n])
    if labels.forces is not None and len(atoms) > 1:
        yield "forces", (prediction.forces - labels.forces).ravel(), spread.forces.ravel()


def parts(dataset: pl.Dataset, fold: int) -> tuple[pl.Dataset, pl.Dataset]:
    """Training and test set of a fold; after ten folds the set is dealt anew."""
    seed, k = divmod(fold, FOLDS)
    test = np.sort(pl.k_folds(dataset, FOLDS, seed=seed)[k])
    train = np.setdiff1d(np.arange(len(dataset)), test)
    return dataset.subset(train), dataset.subset(test)


def study(name: str, data: Path, splits: int, methods: list[str]) -> dict[str, Any]:
    """One data set."""
    case, pools, seconds = CASES[name], {}, []
    dataset, first = case.read(data), 0
    for fold in range(splits):
        train, test = parts(dataset, fold)
        seconds.append(split_errors(train, test, case, methods, pools, first))
        first += len(test)
    found = {f"{m} {q}": pool.summary() for (m, q), pool in sorted(pools.items())}
    for method in methods:
        found[f"{method} seconds"] = float(np.median([s[method] for s in seconds]))
    return found


def shift(name: str, data: Path, methods: list[str]) -> dict[str, Any]:
    """Fit to four fifths of the bulk, compare on the rest of it and on each other group."""
    case, found = CASES[name], {}
    dataset = case.read(data)
    bulk = np.flatnonzero(np.array(dataset.groups) == BULK)
    train = dataset.subset(np.delete(bulk, slice(0, None, 5)))
    tests = {f"{BULK}, held out": bulk[::5]}
    for group in sorted({*dataset.groups} - {BULK}):
        tests[group] = np.flatnonzero(np.array(dataset.groups) == group)
    for group, members in tests.items():
        pools: dict = {}
        split_errors(train, dataset.subset(members), case, methods, pools, 0)
        found |= {f"{group}: {m} {q}": pool.summary() for (m, q), pool in pools.items()}
    return found


def show(name: str, found: dict[str, Any]) -> None:
    """A table of one data set."""
    print(
        f"\n{name}\n| | rows | configurations | 68 % | 95 % | mean, "
        "median width | | rank | not zero |\n|---|---|---|---|---|---|---|---|---|"
    )
    for what, row in found.items():
        if isinstance(row, dict):
            print(
                f"| {what} | {row['rows']} | {row['configurations']} "
                f"| {row['cover 68']} {row['interval 68']} "
                f"| {row['cover 95']} {row['interval 95']} "
                f"| {row['mean width 68']:.4g} | {row['median width 68']:.4g} "
                f"| {row['rank']} | {row['rank, not zero']} |"
            )
    print({what: round(value, 2) for what, value in found.items() if not isinstance(value, dict)})


def main() -> None:
    """Run the chosen sets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    parser.add_argument("--set", nargs="*", choices=[*CASES], default=[*CASES])
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--methods", nargs="*", choices=[*METHODS], default=["calibrated"])
    parser.add_argument("--output", type=Path, default=HERE / "results" / "uncertainty.json")
    parser.add_argument("--shift", action="store_true", help="fit to bulk, ask of other groups")
    args = parser.parse_args()
    found = {}
    for name in args.set:
        if args.shift:
            show(f"{name}, fitted to {BULK}", shift(name, args.data, args.methods))
            continue
        found[name] = study(name, args.data, args.splits, args.methods)
        show(name, found[name])
        args.output.parent.mkdir(parents=True, exist_ok=True)
        args.output.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
