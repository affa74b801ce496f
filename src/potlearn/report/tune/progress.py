"""How the front grew, beside that of random trials."""

from __future__ import annotations

from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import ACCENT, GREY, figure, legend, line, place
from potlearn.report.tune.view import TuneView
from potlearn.tune.summary import curves_of
from potlearn.typing import Array

# Points of a curve at most; between them nothing would be seen.
MOST = 500
_NOTE = (
    "The hypervolume of the front, on logarithmic scales: how much of the box between the best "
    "value of each objective and the value that 95 % of all trials stay below it dominates. Trials "
    "that failed or break a constraint count as trials and add nothing."
)


def progress(view: TuneView) -> Panel | None:
    """Hypervolume against the number of trials."""
    search, random = curves_of(view.tuned)
    if len(search) < 2 or not search[-1] > 0:
        return None
    traces = []
    if len(random):
        traces.append(_curve(random, GREY, "random trials"))
    traces.append(_curve(search, ACCENT, "this search"))
    made = figure(
        traces,
        {"title": "Trials", "rangemode": "tozero"},
        {"title": "Hypervolume (% of the box)", "rangemode": "tozero"},
        **legend(y=0.04, yanchor="bottom"),
    )
    caption = f"{100 * search[-1]:.1f} % after {len(search):,} trials"
    if len(random):
        caption += f"; random: {100 * random[-1]:.1f} % after {len(random):,}"
    plot = place("figure", "Hypervolume", caption, "progress")
    content = f'<div class="plots one">{plot}</div>'
    return Panel("Progress", content, _NOTE, figures={"progress": made})


def _curve(values: Array, colour: str, name: str) -> dict[str, object]:
    """Steps, at the trials that raise the curve and at its end."""
    rises = [i for i in range(len(values)) if i == 0 or values[i] > values[i - 1]]
    rises = [*rises[:: max(1, len(rises) // MOST)], len(values) - 1]
    x, y = [float(i + 1) for i in rises], [100 * float(values[i]) for i in rises]
    made = dict(line(x, y, colour, name, {"shape": "hv"}))
    return made | {"hoverinfo": "x+y+name"}
