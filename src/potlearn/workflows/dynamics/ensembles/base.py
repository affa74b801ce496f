"""What an ensemble gives: integrators of ASE, and commands of LAMMPS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from potlearn.typing import Atoms, Settings

if TYPE_CHECKING:
    import numpy as np

    from potlearn.workflows.dynamics.settings import DynamicsSettings


class Ensemble(Protocol):
    """An ensemble in both engines."""

    conserves_momentum: ClassVar[bool]
    """Whether the centre of mass stays at rest: three degrees of freedom less."""
    changes_cell: ClassVar[bool]

    def integrator(
        self, atoms: Atoms, settings: DynamicsSettings, kelvin: float, rng: np.random.Generator
    ) -> Any:
        """Give an integrator of ASE for atoms with a calculator."""

    def set_temperature(self, integrator: Any, kelvin: float) -> None:
        """Change the temperature of its thermostat."""

    def state(self, integrator: Any) -> Settings:
        """Give its own variables, as plain data."""

    def restore(self, integrator: Any, state: Settings) -> None:
        """Set its own variables."""

    def commands(
        self, settings: DynamicsSettings, kelvin: tuple[float, float], seed: int
    ) -> Sequence[str]:
        """Commands of LAMMPS (metal units) for a run from one temperature to the other."""


def rests(atoms: Atoms, ensemble: type[Ensemble] | Ensemble) -> bool:
    """Whether the centre of mass is at rest: nothing pushes it, no atom is held."""
    return ensemble.conserves_momentum and not atoms.constraints and len(atoms) > 1


def degrees_of_freedom(atoms: Atoms, ensemble: type[Ensemble] | Ensemble) -> int:
    """Number of momenta that move: 3 N less constraints and, where it is at rest, the centre."""
    own = int(atoms.get_number_of_degrees_of_freedom())
    return own - 3 if rests(atoms, ensemble) else own
