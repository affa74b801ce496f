"""What a trial fits, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from potlearn.fit.settings import FitSettings
from potlearn.fit.solve.problem import SolveInfo
from potlearn.typing import Array, Indices

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor
    from potlearn.potentials import LinearPotential, Potential


@dataclass(frozen=True, eq=False)
class Candidate:
    """A fit to answer.

    Attributes
    ----------
    descriptor : Descriptor
        Complete: what the data decide is decided (``prepared``).
    reference : Potential, optional
        Potential under the fit.
    settings : FitSettings
    compress : (method, k), optional
        Keep ``k`` of the descriptor's functions, by a method of
        :data:`~potlearn.compress.COMPRESSORS` that chooses functions, and fit again.
    """

    descriptor: Descriptor
    reference: Potential | None = None
    settings: FitSettings = field(default_factory=FitSettings)
    compress: tuple[str, int] | None = None


class Spread(NamedTuple):
    """Mean absolute error of every configuration, (n,), NaN without labels; labels, (n,)."""

    mean: Array
    n: Indices


@dataclass(frozen=True, eq=False)
class Answer:
    """The fit of a candidate.

    Attributes
    ----------
    coefficients : (n_species, 1 + M)
        In eV, of ``descriptor``.
    descriptor : Descriptor
        That of the candidate, or of the functions that are left of it.
    errors : mapping of str to float
        On validation data ``energy_mae``, ``energy_rmse`` (eV/atom), ``forces_...`` (eV/Å),
        ``stress_...`` (eV/Å³), as :func:`~potlearn.metrics.metrics` has them; from folds
        ``folds.energy_rmse`` (eV/atom), ``folds.forces_rmse`` (eV/Å), ``folds.virial_rmse``
        (eV/atom).
    info : SolveInfo
    settings : FitSettings
        With one-body energies given or fitted, and the weights that were used.
    reference : Potential or None
    notes : tuple of str
    configurations : mapping of quantity to Spread
        Errors of every validation configuration, if they were asked for.
    """

    coefficients: Array
    descriptor: Descriptor
    errors: Mapping[str, float]
    info: SolveInfo
    settings: FitSettings
    reference: Potential | None = None
    notes: tuple[str, ...] = ()
    configurations: Mapping[str, Spread] = field(default_factory=dict)

    @property
    def potential(self) -> LinearPotential:
        """The potential of this fit."""
        from potlearn.potentials import LinearPotential

        return LinearPotential(self.descriptor, self.coefficients, self.reference)
