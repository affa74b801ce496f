"""The energy of a vacancy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from potlearn.errors import PropertyError
from potlearn.runtime import check_fields
from potlearn.structure.symmetry import conventional
from potlearn.typing import Positive
from potlearn.workflows.properties.base import Case
from potlearn.workflows.properties.cells import supercell
from potlearn.workflows.properties.result import Result, Value

RATTLE = 0.03
"""Random displacements in Å before relaxation: without them the symmetry of the hole would stay."""


@dataclass(frozen=True)
class Vacancy:
    r"""Formation energy of one vacancy in a supercell whose size stays.

    .. math:: E_f = E(N - 1) - \frac{N-1}{N} E(N)
    """

    drawn: ClassVar[bool] = True

    length: Positive = 10.0
    """The supercell is at least this thick in every direction, Å."""

    def __post_init__(self) -> None:
        check_fields(self, type(self).__name__, PropertyError)

    def measure(self, case: Case) -> Result:
        """Energies of formation with atoms as in the crystal, and at rest, in eV.

        Raises
        ------
        PropertyError
            A compound, whose vacancies need chemical potentials.
        """
        if len(set(case.crystal.numbers)) > 1:
            raise PropertyError(
                f"vacancy: {case.crystal.get_chemical_formula()} is a compound, whose vacancies "
                "need chemical potentials; expected an element"
            )
        cell = supercell(conventional(case.crystal), self.length)
        bulk = case.energy(cell) * (len(cell) - 1) / len(cell)
        del cell[0]
        unrelaxed = case.energy(cell) - bulk
        cell.rattle(RATTLE, seed=0)
        relaxed = float(case.relaxed(cell, "vacancy").get_potential_energy()) - bulk
        values = {"formation energy": relaxed, "unrelaxed": unrelaxed}
        return Result({name: Value(value, "eV") for name, value in values.items()})
