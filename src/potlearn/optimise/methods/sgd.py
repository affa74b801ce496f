"""Steps along the gradient, from optax."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from potlearn.optimise.method import Fraction
from potlearn.optimise.methods.optax_steps import Steps


@dataclass(frozen=True)
class SGD(Steps):
    """Steps along the gradient, with momentum (Nesterov's where asked for).

    Other options: :class:`~potlearn.optimise.methods.optax_steps.Steps`.

    Parameters
    ----------
    momentum : float
        Part of the last step that the next one keeps.
    nesterov : bool
    """

    momentum: Fraction = 0.9
    nesterov: bool = False

    def rule(self, optax: ModuleType, rate: Any) -> Any:
        """See :class:`~potlearn.optimise.methods.optax_steps.Steps`."""
        return optax.sgd(rate, momentum=self.momentum or None, nesterov=self.nesterov)
