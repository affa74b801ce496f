"""A calculator of ASE that asks a process of another Python."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
from ase.calculators.calculator import CalculationFailed, Calculator, all_changes

from potlearn.workflows.labels.calculation import EngineError, NoResultError
from potlearn.workflows.labels.key import bare
from potlearn.workflows.labels.other_python import OtherPython

ASKED = ("energy", "forces", "stress")
"""What such a calculator gives, as far as the one that it asks does."""


class Asking(Calculator):
    """Gives what a process calculates; the process ends with this object."""

    implemented_properties = ASKED

    def __init__(self, process: OtherPython) -> None:
        super().__init__()
        self._process = process
        weakref.finalize(self, process.close)

    def calculate(
        self,
        atoms: Any = None,
        properties: Sequence[str] = ASKED,
        system_changes: Sequence[str] = all_changes,
    ) -> None:
        """Ask for the properties of a configuration.

        Raises
        ------
        CalculationFailed
            There is no result; the message says why.
        """
        super().calculate(atoms, properties, system_changes)
        try:
            found = self._process.results_of(bare(self.atoms), None, properties)
        except (EngineError, NoResultError) as error:
            raise CalculationFailed(str(error)) from error
        self.results = {k: np.array(v) if isinstance(v, list) else v for k, v in found.items()}


def asking(process: OtherPython) -> Asking:
    """The calculator, once the process can calculate.

    Raises
    ------
    EngineError
        It cannot.
    """
    calculator = Asking(process)
    process.results_of(None, None)
    return calculator
