"""Which tables the page has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from potlearn.metrics import Evaluation
from potlearn.metrics.errors import EVERYTHING, Interval, Number
from potlearn.report.info import SuspiciousLabel
from potlearn.report.numbers import interval, natural, significant
from potlearn.report.quantities import ALL, MILLI, Quantity
from potlearn.report.table import Cell, Table, count, number, text
from potlearn.typing import Array

Measures = Mapping[str, Mapping[str, Mapping[str, Number]]]
Intervals = Mapping[str, Mapping[str, Mapping[str, Interval]]]

ALL_ROWS = "All"
MOST_ROWS = 20


def labelled(measures: Measures) -> list[Quantity]:
    """Quantities that have labels."""
    return [q for q in ALL if measures[EVERYTHING][q.key]["n"]]


def group_table(evaluation: Evaluation, measures: Measures, intervals: Intervals) -> Table:
    """Errors of each group, everything first."""
    quantities = labelled(measures)
    members = evaluation.by_group()
    names = [EVERYTHING, *sorted(members.keys() - {EVERYTHING}, key=natural)]
    rows = []
    for name in names:
        n = int(members[name].sum()) if name != EVERYTHING else len(evaluation)
        first = Cell(ALL_ROWS if name == EVERYTHING else name, name, is_text=True)
        row = [first, count(n)]
        for q in quantities:
            row += _errors(q, measures[name][q.key], intervals[name][q.key]["mae"])
        rows.append(row)
    headings = [("Group", True), ("Configs", False)]
    over = [("", 2)]
    for q in quantities:
        columns = ["MAE", "RMSE", "max", *(["mean cos"] if q.key == "forces" else [])]
        headings += [(column, False) for column in columns]
        over.append((f"{q.name} ({q.error_unit})", len(columns)))
    return Table(headings, rows, over, ALL_ROWS, "groups")


def _errors(quantity: Quantity, measures: Mapping[str, Number], bounds: Interval) -> list[Cell]:
    """MAE with its interval, RMSE, largest error, cosine."""
    cells = [
        number(measures["mae"], MILLI, interval(bounds, MILLI)),
        number(measures["rmse"], MILLI),
        number(measures["max"], MILLI),
    ]
    if quantity.key == "forces":
        cosine = measures["mean_cos"]
        shown = significant(None) if cosine is None else f"{cosine:.4f}"
        cells.append(Cell(shown, "" if cosine is None else repr(cosine)))
    return cells


def measures_table(measures: Mapping[str, Measures]) -> Table:
    """Every number of ``metrics.json``."""
    names = ("mae", "rmse", "mse", "rsq", "cov", "max", "n")
    rows = [
        [
            text(group),
            text(name),
            text(quantity),
            *(number(numbers[key]) for key in names[:3]),
            _rsq(numbers["rsq"]),
            *(number(numbers[key]) for key in names[4:6]),
            count(int(numbers["n"] or 0)),
        ]
        for name, groups in measures.items()
        for group, quantities in groups.items()
        for quantity, numbers in quantities.items()
        if numbers["n"]
    ]
    headings = [("group", True), ("set", True), ("quantity", True), *((n, False) for n in names)]
    return Table(headings, rows)


def _rsq(value: Number) -> Cell:
    """A coefficient of determination, to six decimals."""
    return number(None) if value is None else Cell(f"{value:.6f}", repr(value))


def worst_table(evaluations: Mapping[str, Evaluation]) -> Table:
    """Configurations whose errors are largest, relative to the rms error of the quantity."""
    ranked: list[tuple[float, list[Cell]]] = []
    quantities = [
        q for q in ALL if any(len(e.values(q.key).reference) for e in evaluations.values())
    ]
    for name, evaluation in evaluations.items():
        rms = {q.key: _rms_of_configurations(evaluation, q.key) for q in quantities}
        score = _score(evaluation, rms)
        for i in np.argsort(-score, kind="stable")[:MOST_ROWS].tolist():
            errors = [number(float(rms[q.key][i]), MILLI) for q in quantities]
            row = [
                text(evaluation.sources[i]),
                text(name),
                text(evaluation.groups[i]),
                count(int(evaluation.n_atoms[i])),
                *errors,
                Cell(f"{score[i]:.1f}", repr(float(score[i]))),
            ]
            ranked.append((float(score[i]), row))
    ranked.sort(key=lambda pair: -pair[0])
    headings = [("Configuration", True), ("Set", True), ("Group", True), ("Atoms", False)]
    headings += [(f"{q.name} ({q.error_unit})", False) for q in quantities]
    return Table([*headings, ("× typical", False)], [row for _, row in ranked[:MOST_ROWS]])


def _rms_of_configurations(evaluation: Evaluation, quantity: str) -> Array:
    """Root mean square error of each configuration, NaN without labels."""
    values = evaluation.values(quantity)
    n = np.bincount(values.configuration, minlength=len(evaluation))
    total = np.bincount(values.configuration, values.error**2, minlength=len(evaluation))
    return np.where(n > 0, np.sqrt(total / np.maximum(n, 1)), np.nan)


def _score(evaluation: Evaluation, rms: Mapping[str, Array]) -> Array:
    """Largest ratio of a configuration's rms error to that of its set."""
    ratios = [np.zeros(len(evaluation))]
    for quantity, errors in rms.items():
        error = evaluation.values(quantity).error
        typical = float(np.sqrt(np.mean(error**2))) if len(error) else 0.0
        ratios.append(np.nan_to_num(errors / typical) if typical > 0 else ratios[0])
    return np.asarray(np.max(ratios, axis=0))


def suspicious_table(records: Sequence[SuspiciousLabel]) -> Table:
    """Labels that do not fit the others, as they were passed in."""
    units = {q.key: q.unit for q in ALL} | {"virial": "eV"}
    rows = [
        [
            text(f"{r.source}, {r.where}" if r.where else r.source),
            text(r.group),
            text(r.quantity),
            _with_unit(number(r.value), units[r.quantity]),
            _with_unit(number(r.residual, MILLI), f"m{units[r.quantity]}"),
            Cell(f"{r.leverage:.3f}", repr(float(r.leverage))),
        ]
        for r in records
    ]
    headings = [("Configuration", True), ("Group", True), ("Quantity", True)]
    headings += [("Label", False), ("Leave-one-out residual", False), ("Leverage", False)]
    return Table(headings, rows)


def _with_unit(cell: Cell, unit: str) -> Cell:
    """The unit after the number, where there is one."""
    return Cell(f"{cell.shown} {unit}", cell.key) if cell.key else cell
