"""The work of one worker: a configuration in, its results or the reason of its failure out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from potlearn.typing import Atoms, Settings
from potlearn.workflows.labels.calculation import EngineError, NoResultError, results_of
from potlearn.workflows.labels.other_python import OtherPython
from potlearn.workflows.labels.spec import CalculatorSpec


@dataclass(frozen=True)
class Work:
    """Calculates labels.

    Parameters
    ----------
    spec : CalculatorSpec
    properties : tuple of str
        What is calculated where the calculator has it.
    files : str, optional
        Folder in which the files of each calculation stay, in one named by its key.
    """

    spec: CalculatorSpec
    properties: tuple[str, ...]
    files: str | None = None
    _kept: Settings = field(default_factory=dict, compare=False)

    def __call__(self, item: tuple[str, Atoms] | None) -> Settings:
        """``{"results": ...}`` or ``{"reason": ...}`` of a key and its configuration.

        None only tries the calculator.

        Raises
        ------
        LabellingError
            The calculator is not installed or cannot calculate anything.
        """
        key, atoms = item or ("", None)
        folder = None if self.files is None else str(Path(self.files).absolute() / key)
        try:
            if self.spec.process is not None:
                return {"results": self._other_python().results_of(atoms, folder)}
            calculator = self._calculator()
            if atoms is None:
                return {}
            return {"results": results_of(calculator, atoms, self.properties, folder)}
        except NoResultError as error:
            return {"reason": str(error)}
        except EngineError as error:
            raise self.spec.failed(str(error)) from error

    def close(self) -> None:
        """End what this process has kept."""
        if "python" in self._kept:
            self._kept.pop("python").close()

    def _calculator(self) -> Any:
        """A new calculator for each configuration, unless one serves all."""
        if not self.spec.known.kept:
            return self.spec.build()
        if "calculator" not in self._kept:
            self._kept["calculator"] = self.spec.build()
        return self._kept["calculator"]

    def _other_python(self) -> OtherPython:
        if "python" not in self._kept:
            self._kept["python"] = self.spec.elsewhere(self.properties)
        found: OtherPython = self._kept["python"]
        return found

    def __getstate__(self) -> Settings:
        """Without what a process keeps: every one makes its own."""
        return {**self.__dict__, "_kept": {}}
