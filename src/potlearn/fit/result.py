"""What a linear fit gives."""

from __future__ import annotations

from dataclasses import dataclass, field

from potlearn.fit.contradictions.contradiction import Contradiction
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.rows.kept import KeptRows
from potlearn.fit.settings import FitSettings
from potlearn.fit.solve.problem import SolveInfo
from potlearn.fit.weights import QUANTITIES
from potlearn.typing import Array


@dataclass(frozen=True)
class FitResult:
    """What a linear fit gives.

    Attributes
    ----------
    coefficients : (n_species, 1 + M)
        In eV; the first column is the one-body energy.
    info : SolveInfo
        How the solution was found.
    ledger : Ledger
        Factors of all rows: other weights, solvers and sub-bases need no data.
    settings : FitSettings
        Settings of the fit, its one-body energies given or fitted: fits from the ledger take them.
    rows : KeptRows
        Rows of every configuration: those that were kept, the others made again.
    timing : dict
        Seconds: ``rows_wall`` and ``rows_cpu`` (design rows and their reduction; CPU of this
        process), ``contradictions_wall`` and ``contradictions_cpu`` (comparison of the groups'
        stress with energies and forces), ``solve_wall`` and ``solve_cpu``.
    notes : tuple of str
        What a user should know.
    contradictions : tuple of Contradiction
        Stress that contradicts energies and forces; the settings' weights are zero for what was
        left out.
    """

    coefficients: Array
    info: SolveInfo
    ledger: Ledger = field(repr=False)
    settings: FitSettings
    rows: KeptRows = field(repr=False)
    timing: dict[str, float]
    notes: tuple[str, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Identity of every design column, in the order of ``coefficients.ravel()``."""
        return self.ledger.columns

    @property
    def n_rows(self) -> dict[str, int]:
        """Number of rows of energy, forces and stress."""
        return {quantity: self.ledger.count(quantity) for quantity in QUANTITIES}

    def rmse(self) -> dict[str, dict[str, float]]:
        """Training errors {"all" or group: {quantity: rmse}}: eV/atom, eV/Å, eV/atom (virial)."""
        return self.ledger.rmse(self.coefficients.ravel())
