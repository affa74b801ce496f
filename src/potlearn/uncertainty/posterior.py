r"""Posterior of the coefficients of a linear fit.

With weighted rows X, penalty :math:`\lambda S^2` and the triangular factor of the stacked rows,

.. math:: T^T T = X^T X + \lambda S^2, \qquad
   C = \sigma^2\, T^{-1} T^{-T}, \qquad
   \sigma^2 = \frac{\sum_i w_i e_i^2}{m - {\rm tr}\,H}

(Bishop, Pattern Recognition and Machine Learning, 2006, section 3.3; the noise level in the unit of
the weights, with the degrees of freedom that the fit leaves).  Weights of the fit are taken as
they are: choosing them by evidence ruins the fit where the error is misfit of the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from potlearn.errors import UncertaintyError
from potlearn.fit.diagnose.hat import Hat
from potlearn.fit.result import FitResult
from potlearn.linalg.lapack import solve_triangular
from potlearn.typing import Array


@dataclass(frozen=True)
class Posterior:
    r"""Normal law of the coefficients.

    Attributes
    ----------
    hat : Hat
        Penalised triangular factor T of the free columns, coefficients, hat matrices.
    noise : float
        :math:`\sigma` in the unit of the weights.
    """

    hat: Hat
    noise: float

    @classmethod
    def of(cls, result: FitResult, columns: Sequence[str] | None = None) -> Posterior:
        """The posterior of a fit, from its ledger; or that of a sub-basis under the same penalty.

        The noise is always that of the whole fit.

        Raises
        ------
        UncertaintyError
            As many coefficients as rows or more, or a covariance that does not exist because
            columns depend on one another and no penalty decides them.
        """
        rows, info = result.ledger.weighted_count(result.settings.weights), result.info
        hat = Hat.of(result, columns=columns)
        if rows <= len(hat.triangle):
            raise UncertaintyError(
                f"uncertainty: {rows} rows for {len(hat.triangle)} coefficients; expected more "
                "rows than coefficients. Choose a smaller basis, or give more data"
            )
        if info.ridge == 0 and info.rank < len(hat.triangle):
            raise UncertaintyError(
                f"uncertainty: the covariance is singular, {len(hat.triangle) - info.rank} columns "
                "depend on the others and no penalty decides them; choose the solver 'bayesian', "
                "'evidence' or 'ridge', or a smaller basis"
            )
        return cls(hat, float(np.sqrt(info.residual / (rows - info.effective_parameters))))

    def factor(self) -> Array:
        r""":math:`F = \sigma P T^{-1}` with :math:`C = F F^T`, (n_species (1 + M), C').

        P places the free columns among all; given one-body energies have no variance.
        """
        return self.noise * self.placed(_inverse(self.hat.triangle))

    def placed(self, free: Array) -> Array:
        """Rows (C', K) of the free columns among all columns, (n_species (1 + M), K)."""
        if self.hat.free.ndim == 2:
            return np.asarray(self.hat.free @ free)
        out = np.zeros((len(self.hat.coefficients), free.shape[1]))
        out[self.hat.free] = free
        return out

    def covariance(self, rows: Array) -> Array:
        r"""Joint covariance :math:`X C X^T` of what design rows X (m, C) predict, (m, m)."""
        half = self.noise * self.hat.half(np.asarray(rows, float))
        return np.asarray(half.T @ half)


def _inverse(triangle: Array) -> Array:
    return np.triu(solve_triangular(triangle, np.eye(len(triangle))))
