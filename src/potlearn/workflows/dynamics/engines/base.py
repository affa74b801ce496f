"""What an engine does: it takes a state, moves the atoms by some steps, and gives the next state.

A run consists of legs, from one checkpoint to the next.  Every leg begins from the saved state
alone, even without an interruption, so that a run that was killed gives the same result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from potlearn.typing import Array, Atoms, Settings
from potlearn.workflows.dynamics.ensembles.base import Ensemble
from potlearn.workflows.dynamics.settings import DynamicsSettings


@dataclass(frozen=True)
class Setup:
    """What does not change during a run: the start, the calculator, the ensemble and settings."""

    start: Atoms
    calculator: Any
    ensemble: Ensemble
    settings: DynamicsSettings


@dataclass(frozen=True)
class State:
    """Where a leg begins.

    Attributes
    ----------
    step : int
    positions, momenta : (N, 3)
        Å, and ASE's units.
    cell : (3, 3)
    unexplained : float
        Change of the energy in eV that neither thermostat nor barostat explain, until here.
    own : dict
        What else the engine needs, as plain data.
    """

    step: int
    positions: Array
    momenta: Array
    cell: Array
    unexplained: float
    own: Settings

    def to_dict(self) -> Settings:
        """Plain data."""
        return dict(self.__dict__)


class Engine(Protocol):
    """A program that moves the atoms."""

    def __init__(self, setup: Setup) -> None: ...

    def first(self) -> Settings:
        """What the engine needs beside positions, momenta and cell before the first step."""

    def begin(self, state: State) -> None:
        """Begin a leg; nothing of an earlier one matters."""

    def advance(self, n: int) -> None:
        """Make so many steps."""

    @property
    def atoms(self) -> Atoms:
        """The atoms now, with the calculator."""

    @property
    def unexplained(self) -> float:
        """Change of the energy in eV that neither thermostat nor barostat explain."""

    def end(self) -> State:
        """Where the next leg begins."""

    def close(self) -> None:
        """Give back what the engine holds."""


def arrays_of(atoms: Atoms) -> dict[str, Array]:
    """Positions, momenta and cell, as a state has them."""
    arrays = atoms.get_positions(), atoms.get_momenta(), np.array(atoms.cell)
    return dict(zip(("positions", "momenta", "cell"), arrays, strict=True))


def placed(start: Atoms, state: State) -> Atoms:
    """The atoms of a state."""
    atoms: Atoms = start.copy()
    atoms.set_cell(state.cell)
    atoms.set_positions(state.positions, apply_constraint=False)
    atoms.set_momenta(state.momenta, apply_constraint=False)
    return atoms


def forget(calculator: Any) -> None:
    """Let a calculator forget what it keeps: its neighbour list's order decides last digits."""
    reset = getattr(calculator, "reset", None)
    if reset is not None:
        reset()
