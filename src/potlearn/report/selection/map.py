"""Panel: map of the rows along their first two principal components."""

from __future__ import annotations

from collections.abc import Sequence

from potlearn.report.page.compact import Json
from potlearn.report.page.numbers import counted, significant
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import ACCENT, PALE, figure, hover, legend, place, points
from potlearn.report.selection.view import SelectionView
from potlearn.typing import Indices


def component_map(view: SelectionView) -> Panel:
    """Selected rows in blue above the others."""
    note = "Principal components of the features. Hover over a point to see its configuration."
    if view.spread.n_hidden:
        note += f" {counted(view.spread.n_hidden, 'row')} that were not selected are not drawn."
    plot = place("figure", "Principal components", "selected: blue", "map")
    content = f'<div class="plots one">{plot}</div>'
    return Panel("Map of the configurations", content, note, "Map", figures={"map": _figure(view)})


def _figure(view: SelectionView) -> Json:
    others, chosen = view.spread.shown, view.chosen
    order = [f"number {t + 1}, score {significant(s)}" for t, s in enumerate(view.scores)]
    traces = []
    for rows, texts, colour, name, size in (
        (others, texts_of(view, others), PALE, "not selected", 4.0),
        (chosen, texts_of(view, chosen, order), ACCENT, "selected", 7.0),
    ):
        x, y = view.spread.map[rows].T.tolist()
        traces.append(points(x, y, texts, colour, name, size))
    shares = [f"{100 * s:.0f} %" for s in [*view.spread.shares, 0.0][:2]]
    x_axis, y_axis = (
        {"title": f"Component {j + 1} ({s} of the variance)"} for j, s in enumerate(shares)
    )
    return figure(
        traces,
        x_axis,
        y_axis,
        **legend(orientation="h", x=0, xanchor="left", y=1, yanchor="bottom"),
    )


def texts_of(view: SelectionView, rows: Indices, more: Sequence[str] = ()) -> list[str]:
    """Texts of rows: configuration, group, and what else is known of each."""
    extra = more or [""] * len(rows)
    return [
        hover(view.names[i], view.groups[i], *([text] if text else []))
        for i, text in zip(rows.tolist(), extra, strict=True)
    ]
