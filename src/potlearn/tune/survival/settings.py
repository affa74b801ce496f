"""Settings of the survival check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Le

from potlearn.errors import ConfigError
from potlearn.runtime import check_fields
from potlearn.typing import Count, NonNegative


@dataclass(frozen=True)
class SurvivalSettings:
    """How long, how hot, and from where.

    Raises
    ------
    ConfigError
        A value out of range.
    """

    temperatures: tuple[Annotated[float, Gt(0), Le(100_000)], ...] = ()
    """In K; by default 1000 and twice a guess of the melting point, 500 and 1000 of molecules."""
    picoseconds: Annotated[float, Gt(0), Le(1000)] = 1.0
    """Length of a run."""
    starts: Count = 3
    """Configurations of the data from which runs start, spread over its groups."""
    atoms: Annotated[int, Ge(1), Le(100_000)] = 40
    """Periodic cells are repeated until they have so many atoms."""
    closest: Annotated[float, Gt(0), Le(1)] = 0.6
    """A run has failed where atoms are closer than this part of the data's shortest distance."""
    seconds: NonNegative = 10.0
    """CPU time for all runs; runs that do not fit are reported as not run."""
    seed: Annotated[int, Ge(0)] = 0
    """Of the choice of configurations, velocities and thermostat."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "temperatures", tuple(self.temperatures))
        check_fields(self, "survival", ConfigError)
