r"""Error measures; a new one is its function and one row of :data:`MEASURES`.

With reference values :math:`y_i`, predictions :math:`p_i`, errors :math:`e_i = p_i - y_i`, means
:math:`\bar y, \bar p` and :math:`i = 1 \dots n` over labelled components:

.. math::

   \text{mae} &= \tfrac1n \textstyle\sum_i |e_i|, \qquad
   \text{mse} = \tfrac1n \sum_i e_i^2, \qquad
   \text{rmse} = \sqrt{\text{mse}}, \qquad
   \text{max} = \max_i |e_i| \\
   \text{rsq} &= 1 - \frac{\sum_i e_i^2}{\sum_i (y_i - \bar y)^2}, \qquad
   \text{cov} = \tfrac1n \textstyle\sum_i (y_i - \bar y)(p_i - \bar p)

so that :math:`\text{mse} = \text{var}(y) + \text{var}(p) - 2\,\text{cov} + (\bar p - \bar y)^2`.
Components are energies per atom (eV/atom), Cartesian force components (eV/Å) and Voigt stress
components (eV/Å³); mse and cov have the squared units.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from potlearn.errors import PotlearnError
from potlearn.metrics.evaluation import Values
from potlearn.metrics.quantities import QUANTITIES
from potlearn.registry import Registry
from potlearn.typing import Array, Mask

Number = float | int | None

COSINE_THRESHOLD = 0.01
"""Reference forces (eV/Å) below this have no direction worth comparing."""


@dataclass(frozen=True)
class Measure:
    """A number that says how far predictions are from their references.

    Attributes
    ----------
    of : callable
        The number of :class:`Values` with at least one component, in the unit of the quantity;
        None where it is not defined.
    label : str
        Heading of its column.
    power : int
        Its unit is that power of the quantity's unit: 1 for an error, 0 for a number without unit.
    decimals : int or None
        Decimals to show; None: three significant digits.
    column, card : bool
        Whether it is a column of the tables by group, and a line below the headline number.
        ``metrics.json`` and the report's table of all numbers have every measure.
    quantities : tuple of str
        Quantities that have it.
    empty : number, optional
        Its value without labels.
    """

    of: Callable[[Values], Number]
    label: str
    power: int = 1
    decimals: int | None = None
    column: bool = True
    card: bool = True
    quantities: tuple[str, ...] = tuple(QUANTITIES)
    empty: Number = None

    def __call__(self, values: Values) -> Number:
        """The number, or ``empty`` without labels."""
        return self.of(values) if len(values.reference) else self.empty

    def factor(self, quantity: str) -> float:
        """Factor from the unit of the quantity to the unit in which its errors are shown."""
        return QUANTITIES[quantity].factor if self.power == 1 else 1.0

    @property
    def is_general(self) -> bool:
        """Whether every quantity has it."""
        return set(self.quantities) == set(QUANTITIES)


def _mae(values: Values) -> Number:
    return float(np.mean(np.abs(values.error)))


def _mse(values: Values) -> float:
    return float(np.mean(values.error**2))


def _rmse(values: Values) -> Number:
    return float(np.sqrt(_mse(values)))


def _rsq(values: Values) -> Number:
    """None where all references are the same."""
    y = values.reference
    variance = float(np.mean((y - y.mean()) ** 2))
    return 1.0 - _mse(values) / variance if np.ptp(y) > 0 and variance > 0 else None


def _cov(values: Values) -> Number:
    y, p = values.reference, values.prediction
    return float(np.mean((y - y.mean()) * (p - p.mean())))


def _max(values: Values) -> Number:
    return float(np.max(np.abs(values.error)))


def _n(values: Values) -> Number:
    return len(values.reference)


def _mean_cos(values: Values) -> Number:
    """Mean of :func:`cosines`; None where no reference force is above the threshold."""
    found, _ = cosines(*values.vectors())
    return float(found.mean()) if len(found) else None


def cosines(
    reference: Array, predicted: Array, threshold: float = COSINE_THRESHOLD
) -> tuple[Array, Mask]:
    r"""Cosine between predicted and reference force of atoms, and which atoms these are.

    .. math:: c_a = \frac{F_a \cdot F_a^{pred}}{|F_a|\,|F_a^{pred}|}

    Parameters
    ----------
    reference, predicted : (N, 3)
        In eV/Å; NaN without a label.
    threshold : float
        Atoms with a smaller reference force are left out; a predicted force of zero counts as
        :math:`c_a = 0`.

    Returns
    -------
    cosines : (m,)
    atoms : (N,) bool
        The m atoms above the threshold.
    """
    size = np.linalg.norm(reference, axis=1)
    atoms = size > threshold
    length = np.linalg.norm(predicted[atoms], axis=1)
    dot = np.sum(reference[atoms] * predicted[atoms], axis=1)
    scale = size[atoms] * np.where(length > 0, length, 1.0)
    return np.clip(dot / scale, -1.0, 1.0), atoms


MAE = Measure(_mae, "MAE")
MSE = Measure(_mse, "MSE", power=2, column=False, card=False)
RMSE = Measure(_rmse, "RMSE")
RSQ = Measure(_rsq, "R²", power=0, decimals=5, column=False)
COV = Measure(_cov, "covariance", power=2, column=False, card=False)
MAX = Measure(_max, "max", card=False)
N = Measure(_n, "n", power=0, decimals=0, column=False, card=False, empty=0)
MEAN_COS = Measure(_mean_cos, "mean cos", power=0, decimals=4, quantities=("forces",))

MEASURES: Registry[Measure] = Registry(
    "measure",
    PotlearnError,
    {
        "mae": "potlearn.metrics.measures:MAE",
        "mse": "potlearn.metrics.measures:MSE",
        "rmse": "potlearn.metrics.measures:RMSE",
        "rsq": "potlearn.metrics.measures:RSQ",
        "cov": "potlearn.metrics.measures:COV",
        "max": "potlearn.metrics.measures:MAX",
        "n": "potlearn.metrics.measures:N",
        "mean_cos": "potlearn.metrics.measures:MEAN_COS",
    },
)
"""Measures by their key in ``metrics.json``, in the order of its columns."""


def measures_of(quantity: str) -> dict[str, Measure]:
    """Measures that a quantity has, by name."""
    return {name: m for name, m in MEASURES.items() if quantity in m.quantities}
