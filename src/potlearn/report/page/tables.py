"""Tables of the page: sortable by their headings, every text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from potlearn.report.page.numbers import fixed, significant


@dataclass(frozen=True)
class Cell:
    """Text of a cell, the key by which it is sorted, and a smaller second line."""

    shown: str
    key: str = ""
    note: str = ""
    is_text: bool = False

    def html(self, head: bool = False) -> str:
        """The cell's element; the key is left out where it is the text."""
        note = f'<span class="range">{escape(self.note)}</span>' if self.note else ""
        kind = ' class="text"' if self.is_text else ""
        key = "" if self.key == self.shown and not note else f' data-v="{escape(self.key)}"'
        tag = "th" if head else "td"
        scope = ' scope="row"' if head else ""
        return f"<{tag}{scope}{kind}{key}>{escape(self.shown)}{note}</{tag}>"


def number(
    value: float | None,
    scale: float = 1.0,
    note: str = "",
    decimals: int | None = None,
    least: float = 0.0,
) -> Cell:
    """A number with so many decimals, or three significant digits; below ``least`` as such."""
    if value is None or value != value:
        return Cell(significant(None))
    scaled = float(scale * value)
    shown = significant(scaled, least=least) if decimals is None else fixed(scaled, decimals)
    return Cell(shown, f"{scaled:.6g}", note)


def count(value: int) -> Cell:
    """A whole number."""
    return Cell(f"{value:,}", str(value))


def text(value: str) -> Cell:
    """Words."""
    return Cell(value, value, is_text=True)


@dataclass(frozen=True)
class Heading:
    """Title of a column, and whether it holds words."""

    title: str
    is_text: bool = False

    def html(self) -> str:
        """A heading that sorts."""
        kind = ' class="text"' if self.is_text else ""
        return f'<th scope="col"{kind}><button type="button">{escape(self.title)}</button></th>'


def headings(words: Sequence[str], numbers: Sequence[str]) -> list[Heading]:
    """Columns of words, then columns of numbers."""
    return [Heading(title, True) for title in words] + [Heading(title) for title in numbers]


@dataclass(frozen=True)
class Table:
    """Headings, rows, and headings over several columns ``(title, columns)``.

    The row whose first cell shows ``top`` is set apart and stays first when sorting.
    """

    headings: Sequence[Heading]
    rows: Sequence[Sequence[Cell]]
    over: Sequence[tuple[str, int]] = ()
    top: str = ""
    kind: str = ""

    def html(self) -> str:
        """The table in a box that scrolls sideways, with a hint, where it is too narrow."""
        body = "\n".join(self._row(row) for row in self.rows)
        return (
            '<p class="hint">Scroll sideways for more columns \N{RIGHTWARDS ARROW}</p>'
            f'<div class="scroll" tabindex="0"><table class="sortable {self.kind}">\n<thead>'
            f"{self._over()}<tr>{''.join(h.html() for h in self.headings)}</tr></thead>\n"
            f"<tbody>\n{body}\n</tbody></table></div>"
        )

    def _over(self) -> str:
        if not self.over:
            return ""
        cells = (f'<th colspan="{n}">{escape(title)}</th>' for title, n in self.over)
        return f'<tr class="over">{"".join(cells)}</tr>'

    def _row(self, row: Sequence[Cell]) -> str:
        first, *rest = row
        kind = ' class="all"' if self.top and first.shown == self.top else ""
        return f"<tr{kind}>{first.html(head=True)}{''.join(cell.html() for cell in rest)}</tr>"
