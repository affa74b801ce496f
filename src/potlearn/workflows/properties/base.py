"""What a property is given, and what it has to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from potlearn.typing import Atoms
from potlearn.workflows.properties.relaxation import Relaxation
from potlearn.workflows.properties.result import Result


@dataclass(frozen=True)
class Case:
    """A relaxed crystal, and the calculator that relaxed it.

    Attributes
    ----------
    crystal : Atoms
        A cell of the crystal at rest, without a calculator.
    calculator : callable
        Gives the ASE calculator.
    relaxation : Relaxation
        When atoms are at rest.
    folder : path, optional
        Where long work may leave its files; it continues from them.
    """

    crystal: Atoms
    calculator: Callable[[], Any]
    relaxation: Relaxation = field(default_factory=Relaxation)
    folder: Path | None = None

    def attached(self, atoms: Atoms) -> Atoms:
        """A copy of ``atoms`` with the calculator."""
        copy: Atoms = atoms.copy()
        copy.calc = self.calculator()
        return copy

    def energy(self, atoms: Atoms) -> float:
        """Energy of ``atoms`` as they are, in eV."""
        return float(self.attached(atoms).get_potential_energy())

    def relaxed(self, atoms: Atoms, what: str, *, cell: bool = False) -> Atoms:
        """``atoms`` at rest, with the calculator; see :meth:`Relaxation.relax`."""
        return self.relaxation.relax(self.attached(atoms), what, cell=cell)


class Property(Protocol):
    """A property: a frozen dataclass whose fields are its settings."""

    drawn: ClassVar[bool]
    """Whether it is also measured for potentials drawn from the posterior, for its error bars."""

    def measure(self, case: Case) -> Result:
        """The property of the crystal.

        Raises
        ------
        PropertyError
            It does not exist, or a relaxation does not converge.
        """
