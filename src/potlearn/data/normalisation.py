r"""Mean and scale of columns, gathered block by block, and undone on coefficients.

.. math:: z = (x - \mu) / \sigma
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from potlearn.errors import DataError
from potlearn.typing import Settings


@dataclass(frozen=True)
class Standardiser:
    """Shift and scale of each column.

    Attributes
    ----------
    mean : (K,) float64
        Column means.
    scale : (K,) float64
        Column standard deviations; 1 for a column that is constant to rounding.
    """

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]

    @classmethod
    def fit(cls, blocks: Iterable[ArrayLike]) -> Standardiser:
        """Gather mean and scale of rows that arrive in blocks (n, K).

        Blocks are merged by their means and sums of squares (Chan, Golub, LeVeque, Am. Stat. 37
        (1983) 242, eq. 2.1), so that no digits cancel.

        Raises
        ------
        DataError
            No rows, or rows that are not finite.
        """
        count, mean, squares = 0, np.zeros(0), np.zeros(0)
        for rows in (np.atleast_2d(np.asarray(block, np.float64)) for block in blocks):
            if not np.isfinite(rows).all():
                raise DataError("rows to normalise are not finite")
            if not len(rows):
                continue
            if count == 0:
                mean, squares = np.zeros(rows.shape[1]), np.zeros(rows.shape[1])
            shift = rows.mean(axis=0) - mean
            total = count + len(rows)
            squares += rows.var(axis=0) * len(rows) + shift**2 * (count * len(rows) / total)
            mean = mean + shift * (len(rows) / total)
            count = total
        if count == 0:
            raise DataError("no rows to normalise")
        scale = np.sqrt(squares / count)
        constant = scale <= 1e-14 * np.maximum(np.abs(mean), 1e-300)
        return cls(mean, np.where(constant, 1.0, scale))

    def transform(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Normalised rows."""
        return np.asarray((np.asarray(rows, np.float64) - self.mean) / self.scale)

    def inverse(self, rows: ArrayLike) -> NDArray[np.float64]:
        """Rows in their own units again."""
        return np.asarray(np.asarray(rows, np.float64) * self.scale + self.mean)

    def to_dict(self) -> Settings:
        """Plain values, ready for JSON."""
        return {"mean": self.mean.tolist(), "scale": self.scale.tolist()}
