"""Figures that are made here whole, and drawn by the page's script as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from typing import Any

from potlearn.report.compact import short

ACCENT, GREY, ORANGE = "#1f5fa8", "#6b7684", "#c8641b"
# Colours of lines that must be told apart, and dashes where they do not suffice.
COLOURS = (ACCENT, ORANGE, "#2a8a57", "#8a4fa3", "#b3273d", "#56788f", "#9a7b1f", "#d0679d")
DASHES = ("solid", "dash", "dot", "dashdot")


def figure(
    traces: Sequence[Mapping[str, Any]], x: Mapping[str, Any], y: Mapping[str, Any], **layout: Any
) -> dict[str, Any]:
    """A figure: traces, axes (``title`` and what Plotly knows of axes), layout."""
    return {"traces": list(traces), "x": dict(x), "y": dict(y), "layout": layout}


def points(
    x: Sequence[float], y: Sequence[float], text: Sequence[str], colour: str, name: str, size: float
) -> dict[str, Any]:
    """Marks with what is told when the pointer is on them."""
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
    x: Sequence[float], y: Sequence[float], colour: str, name: str, **more: Any
) -> dict[str, Any]:
    """A line."""
    style = {"color": colour, "width": 1.8, **more.pop("line", {})}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": short(x, 5),
        "y": short(y, 5),
        "name": name,
        "line": style,
        "hoverinfo": "name",
        **more,
    }


def legend(**more: Any) -> dict[str, Any]:
    """Layout with a legend inside the frame."""
    place = {"x": 0.99, "xanchor": "right", "y": 0.99, "bgcolor": "rgba(255,255,255,0.8)"}
    return {"showlegend": True, "legend": place | more}


def told(*lines: str) -> str:
    """Text of a mark, every line escaped, the first one bold."""
    first, *rest = (escape(text, quote=False) for text in lines)
    return "<br>".join([f"<b>{first}</b>", *rest])


def logarithmic(
    title: str, values: Sequence[float], ticks: Sequence[float] | None = None
) -> dict[str, Any]:
    """A logarithmic axis, a little wider than its values, with numbers where they are read best."""
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


def ticks_between(low: float, high: float) -> list[float]:
    """Powers of ten, and numbers between them where the axis is short."""
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    length = log10(high / low)
    factors = (1, 1.5, 2, 3, 5, 7) if length < 0.8 else (1, 2, 5) if length < 2.5 else (1,)
    step = 1 if log10(high / low) < 7 else 2
    found = [f * 10.0**k for k in decades if k % step == 0 for f in factors]
    return [value for value in found if low <= value <= high]


def _tick(value: float) -> str:
    exponent = floor(log10(value) + 1e-9)
    if -4 <= exponent < 5:
        return f"{value:g}"
    factor = round(value / 10.0**exponent)
    return ("" if factor == 1 else f"{factor} × ") + f"10<sup>{exponent}</sup>"
