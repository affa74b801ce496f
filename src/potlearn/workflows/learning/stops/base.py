"""When learning ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from potlearn.potentials import LinearPotential


@dataclass(frozen=True)
class Standing:
    """Where learning stands after a round.

    Attributes
    ----------
    rounds : int
        Finished rounds; the first potential, before any exploration, is of round 0.
    labels : int
        Calculations that were spent, failed ones included.
    quiet : float
        Simulated time since a trigger last noticed something, summed over conditions, ps.
    errors : mapping of quantity to mapping
        Errors on the validation set (``{"forces": {"rmse": ...}}``); empty without one.
    values : mapping of str to list of float
        Values of properties that stop rules follow, one for each round.
    """

    rounds: int
    labels: int
    quiet: float
    errors: Mapping[str, Mapping[str, float]]
    values: dict[str, list[float]] = field(default_factory=dict)


@runtime_checkable
class Stop(Protocol):
    """A rule that ends learning."""

    def reached(self, standing: Standing) -> str | None:
        """Why learning ends, in words; None: it does not end."""


@runtime_checkable
class Follows(Protocol):
    """A rule that follows properties of the potential."""

    def values(self, potential: LinearPotential) -> dict[str, float]:
        """Their present values, by name."""
