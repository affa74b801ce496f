r"""Hat matrix of a penalised fit, by rows, and that of the same fit without some of its labels.

With weighted rows :math:`X`, penalised factor :math:`T^T T = X^T X + \lambda S^2` and
:math:`Z_b = T^{-T} X_b^T`, the hat matrix of rows ``b`` is :math:`H_b = Z_b^T Z_b`.  Rows ``E``
leave the fit by (:math:`Z_E = U s V^T`, residuals :math:`e_E`)

.. math::
   {T'}^T T' &= T^T T - X_E^T X_E = T^T (I - U s^2 U^T)\, T \\
   c' &= c + T^{-1} U \frac{s}{1 - s^2} V^T e_E

which is exact for a fixed penalty :math:`\lambda S^2`, and needs no other rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from potlearn.fit.posed import Posed
from potlearn.fit.result import FitResult
from potlearn.fit.rows.make import Block
from potlearn.fit.solve.penalised import RidgeFactor
from potlearn.fit.solve.spectrum import column_scales
from potlearn.linalg.lapack import solve_triangular
from potlearn.linalg.triangular import factor
from potlearn.typing import Array

ROUNDING = 1e-13
"""Relative penalty of a fit without one; least part of a direction that rows leave to others."""


@dataclass(frozen=True)
class Hat:
    r"""Hat matrix of a fit.

    Attributes
    ----------
    triangle : (C', C')
        Penalised factor of the free columns.
    free : (C,) or (C, C')
        Indices of the free columns, or the combination of columns that they are.
    coefficients : (C,)
        All coefficients.
    penalties : (C',), optional
        Penalties :math:`\lambda s_j^2` of the free columns, where they are known.
    """

    triangle: Array
    free: Array | NDArray[np.intp]
    coefficients: Array
    penalties: Array | None = None

    @classmethod
    def of(
        cls,
        result: FitResult,
        least: float = ROUNDING,
        *,
        columns: Sequence[str] | None = None,
    ) -> Hat:
        """Hat matrix from a ledger; a fit without a penalty has the relative one ``least``.

        ``columns``: that of a fit of the named columns alone; the coefficients are those of all.
        """
        posed, penalised = _penalised(result, least, columns)
        triangle = np.asfortranarray(penalised.triangle)
        penalties = penalised.ridge * penalised.scales**2
        return cls(triangle, posed.free, result.coefficients.ravel(), penalties)

    @classmethod
    def solved(cls, result: FitResult) -> Hat:
        """The same with the coefficients of its own factor, which differ by rounding.

        Fits without some labels follow from them to the last digits.
        """
        posed, penalised = _penalised(result)
        solved = solve_triangular(penalised.triangle, penalised.rhs)
        triangle = np.asfortranarray(penalised.triangle)
        return cls(triangle, posed.free, posed.coefficients(solved))

    def half(self, rows: Array) -> Array:
        """``Z`` (C', m) of weighted rows (m, C)."""
        free = rows[:, self.free] if self.free.ndim == 1 else rows @ self.free
        return solve_triangular(self.triangle, free.T, transposed=True)

    def residuals(self, block: Block) -> Array:
        """Prediction minus label of rows, (m,)."""
        return np.asarray(block.rows @ self.coefficients + block.reference - block.labels)

    def without(self, rows: Array, errors: Array) -> Hat:
        """The fit without weighted rows (m, C) that have the residuals ``errors`` (m,) in it."""
        u, s, vt = np.linalg.svd(self.half(rows), full_matrices=False)
        rest = np.maximum((1 - s) * (1 + s), ROUNDING)
        left = np.eye(len(u)) - (u * (1 - np.sqrt(rest))) @ u.T
        coefficients = self.moved(u @ (s / rest * (vt @ errors)))
        return Hat(factor(np.asfortranarray(left @ self.triangle)), self.free, coefficients)

    def moved(self, half: Array) -> Array:
        """Coefficients (C,) after a step :math:`T^{-1} h` of the free ones, ``half`` h (C',)."""
        step, coefficients = solve_triangular(self.triangle, half), self.coefficients.copy()
        if self.free.ndim == 1:
            coefficients[self.free] += step
        else:
            coefficients += self.free @ step
        return coefficients


def _penalised(
    result: FitResult, least: float = ROUNDING, columns: Sequence[str] | None = None
) -> tuple[Posed, RidgeFactor]:
    posed, info = Posed.of(result.ledger, result.settings, columns=columns), result.info
    if info.penalties is not None:
        return posed, RidgeFactor.of(posed.problem, 1.0, _own_penalties(result, posed))
    scales = column_scales(posed.problem, info.scaling)
    # A penalty of the fit stays as it is, however small: leaving rows out is exact for it alone.
    rounding = least * float(np.max((posed.problem.column_norms() / scales) ** 2))
    return posed, RidgeFactor.of(posed.problem, info.ridge or rounding, scales)


def _own_penalties(result: FitResult, posed: Posed) -> Array:
    """Roots of the penalties of the posed columns, where each coefficient has its own."""
    whole = Posed.of(result.ledger, result.settings).problem.names
    assert result.info.penalties is not None
    roots = dict(zip(whole, result.info.penalties.tolist(), strict=True))
    return np.array([roots[name] for name in posed.problem.names])
