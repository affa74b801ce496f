"""Stop rule: small errors on a validation set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from typing_extensions import override

from potlearn.errors import LearningError
from potlearn.runtime import check_fields
from potlearn.typing import Positive
from potlearn.workflows.learning.stops.base import Standing, Stop


@dataclass(frozen=True)
class Validation(Stop):
    """Learning ends when an error on the validation set is small enough."""

    below: Positive
    """The error: eV/atom, eV/Å or eV/Å³."""
    quantity: Literal["energy", "forces", "stress"] = "forces"
    """Energy per atom, forces or stress."""
    measure: Literal["rmse", "mae"] = "rmse"
    """Root mean square or mean absolute error."""

    def __post_init__(self) -> None:
        check_fields(self, "validation", LearningError)

    @override
    def reached(self, standing: Standing) -> str | None:
        if self.quantity not in standing.errors:
            known = ", ".join(standing.errors) or "none"
            raise LearningError(
                f"stop rule validation: expected labels of {self.quantity} in a validation set, "
                f"got errors of {known}; name files in the section validation"
            )
        found = standing.errors[self.quantity][self.measure]
        if found >= self.below:
            return None
        return f"validation: {self.quantity} {self.measure} {found:.3g}, below {self.below:.3g}"
