r"""What is wrong with the stress of a group, from sums over its rows.

For virials per atom ``y`` (labels) and ``p`` (predictions of a fit without these labels), and ``o``
the virials that a stress of 1 eV/Å³ along all axes adds (-V/N for xx, yy, zz), over ``n``
configurations:

.. math::
   \delta = \frac{o \cdot (y - p)}{o \cdot o}, \qquad
   s_\delta^2 = \frac{\|y - p - \delta o\|^2}{(n - 1)\; o \cdot o}, \qquad
   k = \operatorname{sign}(p \cdot y) \frac{\|y\|}{\|p\|}, \qquad
   r^2 = \frac{(p \cdot y)^2}{\|p\|^2 \|y\|^2}

:math:`\delta` is an offset of the stress.  Its standard error takes every configuration for one
observation, whatever the number of its components, which is the largest that it can be.  :math:`k`
is a scale: the geometric mean of both regressions, since the predictions have errors, too.
All of it follows from triangular factors and the sums of :class:`~potlearn.fit.ledger.Entry`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.rows.names import Key
from potlearn.structure.units import GPA, KBAR
from potlearn.typing import Array

Kind = Literal["offset", "unit", "sign", "zero", "disagrees", "agrees"]
UNITS = {"kbar": KBAR, "GPa": GPA, "bar": KBAR * 1e3}
"""Units in which stress is given by mistake, per eV/Å³."""
COMPONENTS = 6
SIGNIFICANCE = 1e-4
"""Chance of an offset of this size from scatter alone.  A few tens of groups are looked at, so that
one data set in a hundred or fewer has an offset by chance."""
LARGE_OFFSET = 20.0 / KBAR
"""Offset in eV/Å³ that is reported even if it does no harm: 20 kbar.  Smaller ones are common: the
tantalum set of SNAP has -12 and -9 kbar in its elastic groups, at no cost in its errors."""
MOST = 0.5
"""A fault is what explains more than half of the squared residual, or of the squared labels."""
NEAREST = 10**0.5
"""A scale is a unit's within this factor: the units are factors of ten and more apart."""
FEWEST = 2.0
"""Configurations, as the sum of squared labels counts them, that a group's fault must be of: that
of one configuration is a matter of :func:`~potlearn.fit.find_suspicious`."""
OTHERS = "its energies and forces"


@dataclass(frozen=True)
class StressFault:
    """How the stress of a group differs from a fit without it.

    Attributes
    ----------
    kind : str
        ``"offset"``: a constant along all axes; ``"unit"``, ``"sign"``: a scale; ``"zero"``: a
        placeholder; ``"disagrees"``: no such form, but hardly correlated or of twice or half the
        size; else ``"agrees"``.
    n : int
        Configurations.
    offset, error : float
        Offset of the stress and its standard error, eV/Å³.
    scale, correlation : float
        Size of the labels over that of the predictions with their sign, and ``r``.
    rmse : float
        Root mean square difference of the virials, eV/atom.
    """

    kind: Kind
    n: int
    offset: float
    error: float
    scale: float
    correlation: float
    rmse: float

    @property
    def is_gross(self) -> bool:
        """Whether it is a fault by its form alone: a unit, a sign, a zero, a large offset."""
        large = self.kind == "offset" and abs(self.offset) >= LARGE_OFFSET
        return large or self.kind in ("unit", "sign", "zero")

    def is_like(self, kind: Kind, offset: float, scale: float) -> bool:
        """Whether it is nearer to this offset, sign or unit than to none."""
        if kind == "offset":
            return self.offset / offset > 0.5
        if kind == "sign":
            return self.scale < 0
        ratio = self.scale / scale
        return ratio > 0 and abs(np.log(ratio)) < abs(np.log(abs(self.scale)))

    @property
    def words(self) -> str:
        """What is wrong, after "stress of group X"."""
        times = f"{number(abs(self.scale))} times the size"
        opposite = ", with the opposite sign" if self.scale < 0 else ""
        if self.kind == "offset":
            gpa = self.offset * GPA
            return f"is off by {self.offset * KBAR:+.0f} kbar ({gpa:+.2g} GPa) against {OTHERS}"
        if self.kind == "zero":
            return f"is exactly zero, a placeholder, and {OTHERS} say otherwise"
        if self.kind == "unit":
            unit = _unit(self.scale)[0]
            return f"looks like {unit}, not eV/Å³: {times} that {OTHERS} give{opposite}"
        if self.kind == "sign":
            return f"has the opposite sign against {OTHERS} (expected: positive under tension)"
        correlation = f"correlation {self.correlation:.2f}"
        return f"{self.kind} with {OTHERS}: {times} that they give{opposite}, {correlation}"


