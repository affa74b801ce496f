"""The points that one would take, and what was tried."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from potlearn.errors import TuneError
from potlearn.report.page.numbers import seconds
from potlearn.report.tune.view import TuneView
from potlearn.tune import Point
from potlearn.tune.front.names import named
from potlearn.tune.summary import states, with_interval

# As many side by side as fit.
_GRID = "grid-template-columns:repeat(auto-fit,minmax(230px,1fr))"


def choices(view: TuneView) -> dict[str, Point]:
    """Points by the question that they answer; questions without an answer are left out."""
    if not len(view.tuned.front):
        return {}
    if len(view.tuned.objectives) == 1:
        return {"Best": view.tuned.best()}
    asked: dict[str, Callable[[], Point]] = {
        "Most accurate": view.tuned.best,
        "Fastest within one standard error": view.tuned.fastest,
        "Knee": view.tuned.knee,
    }
    answers = {question: _answer(ask) for question, ask in asked.items()}
    return {question: point for question, point in answers.items() if point is not None}


def _answer(ask: Callable[[], Point]) -> Point | None:
    """The point; None where the study lacks what the question needs."""
    try:
        return ask()
    except TuneError:
        return None


def cards(view: TuneView) -> str:
    """A card for each choice, and one for the trials."""
    made = [_card(view, question, point) for question, point in choices(view).items()]
    return f'<div class="cards" style="{_GRID}">{"".join(made)}{_trials(view)}</div>'


def _card(view: TuneView, question: str, point: Point) -> str:
    error = view.tuned.front.error
    others = {
        named(name).name: f"{with_interval(name, u)} {named(name).unit}"
        for name, u in point.objectives.items()
        if name != error
    }
    headline = point.objectives[error]
    bounds = with_interval(error, headline).partition(" ")[2].strip("()")
    facts = {"95 % interval": bounds} if bounds else {}
    return _html(
        f"{question}: trial {point.trial}",
        named(error).number(headline.value),
        f"{named(error).unit} {named(error).name}",
        {**facts, **others},
    )


def _trials(view: TuneView) -> str:
    counts = states(view.tuned)
    facts = {state: f"{n:,}" for state, n in counts.items() if n or state == "done"}
    facts |= {"on the front": str(len(view.tuned.front))}
    total = sum(trial.seconds for trial in view.tuned.trials)
    if total:
        facts["time of all, added"] = seconds(total)
    return _html("Trials", f"{len(view.tuned.trials):,}", "", facts)


def _html(title: str, value: str, unit: str, facts: dict[str, str]) -> str:
    rows = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in facts.items())
    return (
        f'<div class="card"><h2>{escape(title)}</h2><div class="value">{escape(value)} '
        f"<small>{escape(unit)}</small></div><dl>{rows}</dl></div>"
    )
