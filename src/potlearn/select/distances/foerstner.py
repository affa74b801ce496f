r"""Distance of covariance matrices.

.. math::
    d(A, B) = \sqrt{\sum_i \ln^2 \lambda_i(A, B)}, \qquad A v_i = \lambda_i B v_i

the same for :math:`T A T^T, T B T^T` with any invertible T, and for the inverses (Förstner &
Moonen, A metric for covariance matrices, 1999, equation 2).
"""

from __future__ import annotations

import numpy as np

from potlearn.errors import SelectionError
from potlearn.typing import Array


def foerstner_distance(A: Array, B: Array) -> float:
    """Distance of two symmetric positive definite matrices of the same size.

    Raises
    ------
    SelectionError
        A matrix is not symmetric positive definite, or the sizes differ.
    """
    from scipy.linalg import eigh

    A, B = (_checked(M, name) for M, name in ((A, "first"), (B, "second")))
    if A.shape != B.shape:
        raise SelectionError(f"covariances of {len(A)} and {len(B)} features have no distance")
    ratios = eigh(A, B, eigvals_only=True)
    return float(np.sqrt(np.sum(np.log(ratios) ** 2)))


def _checked(matrix: Array, name: str) -> Array:
    M = np.asarray(matrix, np.float64)
    if M.ndim != 2 or M.shape[0] != M.shape[1] or not np.allclose(M, M.T):
        raise SelectionError(
            f"the {name} covariance is not a symmetric matrix; its shape is {M.shape}"
        )
    eigenvalues = np.linalg.eigvalsh(M)
    if not eigenvalues[0] > len(M) * np.finfo(float).eps * abs(eigenvalues[-1]):
        raise SelectionError(
            f"the {name} covariance is singular or indefinite: its eigenvalues go from "
            f"{eigenvalues[0]:.3g} to {eigenvalues[-1]:.3g}; add a small multiple of the identity"
        )
    return M
