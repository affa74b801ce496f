"""Constant temperature: Langevin dynamics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from potlearn.typing import Atoms, Settings

if TYPE_CHECKING:
    import numpy as np

    from potlearn.workflows.dynamics.settings import DynamicsSettings


class Langevin:
    """Constant temperature: friction, and random forces on every atom (also of the whole)."""

    conserves_momentum: ClassVar[bool] = False
    changes_cell: ClassVar[bool] = False

    def integrator(
        self, atoms: Atoms, settings: DynamicsSettings, kelvin: float, rng: np.random.Generator
    ) -> Any:
        """Give ASE's integrator of Vanden-Eijnden and Ciccotti."""
        from ase.md.langevin import Langevin
        from ase.units import fs

        return Langevin(
            atoms,
            settings.timestep * fs,
            temperature_K=kelvin,
            friction=settings.friction / fs,
            fixcm=False,
            rng=rng,
        )

    def set_temperature(self, integrator: Any, kelvin: float) -> None:
        """Change the random forces."""
        integrator.set_temperature(temperature_K=kelvin)

    def state(self, integrator: Any) -> Settings:
        """Give nothing: the random numbers are kept for all ensembles."""
        return {}

    def restore(self, integrator: Any, state: Settings) -> None:
        """Set nothing."""

    def commands(
        self, settings: DynamicsSettings, kelvin: tuple[float, float], seed: int
    ) -> Sequence[str]:
        """``fix langevin``, with its heat, beside ``fix nve``."""
        damping = 1e-3 / settings.friction
        return (
            "fix move all nve",
            f"fix bath all langevin {kelvin[0]!r} {kelvin[1]!r} {damping!r} {seed} tally yes",
        )
