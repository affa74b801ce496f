"""A study in a few lines of text: its front as a table, states, reasons, the best, the history."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from potlearn.tune.front.covered import at_shares, covered
from potlearn.tune.front.names import named
from potlearn.tune.front.point import Uncertain
from potlearn.tune.results import Tuned, objectives_of
from potlearn.tune.trial import Trial, Value
from potlearn.typing import Array

NOTHING = "\N{EN DASH}"
Item = TypeVar("Item")


class Grid(NamedTuple):
    """Headings and rows of text."""

    headings: list[str]
    rows: list[list[str]]


class Failure(NamedTuple):
    """A reason of failed trials, as the first of them has it, how many, and the first of them."""

    reason: str
    n: int
    example: Trial


def front_table(tuned: Tuned, most: int | None = None) -> Grid:
    """Points of the front: trial, objectives with intervals, parameters that differ.

    Parameters
    ----------
    tuned : Tuned
    most : int, optional
        Rows at most; of a longer front, rows spread evenly over it, with both ends.
    """
    keys = varied([point.parameters for point in tuned.front])
    titles = [named(name).title for name in tuned.objectives]
    headings = ["Trial", *titles, *short_keys(keys).values()]
    rows = [
        [
            str(point.trial),
            *(with_interval(name, point.objectives[name]) for name in tuned.objectives),
            *(value_text(point.parameters.get(key)) for key in keys),
        ]
        for point in evenly(tuned.front.points, most)
    ]
    return Grid(headings, rows)


def best_table(tuned: Tuned) -> Grid:
    """The lowest value of each objective on the front, and its trial."""
    rows = []
    for name in tuned.objectives if len(tuned.front) else ():
        point = tuned.best(name)
        rows.append(
            [named(name).title, with_interval(name, point.objectives[name]), str(point.trial)]
        )
    return Grid(["Objective", "Lowest", "Trial"], rows)


def history_table(tuned: Tuned) -> Grid:
    """Share covered by the front after 25, 50, 75 and 100 % of the trials, and the baseline's."""
    curves = curves_of(tuned)
    names = ("trials", "this search", "random trials")
    rows = []
    for n, share in at_shares(curves[0]).items():
        random = curves[1][: n if n <= len(curves[1]) else 0]
        shown = f"{100 * random[-1]:.1f} %" if len(random) else NOTHING
        rows.append([f"{n:,}", f"{100 * share:.1f} %", shown])
    return Grid([name.capitalize() for name in names], rows)


def curves_of(tuned: Tuned) -> list[Array]:
    """Share covered after each trial: of the search, and of the random baseline."""
    searches = (tuned.trials, tuned.random)
    rows = [objectives_of(trials, tuned.objectives, tuned.constraints) for trials in searches]
    return covered(*rows)


def states(tuned: Tuned) -> dict[str, int]:
    """Numbers of trials by state; ``"above a limit"``: done, but a constraint does not hold."""
    found = Counter(trial.state for trial in tuned.trials)
    above = sum(t.state == "done" and not t.feasible(tuned.constraints) for t in tuned.trials)
    counts: dict[str, int] = {state: found[state] for state in ("done", "failed", "running")}
    return {**counts, "above a limit": above} if tuned.constraints else counts


def failures(trials: Iterable[Trial]) -> list[Failure]:
    """Reasons of failed trials, the most frequent first; reasons that differ in numbers are one."""
    groups: dict[str, list[Trial]] = {}
    for trial in trials:
        if trial.state == "failed":
            groups.setdefault(re.sub(r"[0-9]+([.,][0-9]+)*", "#", trial.reason), []).append(trial)
    found = [Failure(g[0].reason or "no reason given", len(g), g[0]) for g in groups.values()]
    return sorted(found, key=lambda failure: -failure.n)


def with_interval(name: str, found: Uncertain) -> str:
    """``"61.3 (59.8 to 62.9)"`` in the unit of the value."""
    unit = named(name)
    text = unit.number(found.value)
    if found.low is None or found.high is None:
        return text
    return f"{text} ({unit.number(found.low)} to {unit.number(found.high)})"


def varied(parameters: Sequence[Mapping[str, Value]]) -> list[str]:
    """Keys that have more than one value, or do not apply everywhere, in their first order."""
    keys = dict.fromkeys(key for known in parameters for key in known)
    return [key for key in keys if len({repr(known.get(key)) for known in parameters}) > 1]


def short_keys(keys: Iterable[str]) -> dict[str, str]:
    """Keys by their last name, or their last two where they have three; longer if two are alike."""
    parts = {key: key.split(".") for key in keys}
    names = dict[str, str]()
    for key, words in parts.items():
        others = [other for k, other in parts.items() if k != key]
        n = next(
            (
                n
                for n in range(1 + (len(words) > 2), len(words))
                if all(o[-n:] != words[-n:] for o in others)
            ),
            len(words),
        )
        names[key] = ".".join(words[-n:])
    return names


def value_text(value: Value, longest: int = 40) -> str:
    """A parameter's value in few characters; a dash where it does not apply."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        text = ", ".join(f"{k}: {value_text(v)}" for k, v in value.items())
    elif isinstance(value, list | tuple):
        text = ", ".join(value_text(v) for v in value) or "none"
    else:
        text = str(value)
    return text if len(text) <= longest else f"{text[: longest - 1]}\N{HORIZONTAL ELLIPSIS}"


def evenly(items: Sequence[Item], most: int | None) -> list[Item]:
    """At most so many items, evenly over all, with the first and the last."""
    if most is None or len(items) <= most:
        return list(items)
    places = np.linspace(0, len(items) - 1, most).round().astype(int)
    return [items[i] for i in places.tolist()]
