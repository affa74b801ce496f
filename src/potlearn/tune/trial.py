"""Trials: what was asked for, what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

Value: TypeAlias = Any
"""Value of a key: a number, a word, a truth value, or a list of them (plain JSON)."""
State: TypeAlias = Literal["running", "done", "failed"]
"""``running``: no result yet, or lost by a kill; ``failed``: it has a reason and no values."""


class Asked(NamedTuple):
    """A trial to evaluate: its number, and the values of the space's keys that apply to it."""

    number: int
    parameters: Mapping[str, Value]


@dataclass(frozen=True)
class Outcome:
    """What came out of a trial.

    Attributes
    ----------
    number : int
        Of the trial.
    values : mapping of str to float
        All that was measured, by name: objectives, constraints, other metrics.
    reason : str
        Why the trial failed; empty where it did not.
    seconds : float
        Wall time of the evaluation.
    notes : mapping of str to str
        What else is kept with the trial, such as the key of its pass.
    """

    number: int
    values: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    seconds: float = 0.0
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """A trial of a study, as it is kept.

    Attributes
    ----------
    number : int
    parameters : mapping of str to value
        Keys of the space that applied, such as ``descriptor.cutoff``.
    state : str
    values : mapping of str to float
        Empty unless the state is ``done``.
    reason : str
        Of a failure.
    seconds : float
    notes : mapping of str to str
    """

    number: int
    parameters: Mapping[str, Value]
    state: State
    values: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""
    seconds: float = 0.0
    notes: Mapping[str, str] = field(default_factory=dict)

    def feasible(self, constraints: Mapping[str, float]) -> bool:
        """Whether the trial is done and no value is above its limit."""
        return self.state == "done" and all(
            self.values.get(name, float("inf")) <= limit for name, limit in constraints.items()
        )
