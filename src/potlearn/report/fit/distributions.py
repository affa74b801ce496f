"""Panel: distributions of errors."""

from __future__ import annotations

import numpy as np

from potlearn.metrics import QUANTITIES, Quantity
from potlearn.report.fit.grids import histogram_edges
from potlearn.report.fit.view import FitView
from potlearn.report.page.compact import Json, short
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import place


def distributions(view: FitView) -> Panel | None:
    """One histogram per quantity."""
    histograms = {q.key: _histogram(view, q) for q in QUANTITIES.values()}
    shown = {key: found for key, found in histograms.items() if found is not None}
    if not shown:
        return None
    plots = "".join(
        place("errors", QUANTITIES[key].name, f"outside the plot: {beyond}", key)
        for key, (_, beyond) in shown.items()
    )
    note = "Prediction minus reference, on a logarithmic scale that shows the tails."
    data = {"histograms": {key: data for key, (data, _) in shown.items()}}
    content = f'<div class="plots">{plots}</div>'
    return Panel("Error distributions", content, note, link="Distributions", data=data)


def _histogram(view: FitView, quantity: Quantity) -> tuple[Json, str] | None:
    """Shares of the errors per bin, and how many lie outside; None without labels.

    The bins reach to where 1 % of some set lies outside.
    """
    errors = {name: e.values(quantity.key).error for name, e in view.evaluations.items()}
    scaled = {name: quantity.factor * error for name, error in errors.items() if len(error)}
    if not scaled:
        return None
    edges = histogram_edges(list(scaled.values()))
    shares = {name: np.histogram(e, edges)[0] / len(e) for name, e in scaled.items()}
    outside = {name: max(0.0, round(1 - float(s.sum()), 9)) for name, s in shares.items()}
    data = {
        "unit": quantity.error_unit,
        "limit": short([edges[-1]], 6)[0],
        "bins": len(edges) - 1,
        "sets": {name: short(share, 4) for name, share in shares.items()},
    }
    return data, ", ".join(f"{100 * share:.2g} % of {name}" for name, share in outside.items())
