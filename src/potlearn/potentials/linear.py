"""Linear potentials: a coefficient per species and feature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from potlearn.descriptors import Descriptor, Evaluator, descriptor_from_dict
from potlearn.errors import ModelFileError, UncertaintyError
from potlearn.potentials.base import Potential
from potlearn.potentials.kinds import potential_from_dict
from potlearn.potentials.spread import (
    LinearUncertainty,
    Spreader,
    Uncertainty,
    uncertainty_from_dict,
)
from potlearn.potentials.uncertain import UncertainPotential
from potlearn.runtime import shown
from potlearn.typing import Array, Settings

MOST_SAMPLES = 10_000
"""Potentials that are drawn at once, at most."""


@dataclass(frozen=True)
class LinearPotential(UncertainPotential):
    r"""Linear model of a descriptor, on top of an optional reference potential.

    .. math:: E = E_\mathrm{ref} + \sum_i \Big( c_{z_i, 0} + \sum_k c_{z_i, k} B_k(i) \Big)

    Attributes
    ----------
    descriptor : Descriptor
    coefficients : (n_species, 1 + M)
        In eV; the first column is the one-body energy.
    reference : Potential, optional
        Added to it.
    metadata : mapping
        How it came about; stored with it.
    uncertainty : Uncertainty, optional
        Expected errors of the model.
    """

    way_to_uncertainty: ClassVar[str] = (
        "fit it with the solver 'bayesian', or with uncertainty: {method: calibrated}"
    )

    descriptor: Descriptor
    coefficients: Array
    reference: Potential | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    uncertainty: Uncertainty | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.metadata, Mapping):
            raise ModelFileError(f"metadata: expected a section, got {shown(self.metadata)}")
        c = np.ascontiguousarray(self.coefficients, float)
        shape = (len(self.descriptor.species), 1 + self.descriptor.n_features)
        if c.size != shape[0] * shape[1]:
            raise ModelFileError(
                f"coefficients: expected {shape[0]} x {shape[1]} for this descriptor, got {c.size}"
            )
        if not np.isfinite(c).all():
            raise ModelFileError("coefficients: NaN or infinite")
        if self.uncertainty is not None and not isinstance(self.uncertainty, LinearUncertainty):
            raise ModelFileError("uncertainty: expected that of a linear model, got another kind")
        if self.uncertainty is not None and self.uncertainty.shape != shape:
            raise ModelFileError(
                f"uncertainty: of coefficients {self.uncertainty.shape}; expected {shape}, those "
                "of this descriptor"
            )
        object.__setattr__(self, "coefficients", c.reshape(shape))

    @property
    def n_coefficients(self) -> int:
        """Number of coefficients, one-body energies included."""
        return int(self.coefficients.size)

    @cached_property
    @override
    def evaluator(self) -> Evaluator:
        """The coefficients folded into the descriptor's polynomials; made once."""
        return self.descriptor.fold(self.coefficients)

    @override
    def _bound(self) -> Spreader:
        assert isinstance(self.uncertainty, LinearUncertainty)
        return self.uncertainty.bind(self.descriptor)

    def sample(self, n: int, random_state: int = 0) -> list[LinearPotential]:
        r"""Potentials drawn from the posterior of the coefficients, :math:`c + \kappa F z`.

        ``F`` is the factor of the covariance and z standard normal.  Of calibrated errors
        :math:`\kappa` widens the draws until their forces are as far apart as the expected errors
        are large; the posterior alone (:math:`\kappa = 1`, method ``"posterior"``) is some ten
        times too narrow.  Each one saves, runs and exports like any other; it has no uncertainty of
        its own.

        Raises
        ------
        UncertaintyError
            The potential has no uncertainty; n or the seed is no integer from 0 on.
        """
        if isinstance(n, bool) or not isinstance(n, Integral) or n < 0:
            raise UncertaintyError(f"n: expected a number of potentials, got {n!r}")
        if n > MOST_SAMPLES:
            raise UncertaintyError(f"n: expected at most {MOST_SAMPLES} potentials, got {n}")
        try:
            rng = np.random.default_rng(random_state)
        except (TypeError, ValueError):
            raise UncertaintyError(
                f"random_state: expected an integer from 0 on, got {random_state!r}"
            ) from None
        _ = self.spreader  # says what to do where there is no uncertainty
        assert isinstance(self.uncertainty, LinearUncertainty)
        steps = self.uncertainty.draw(n, rng)
        return [
            replace(self, coefficients=self.coefficients + step, uncertainty=None) for step in steps
        ]

    def to_dict(self) -> Settings:
        """Settings that rebuild the potential."""
        return {
            "kind": "linear",
            "descriptor": self.descriptor.to_dict(),
            "coefficients": self.coefficients,
            "reference": self.reference.to_dict() if self.reference else None,
            "metadata": dict(self.metadata),
            "uncertainty": self.uncertainty.to_dict() if self.uncertainty else None,
        }

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> LinearPotential:
        """The inverse of :meth:`to_dict`."""
        reference, uncertainty = settings["reference"], settings.get("uncertainty")
        return cls(
            descriptor=descriptor_from_dict(settings["descriptor"]),
            coefficients=settings["coefficients"],
            reference=potential_from_dict(reference) if reference else None,
            metadata=settings["metadata"],
            uncertainty=uncertainty_from_dict(uncertainty) if uncertainty else None,
        )
