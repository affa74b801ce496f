"""Constant temperature: velocities rescaled at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from potlearn.errors import DynamicsError
from potlearn.typing import Atoms, Settings
from potlearn.workflows.dynamics.ensembles.base import degrees_of_freedom

if TYPE_CHECKING:
    import numpy as np

    from potlearn.workflows.dynamics.settings import DynamicsSettings


class NVT:
    """Constant temperature by random rescaling of all velocities.

    The centre of mass stays at rest, so that 3 N - 3 momenta have the temperature.

    References
    ----------
    Bussi, Donadio, Parrinello, J. Chem. Phys. 126, 014101 (2007), equation A7
    """

    conserves_momentum: ClassVar[bool] = True
    changes_cell: ClassVar[bool] = False

    def integrator(
        self, atoms: Atoms, settings: DynamicsSettings, kelvin: float, rng: np.random.Generator
    ) -> Any:
        """Give ASE's ``Bussi``, for the momenta that move.

        Raises
        ------
        DynamicsError
            All atoms are at rest: there is nothing to rescale.
        """
        from ase.md.bussi import Bussi
        from ase.units import fs

        if not atoms.get_kinetic_energy() > 1e-12:
            raise DynamicsError(
                "dynamics: nvt: all atoms are at rest, and the thermostat rescales velocities; "
                "start at a temperature above 0, or take the ensemble langevin"
            )
        made = Bussi(atoms, settings.timestep * fs, kelvin, settings.tau * fs, rng=rng)
        made.ndof = degrees_of_freedom(atoms, self)
        self.set_temperature(made, kelvin)
        return made

    def set_temperature(self, integrator: Any, kelvin: float) -> None:
        """Change the kinetic energy that is aimed at."""
        from ase.units import kB

        integrator.temp = kB * kelvin
        integrator.target_kinetic_energy = 0.5 * integrator.temp * integrator.ndof

    def state(self, integrator: Any) -> Settings:
        """Give nothing: the random numbers are kept for all ensembles."""
        return {}

    def restore(self, integrator: Any, state: Settings) -> None:
        """Set nothing."""

    def commands(
        self, settings: DynamicsSettings, kelvin: tuple[float, float], seed: int
    ) -> Sequence[str]:
        """``fix temp/csvr`` beside ``fix nve``."""
        return (
            "fix move all nve",
            f"fix bath all temp/csvr {kelvin[0]!r} {kelvin[1]!r} {settings.tau / 1000!r} {seed}",
        )
