"""Tables of the page: sortable by their headings, every text escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from potlearn.report.numbers import significant


@dataclass(frozen=True)
class Cell:
    """What a cell shows, by what it is sorted, and a smaller second line."""

    shown: str
    key: str = ""
    note: str = ""
    is_text: bool = False

    def html(self, head: bool = False) -> str:
        """The cell's element."""
        note = f'<span class="range">{escape(self.note)}</span>' if self.note else ""
        kind = ' class="text"' if self.is_text else ""
        tag = 'th scope="row"' if head else "td"
        content = f"{escape(self.shown)}{note}"
        return f'<{tag}{kind} data-v="{escape(self.key)}">{content}</{tag.split()[0]}>'


def number(value: float | int | None, scale: float = 1.0, note: str = "") -> Cell:
    """A number with three significant digits."""
    if value is None or value != value:
        return Cell(significant(None))
    return Cell(significant(scale * value), repr(float(scale * value)), note)


def count(value: int) -> Cell:
    """A whole number."""
    return Cell(f"{value:,}", str(value))


def text(value: str) -> Cell:
    """Words."""
    return Cell(value, value, is_text=True)


@dataclass(frozen=True)
class Table:
    """Headings, rows, and headings over several columns ``(title, columns)``.

    The row whose first cell shows ``top`` is set apart and stays first when sorting.
    """

    headings: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[Cell]]
    over: Sequence[tuple[str, int]] = ()
    top: str = ""
    kind: str = ""

    def html(self) -> str:
        """The table in a box that scrolls sideways on narrow screens."""
        body = "\n".join(self._row(row) for row in self.rows)
        return (
            f'<div class="scroll" tabindex="0"><table class="sortable {self.kind}">\n<thead>'
            f"{self._over()}<tr>{''.join(_heading(*h) for h in self.headings)}</tr></thead>\n"
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


def _heading(title: str, is_text: bool) -> str:
    """A heading that sorts."""
    kind = ' class="text"' if is_text else ""
    return f'<th scope="col"{kind}><button type="button">{escape(title)}</button></th>'
