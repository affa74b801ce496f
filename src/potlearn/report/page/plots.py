"""Plotly figures as plain data, made here whole and drawn by the page's script as they are.

The script adds what all figures share (fonts, margins, the look of axes).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

from potlearn.report.page.compact import Json, short

ACCENT, GREY, ORANGE, PALE, BLACK = "#1f5fa8", "#6b7684", "#c8641b", "#b6bfca", "#1b2330"
# Colours of lines that must differ, and dashes where there are more lines than colours.
COLOURS = (ACCENT, ORANGE, "#2a8a57", "#8a4fa3", "#b3273d", "#56788f", "#9a7b1f", "#d0679d")
DASHES = ("solid", "dash", "dot", "dashdot")


def place(kind: str, title: str, caption: str, key: str = "", name: str = "") -> str:
    """A place where the page's script draws; ``key`` is that of the figure or quantity.

    ``kind`` is ``"figure"`` for a figure of this module.
    """
    text = f"<figcaption><b>{escape(title)}</b><span>{escape(caption)}</span></figcaption>"
    return (
        f'<figure>{text}<div class="plot" data-plot="{kind}" data-quantity="{escape(key)}" '
        f'data-set="{escape(name)}" role="img" aria-label="{escape(title)}: {escape(caption)}">'
        "</div></figure>"
    )


def figure(traces: Sequence[Json], x: Json, y: Json, **layout: object) -> Json:
    """A figure: traces, axes (``title`` and what Plotly knows of axes), layout."""
    return {"traces": list(traces), "x": dict(x), "y": dict(y), "layout": layout}


def points(
    x: Sequence[float], y: Sequence[float], text: Sequence[str], colour: str, name: str, size: float
) -> Json:
    """Points, with the text that appears under the pointer."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": short(x, 5),
        "y": short(y, 5),
        "text": list(text),
        "hoverinfo": "text",
        "name": name,
        "marker": {"color": colour, "size": size, "line": {"width": 0}},
    }


def line(
    x: Sequence[float],
    y: Sequence[float],
    colour: str,
    name: str,
    style: Json | None = None,
    mode: str = "lines",
) -> Json:
    """A line; ``style`` is what Plotly knows of lines."""
    return {
        "type": "scatter",
        "mode": mode,
        "x": short(x, 5),
        "y": short(y, 5),
        "name": name,
        "line": {"color": colour, "width": 1.8, **(style or {})},
        "hoverinfo": "name",
    }


def legend(**more: object) -> dict[str, object]:
    """Layout with a legend inside the frame."""
    place = {"x": 0.99, "xanchor": "right", "y": 0.99, "bgcolor": "rgba(255,255,255,0.8)"}
    return {"showlegend": True, "legend": place | more}


def hover(*lines: str) -> str:
    """Text under the pointer: lines of plain text, the first one bold."""
    first, *rest = (escape(text, quote=False) for text in lines)
    return "<br>".join([f"<b>{first}</b>", *rest])


def logarithmic(
    title: str, values: Sequence[float], ticks: Sequence[float] | None = None
) -> dict[str, object]:
    """A logarithmic axis, a little wider than its values, with few and round numbers."""
    low, high = limits_of(values)
    shown = ticks_between(low, high) if ticks is None else list(ticks)
    return {
        "title": title,
        "type": "log",
        "range": [log10(low), log10(high)],
        "tickvals": shown,
        "ticktext": [_tick(value) for value in shown],
    }


def limits_of(values: Sequence[float], margin: float = 1.2) -> tuple[float, float]:
    """Limits of a logarithmic axis."""
    positive = [v for v in values if v > 0]
    return min(positive, default=1.0) / margin, max(positive, default=1.0) * margin


_FACTORS: tuple[tuple[float, tuple[float, ...]], ...] = (
    (0.35, (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9)),
    (0.8, (1, 1.5, 2, 3, 5, 7)),
    (2.5, (1, 2, 5)),
)
"""Numbers between powers of ten on an axis of less than so many decades."""


def ticks_between(low: float, high: float) -> list[float]:
    """Powers of ten, and numbers between them where the axis is short."""
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    length = log10(high / low)
    factors = next((f for most, f in _FACTORS if length < most), (1.0,))
    step = 1 if length < 7 else 2
    found = [f * 10.0**k for k in decades if k % step == 0 for f in factors]
    return [value for value in found if low <= value <= high]


def _tick(value: float) -> str:
    exponent = floor(log10(value) + 1e-9)
    if -4 <= exponent < 5:
        return f"{value:g}"
    factor = round(value / 10.0**exponent)
    return ("" if factor == 1 else f"{factor} × ") + f"10<sup>{exponent}</sup>"
