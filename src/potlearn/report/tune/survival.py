"""What candidates of the front do far from the data: dimers and hot runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from potlearn.report.page.compact import Json
from potlearn.report.page.numbers import natural
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import COLOURS, DASHES, figure, legend, line, place
from potlearn.report.page.tables import Cell, Heading, Table, headings, number, text
from potlearn.report.tune.view import TuneView
from potlearn.tune import Point
from potlearn.tune.summary import spread

# Curves in a plot, and pairs with a plot.
MOST, PAIRS = 10, 12
# Energies above this many times the depth of the deepest well, or this, are beyond the frame (eV).
_DEPTHS, _LEAST = 2.0, 1.0
_NOTE = (
    "Test errors do not predict whether a run survives. Curves are energies of two atoms alone, "
    "relative to the largest distance; a fall at short distances is a hole into which atoms drop. "
    "Numbers in the table are picoseconds that a hot run lasted."
)


def survived(view: TuneView) -> Panel | None:
    """Energies of dimers, and picoseconds survived at each temperature."""
    known = [point for point in view.tuned.front if point.survival]
    if not known:
        return None
    pairs = sorted({p for point in known for p in _dimers(point)}, key=natural)[:PAIRS]
    figures = {f"dimer-{pair}": _curves(known, pair) for pair in pairs}
    places = [place("figure", pair, "energy of two atoms", f"dimer-{pair}") for pair in pairs]
    wide = "two" if len(places) <= 2 else ""
    plots = f'<div class="plots {wide}">{"".join(places)}</div>' if places else ""
    table = f"<h3>Hot runs</h3>{_table(known)}"
    return Panel("Survival", plots + table, _NOTE, figures=figures)


def _dimers(point: Point) -> Mapping[str, Any]:
    """Curves by pair of elements."""
    found = (point.survival or {}).get("dimers")
    return found if isinstance(found, Mapping) else {}


def _hot(point: Point) -> dict[str, float | None]:
    """Picoseconds by temperature."""
    found = (point.survival or {}).get("hot")
    if not isinstance(found, Mapping):
        return {}
    return {str(temperature): _picoseconds(value) for temperature, value in found.items()}


def _picoseconds(value: object) -> float | None:
    """A number, or that of a section with the key ``survived_ps``."""
    if isinstance(value, Mapping):
        value = value.get("survived_ps")
    return float(value) if isinstance(value, int | float) else None


def _curve(point: Point, pair: str) -> tuple[list[float], list[float]] | None:
    """Distances (Å) and energies (eV) of finite points; None without them."""
    found = _dimers(point).get(pair)
    if not isinstance(found, Mapping):
        return None
    columns = [found.get("r", found.get("distances")), found.get("energy", found.get("energies"))]
    if not all(isinstance(column, Sequence) for column in columns):
        return None
    both = [
        (float(r), float(e))
        for r, e in zip(*columns, strict=False)
        if isinstance(r, int | float) and isinstance(e, int | float)
    ]
    return ([r for r, _ in both], [e for _, e in both]) if len(both) > 1 else None


def _curves(points: Sequence[Point], pair: str) -> Json:
    """Curves of candidates spread over the front."""
    made = [(p, curve) for p in points if (curve := _curve(p, pair)) is not None]
    traces, low = list[Json](), 0.0
    for i, (point, (r, energy)) in enumerate(spread(made, MOST)):
        last = energy[max(range(len(r)), key=r.__getitem__)]
        relative = [e - last for e in energy]
        low = min(low, *relative)
        style: Json = {"dash": DASHES[i // len(COLOURS) % len(DASHES)], "width": 1.4}
        colour = COLOURS[i % len(COLOURS)]
        traces.append(line(r, relative, colour, f"trial {point.trial}", style))
    low = max(low, -50.0)
    high = max(_DEPTHS * -low, _LEAST)
    y = {"title": "Energy (eV)", "range": [1.2 * low - 0.1, high]}
    return figure(traces, {"title": "Distance (Å)"}, y, **legend(font={"size": 10.5}))


def _table(points: Sequence[Point]) -> str:
    temperatures = sorted({t for point in points for t in _hot(point)}, key=natural)
    rows = []
    for point in points:
        hot = _hot(point)
        reason = str((point.survival or {}).get("reason") or "")
        cells = [number(hot.get(t)) for t in temperatures]
        rows.append([Cell(str(point.trial), str(point.trial), is_text=True), *cells, text(reason)])
    titles = [f"{t} K, ps" for t in temperatures]
    heads = [*headings(["Trial"], titles), Heading("What ended it", True)]
    return Table(heads, rows, kind="wrapped").html()
