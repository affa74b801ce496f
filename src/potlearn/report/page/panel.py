"""Panels: the sections of a report.

A panel is made by one function of what the report is about (its view); the function is one row of
a table ``name -> "module:function"``, and the order of the rows is that of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TypeAlias, TypeVar

from potlearn.report.page.compact import Json

View = TypeVar("View")


@dataclass(frozen=True)
class Panel:
    """A section of a page.  Titles and texts are HTML: names from files must be escaped.

    Attributes
    ----------
    title : str
        Heading, and the link of the navigation unless ``link`` is given.
    content : str
        HTML below the heading.
    note : str
        A sentence or two under the heading.
    link : str
        Shorter title for the navigation.
    figures : mapping of str to figure
        Figures of :mod:`~potlearn.report.page.plots` by the key of their place in ``content``.
    data : mapping
        Further data of the page's script, merged over all panels.
    """

    title: str
    content: str
    note: str = ""
    link: str = ""
    figures: Mapping[str, Json] = field(default_factory=dict)
    data: Json = field(default_factory=dict)

    def html(self, key: str) -> str:
        """The section; ``key`` is its anchor."""
        note = f'<p class="note">{self.note}</p>\n' if self.note else ""
        return f'<section id="{key}"><h2>{self.title}</h2>\n{note}{self.content}\n</section>'


Maker: TypeAlias = Callable[[View], Panel | None]
"""Makes a panel of a view; None where there is nothing to show."""


def made(table: Mapping[str, Maker[View]], view: View) -> dict[str, Panel]:
    """The panels of a table that have something to show, in its order."""
    panels = {name: make(view) for name, make in table.items()}
    return {name: panel for name, panel in panels.items() if panel is not None}


def navigation(panels: Mapping[str, Panel]) -> str:
    """Links to the panels."""
    links = (f'<a href="#{escape(key)}">{p.link or p.title}</a>' for key, p in panels.items())
    return f"<nav>{''.join(links)}</nav>"
