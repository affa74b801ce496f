"""Panel: how much of each group was selected."""

from __future__ import annotations

import numpy as np

from potlearn.report.page.numbers import natural
from potlearn.report.page.panel import Panel
from potlearn.report.page.tables import Cell, Table, count, headings, number, text
from potlearn.report.selection.view import SelectionView

# Row of all groups together.
_ALL = "All"


def coverage(view: SelectionView) -> Panel:
    """Table of the groups: rows, selected ones, and their share."""
    groups = np.array(view.groups, dtype=str)
    taken = groups[view.chosen]
    average = len(taken) / len(groups)
    rows = [_row(_ALL, len(groups), len(taken), average)]
    for name in sorted(set(view.groups), key=natural):
        rows.append(_row(name, int((groups == name).sum()), int((taken == name).sum()), average))
    heads = headings(["Group"], ["All", "Selected", "Selected (%)", "Relative to average"])
    table = Table(heads, rows, top=_ALL, kind="groups")
    note = "Relative to average: share selected of the group, divided by the share of all rows."
    return Panel("Coverage of groups", table.html(), note, link="Groups")


def _row(name: str, n: int, chosen: int, average: float) -> list[Cell]:
    share = chosen / n
    return [text(name), count(n), count(chosen), number(100 * share), number(share / average)]
