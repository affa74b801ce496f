"""Panels of settings and timing, the same in all reports."""

from __future__ import annotations

from html import escape
from typing import Protocol

from potlearn.report.info import ReportInfo
from potlearn.report.page.numbers import plain, seconds, words
from potlearn.report.page.panel import Panel


class _View(Protocol):
    @property
    def info(self) -> ReportInfo: ...


def settings(view: _View) -> Panel | None:
    """Settings and results, section by section."""
    if not view.info.sections:
        return None
    blocks = "".join(
        f"<div><h3>{escape(title)}</h3><dl>"
        + "".join(
            f"<dt>{escape(words(str(key)))}</dt><dd>{escape(plain(value))}</dd>"
            for key, value in entries.items()
        )
        + "</dl></div>"
        for title, entries in view.info.sections.items()
    )
    return Panel("Settings", f'<div class="facts">{blocks}</div>')


def timing(view: _View) -> Panel | None:
    """Seconds of each stage, as bars."""
    times = view.info.timing
    if not times:
        return None
    longest = max(times.values()) or 1.0
    rows = "".join(
        f'<span>{escape(words(name))}</span><i style="width:{100 * value / longest:.1f}%"></i>'
        f"<b>{seconds(value)}</b>"
        for name, value in times.items()
    )
    return Panel("Timing", f'<div class="bars">{rows}</div>')
