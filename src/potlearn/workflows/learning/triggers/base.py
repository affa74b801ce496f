"""What notices, during a simulation, that atoms are where the potential does not know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

from potlearn.errors import LearningError, UncertaintyError
from potlearn.typing import Array, Atoms

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import LinearPotential


@runtime_checkable
class Trigger(Protocol):
    """A score of atoms, and the limit above which a configuration is a candidate for a label.

    Attributes
    ----------
    every : int
        Steps between two looks.
    limit : float
        A configuration with an atom above it is a candidate.
    stop : float or None
        A run with an atom above it ends, since what follows has no meaning.  None: no score
        ends a run.
    """

    every: int
    limit: float
    stop: float | None

    def ready(self, potential: LinearPotential, known: Dataset) -> Self:
        """The trigger for a potential and the configurations that it was fitted to."""

    def score(self, atoms: Atoms) -> Array:
        """Scores (N,) of atoms that carry the potential's calculator."""


def check_limits(trigger: Trigger, name: str) -> None:
    """Raise LearningError where a run would end before anything is a candidate."""
    if trigger.stop is not None and trigger.stop < trigger.limit:
        raise LearningError(
            f"trigger {name}: stop: expected at least limit ({trigger.limit:g}), got "
            f"{trigger.stop:g}"
        )


def asked(atoms: Atoms, name: str) -> Array:
    """A result (N,) of the calculator that only potentials with expected errors give.

    Raises
    ------
    LearningError
        The potential has none.
    """
    try:
        found: Array = atoms.calc.get_property(name, atoms)
    except UncertaintyError as error:
        raise LearningError(f"a trigger needs {name} of the potential: {error}") from error
    return found
