"""Panel: labels that disagree with the others."""

from __future__ import annotations

from potlearn.metrics import QUANTITIES, VIRIAL
from potlearn.report.fit.view import FitView
from potlearn.report.info import SuspiciousLabel
from potlearn.report.page.panel import Panel
from potlearn.report.page.tables import Cell, Table, headings, number, text


def suspicious(view: FitView) -> Panel | None:
    """Labels to check, in the order given."""
    if not view.suspicious:
        return None
    note = (
        "Labels that disagree with the rest of the data. Residual: prediction of a fit without "
        "the label, minus the label (for the force on an atom, the length of the difference). "
        "Leverage: influence of a label on its own prediction; near 1 the fit reproduces the "
        "label, right or wrong."
    )
    heads = headings(
        ["Configuration", "Group", "Quantity"], ["Label", "Leave-one-out residual", "Leverage"]
    )
    return Panel("Suspicious labels", Table(heads, [_row(r) for r in view.suspicious]).html(), note)


def _row(record: SuspiciousLabel) -> list[Cell]:
    quantity = (QUANTITIES | {VIRIAL.key: VIRIAL})[record.quantity]
    return [
        text(f"{record.source}, {record.where}" if record.where else record.source),
        text(record.group),
        text(record.quantity),
        _with_unit(number(record.value), quantity.unit),
        _with_unit(number(record.residual, quantity.factor), quantity.error_unit),
        number(record.leverage, decimals=3),
    ]


def _with_unit(cell: Cell, unit: str) -> Cell:
    """The unit after the number, where there is one."""
    return Cell(f"{cell.shown} {unit}", cell.key) if cell.key else cell
