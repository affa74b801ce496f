"""What active learning begins with, checked before any label is spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from potlearn.errors import LearningError
from potlearn.runtime import content_key
from potlearn.structure.species import species_indices
from potlearn.typing import Atoms, Settings
from potlearn.workflows.labels import CalculatorSpec
from potlearn.workflows.learning.explore import Condition
from potlearn.workflows.learning.plan import Plan

if TYPE_CHECKING:
    from potlearn.data import Dataset


@dataclass(frozen=True)
class Given:
    """What learning begins with.

    Attributes
    ----------
    start : sequence of ase.Atoms
        Structures of the first set; they are labelled, as many as the budget allows.
    conditions : sequence of Condition
        Where to explore.
    calculator : CalculatorSpec
        Where labels come from.
    known : Dataset, optional
        Labelled configurations of the first set; they cost nothing.
    validation : Dataset, optional
        Labelled configurations that errors are measured on.
    """

    start: Sequence[Atoms]
    conditions: Sequence[Condition]
    calculator: CalculatorSpec
    known: Dataset | None = None
    validation: Dataset | None = None

    def check(self, plan: Plan) -> None:
        """Raise an error for what could not work, before any label is spent.

        Raises
        ------
        LearningError
            There is nothing to fit to, or nowhere to explore.
        SpeciesError
            A structure has an element that the descriptor does not know.
        """
        species = plan.descriptor.species
        for atoms in (*self.start, *(condition.start for condition in self.conditions)):
            species_indices(atoms, species)
        for dataset in (self.known, self.validation):
            if dataset is not None:
                dataset.check_species(species)
        if self.known is None and (not self.start or plan.budget == 0):
            raise LearningError(
                f"there is nothing to fit to: {len(self.start)} structures to begin with, a budget "
                f"of {'any number of' if plan.budget is None else plan.budget} labels, no labelled "
                "configurations; expected at least one that is labelled, or can be"
            )
        names = [condition.name for condition in self.conditions]
        if not names or len(set(names)) < len(names):
            listed = ", ".join(names) or "none"
            raise LearningError(f"expected conditions to explore, of different names; got {listed}")

    def content(self) -> Settings:
        """Content keys of all that decides the course."""
        frames = [_frame(atoms) for atoms in self.start]
        runs = [[c.name, _frame(c.start), c.dynamics] for c in self.conditions]
        sets = [None if d is None else d.content_key() for d in (self.known, self.validation)]
        return {
            "start": content_key(frames),
            "conditions": content_key(runs),
            "calculator": content_key(self.calculator.content),
            "data": content_key(sets),
        }


def _frame(atoms: Atoms) -> list[Any]:
    return [atoms.numbers, atoms.positions, atoms.cell.array, atoms.pbc]
