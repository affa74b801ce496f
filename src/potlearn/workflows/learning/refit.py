"""The potential of a set that grows: refits, expected errors, a wall around the set."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from potlearn.errors import UncertaintyError
from potlearn.fit import FitResult, GrowingFit
from potlearn.fit.beyond import Coverage, default_zbl, first_wall, protect
from potlearn.potentials import LinearPotential
from potlearn.potentials.sum import SumPotential
from potlearn.runtime import Runtime
from potlearn.uncertainty import QuadraticUncertainty, quantify

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import Potential
    from potlearn.potentials.pair import ZBL
    from potlearn.workflows.learning.plan import Plan


class Refit:
    """A growing fit, and potentials made of it.

    Parameters
    ----------
    plan : Plan
    first : Dataset
        The first set, whose shortest distances give the radii of the repulsion.
    runtime : Runtime
    """

    def __init__(self, plan: Plan, first: Dataset, runtime: Runtime) -> None:
        self.plan, species = plan, plan.descriptor.species
        self.reference: ZBL | None = None
        if plan.repulsion:
            shortest = Coverage.of(first, species).shortest
            self.reference = default_zbl(shortest, species)
        self.growing = GrowingFit(
            plan.descriptor, plan.fit, reference=self.reference, runtime=runtime
        )
        self.seconds: dict[str, float] = {}
        self.notes: list[str] = []

    @property
    def dataset(self) -> Dataset:
        """All configurations so far; there must be some."""
        assert self.growing.dataset is not None
        return self.growing.dataset

    def add(self, batch: Dataset) -> None:
        """Take in labelled configurations."""
        start = perf_counter()
        self.growing.add(batch)
        self.seconds["rows"] = perf_counter() - start

    def potential(self) -> LinearPotential:
        """The potential of the set, with expected errors."""
        start = perf_counter()
        result = self.growing.result()
        self.seconds["solve"] = perf_counter() - start
        self.notes = list(result.notes)
        made = LinearPotential(self.plan.descriptor, result.coefficients, self._reference())
        start = perf_counter()
        made = replace(made, uncertainty=self._uncertainty(result))
        self.seconds["uncertainty"] = perf_counter() - start
        return made

    def last(self) -> LinearPotential:
        """The potential of the set, protected beyond it if the plan says so."""
        if not self.plan.protect:
            return self.potential()
        result, descriptor = self.growing.result(), self.plan.descriptor
        coverage = Coverage.of(self.dataset, descriptor.species)
        found = protect(result, descriptor, self.reference, coverage)
        self.notes = [*result.notes, *found.notes, *found.check.warnings()]
        return replace(found.potential, uncertainty=self._uncertainty(result))

    def _reference(self) -> Potential | None:
        """Repulsion and wall; both vanish on the set, but for the repulsion of its closest pairs.

        Rows know nothing of the wall: it is zero wherever there are labels.
        """
        if not self.plan.protect:
            return self.reference
        wall = first_wall(Coverage.of(self.dataset, self.plan.descriptor.species))
        return (
            wall if self.reference is None else SumPotential(((1.0, self.reference), (1.0, wall)))
        )

    def _uncertainty(self, result: FitResult) -> QuadraticUncertainty:
        try:
            return quantify(result, self.plan.uncertainty)
        except UncertaintyError as error:
            self.notes.append(f"expected errors are those of the plain posterior: {error}")
            return quantify(result, "posterior")
