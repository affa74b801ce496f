"""Constant energy: velocity Verlet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from potlearn.typing import Atoms, Settings

if TYPE_CHECKING:
    import numpy as np

    from potlearn.workflows.dynamics.settings import DynamicsSettings


class NVE:
    """Constant energy, by velocity Verlet; the temperature is that of the first velocities."""

    conserves_momentum: ClassVar[bool] = True
    changes_cell: ClassVar[bool] = False

    def integrator(
        self, atoms: Atoms, settings: DynamicsSettings, kelvin: float, rng: np.random.Generator
    ) -> Any:
        """Give ASE's velocity Verlet."""
        from ase.md.verlet import VelocityVerlet
        from ase.units import fs

        return VelocityVerlet(atoms, settings.timestep * fs)

    def set_temperature(self, integrator: Any, kelvin: float) -> None:
        """Change nothing: there is no thermostat."""

    def state(self, integrator: Any) -> Settings:
        """Give nothing: positions and momenta are everything."""
        return {}

    def restore(self, integrator: Any, state: Settings) -> None:
        """Set nothing."""

    def commands(
        self, settings: DynamicsSettings, kelvin: tuple[float, float], seed: int
    ) -> Sequence[str]:
        """``fix nve``."""
        return ("fix move all nve",)
