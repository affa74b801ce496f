"""What candidates of the front do far from the data: dimers and hot runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from potlearn.report.page.compact import Json
from potlearn.report.page.numbers import natural
from potlearn.report.page.panel import Panel
from potlearn.report.page.plots import COLOURS, DASHES, figure, legend, line, place
from potlearn.report.page.tables import Cell, Heading, Table, headings, number, text
from potlearn.report.tune.view import TuneView
from potlearn.tune import Point
from potlearn.tune.folder import DimerEntry, HotEntry
from potlearn.tune.summary import evenly

# Curves in a plot, pairs with a plot, and sentences in a cell.
MOST, PAIRS, SENTENCES = 10, 12, 3
# The frame of a curve, in eV: at least, at most below, and above so many times the depth.
_LEAST, _BELOW, _DEPTHS = 1.0, -15.0, 2.0
_NOTE = (
    "Test errors do not predict whether a run survives. Curves are energies of two atoms relative "
    "to the atoms apart: a fall at short distances is a hole into which atoms drop. Of the runs at "
    "a temperature, the table has the one that ended first."
)


def survived(view: TuneView) -> Panel | None:
    """Energies of dimers, and picoseconds survived at each temperature."""
    known = [point for point in view.tuned.front if point.survival]
    if not known:
        return None
    pairs = dict.fromkeys(_pair(dimer) for point in known for dimer in _dimers(point))
    shown = sorted(pairs, key=natural)[:PAIRS]
    figures = {f"dimer-{pair}": _curves(known, pair) for pair in shown}
    places = [place("figure", pair, "energy of two atoms", f"dimer-{pair}") for pair in shown]
    wide = "two" if len(places) <= 2 else ""
    plots = f'<div class="plots {wide}">{"".join(places)}</div>' if places else ""
    return Panel("Survival", f'{plots}<div class="tall">{_table(known)}</div>', _NOTE, "", figures)


def _dimers(point: Point) -> Sequence[DimerEntry]:
    found: Sequence[DimerEntry] = (point.survival or {}).get("dimers", ())
    return found


def _runs(point: Point) -> Sequence[HotEntry]:
    """Runs that were begun."""
    runs = (point.survival or {}).get("hot", ())
    return [run for run in runs if run.get("state") != "not run" and "temperature" in run]


def _pair(dimer: DimerEntry) -> str:
    return "-".join(dimer.get("pair", ()))


def _curves(points: Sequence[Point], pair: str) -> Json:
    """Curves of candidates spread over the front."""
    made = [(p, d) for p in points for d in _dimers(p) if _pair(d) == pair and d.get("energies")]
    traces, low = list[Json](), 0.0
    for i, (point, dimer) in enumerate(evenly(made, MOST)):
        energies = dimer["energies"]
        low = min(low, *energies)
        style: Json = {"dash": DASHES[i // len(COLOURS) % len(DASHES)], "width": 1.4}
        name, colour = f"trial {point.trial}", COLOURS[i % len(COLOURS)]
        traces.append(line(dimer.get("distances", ()), energies, colour, name, style))
    low = max(low, _BELOW)
    y = {"title": "Energy (eV)", "range": [1.2 * low - 0.1, max(-_DEPTHS * low, _LEAST)]}
    return figure(traces, {"title": "Distance (Å)"}, y, **legend(font={"size": 10.5}))


def _table(points: Sequence[Point]) -> str:
    """Picoseconds by temperature, and what failed."""
    temperatures = sorted({run["temperature"] for point in points for run in _runs(point)})
    rows = []
    for point in points:
        runs = _runs(point)
        first = [
            min((r.get("picoseconds", 0.0) for r in runs if r["temperature"] == t), default=None)
            for t in temperatures
        ]
        failures = list(_failures(point))
        more = f" ({len(failures) - SENTENCES} more)" if len(failures) > SENTENCES else ""
        words = "; ".join(failures[:SENTENCES]) + more
        trial = Cell(str(point.trial), str(point.trial), is_text=True)
        rows.append([trial, *map(number, first), text(words or "nothing")])
    titles = [f"{t:.0f} K, ps" for t in temperatures]
    heads = [*headings(["Trial"], titles), Heading("What failed", True)]
    return Table(heads, rows, kind="wrapped").html()


def _failures(point: Point) -> Iterator[str]:
    for dimer in _dimers(point):
        if reason := dimer.get("reason"):
            yield f"dimer {_pair(dimer)}: {reason}"
    for run in _runs(point):
        if run.get("state") == "failed":
            yield f"{run['temperature']:.0f} K: {run.get('reason') or 'no reason given'}"
