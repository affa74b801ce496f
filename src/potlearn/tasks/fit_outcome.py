"""What a fit gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potlearn.tasks.settings import FitConfig

if TYPE_CHECKING:
    from potlearn.fit import FitResult
    from potlearn.metrics import Evaluation
    from potlearn.potentials import LinearPotential


@dataclass(frozen=True)
class FitOutcome:
    """What a fit gave, and where it was written.

    Attributes
    ----------
    config : FitConfig
        The configuration with every default filled in.
    potential : LinearPotential
    result : FitResult
        How the coefficients were found.
    evaluations : dict
        Reference and predicted values of each set, by name.
    metrics : dict
        Errors by set, group and quantity; see :func:`potlearn.metrics.metrics`.
    timing : dict
        Wall seconds of each stage.
    folder : Path
    files : tuple of str
        Names of what was written there.
    """

    config: FitConfig
    potential: LinearPotential
    result: FitResult
    evaluations: Mapping[str, Evaluation]
    metrics: Mapping[str, Any]
    timing: Mapping[str, float]
    folder: Path
    files: tuple[str, ...]

    @property
    def n_coefficients(self) -> int:
        """Number of coefficients, one-body energies included."""
        return int(self.potential.coefficients.size)
