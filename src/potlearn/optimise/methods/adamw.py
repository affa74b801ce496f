"""Adam with weight decay, from optax."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from potlearn.optimise.method import Fraction
from potlearn.optimise.methods.optax_steps import Steps
from potlearn.typing import NonNegative


@dataclass(frozen=True)
class AdamW(Steps):
    """Adam with decay of the parameters (Loshchilov & Hutter, arXiv:1711.05101).

    Other options: :class:`~potlearn.optimise.methods.optax_steps.Steps`.

    Parameters
    ----------
    first_decay, second_decay : float
        Of the running means of the gradient and its square.
    weight_decay : float
        Part of the parameters that a step takes away, in units of the rate.
    """

    first_decay: Fraction = 0.9
    second_decay: Fraction = 0.999
    weight_decay: NonNegative = 1e-4

    def rule(self, optax: ModuleType, rate: Any) -> Any:
        """See :class:`~potlearn.optimise.methods.optax_steps.Steps`."""
        return optax.adamw(
            rate, b1=self.first_decay, b2=self.second_decay, weight_decay=self.weight_decay
        )
