"""What a sampler knows, and what it proposes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from potlearn.errors import ConfigError
from potlearn.tune.search.space import Space, text_of
from potlearn.tune.trial import State, Value


@dataclass(frozen=True)
class Past:
    """A trial that was made before.

    Attributes
    ----------
    number : int
    state : str
    point : mapping
        Values of the keys that apply.
    genes : mapping
        Values of all keys, also of those that do not apply, where the sampler needs them.
    objectives : sequence of float
        Empty unless the trial is done.
    limits : sequence of float
        Values of constraints above their limits; at most 0 where it is kept.
    marks : mapping of str to int
        What the sampler keeps with a trial.
    """

    number: int
    state: State
    point: Mapping[str, Value]
    genes: Mapping[str, Value]
    objectives: Sequence[float] = ()
    limits: Sequence[float] = ()
    marks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Proposal:
    """A point to try; attributes as of :class:`Past`."""

    point: Mapping[str, Value]
    genes: Mapping[str, Value] = field(default_factory=dict)
    marks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Sampler(ABC):
    """A way to choose points.  It is a function of past trials and a seed, and keeps no state.

    Attributes
    ----------
    space : Space
    n_objectives : int
    constrained : bool
        Whether trials have limits.
    seed : int
        Of the study.
    """

    space: Space
    n_objectives: int = 1
    constrained: bool = False
    seed: int = 0
    genes: ClassVar[bool] = False
    """Whether a trial needs values of all keys."""

    def check(self) -> None:
        """Find out, before the work, whether the sampler can be used here.

        Raises
        ------
        ConfigError
            No objective.
        """
        if self.n_objectives < 1:
            raise ConfigError("objectives: expected at least one, got none")

    @abstractmethod
    def propose(self, past: Sequence[Past], n: int, seed: int) -> list[Proposal]:
        """At most n points that were not tried; fewer where the space has no more."""


def texts(past: Sequence[Past]) -> set[str]:
    """The points that were tried."""
    return {text_of(trial.point) for trial in past}
