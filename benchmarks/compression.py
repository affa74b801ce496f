"""What compression gains: errors against size and force time, and smaller bases beside it.

Si and Mo of Zuo et al. (2020), from the functions of ``pl.ACE((element,), cutoff)`` with the
defaults of a fit.  Sizes are chosen by five folds of the training set and, apart from that, on the
test set; errors are of the test set in both cases.  Beside each compressed potential stand plain
total-degree bases: of the same size, and of the same force time.  Times are medians of CPU seconds
of energies and forces on one thread, all potentials in turn, without reference potential.

    python benchmarks/compression.py [--data ../shared/data] [--set Si] [--output results]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from common import DATA, processor

import potlearn as pl
from potlearn.compress import (
    COMPRESSORS,
    ByCost,
    Compression,
    Work,
    examples_of,
    force_times,
    ledger_of,
)
from potlearn.fit import FitSettings, fit_linear
from potlearn.metrics import evaluate, metrics

CUTOFFS = {"Si": 5.5, "Mo": 5.0}
SCALES = np.arange(0.42, 1.0, 0.04)
"""Factors of the default degrees: the plain smaller bases."""
LOSS, MOST = 0.1, 250
SIZES = (60, 100, 150, 200, 250, 400)


class Line(NamedTuple):
    """A potential and what it is called."""

    label: str
    potential: pl.LinearPotential
    held_out: str = ""


def read(folder: Path, element: str, part: str) -> pl.Dataset:
    """Training or test set."""
    return pl.read(folder / f"{element}_Zuo2020" / f"{element}_{part}.extxyz.xz")


def plain(train: pl.Dataset, element: str) -> list[Line]:
    """Fits of total-degree bases of falling degree."""
    whole, found = pl.ACE((element,), cutoff=CUTOFFS[element]), {}
    for scale in SCALES:
        degree = tuple(float(scale * d) for d in whole.degree)
        descriptor = pl.ACE((element,), cutoff=CUTOFFS[element], degree=degree)
        found[descriptor.n_features] = descriptor
    lines = []
    for descriptor in found.values():
        result = fit_linear(train, descriptor, FitSettings(e0="fitted"))
        lines.append(Line("plain", pl.LinearPotential(descriptor, result.coefficients)))
    return lines


def compressed(train: pl.Dataset, test: pl.Dataset, element: str) -> tuple[list[Line], list[Any]]:
    """The whole fit, potentials by error and by cost, and test errors of every method by size."""
    descriptor = pl.ACE((element,), cutoff=CUTOFFS[element])
    result = fit_linear(train, descriptor, FitSettings(e0="fitted", n_folds=5))
    ledger, examples = ledger_of(test, descriptor), examples_of(train)
    lines = [Line("all functions", pl.LinearPotential(descriptor, result.coefficients))]
    for name, method in (
        ("by error", "backward"),
        ("by cost", ByCost(Work.of(descriptor, examples))),
    ):
        for on, rows in (("5 folds", None), ("test set", ledger)):
            found = Compression(result, descriptor, method, test=rows)
            for most in (None, MOST):
                size = found.choose(LOSS, most)
                label = f"{name}{f', at most {most}' if most else ''}"
                lines.append(Line(label, found.potential(found.fit(*size)), on))
    return lines, methods(Compression(result, descriptor, test=ledger))


def methods(first: Compression) -> list[Any]:
    """Growth of the test error by method and size, in percent."""
    whole, rows = first.held_out(first.whole.most)["forces"], []
    for name in COMPRESSORS:
        found = Compression(first.result, first.descriptor, name, test=first.test)
        sizes = [k for k in SIZES if k <= found.whole.most] or [found.whole.most]
        growth = {k: 100 * (found.held_out(k)["forces"] / whole - 1) for k in sizes}
        rows.append({"method": name, "growth": growth})
        print(f"  {name:16s}", *(f"{k}: {g:+.1f} %" for k, g in growth.items()), flush=True)
    return rows


def measured(lines: list[Line], train: pl.Dataset, test: pl.Dataset) -> list[dict[str, Any]]:
    """Errors and times of all potentials, relative to the first one."""
    times = force_times([line.potential for line in lines], examples_of(train), rounds=31)
    rows = []
    for line, time in zip(lines, times, strict=True):
        table = metrics(evaluate(line.potential, test))["all"]
        row = {
            "label": line.label,
            "chosen_on": line.held_out,
            "functions": line.potential.descriptor.n_features,
            "us_per_atom": time,
            **{
                f"{q}_{m}": 1e3 * table[q][m] for q in ("energy", "forces") for m in ("mae", "rmse")
            },
        }
        first = rows[0] if rows else row
        row["times_as_fast"] = first["us_per_atom"] / time
        for m in ("mae", "rmse"):
            row[f"growth_{m}"] = row[f"forces_{m}"] / first[f"forces_{m}"] - 1
        rows.append(row)
    return rows


def nearest(row: dict[str, Any], rows: list[dict[str, Any]], key: str) -> dict[str, Any]:
    """The plain basis that is closest in size or time."""
    return min(rows, key=lambda other: abs(np.log(other[key] / row[key])))


def show(row: dict[str, Any], label: str = "") -> None:
    """One line, for reading."""
    chosen = f" (chosen on {row['chosen_on']})" if row["chosen_on"] else ""
    print(
        f"  {row['functions']:4d} functions {row['us_per_atom']:6.2f} µs/atom "
        f"{row['times_as_fast']:5.2f} times as fast | energy {row['energy_mae']:5.2f} "
        f"({row['energy_rmse']:5.2f}) meV/atom | forces {row['forces_mae']:5.1f} "
        f"({row['forces_rmse']:5.1f}) meV/Å, {100 * row['growth_mae']:+5.1f} "
        f"({100 * row['growth_rmse']:+5.1f}) % | {label or row['label']}{chosen}",
        flush=True,
    )


def study(folder: Path, element: str) -> dict[str, Any]:
    """One set."""
    train, test = read(folder, element, "train"), read(folder, element, "test")
    print(f"{element}: growth of the force error (RMS, test set) by method and size")
    lines, by_method = compressed(train, test, element)
    bases = plain(train, element)
    rows = measured([*lines, *bases], train, test)
    ours, theirs = rows[: len(lines)], rows[len(lines) :]
    print(f"{element}: MAE (RMSE) on the test set, growth against all functions")
    for row in ours:
        show(row)
        if row is not ours[0]:
            show(nearest(row, theirs, "functions"), "  plain basis of the same size")
            show(nearest(row, theirs, "us_per_atom"), "  plain basis of the same force time")
    return {"methods": by_method, "compressed": ours, "plain": theirs}


def main() -> None:
    """Print, and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--set", choices=sorted(CUTOFFS), action="append")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    found = {name: study(given.data, name) for name in given.set or ("Si", "Mo")}
    given.output.mkdir(exist_ok=True)
    path = given.output / "compression.json"
    path.write_text(json.dumps({"processor": processor(), **found}, indent=1))
    print(f"written to {path}")


if __name__ == "__main__":
    main()
