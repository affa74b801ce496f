"""Where learning stands, from the lines of its journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from potlearn.typing import Settings


@dataclass
class Round:
    """What happened in a round.

    Attributes
    ----------
    number : int
        0: the first set, before any exploration.
    candidates : int
        Configurations that triggers noticed.
    time, quiet : float
        Simulated time of all conditions, and before the first candidate of each, ps.
    largest : mapping of str to float
        Largest score by trigger.
    ends : mapping of str to str
        Why the run of each condition ended.
    asked, labelled : int
        Labels that were asked for, and that were had.
    failed : list of str
        Reasons of the others.
    new : mapping
        Errors of the potential before the round on the round's labels, by quantity and measure.
    validation : mapping
        Errors of the potential after it on the validation set.
    values : mapping of str to float
        Properties that stop rules follow.
    notes : list of str
    finished : bool
        Whether the round has a potential.
    """

    number: int
    candidates: int = 0
    time: float = 0.0
    quiet: float = 0.0
    largest: dict[str, float] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)
    asked: int = 0
    labelled: int = 0
    failed: list[str] = field(default_factory=list)
    new: dict[str, dict[str, float]] = field(default_factory=dict)
    validation: dict[str, dict[str, float]] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    finished: bool = False

    def take(self, entry: Settings) -> None:
        """Take in a line of the journal."""
        step = entry["step"]
        if step == "explored":
            self.candidates += entry["candidates"]
            self.time += entry["time"]
            self.quiet += entry["quiet"]
            self.ends[entry["condition"]] = entry["end"]
            for name, score in entry["largest"].items():
                self.largest[name] = max(score, self.largest.get(name, 0.0))
        elif step == "labelled":
            self.asked, self.labelled = entry["asked"], entry["labelled"]
            self.failed = list(entry["failed"])
        elif step == "fitted":
            self.finished = True
            for name in ("new", "validation", "values", "notes"):
                setattr(self, name, entry[name])


@dataclass(frozen=True)
class History:
    """All rounds, and why learning ended, if it did.

    Attributes
    ----------
    rounds : list of Round
    reason : str or None
    known : int
        Labelled configurations that were given at the beginning.
    """

    rounds: list[Round]
    reason: str | None = None
    known: int = 0

    @classmethod
    def of(cls, entries: Iterable[Mapping[str, Any]]) -> History:
        """The history that a journal tells."""
        rounds: dict[int, Round] = {}
        reason, known = None, 0
        for entry in entries:
            number, step = entry["round"], entry["step"]
            if step == "stopped":
                reason = entry["reason"]
            elif step == "begun":
                known = entry["known"]
            else:
                reason = None  # a call with other stop rules went on
                rounds.setdefault(number, Round(number)).take(dict(entry))
        return cls([rounds[k] for k in sorted(rounds)], reason, known)

    @property
    def spent(self) -> int:
        """Labels that were asked for, failed ones included."""
        return sum(each.asked for each in self.rounds)

    @property
    def size(self) -> int:
        """Configurations of the set."""
        return self.known + sum(each.labelled for each in self.rounds)

    @property
    def quiet(self) -> float:
        """Simulated time since a trigger last noticed something, ps."""
        total = 0.0
        for each in self.rounds:
            total = 0.0 if each.candidates else total + each.time
        return total

    @property
    def finished(self) -> list[Round]:
        """Rounds that have a potential."""
        return [each for each in self.rounds if each.finished]

    def series(self, name: str) -> list[float]:
        """Values of a property that stop rules follow, one for each finished round."""
        return [each.values[name] for each in self.finished if name in each.values]
