"""Extrapolation grade of D-optimality: how far an atom is from an active set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import override

from potlearn.typing import Array
from potlearn.uncertainty.grades.active_sets import ActiveSets, Search
from potlearn.uncertainty.grades.base import TrainedGrade
from potlearn.uncertainty.grades.environments import ROUNDING, Environments
from potlearn.uncertainty.grades.moments import moments

# Passes over the training, at most.
PASSES = 8


@dataclass(frozen=True, eq=False)
class MaxVolGrade(TrainedGrade):
    r"""Extrapolation grade of D-optimality, per species.

    .. math:: \gamma_i = \frac{1}{g_z} \max_j | (1, b_i) A_z^{-1} |_j

    The rows of :math:`A_z` (M + 1, M + 1) are the active set of species z: training environments
    of large volume (:class:`~potlearn.select.MaxVol`), and, along directions in which the training
    varies by less than a thousandth of a feature's root mean square, the mean environment
    displaced by this much.  So few environments, one even, or a singular covariance give finite
    grades that see every direction and that rounding does not decide.  :math:`g_z`, near 1, is the
    largest grade of the training: :math:`\gamma \le 1` on it.  The grade does not change when
    features are scaled; shifts and rotations of features change it only through these displaced
    environments.

    References
    ----------
    Podryabinkin & Shapeev, Comput. Mater. Sci. 140, 171 (2017), equation 12; per atom with ACE:
    Lysogorskiy, Bochkarev, Mrovec, Drautz, Phys. Rev. Mater. 7, 043801 (2023).
    """

    kind: ClassVar[str] = "maxvol"

    @staticmethod
    @override
    def norm(mapped: Array) -> Array:
        return np.asarray(np.maximum(mapped.max(axis=1), -mapped.min(axis=1)))

    @classmethod
    @override
    def maps_of(cls, environments: Environments) -> Array:
        """Of training environments, in a few passes."""
        found = moments(environments)
        sets = ActiveSets.start(found)
        for _ in range(PASSES):
            search = Search(sets)
            environments.each(search.work, search.take, "active set")
            if not search.changed:
                break
            used, sets = sets, search.result()
        else:
            sets = used
        maps = sets.maps / (np.maximum(search.tops, 1) * (1 + ROUNDING))[:, None, None]
        return np.asarray(np.where(found.n[:, None, None] > 0, maps, np.nan))
