"""Standard deviation of an atom's energy, by the covariance of a linear model's coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from typing_extensions import override

from potlearn.descriptors import Descriptor
from potlearn.errors import ModelFileError
from potlearn.typing import Array
from potlearn.uncertainty.grades.base import AffineGrade


@dataclass(frozen=True, eq=False)
class StdGrade(AffineGrade):
    r"""Standard deviation of the energy of an atom, in eV.

    .. math:: \gamma_i = \sqrt{b_i C_z b_i^T} = | b_i F_z |, \qquad C_z = F_z F_z^T

    with the covariance :math:`C_z` (M, M) of the coefficients of species z, in eV², or the r
    leading directions of it.  It reads all features of the model, and it is not relative to the
    training: no bound holds on it.
    """

    kind: ClassVar[str] = "std"

    @staticmethod
    @override
    def norm(mapped: Array) -> Array:
        return np.asarray(np.sqrt(np.einsum("ij,ij->i", mapped, mapped)))

    @classmethod
    def from_factor(cls, descriptor: Descriptor, factor: Array) -> Self:
        """Of a factor F (n_species, M, r) of the covariance of the model's coefficients.

        Raises
        ------
        ModelFileError
            A factor of another shape, or with numbers that are not finite.
        """
        F = np.asarray(factor, float)
        if F.ndim != 3 or not np.isfinite(F).all():
            raise ModelFileError(
                f"std grade: expected a finite factor (n_species, M, r), got {F.shape}"
            )
        maps = np.concatenate([np.zeros_like(F[:, :1]), F], axis=1)
        return cls(descriptor, maps, maps)
