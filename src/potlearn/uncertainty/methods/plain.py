"""The posterior of the coefficients as it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from typing_extensions import override

from potlearn.typing import Array
from potlearn.uncertainty.calibration import least_variance
from potlearn.uncertainty.link import Link
from potlearn.uncertainty.methods.table import Method, Task
from potlearn.uncertainty.posterior import Posterior


@dataclass(frozen=True)
class PlainPosterior(Method):
    r"""Standard deviations :math:`\sqrt{x^T C x}` of the posterior.

    They are far too small for forces, 6 % of the errors within one on Si, because errors of
    potentials are misfit of the model and not noise; their order is right.

    Parameters
    ----------
    noise : bool
        Add the root mean square residual of each quantity in squares: right if the model were true
        and its labels had one noise.
    """

    noise: bool = False

    @override
    def factor(self, task: Task) -> Array:
        return Posterior.of(task.result).factor()

    @override
    def links(self, task: Task, sets: Array) -> dict[str, Link]:
        return plain_links(task, sets, self.noise)


def plain_links(task: Task, sets: Array, noise: bool = False) -> dict[str, Link]:
    """Variances taken as they are, for every quantity that has rows.

    Those that are zero by symmetry are known by the mean over the training rows.
    """
    errors, found = task.result.rmse()["all"], dict[str, list[Array]]()
    for index in range(len(task.result.rows)):
        for quantity, block in task.result.rows.blocks(index).items():
            found.setdefault(quantity, []).append(np.sum((block.rows @ sets) ** 2, axis=1))
    return {
        quantity: Link(
            noise=errors[quantity] if noise else 0.0,
            least=least_variance(np.concatenate(found[quantity])),
        )
        for quantity, n in task.result.n_rows.items()
        if n > 0
    }
