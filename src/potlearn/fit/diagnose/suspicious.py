r"""Labels that look wrong: leave-one-out residuals far outside what their like have.

A block's score is its studentised residual over the robust scale of its quantity and group,

.. math:: s_b = t_b / \hat\sigma, \qquad \hat\sigma = {\rm median}(t) / m_k

with ``m_k`` the median of the root mean square of ``k`` standard normals, so that labels with
normal noise score about one.  A group's scale is never below that of the whole quantity: rows that
vanish by symmetry say nothing about noise.

Errors of potentials have heavier tails than a normal law.  The chance of a score above ``s`` is
therefore extrapolated as an exponential from the median and the upper decile of all scores, and
labels are reported up to the stated rate of false discoveries (Benjamini & Hochberg, J. R. Stat.
Soc. B 57 (1995) 289).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from potlearn.fit.diagnose.leverage import Influence
from potlearn.fit.rows.names import Label
from potlearn.typing import Array, Mask

if TYPE_CHECKING:
    from potlearn.data import Dataset

# Median of the root mean square of k standard normals: sqrt(median of chi squared / k).
_MEDIANS = {"energy": 0.6745, "forces": 0.8880, "stress": 0.9442}
ROWS = {"energy": 1, "forces": 3, "stress": 6}
"""Number of rows of a label."""
_FEW = 20
_FEW_IN_GROUP = 5


@dataclass(frozen=True)
class Suspicion:
    """A label that looks wrong.

    Attributes
    ----------
    source : str
        File and frame of the configuration.
    index : int
        The configuration in the dataset.
    quantity : str
        energy, forces or stress.
    atom : int or None
        The atom whose forces look wrong; None for an energy, a stress, or all forces.
    residual, left_out : float
        Prediction minus label with and without the label in the fit; see
        :class:`~potlearn.fit.diagnose.leverage.Influence` for the units.
    leverage : float
        Share of the label in its own prediction, 0 to 1.
    score : float
        Studentised residual in units of the robust scale.
    n_atoms : int
        Number of atoms, where one record is for all forces of a configuration; else 1.
    """

    source: str
    index: int
    quantity: str
    atom: int | None
    residual: float
    left_out: float
    leverage: float
    score: float
    n_atoms: int = 1

    @property
    def label(self) -> Label:
        """The label as ``exclude`` of :class:`~potlearn.fit.FitSettings` takes it."""
        return self.index, self.quantity, -1 if self.atom is None else self.atom

    def __str__(self) -> str:
        unit = {"energy": "eV/atom", "forces": "eV/Å", "stress": "eV/atom"}[self.quantity]
        place = f"{self.source}, {self.quantity}"
        if self.atom is not None:
            place += f" on atom {self.atom}"
        elif self.quantity == "forces":
            place += f" on {self.n_atoms} atoms"
        return (
            f"{place}: off by {self.left_out:.4g} {unit} from a fit without it, "
            f"{self.score:.1f} times the usual error"
        )


def suspicious_labels(
    influences: Iterable[Influence],
    dataset: Dataset,
    *,
    threshold: float = 6.0,
    false_discovery: float = 0.05,
) -> list[Suspicion]:
    """Labels whose scores are above ``threshold`` and significant, the most suspicious first.

    Forces that are suspicious on a quarter of a configuration's atoms or more give one record for
    all of them.
    """
    influences, groups, found = list(influences), dataset.groups, []
    for quantity in ROWS:
        items = [x for x in influences if x.quantity == quantity]
        if items:
            scores = robust_scores(items, [groups[x.configuration] for x in items])
            limit = max(threshold, critical_score(scores, false_discovery))
            flagged = [
                _suspicion(dataset, x, float(s))
                for x, s in zip(items, scores, strict=True)
                if s > limit
            ]
            found += _gather(flagged, items) if quantity == "forces" else flagged
    return sorted(found, key=lambda s: -s.score)


def usual_size(values: Array, quantity: str) -> float:
    """Robust scale of studentised residuals; those that vanish by symmetry do not count."""
    informed = _informed(values)
    return float(np.median(values[informed]) / _MEDIANS[quantity]) if informed.any() else 0.0


def _informed(values: Array) -> Mask:
    return np.asarray(values > 1e-3 * np.quantile(values, 0.95))


def robust_scores(items: Sequence[Influence], groups: Sequence[str]) -> Array:
    """Scores of blocks of one quantity."""
    quantity = items[0].quantity
    values = np.array([x.studentised for x in items])
    common, informed = usual_size(values, quantity), _informed(values)
    if not informed.any():
        return np.zeros(len(values))
    labels, scales = np.array(groups), np.full(len(values), common)
    for group in set(groups):
        mine = (labels == group) & informed
        if mine.sum() >= _FEW_IN_GROUP:
            scales[labels == group] = max(common, np.median(values[mine]) / _MEDIANS[quantity])
    return np.asarray(values / scales)


def critical_score(scores: Array, false_discovery: float) -> float:
    """Smallest score at which the expected share of false alarms is ``false_discovery``."""
    informed = scores[scores > 0]
    if len(informed) < _FEW:
        return 0.0
    middle, upper = np.quantile(informed, [0.5, 0.9])
    rate = np.log(5.0) / max(upper - middle, 1e-300)
    ordered = np.sort(scores)[::-1]
    chances = 0.5 * np.exp(-rate * (ordered - middle))
    passing = chances * len(scores) <= false_discovery * np.arange(1, len(scores) + 1)
    return float(np.nextafter(ordered[passing].min(), 0.0)) if passing.any() else float("inf")


def _suspicion(dataset: Dataset, item: Influence, score: float) -> Suspicion:
    return Suspicion(
        source=dataset.source(item.configuration),
        index=item.configuration,
        quantity=item.quantity,
        atom=item.atom if item.atom >= 0 else None,
        residual=item.residual,
        left_out=item.left_out,
        leverage=item.leverage,
        score=score,
    )


def _gather(flagged: Sequence[Suspicion], items: Sequence[Influence]) -> list[Suspicion]:
    """One record for configurations with a quarter of their atoms flagged, and more than two."""
    totals = np.bincount([x.configuration for x in items])
    result = []
    for index in dict.fromkeys(s.index for s in flagged):
        mine = [s for s in flagged if s.index == index]
        worst = max(mine, key=lambda s: s.score)
        if len(mine) > 2 and 4 * len(mine) >= totals[index]:
            result.append(
                Suspicion(
                    source=worst.source,
                    index=index,
                    quantity="forces",
                    atom=None,
                    residual=worst.residual,
                    left_out=worst.left_out,
                    leverage=worst.leverage,
                    score=worst.score,
                    n_atoms=len(mine),
                )
            )
        else:
            result += mine
    return result
