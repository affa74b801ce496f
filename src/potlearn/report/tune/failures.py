"""Why trials failed, and the notes of the study."""

from __future__ import annotations

from html import escape

from potlearn.report.page.panel import Panel
from potlearn.report.page.tables import Heading, Table, count, text
from potlearn.report.tune.view import TuneView
from potlearn.report.tune.view import trials as counted
from potlearn.tune.summary import failures, value_text

# Reasons in the table, the most frequent ones; characters of one.
MOST, LONGEST = 20, 160


def failed(view: TuneView) -> Panel | None:
    """Reasons with their number and an example."""
    found = failures(view.tuned.trials)
    if not found:
        return None
    rows = [
        [
            count(failure.n),
            text(_shortened(failure.reason)),
            text(str(failure.example.number)),
            text(_shortened(_parameters(failure.example.parameters))),
        ]
        for failure in found[:MOST]
    ]
    heads = [Heading("Trials"), *(Heading(t, True) for t in ("Reason", "Example", "Parameters"))]
    total = sum(failure.n for failure in found)
    note = f"{counted(total)} of {len(view.tuned.trials):,} failed, which does not end a study. "
    note += "Reasons that differ in their numbers only are one row."
    return Panel("Failed trials", Table(heads, rows, kind="wrapped").html(), note, link="Failures")


def notes(view: TuneView) -> Panel | None:
    """What the study found worth saying."""
    if not view.tuned.notes:
        return None
    items = "".join(f"<li>{escape(note)}</li>" for note in view.tuned.notes)
    return Panel("Notes", f"<ul>{items}</ul>")


def _parameters(parameters: object) -> str:
    return value_text(parameters, LONGEST)


def _shortened(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
