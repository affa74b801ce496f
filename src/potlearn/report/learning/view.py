"""What the report of active learning shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """A round.

    Attributes
    ----------
    number : int
    labels : int
        Spent so far, failed ones included.
    asked, failed, candidates : int
        Of this round.
    time : float
        Simulated time, ps.
    largest : mapping of str to float
        Largest score by trigger.
    new, validation : mapping
        Root mean square errors by quantity: of the potential before the round on the round's
        labels, of the one after it on the validation set.
    ends : mapping of str to str
        Why the run of each condition ended.
    """

    number: int
    labels: int
    asked: int
    failed: int
    candidates: int
    time: float
    largest: Mapping[str, float] = field(default_factory=dict)
    new: Mapping[str, float] = field(default_factory=dict)
    validation: Mapping[str, float] = field(default_factory=dict)
    ends: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LearningView:
    """All rounds, and the limits of the triggers."""

    rows: Sequence[Row]
    limits: Mapping[str, float] = field(default_factory=dict)

    def series(self, kind: str, quantity: str) -> tuple[list[int], list[float]]:
        """Labels spent, and errors of a quantity in thousandths of its unit.

        Errors on new labels are those of the potential before them, at the labels of that one.
        """
        labels, errors = [], []
        before = 0
        for row in self.rows:
            found = getattr(row, kind).get(quantity)
            if found is not None and found > 0:
                labels.append(before if kind == "new" else row.labels)
                errors.append(1e3 * found)
            before = row.labels
        return labels, errors

    def scores(self, trigger: str) -> tuple[list[int], list[float]]:
        """Rounds, and the largest score of a trigger in each."""
        rows = [row for row in self.rows if row.largest.get(trigger, 0) > 0]
        return [row.number for row in rows], [row.largest[trigger] for row in rows]

    @property
    def triggers(self) -> list[str]:
        """Triggers that gave a score."""
        return sorted({name for row in self.rows for name in row.largest})
