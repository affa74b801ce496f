r"""Exact k-DPP.

.. math::
    P(S) = \frac{\det L_S}{\sum_{|S'| = k} \det L_{S'}}, \qquad |S| = k, \quad L_{ij} = k(x_i, x_j)

(Kulesza & Taskar, k-DPPs: fixed-size determinantal point processes, 2011).  Set-up is one
factorisation of the features, O(N D²), and one pass for leverages; after it no step of a draw looks
at all N rows (:mod:`potlearn.select.determinantal.projection`).  With the linear kernel k is at
most the number of features.
"""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from potlearn.select.determinantal.base import Determinantal
from potlearn.select.determinantal.ensemble import Ensemble
from potlearn.select.determinantal.laws import FixedSize
from potlearn.select.kernels.named import most_volumes
from potlearn.select.selector import Sized


@dataclass(frozen=True)
class KDPP(Determinantal, Sized):
    """Draw k rows with probability proportional to the determinant of their kernel matrix.

    Scores are inclusion probabilities.

    Parameters
    ----------
    n_to_select : int
        Number k of rows, at most the rank of the kernel.
    kernel : str, Kernel or function
        ``"linear"``, ``"cosine"``, ``"rbf"``, ``"imq"``, ``"precomputed"`` (X is then the kernel
        matrix), a :class:`~potlearn.select.Kernel`, or a function of two matrices.
    rank : int, optional
        Landmarks of Nyström features, which a kernel without explicit features has above 4000
        rows; by default 2k, at least 500.
    random_state : int, Generator or SeedSequence
        Fixes the draw.
    """

    @override
    def most(self, n: int, d: int) -> int:
        return most_volumes(self.kernel, n, d)

    @override
    @property
    def landmarks(self) -> int:
        return 2 * self.n_to_select

    @override
    def law(self, ensemble: Ensemble) -> FixedSize:
        return FixedSize(ensemble.log_eigenvalues, self.n_to_select)
