"""Figures that are made here whole, and drawn by the page's script as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from potlearn.report.compact import short

ACCENT, GREY, ORANGE = "#1f5fa8", "#6b7684", "#c8641b"
# Colours of lines that must be told apart, and dashes where they do not suffice.
COLOURS = (ACCENT, ORANGE, "#2a8a57", "#8a4fa3", "#b3273d", "#56788f", "#9a7b1f", "#d0679d")
DASHES = ("solid", "dash", "dot", "dashdot")


def figure(
    traces: Sequence[Mapping[str, Any]], x: Mapping[str, Any], y: Mapping[str, Any], **layout: Any
) -> dict[str, Any]:
    """A figure: traces, axes (``title``, and ``decades`` for logarithmic ones), layout."""
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


def range_of(values: Sequence[float]) -> list[float]:
    """Limits of a logarithmic axis, a little wider than its values."""
    positive = [v for v in values if v > 0]
    return [min(positive, default=1.0) / 1.2, max(positive, default=1.0) * 1.2]
