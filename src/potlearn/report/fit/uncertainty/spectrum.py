"""Panel: how many combinations of coefficients the data decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from potlearn.report.fit.view import FitView
from potlearn.report.page.compact import Json
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import (
    ACCENT,
    ORANGE,
    figure,
    legend,
    line,
    logarithmic,
    place,
    ticks_between,
)

if TYPE_CHECKING:
    from potlearn.uncertainty import Spectrum

MOST = 400
"""Points of the line; longer spectra are thinned."""


def spectrum(view: FitView) -> Panel | None:
    """The spectrum of the covariance, and what it says in a sentence."""
    found = view.info.spectrum
    if found is None or not len(found.stds):
        return None
    caption = "standard deviations of independent combinations, from the best decided on"
    plot = place("figure", "Spectrum of the covariance", caption, "covariance")
    content = f'<p>{_reading(found)}</p><div class="plots two">{plot}</div>'
    title = "What the data decide"
    note = (
        "Coefficients in the scale in which the fit penalises them. A standard deviation at the "
        "dashed line is that of the penalty: the data say nothing of such a combination."
        if found.penalty is not None
        else "Coefficients in the scale of their columns. The fit has no penalty: the data decide "
        "every combination, those on the right of the plot badly."
    )
    return Panel(title, content, note, link="Spectrum", figures={"covariance": _plot(found)})


def _reading(found: Spectrum) -> str:
    n = len(found.stds)
    if found.penalty is None:
        ratio = f"{found.stds[-1]:.1e}".replace("e+0", " × 10^").replace("e+", " × 10^")
        base, _, power = ratio.partition("^")
        return (
            f"No penalty: the data alone decide all <b>{n}</b> combinations of coefficients, the "
            f"worst {base}<sup>{power}</sup> times less exactly than the best."
        )
    return (
        f"The data decide <b>{found.decided} of {n}</b> combinations of coefficients: they say "
        f"more of these than the penalty does. Effective number of parameters: "
        f"{found.effective:.0f}. {_advice(found)}"
    )


def _advice(found: Spectrum) -> str:
    rest = len(found.stds) - found.decided
    if not rest:
        return "The penalty hardly acts."
    if rest < found.decided:
        return "The penalty keeps the others small; they hardly matter for these data."
    return (
        "The penalty decides most of them: a smaller basis would do about as well on these data, "
        "and more data of other kinds would decide more."
    )


def _plot(found: Spectrum) -> Json:
    n = len(found.stds)
    shown = np.unique(np.linspace(0, n - 1, min(n, MOST)).round().astype(int))
    x, y = (shown + 1).tolist(), found.stds[shown].tolist()
    traces = [line(x, y, ACCENT, "standard deviation", mode="lines" if n > 60 else "lines+markers")]
    values = list(y)
    if found.penalty is not None:
        values.append(found.penalty)
        traces.append(line([1, n], [found.penalty] * 2, ORANGE, "penalty alone", {"dash": "dash"}))
    axis = logarithmic("Standard deviation (best = 1)", values)
    low, high = min(values) / 1.2, max(values) * 1.2
    if len(ticks_between(low, high)) > 8:
        axis = logarithmic("Standard deviation (best = 1)", values, _every_other(low, high))
    across = {"title": "Combination of coefficients", "range": [0, n + 1]}
    return figure(traces, across, axis, **legend(x=0.99, y=0.02, yanchor="bottom"))


def _every_other(low: float, high: float) -> list[float]:
    ticks = ticks_between(low, high)
    return ticks[:: -(-len(ticks) // 6)]
