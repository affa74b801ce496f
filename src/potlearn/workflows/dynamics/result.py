"""What a simulation gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from potlearn.typing import Atoms
from potlearn.workflows.dynamics.thermo import ThermoLog
from potlearn.workflows.dynamics.watches.base import Verdict


@dataclass(frozen=True)
class Simulated:
    """A simulation that has come to its end, or was stopped by a watch.

    Attributes
    ----------
    atoms : Atoms
        The last frame that all watches found good, with momenta; at its end the last frame.
    step : int
        The step at which the simulation ended.
    good : int
        The step of ``atoms``.
    stopped : Verdict or None
        Why it was stopped.
    verdicts : tuple of (int, Verdict)
        What watches said, with the step, the last word included.
    trajectory : Path or None
    log : ThermoLog
    timestep : float
        fs.
    """

    atoms: Atoms
    step: int
    good: int
    stopped: Verdict | None
    verdicts: tuple[tuple[int, Verdict], ...]
    trajectory: Path | None
    log: ThermoLog
    timestep: float

    @property
    def time(self) -> float:
        """Length of the simulation in ps."""
        return self.step * self.timestep / 1000

    @property
    def message(self) -> str:
        """How it ended, in a sentence: time, atom and reason."""
        if self.stopped is None:
            return f"{self.time:g} ps ({self.step} steps) without a stop"
        return (
            f"stopped after {self.time:g} ps (step {self.step}): "
            f"{described(self.stopped, self.atoms)}; the last good frame is that of step "
            f"{self.good}"
        )


def described(verdict: Verdict, atoms: Atoms) -> str:
    """A verdict in words, with its atom."""
    if verdict.atom is None:
        return verdict.reason
    return f"atom {verdict.atom} ({atoms.get_chemical_symbols()[verdict.atom]}): {verdict.reason}"
