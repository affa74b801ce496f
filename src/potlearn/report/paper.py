"""Figures for papers: one style, and files written with little work.

The figures of this package belong to no global state: ``matplotlib.figure`` is used without
``pyplot``, and settings of matplotlib are as before when a figure is written.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import floor, log10
from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.runtime import replacing, require

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ACCENT, GREY = "#1f5fa8", "#8b95a1"
COLUMN = 3.37
"""Width of a column of text, in inches."""
DPI = 300

_STYLE = {
    "font.size": 8,
    "font.family": "sans-serif",
    "axes.labelsize": 9,
    "axes.titlesize": 9,
    "axes.linewidth": 0.6,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.0,
    "mathtext.default": "regular",
    # Fonts as TrueType, which journals ask for.  That of PostScript also decides how matplotlib
    # divides the font of a PDF: with 42, all characters are in one.
    "pdf.fonttype": 42,
    "ps.fonttype": 42,
}


@contextmanager
def style() -> Iterator[None]:
    """Settings of matplotlib for figures of papers.

    Drawing makes a great many small objects, which live until the figure is written: the garbage
    collector, which would look through them again and again, pauses.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    matplotlib = require("matplotlib", "report", "the figure")
    running = gc.isenabled()
    gc.disable()
    try:
        with matplotlib.rc_context(_STYLE):
            yield
    finally:
        if running:
            gc.enable()


def write(figure: Figure, folder: Path, name: str, formats: Sequence[str]) -> list[Path]:
    """Write a figure in several formats; its layout is made once."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine(None)
    paths = [folder / f"{name}.{ending}" for ending in formats]
    for path in paths:
        with replacing(path) as new:
            figure.savefig(new, dpi=DPI)
    return paths


def minus(text: str) -> str:
    """The text with a minus sign in place of its hyphens."""
    return text.replace("-", "\N{MINUS SIGN}")


def power_of_ten(value: float) -> str:
    """A number, with its power of ten where it is large."""
    if value < 1e5:
        return f"{value:g}"
    exponent = floor(log10(value) + 1e-9)
    factor = f"{value / 10.0**exponent:.2g}"
    return ("" if factor == "1" else f"{factor} × ") + f"$10^{{{exponent}}}$"