def stress_fault(ledger: Ledger, group: str, coefficients: Array) -> StressFault:
    """The fault of one group's stress against a prediction, (C,) coefficients of all columns."""
    sums = _Sums(ledger, group, coefficients)
    return StressFault(
        kind=sums.kind,
        n=sums.n,
        offset=sums.offset,
        error=sums.error,
        scale=sums.scale,
        correlation=float(np.sqrt(sums.alike)),
        rmse=float(np.sqrt(sums.difference / (COMPONENTS * sums.n))),
    )


class _Sums:
    """Inner products of labels, predictions and the unit stress over all folds of a group."""

    def __init__(self, ledger: Ledger, group: str, coefficients: Array) -> None:
        width = ledger.width
        predicted, label = np.zeros(width), np.zeros(width)
        predicted[: len(coefficients)], predicted[-1], label[-2] = coefficients, 1.0, 1.0
        pair, rows = np.column_stack([label, predicted]), 0
        gram, isotropic, fourth = np.zeros((2, 2)), np.zeros(3), 0.0
        for key, entry in sorted(ledger.entries.items()):
            if (key.group, key.quantity) == (group, "stress"):
                parts = ledger.factor(key) @ pair
                gram += parts.T @ parts
                isotropic += np.append(entry.isotropic[:-1] @ pair, entry.isotropic[-1])
                rows += entry.n
                fourth += entry.fourth
        self.n = max(rows // COMPONENTS, 1)
        self.is_one = fourth > 0 and gram[0, 0] ** 2 / fourth < FEWEST
        self.labels, self.predictions, self.product = gram[0, 0], gram[1, 1], gram[0, 1]
        self.difference = max(gram[0, 0] - 2 * gram[0, 1] + gram[1, 1], 0.0)
        self.unit = isotropic[2]
        self.offset = float((isotropic[0] - isotropic[1]) / self.unit) if self.unit > 0 else 0.0

    @property
    def explained(self) -> float:
        """Part of the squared difference that is the offset's."""
        return float(self.offset**2 * self.unit / self.difference) if self.difference > 0 else 0.0

    @property
    def error(self) -> float:
        """Standard error of the offset; infinite for one configuration."""
        if self.n < 2 or self.unit <= 0:
            return float("inf")
        rest = max(self.difference - self.offset**2 * self.unit, 0.0)
        return float(np.sqrt(rest / ((self.n - 1) * self.unit)))

    @property
    def scale(self) -> float:
        """Signed ratio of sizes."""
        if self.predictions <= 0:
            return 1.0
        return float(np.sign(self.product) * np.sqrt(self.labels / self.predictions))

    @property
    def alike(self) -> float:
        """Squared correlation of labels and predictions, about zero."""
        size = self.labels * self.predictions
        return float(min(self.product**2 / size, 1.0)) if size > 0 else 0.0

    @property
    def kind(self) -> Kind:
        """The form of the difference."""
        if self.labels == 0:
            return "zero"
        if self.is_one:
            return "agrees"
        if self.alike > MOST:
            ratio = _unit(self.scale)[1]
            if 1 / NEAREST < ratio < NEAREST:
                return "unit"
            if -NEAREST < self.scale < -1 / NEAREST:
                return "sign"
        if self.explained > MOST and abs(self.offset) > self._limit * self.error:
            return "offset"
        return "agrees" if self.alike > MOST and MOST < self.scale < 1 / MOST else "disagrees"

    @property
    def _limit(self) -> float:
        """Standard errors that scatter exceeds with the probability ``SIGNIFICANCE``."""
        from scipy.special import stdtrit

        return float(stdtrit(max(self.n - 1, 1), 1 - SIGNIFICANCE / 2))


def _unit(scale: float) -> tuple[str, float]:
    """The unit nearest to a scale, and the ratio of scale and unit."""
    ratios = {name: abs(scale) / value for name, value in UNITS.items()}
    name = min(ratios, key=lambda name: abs(np.log(max(ratios[name], 1e-300))))
    return name, max(ratios[name], 1e-300)


def number(value: float) -> str:
    """Three digits, and no powers of ten."""
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def groups_with_stress(ledger: Ledger) -> list[str]:
    """Groups whose stress has a factor of its own, sorted."""
    return sorted({key.group for key in ledger.entries if key.quantity == "stress"})


def without_folds(ledger: Ledger) -> Ledger:
    """The same rows in one fold, and those that are never held out in another."""
    if len(ledger.folds) <= 2 and set(ledger.folds) <= {-1, 0}:
        return ledger
    return ledger.relabel(lambda key: Key(min(key.fold, 0), key.group, key.quantity))
