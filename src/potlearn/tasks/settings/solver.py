"""Section of the weights and the solver."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from potlearn.errors import FitError
from potlearn.fit import SOLVERS, FitSettings
from potlearn.tasks.settings.section import Element, Section
from potlearn.tasks.settings.tables import NameIn
from potlearn.typing import ByLedger, NonNegative, Positive


class GroupWeights(Section):
    """Weights of one group; what is absent keeps the general weight."""

    energy: Annotated[NonNegative | None, ByLedger()] = None
    """Weight of the squared errors of energies per atom, 1/eV²."""
    forces: Annotated[NonNegative | None, ByLedger()] = None
    """Weight of the squared errors of force components, Å²/eV²."""
    stress: Annotated[NonNegative | None, ByLedger()] = None
    """Weight of the squared errors of virial components per atom, 1/eV²."""


_ERROR = re.compile(r"sigma|std|stdev|uncert|error|(^|[_-])(err|unc)([_-]|$)", re.IGNORECASE)
_VARIANCE = re.compile(r"varian|(^|[_-])var([_-]|$)", re.IGNORECASE)


def is_error(key: str) -> bool:
    """Whether a key holds an expected error, by its name, and not a weight."""
    return _ERROR.search(key) is not None


def _check_key(key: str | None) -> str | None:
    """A variance is refused: as a weight it would favour the least certain data."""
    if key is not None and _VARIANCE.search(key):
        raise PydanticCustomError(
            "weights",
            "{key} is a variance by its name; expected a weight or an expected error: write its "
            "square root under a name with sigma",
            {"key": key},
        )
    return key


WeightKey = Annotated[str | None, AfterValidator(_check_key)]


class WeightKeys(Section):
    """Info keys of weights, or of expected errors, by quantity."""

    energy: WeightKey = None
    """Key for the energy, such as config_energy_weight or energy_sigma."""
    forces: WeightKey = None
    """Key for the forces, such as config_forces_weight or force_sigma."""
    stress: WeightKey = None
    """Key for the stress or virial, such as config_stress_weight or virial_sigma."""


class WeightsConfig(GroupWeights):
    """Weights of energies, forces and stresses, with overrides per group."""

    key: WeightKey | WeightKeys = None
    """Info key of a further weight of each configuration, such as config_weight, or keys by
    quantity; a key with sigma, std, error or uncertainty in its name is an expected error, whose
    weight is 1/sigma²."""

    groups: Annotated[dict[str, GroupWeights], ByLedger()] = Field(default_factory=dict)
    """Overrides, by group."""

    @model_validator(mode="after")
    def _expected_errors_are_of_one_quantity(self) -> Self:
        if isinstance(self.key, str) and is_error(self.key):
            raise PydanticCustomError(
                "weights",
                "key: {key} is an expected error of one quantity; name that, such as {example}",
                {"key": self.key, "example": f"key: {{energy: {self.key}}}"},
            )
        return self


class SolverConfig(Section):
    """Weights and solver of the linear system."""

    solver: Annotated[Annotated[str, NameIn(lambda: SOLVERS)] | None, ByLedger()] = None
    """qr, svd: least squares; ridge: with the penalty `ridge`; gcv, evidence, cv: with a penalty
    from generalised cross-validation, Bayesian evidence, or held-out folds; bayesian: as evidence,
    and with an uncertainty; ard: with a penalty for each coefficient, by evidence."""
    ridge: Annotated[Positive | None, ByLedger()] = None
    """Penalty of the solver ridge, without unit (columns have norm one)."""
    smoothness: Annotated[bool, ByLedger()] = True
    """Whether penalties weigh coefficients by the descriptor's smoothness (ace)."""
    e0: Annotated[Literal["auto", "isolated", "fitted"] | dict[Element, float], ByLedger()] = "auto"
    """Energies of the free atoms, eV: isolated takes them from IsolatedAtom configurations, fitted
    makes them coefficients, auto is the first where there are such and else the second."""
    intercept: Annotated[bool, ByLedger()] = False
    """Whether a free constant per atom is added to given energies of the free atoms."""
    weights: WeightsConfig = WeightsConfig()
    """Weights of energies, forces and stresses."""
    contradictions: Annotated[Literal["leave_out", "report", "keep"], ByLedger()] = "leave_out"
    """Stress of groups that contradicts energies and forces (another unit, a sign, an offset):
    leave_out of the fit; report it and keep it; keep it and do not look."""
    noise: Annotated[Literal["fixed", "quantity", "group"], ByLedger()] = "fixed"
    """fixed: the weights as they are; quantity, group: weights from noise levels of largest
    evidence, which often ruin energies."""
    workers: Annotated[int, Field(ge=1), ByLedger()] = 1
    """Processes that make and reduce design rows; the result does not depend on their number."""

    @model_validator(mode="after")
    def _match_ridge_and_solver(self) -> Self:
        check_solver(self.solver, self.ridge)
        return self


def check_solver(solver: str | None, ridge: float | None) -> None:
    """Refuse settings of a solver that a fit would refuse."""
    try:
        FitSettings(solver=solver, ridge=ridge)
    except FitError as error:
        raise PydanticCustomError("solver", "{problem}", {"problem": str(error)}) from error
