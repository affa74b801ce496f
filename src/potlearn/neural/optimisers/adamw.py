"""Adam with weight decay apart from the gradient."""

from __future__ import annotations

from types import ModuleType
from typing import Any, ClassVar

from potlearn.neural.optimisers.steps import Steps


class AdamW(Steps):
    r"""Steps of the size of the rate (Loshchilov & Hutter, ICLR 2019).

    .. math:: u = \hat m / (\sqrt{\hat v} + 10^{-8})

    with running means :math:`\hat m` of gradients (memory 0.9) and :math:`\hat v` of their squares
    (0.999), both corrected for their start.
    """

    default_rate: ClassVar[float] = 3e-3
    default_epochs: ClassVar[int] = 40
    default_decay: ClassVar[float] = 1.0

    @classmethod
    def rule(cls, optax: ModuleType) -> Any:
        """See :class:`Steps`."""
        return optax.scale_by_adam()
