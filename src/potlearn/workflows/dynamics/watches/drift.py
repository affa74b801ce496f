"""Energy that is not conserved: the time step is too large."""

from __future__ import annotations

from dataclasses import dataclass

from potlearn.typing import Atoms, Positive
from potlearn.workflows.dynamics.watches.base import Steps, Verdict


@dataclass(frozen=True)
class Drift:
    """Stops where the conserved energy drifts too fast."""

    limit: Positive = 10.0
    """meV/atom/ps; during the first ps, meV/atom."""
    every: Steps = 10
    """Steps from one look to the next."""

    def look(self, step: int, atoms: Atoms) -> Verdict | None:
        """Compare the drift since the start with the limit."""
        rate = 1000 * atoms.info["drift"] / max(1.0, atoms.info["time"])
        if abs(rate) <= self.limit:
            return None
        return Verdict(
            f"the conserved energy drifts by {rate:.3g} meV/atom/ps; expected at most "
            f"{self.limit:g}: the time step is too large, or forces are not the derivatives of "
            "the energy",
            True,
        )
