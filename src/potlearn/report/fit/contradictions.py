"""Panel: stress of groups that contradicts energies and forces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from potlearn.metrics import GPA
from potlearn.report.fit.view import FitView
from potlearn.report.page.panel import Panel
from potlearn.report.page.tables import Cell, Table, count, headings, number, text

if TYPE_CHECKING:
    from potlearn.fit import Contradiction


def contradictions(view: FitView) -> Panel | None:
    """A row for each group, what is wrong with its stress in numbers."""
    items = view.info.contradictions
    if not items:
        return None
    note = (
        "Stress that contradicts the energies and forces of the same data, judged by a fit "
        "without it. Offset: mean difference along all axes. Size: of the labels, in sizes of the "
        "predictions, with their sign. Harm: by what factor errors of energies or forces grow "
        "where a fit of these takes this stress, too. The configuration key "
        "<code>fit: {contradictions: keep}</code> keeps all stress."
    )
    heads = headings(
        ["Group", "What is wrong", "In the fit"],
        ["Configs", "Offset (kbar)", "Offset (GPa)", "Size", "Harm"],
    )
    return Panel("Contradictory labels", Table(heads, [_row(item) for item in items]).html(), note)


def _row(item: Contradiction) -> list[Cell]:
    fault = item.fault
    return [
        text(item.group),
        text(f"{item.quantity} {fault.words}"),
        text("left out" if item.left_out else "kept"),
        count(fault.n),
        number(fault.offset, 10 * GPA, decimals=1),
        number(fault.offset, GPA, decimals=2),
        number(fault.scale),
        number(item.harm),
    ]
