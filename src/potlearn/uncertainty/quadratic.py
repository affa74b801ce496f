r"""Uncertainty of a linear model from a covariance of its coefficients.

With a factor F of the covariance, :math:`C = F F^T`, a design row x (an energy per atom, a force
component, a virial component per atom) has the variance

.. math:: v(x) = x^T C x = |F^T x|^2 \approx \sum_{r=1}^{R} (x \cdot l_r)^2, \qquad L = F \Omega

The features may be a part of the model's: variances of a fit of the smooth ones of low body order
order errors as well, and take a fraction of the time.

The first form is exact and used for energies, whose row is a sum of features.  Forces use the
second: :math:`x \cdot l_r` is the force of the coefficients :math:`l_r`, and R coefficient sets
share one pass of the engine.  :math:`\Omega` has orthogonal columns drawn at random with
:math:`{\rm E}\,\Omega \Omega^T = 1` (Halko, Martinsson & Tropp, SIAM Review 53 (2011) 217, section
4), which is unbiased with a relative error of about :math:`\sqrt{2/R}`.  The spectrum of a fit's
covariance in the metric of its rows is flat, so that its leading eigenvectors are no better.

What v says of errors is the matter of a :class:`~potlearn.uncertainty.Link` per quantity.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from potlearn.descriptors import Descriptor, Evaluator, descriptor_from_dict
from potlearn.errors import UncertaintyError
from potlearn.potentials.spread import Spread
from potlearn.structure.system import System
from potlearn.typing import Array, Indices, Settings
from potlearn.uncertainty.grades.base import Grade
from potlearn.uncertainty.grades.registry import grade_from_dict
from potlearn.uncertainty.link import Link
from potlearn.uncertainty.linked import LinkedUncertainty


@dataclass(frozen=True, eq=False)
class QuadraticUncertainty(LinkedUncertainty):
    r"""Covariance of the coefficients, and the expected errors that follow from it.

    Attributes
    ----------
    name : str
        How it was made, a name in :data:`~potlearn.uncertainty.METHODS`.
    coefficient_factor : (n_species (1 + M), K)
        Factor F of the covariance, in eV.
    spread_factor : (n_species (1 + M'), K')
        Factor whose variances the links turn into errors, in eV: F itself, or that of a fit of a
        part of the features.
    sets : (R, n_species, 1 + M')
        Its columns times :math:`\Omega`, in eV.
    descriptor : Descriptor, optional
        Of the M' features that ``spread_factor`` and ``sets`` are of; None: that of the potential.
    links : mapping of quantity to Link
        From variances to errors, for energy per atom, forces and virial per atom (key ``stress``).
    grade : Grade, optional
        Extrapolation grade of atoms.
    known : (n,) int
        Fingerprints of the geometries that it was made from, ascending.

    Raises
    ------
    UncertaintyError
        Shapes that do not belong together, or numbers that are not finite.
    """

    name: str
    coefficient_factor: Array
    spread_factor: Array
    sets: Array
    links: Mapping[str, Link]
    descriptor: Descriptor | None = None
    grade: Grade | None = None
    known: Indices = field(default_factory=lambda: np.zeros(0, np.int64), repr=False)

    def __post_init__(self) -> None:
        sets, factor = np.asarray(self.sets, float), np.asarray(self.spread_factor, float)
        if sets.ndim != 3 or factor.ndim != 2 or not len(sets) or sets[0].size != len(factor):
            raise UncertaintyError(
                f"uncertainty: coefficient sets of shape {sets.shape} do not belong to a factor of "
                f"shape {factor.shape}"
            )
        if not all(np.isfinite(x).all() for x in (sets, factor, self.coefficient_factor)):
            raise UncertaintyError("uncertainty: NaN or infinite")
        self._check_links()
        object.__setattr__(self, "sets", sets)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the coefficients, (n_species, 1 + M)."""
        n_species = self.sets.shape[1]
        return n_species, len(self.coefficient_factor) // n_species

    def bind(self, descriptor: Descriptor) -> QuadraticSpreader:
        """Fold the coefficient sets into the descriptor.

        Raises
        ------
        BasisError
            The sets are those of another descriptor.
        """
        own = self.descriptor or descriptor
        return QuadraticSpreader(self, own, own.fold(self.sets))

    def variance(self, row: Array) -> float:
        """Exact variance of a row of the features that it reads, (n_species (1 + M'),)."""
        return float(np.sum((np.asarray(row) @ self.spread_factor) ** 2))

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        r"""Deviations :math:`\kappa F z`, z standard normal, (n, n_species, 1 + M).

        :math:`\kappa` is the ``widening`` of the link of forces, else of energies: 1 for methods
        whose covariance is taken as it is.
        """
        widening = next(
            (self.links[q].widening for q in ("forces", "energy") if q in self.links), 1
        )
        drawn = self.coefficient_factor @ rng.standard_normal((len(self.coefficient_factor.T), n))
        return np.asarray(widening * drawn.T.reshape(n, *self.shape), float)

    def to_dict(self) -> Settings:
        """Settings that rebuild it.

        The factor stays in double precision: sums with it cancel where columns are near to one
        another, and single precision then changes deviations by up to 1e-3.
        """
        return {
            "kind": "quadratic",
            "name": self.name,
            "factor": self.coefficient_factor,
            "spread": None if self.descriptor is None else self.spread_factor,
            "sets": self.sets,
            "descriptor": None if self.descriptor is None else self.descriptor.to_dict(),
            "links": {quantity: link.to_dict() for quantity, link in self.links.items()},
            "grade": None if self.grade is None else self.grade.to_dict(),
            "known": self.known,
        }

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> QuadraticUncertainty:
        """The inverse of :meth:`to_dict`."""
        factor, spread = np.asarray(settings["factor"], float), settings["spread"]
        part = settings["descriptor"]
        return cls(
            name=str(settings["name"]),
            coefficient_factor=factor,
            spread_factor=factor if spread is None else np.asarray(spread, float),
            descriptor=None if part is None else descriptor_from_dict(part),
            sets=settings["sets"],
            links={str(q): Link.from_dict(link) for q, link in settings["links"].items()},
            grade=grade_from_dict(settings["grade"]) if settings["grade"] else None,
            known=np.asarray(settings["known"], np.int64),
        )


@dataclass(frozen=True)
class QuadraticSpreader:
    """A quadratic uncertainty with its coefficient sets folded into a descriptor."""

    uncertainty: QuadraticUncertainty
    descriptor: Descriptor
    evaluator: Evaluator

    def __call__(
        self, system: System, volume: float, wanted: Collection[str], *, threads: int = 1
    ) -> Spread:
        """Expected errors of one configuration; only what is wanted is worked out."""
        n, links = max(len(system), 1), self.uncertainty.links
        asked = [part for part in links if part in wanted]
        variances: dict[str, Array | float] = {}
        if "energy" in asked:
            variances["energy"] = self.uncertainty.variance(self.energy_row(system, threads) / n)
        if "forces" in asked or "stress" in asked:
            _, each, virials = self.evaluator(system, threads=threads)
            if "forces" in asked:
                variances["forces"] = np.einsum("rna,rna->na", each, each)
            if "stress" in asked:
                variances["stress"] = np.sum((virials / n) ** 2, axis=0)
        return self.uncertainty.spread(system, volume, wanted, variances, threads)

    def energy_row(self, system: System, threads: int = 1) -> Array:
        """Sums of features by species, one-body counts first, (n_species (1 + M),)."""
        features = self.descriptor.features(system, threads=threads)
        members = np.arange(len(self.descriptor.species))[:, None] == system.species
        counts = members.sum(axis=1, keepdims=True).astype(float)
        return np.concatenate([counts, members.astype(float) @ features], axis=1).ravel()
