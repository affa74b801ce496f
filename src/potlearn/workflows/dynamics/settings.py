"""Settings of a simulation: ensemble, temperature, time step, length, and what is written."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Le

from potlearn.errors import DynamicsError
from potlearn.runtime import check_fields
from potlearn.typing import Count

Temperature = Annotated[float, Ge(0), Le(100_000)]


@dataclass(frozen=True)
class DynamicsSettings:
    """What is simulated, and how.

    Raises
    ------
    DynamicsError
        A value out of range, or a schedule that does not ascend in time.
    """

    ensemble: str = "langevin"
    """nve; langevin and nvt (velocities rescaled at random, after Bussi): constant temperature;
    npt: constant temperature and pressure, the cell keeps its shape."""
    temperature: Temperature | tuple[tuple[float, ...], ...] = 300.0
    """K; or a schedule of pairs [ps, K], linear between them and constant after the last."""
    pressure: Annotated[float, Ge(-1000), Le(10_000)] = 0.0
    """Pressure of the ensemble npt, GPa."""
    timestep: Annotated[float, Gt(0), Le(100)] = 1.0
    """fs."""
    steps: Count | None = None
    """Number of steps; by default up to the last time of the schedule."""
    friction: Annotated[float, Gt(0), Le(10)] = 0.01
    """Friction of the ensembles langevin and npt, 1/fs."""
    tau: Annotated[float, Gt(0)] = 100.0
    """Time of the thermostat of the ensemble nvt, fs."""
    pressure_tau: Annotated[float, Gt(0)] = 1000.0
    """Time of the barostat, fs: the period of a solid with a bulk modulus of 100 GPa."""
    velocities: Literal["draw", "keep"] = "draw"
    """draw: from the Maxwell-Boltzmann distribution; keep: those of the start."""
    seed: Count = 0
    """Seed of the first velocities and of the thermostat."""
    every: Annotated[int, Ge(1)] = 100
    """Steps from one frame of the trajectory to the next."""
    log_every: Annotated[int, Ge(1)] = 10
    """Steps from one line of thermo.csv to the next."""
    checkpoint: Annotated[int, Ge(1)] | None = None
    """Steps from one checkpoint to the next; by default as many as a potential makes in about a
    second."""
    engine: str = "ase"
    """ase; or lammps, for potentials that `pair_style potlearn` supports."""

    def __post_init__(self) -> None:
        if not isinstance(self.temperature, int | float):
            found = tuple(tuple(pair) for pair in self.temperature)
            object.__setattr__(self, "temperature", found)
        check_fields(self, "dynamics", DynamicsError)
        if isinstance(self.temperature, tuple):
            _check_schedule(self.temperature)
        elif self.steps is None:
            raise DynamicsError(
                "dynamics: steps: missing; give them, or a schedule of temperatures"
            )

    @property
    def schedule(self) -> Schedule:
        """Temperature by time."""
        if isinstance(self.temperature, tuple):
            return Schedule(*(tuple(column) for column in zip(*self.temperature, strict=True)))
        return Schedule((0.0,), (float(self.temperature),))

    @property
    def n_steps(self) -> int:
        """Number of steps of the whole run."""
        if self.steps is not None:
            return self.steps
        return self.corners[-1]

    @property
    def corners(self) -> tuple[int, ...]:
        """Steps at the times of the schedule, where the slope of the temperature changes."""
        return tuple(round(1000 * time / self.timestep) for time in self.schedule.times)

    def target(self, step: int) -> float:
        """Temperature in K that the thermostat has at a step."""
        return self.schedule.at(step * self.timestep / 1000)


@dataclass(frozen=True)
class Schedule:
    """Temperatures (K) at times (ps), linear in between, constant before and after."""

    times: tuple[float, ...]
    temperatures: tuple[float, ...]

    def at(self, time: float) -> float:
        """Temperature at a time."""
        return float(np.interp(time, self.times, self.temperatures))


def _check_schedule(schedule: tuple[tuple[float, ...], ...]) -> None:
    place = "dynamics: temperature"
    for pair in schedule:
        if len(pair) != 2 or not (pair[0] >= 0 and 0 <= pair[1] <= 100_000):
            raise DynamicsError(
                f"{place}: expected pairs [ps, K] of a time from 0 and a temperature from 0 to "
                f"100000, got {list(pair)}"
            )
    if not schedule or any(a[0] >= b[0] for a, b in pairwise(schedule)):
        raise DynamicsError(f"{place}: expected times that ascend, got {list(map(list, schedule))}")
