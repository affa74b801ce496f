"""The posterior of the coefficients as it is."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from potlearn.fit.result import FitResult
from potlearn.typing import Array
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
        return plain_links(task.result, self.noise)


def plain_links(result: FitResult, noise: bool = False) -> dict[str, Link]:
    """Variances taken as they are, for every quantity that has rows."""
    errors = result.rmse()["all"]
    return {
        quantity: Link(noise=errors[quantity] if noise else 0.0)
        for quantity, n in result.n_rows.items()
        if n > 0
    }
