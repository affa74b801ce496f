r"""What leaving configurations out does to the origin of fitted one-body energies.

Fitted one-body energies count from the least-squares energies of the compositions, o, and the
penalty draws them there.  Without the rows :math:`(n_b, y_b)` of a block (compositions and energies
per atom, weight w) these are

.. math::
   o' = o + \Big(\sum w\, n^T n - \sum_b w\, n_b^T n_b\Big)^{-1}
        \sum_b w\, n_b^T (n_b o - y_b)

and the coefficients of the fit without the block are drawn by :math:`\lambda S^2 (o' - o)` further.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from potlearn.fit.diagnose.hat import Hat
from potlearn.fit.ledger.one_body import composition_energies
from potlearn.fit.result import FitResult
from potlearn.fit.rows.make import Block
from potlearn.fit.rows.names import one_body_names, species_of
from potlearn.linalg.lapack import solve_triangular
from potlearn.typing import Array, Indices


@dataclass(frozen=True)
class Origin:
    r"""Origin of fitted one-body energies, and how the fit hangs on it.

    Attributes
    ----------
    columns : (S,)
        One-body columns among all.
    energies : (S,)
        Least-squares energies o of the compositions, eV.
    moments : (S, S)
        Their normal matrix, weighted.
    pulls : (C', S)
        :math:`T^{-T} \lambda S^2` of the one-body columns.
    """

    columns: Indices
    energies: Array
    moments: Array
    pulls: Array

    @classmethod
    def of(cls, result: FitResult, hat: Hat) -> Origin | None:
        """The origin of a fit; None where one-body energies are given or nothing draws them."""
        settings, ledger = result.settings, result.ledger
        if settings.one_body.given is not None or hat.penalties is None:
            return None
        names = one_body_names(species_of(result.columns))
        columns = ledger.positions(names)
        found = composition_energies(ledger, settings.weights, names)
        drawn = np.where(np.isin(hat.free, columns), hat.penalties, 0.0)
        places = [int(np.flatnonzero(hat.free == column)[0]) for column in columns]
        pulls = solve_triangular(hat.triangle, np.diag(drawn)[:, places], transposed=True)
        moments = np.zeros((len(names),) * 2)
        for key in ledger.entries:
            weight = settings.weights.of(key.group, key.quantity)
            if key.quantity == "energy" and weight > 0:
                counts = ledger.factor(key)[:, columns]
                moments += weight * counts.T @ counts
        return cls(columns, np.array([found[name] for name in names]), moments, pulls)

    def pull(self, energies: Iterable[tuple[float, Block]]) -> Array:
        """Half solve (C',) of what draws the fit without these weighted energies further."""
        moments, right = self.moments.copy(), np.zeros(len(self.energies))
        for weight, block in energies:
            counts = block.rows[:, self.columns]
            off = counts @ self.energies + block.reference - block.labels
            moments -= weight * counts.T @ counts
            right += weight * counts.T @ off
        moved = np.linalg.lstsq(moments, right, rcond=1e-10)[0]
        return np.asarray(self.pulls @ moved)
