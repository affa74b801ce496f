"""Which calculator labels, and with which settings."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from potlearn.errors import LabellingError
from potlearn.runtime import content_key
from potlearn.typing import Settings
from potlearn.workflows.labels.asking import ASKED, asking
from potlearn.workflows.labels.calculation import EngineError, make_calculator
from potlearn.workflows.labels.known import KNOWN, POTENTIAL, Known
from potlearn.workflows.labels.other_python import OtherPython


@dataclass(frozen=True)
class CalculatorSpec:
    """A calculator by name, with its settings.

    Parameters
    ----------
    name : str
        A name of :data:`KNOWN` (``"gpaw"``, ``"mace"``), any name of ASE's (``"vasp"``),
        ``"module:callable"`` (a class or a function that gives a calculator), or the path of a
        saved potential (``"teacher.potl"``).
    settings : dict
        Arguments of the class or function; plain data.
    python : str, optional
        Another Python, in which the calculator is installed, such as ``"/usr/bin/python3"``.
    timeout : float, optional
        Seconds that a calculation may take; then it is killed, with the programs that it has
        started, and has failed.  Every calculation is then done in a process beside this one.
    """

    name: str
    settings: Settings = field(default_factory=dict)
    python: str | None = None
    timeout: float | None = None

    @property
    def known(self) -> Known:
        """What is known about the calculator.

        Raises
        ------
        LabellingError
            No calculator has that name.
        """
        if self.name in KNOWN:
            return KNOWN[self.name]
        if ":" in self.name:
            return Known(self.name)
        if Path(self.name).is_file():
            return POTENTIAL
        return Known(_of_ase(self.name))

    @property
    def arguments(self) -> Settings:
        """Arguments of the target."""
        own = {"path": self.name} if self.known is POTENTIAL else {}
        return {**own, **self.known.defaults, **self.settings}

    @property
    def content(self) -> Settings:
        """What a result depends on: of a file its content, not its name; no place of a Python."""
        if self.known is POTENTIAL:
            return {"file": content_key(Path(self.name).read_bytes().hex()), **self.settings}
        return {"target": self.known.target, **self.arguments}

    @property
    def process(self) -> str | None:
        """The Python that calculates in a process of its own; None: this process calculates."""
        return sys.executable if self.python is None and self.timeout is not None else self.python

    def elsewhere(self, properties: Sequence[str]) -> OtherPython:
        """The process that calculates; it starts with the first question."""
        work = {
            "target": self.known.target,
            "settings": self.arguments,
            "properties": properties,
            "kept": self.known.kept,
        }
        assert self.process is not None
        return OtherPython(self.process, work, self.timeout)

    def build(self) -> Any:
        """The ASE calculator; with ``python`` or ``timeout`` one that asks another process.

        Raises
        ------
        LabellingError
            It is not installed or does not take the settings; the message says what to do.
        """
        try:
            if self.process is not None:
                return asking(self.elsewhere(ASKED), self.content)
            return make_calculator(self.known.target, self.arguments)
        except EngineError as error:
            raise self.failed(str(error)) from error

    def failed(self, reason: str) -> LabellingError:
        """The error that this calculator cannot be used."""
        where = f" in {self.python}" if self.python else ""
        install = self.known.install if "ModuleNotFound" in reason else ""
        advice = f"; to install it: {install}" if install else ""
        return LabellingError(f"calculator {self.name}{where}: {reason}{advice}")


def _of_ase(name: str) -> str:
    """``module:class`` of a calculator of ASE's."""
    from ase.calculators.calculator import special
    from ase.calculators.names import names

    module = name.lower()
    if module not in names or find_spec(f"ase.calculators.{module}") is None:
        near = get_close_matches(module, [*KNOWN, *names], n=3)
        hint = f"; did you mean {' or '.join(near)}" if near else ""
        raise LabellingError(
            f"no calculator {name!r}{hint}? Expected one of {', '.join(KNOWN)}, a name of ASE's "
            "(vasp, espresso, ...), module:callable, or the file of a potential"
        )
    return f"ase.calculators.{module}:{special.get(module, module.title())}"
