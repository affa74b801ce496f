"""An ASE calculator whose results come from another process."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import numpy as np
from ase.calculators.calculator import CalculationFailed, Calculator, all_changes

from potlearn.typing import Settings
from potlearn.workflows.labels.calculation import EngineError, NoResultError
from potlearn.workflows.labels.key import bare
from potlearn.workflows.labels.other_python import OtherPython

ASKED = ("energy", "forces", "stress")
"""Properties that it offers; the calculator in the process may have fewer."""


class Asking(Calculator):
    """Gives the results of a process, which is ended with this object.

    Parameters
    ----------
    process : OtherPython
    content : dict
        What its results depend on; kept as ``parameters``.
    """

    implemented_properties = [*ASKED]  # noqa: RUF012 - as ASE

    def __init__(self, process: OtherPython, content: Settings) -> None:
        Calculator.__init__(self)
        self.parameters.update(content)
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
        Calculator.calculate(self, atoms, properties, system_changes)
        configuration: Any = self.atoms
        try:
            wanted = tuple(dict.fromkeys(("energy", *properties)))
            found = self._process.results_of(bare(configuration), None, wanted)
        except (EngineError, NoResultError) as error:
            raise CalculationFailed(str(error)) from error
        self.results = {k: np.array(v) if isinstance(v, list) else v for k, v in found.items()}


def asking(process: OtherPython, content: Settings) -> Asking:
    """The calculator, once the process can calculate.

    Raises
    ------
    EngineError
        It cannot.
    """
    calculator = Asking(process, content)
    process.results_of(None, None)
    return calculator
