"""Adam, from optax."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from potlearn.optimise.method import Fraction
from potlearn.optimise.methods.optax_steps import Steps


@dataclass(frozen=True)
class Adam(Steps):
    """Kingma & Ba, arXiv:1412.6980.

    Other options: :class:`~potlearn.optimise.methods.optax_steps.Steps`.

    Parameters
    ----------
    first_decay, second_decay : float
        Of the running means of the gradient and its square.
    """

    first_decay: Fraction = 0.9
    second_decay: Fraction = 0.999

    def rule(self, optax: ModuleType, rate: Any) -> Any:
        """See :class:`~potlearn.optimise.methods.optax_steps.Steps`."""
        return optax.adam(rate, b1=self.first_decay, b2=self.second_decay)
