"""Headline numbers: mean absolute errors, their intervals, and some other measures."""

from __future__ import annotations

from html import escape

from potlearn.metrics import EVERYTHING, GPA, MEASURES, Number, Quantity, measures_of
from potlearn.report.fit.view import FitView
from potlearn.report.page.numbers import fixed, interval, significant

HEADLINE = "mae"
"""The measure in large type, whose interval is shown."""
LEAST = 1e-3
"""Errors below this, in meV and the like, are shown as such without their digits."""


def cards(view: FitView) -> str:
    """A card for each labelled quantity of the first set."""
    made = (_card(view, quantity) for quantity in view.labelled(view.first))
    return f'<div class="cards">{"".join(made)}</div>'


def _card(view: FitView, quantity: Quantity) -> str:
    value = shown(HEADLINE, quantity, view.numbers(view.first, quantity.key)[HEADLINE])
    facts = {label: text for label, text in _facts(view, quantity).items() if text}
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{escape(t)}</dd>" for label, t in facts.items())
    title = f"{quantity.name} {MEASURES[HEADLINE].label}, {view.first}"
    return (
        f'<div class="card"><h2>{escape(title)}</h2>'
        f'<div class="value">{value} <small>{quantity.error_unit}</small></div>'
        f"<dl>{rows}</dl></div>"
    )


def _facts(view: FitView, quantity: Quantity) -> dict[str, str]:
    """Lines below the headline number."""
    numbers = view.numbers(view.first, quantity.key)
    bounds = view.intervals[view.first][EVERYTHING][quantity.key][HEADLINE]
    facts = {"95 % interval": interval(bounds, MEASURES[HEADLINE].factor(quantity.key))}
    for name, measure in measures_of(quantity.key).items():
        if measure.card and name != HEADLINE and numbers[name] is not None:
            facts[measure.label] = shown(name, quantity, numbers[name])
    mae = numbers["mae"]
    if quantity.key == "stress" and mae is not None:
        facts["MAE in GPa"] = significant(mae * GPA)
    for name in view.evaluations:
        if name != view.first:
            value = view.numbers(name, quantity.key)[HEADLINE]
            facts[f"{MEASURES[HEADLINE].label}, {name}"] = shown(HEADLINE, quantity, value)
    return facts


def shown(name: str, quantity: Quantity, value: Number) -> str:
    """A measure as text, in the unit in which errors of the quantity are shown."""
    measure = MEASURES[name]
    if value is None:
        return significant(None)
    scaled = value * measure.factor(quantity.key)
    least = LEAST if measure.power == 1 else 0.0
    return (
        significant(scaled, least=least)
        if measure.decimals is None
        else fixed(scaled, measure.decimals)
    )
