"""The work of one worker: a configuration in, its results or the reason of its failure out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from potlearn.errors import PotlearnError
from potlearn.typing import Atoms, Settings
from potlearn.workflows.labels.calculation import EngineFailure, NoResult, results_of
from potlearn.workflows.labels.spec import CalculatorSpec


@dataclass(frozen=True)
class Work:
    """Calculates labels; None in place of a configuration only tries the calculator.

    Parameters
    ----------
    spec : CalculatorSpec
    properties : tuple of str
        What is calculated where the calculator has it.
    """

    spec: CalculatorSpec
    properties: tuple[str, ...]
    _kept: Settings = field(default_factory=dict, compare=False)

    def __call__(self, atoms: Atoms | None) -> Settings:
        """``{"results": ...}`` or ``{"reason": ...}``.

        Raises
        ------
        LabellingError
            The calculator is not installed or cannot calculate anything.
        """
        calculator = self._calculator()
        if atoms is None:
            return {}
        if not self.spec.known.crystals and atoms.pbc.any():
            return {
                "reason": f"{self.spec.name} is for molecules (it samples the Γ point alone); "
                "expected no periodicity; pbc = F F F makes a molecule of it"
            }
        try:
            return {"results": results_of(calculator, atoms, self.properties)}
        except NoResult as error:
            return {"reason": str(error)}
        except EngineFailure as error:
            raise self.spec.failed(str(error)) from error

    def _calculator(self) -> Any:
        if not self.spec.known.kept:
            return self.spec.build()
        if not self._kept:
            self._kept["calculator"] = self.spec.build()
        return self._kept["calculator"]

    def __getstate__(self) -> PotlearnError | Settings:
        """Without the calculator: every process makes its own."""
        return {**self.__dict__, "_kept": {}}
