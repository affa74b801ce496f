"""Neural potentials: a linear model of a descriptor, and networks of the same features."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from potlearn.descriptors import Descriptor, Evaluator, descriptor_from_dict, evaluator_of
from potlearn.engine import Fade, Network
from potlearn.errors import ModelFileError, UncertaintyError
from potlearn.potentials.base import Potential
from potlearn.potentials.kinds import potential_from_dict
from potlearn.potentials.linear import LinearPotential
from potlearn.potentials.neural.heads import Head, head_from_dict
from potlearn.potentials.neural.scaling import Scaling
from potlearn.potentials.spread import (
    MembersUncertainty,
    Spreader,
    Uncertainty,
    uncertainty_from_dict,
)
from potlearn.potentials.uncertain import UncertainPotential
from potlearn.runtime import shown
from potlearn.typing import Array, Settings


@dataclass(frozen=True, eq=False)
class NeuralPotential(UncertainPotential):
    r"""Linear model and the mean of K networks, on top of an optional reference potential.

    .. math::
        E = E_\mathrm{ref} + \sum_i \Big( c_{z_i, 0} + \sum_k c_{z_i, k} B_k(i)
            + \frac{f(i)}{K} \sum_m h_m(x(i), z_i) \Big)

    with standardised features x (:class:`Scaling`) and a factor f that fades networks out beyond
    the training data (:mod:`~potlearn.potentials.neural.fading`).

    Attributes
    ----------
    descriptor : Descriptor
    coefficients : (n_species, 1 + M)
        Of the linear model, in eV; the first column is the one-body energy.
    scaling : Scaling
    heads : tuple of Head
        Members of the ensemble.
    fade : Fade, optional
        None: f = 1 everywhere.
    reference : Potential, optional
    metadata : mapping
        How it came about; stored with it.
    uncertainty : Uncertainty, optional
        Expected errors, from how far apart the members are
        (:func:`~potlearn.uncertainty.calibrated_ensemble`).

    Raises
    ------
    ModelFileError
        No head; scaling, heads, fade or uncertainty of another number of species, features or
        members.
    """

    way_to_uncertainty: ClassVar[str] = (
        "train members: 4, and calibrate them on configurations that training did not see "
        "(potlearn.uncertainty.calibrated_ensemble)"
    )

    descriptor: Descriptor
    coefficients: Array
    scaling: Scaling
    heads: tuple[Head, ...]
    fade: Fade | None = None
    reference: Potential | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    uncertainty: Uncertainty | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.metadata, Mapping):
            raise ModelFileError(f"metadata: expected a section, got {shown(self.metadata)}")
        object.__setattr__(self, "heads", tuple(self.heads))
        linear = LinearPotential(self.descriptor, self.coefficients)
        object.__setattr__(self, "coefficients", linear.coefficients)
        shape = len(self.descriptor.species), self.descriptor.n_features
        if not self.heads:
            raise ModelFileError("heads: expected at least one")
        for what, found in (
            ("scaling", self.scaling.center.shape),
            *((f"head {k}", (h.n_species, h.n_features)) for k, h in enumerate(self.heads)),
            *(() if self.fade is None else (("fade", self.fade.center.shape),)),
        ):
            if tuple(found) != shape:
                raise ModelFileError(
                    f"{what}: of {found[0]} species and {found[1]} features; the descriptor has "
                    f"{shape[0]} and {shape[1]}"
                )
        self._check_uncertainty()

    def _check_uncertainty(self) -> None:
        if self.uncertainty is None:
            return
        if not isinstance(self.uncertainty, MembersUncertainty):
            raise ModelFileError("uncertainty: expected that of an ensemble, got another kind")
        if self.uncertainty.n_members != len(self.heads):
            raise ModelFileError(
                f"uncertainty: of {self.uncertainty.n_members} members; the potential has "
                f"{len(self.heads)}"
            )

    @property
    def linear(self) -> LinearPotential:
        """The linear part, with the reference: the potential far beyond the data."""
        return LinearPotential(self.descriptor, self.coefficients, self.reference)

    def network(self, members: Collection[int] | None = None) -> Network:
        """Linear part and networks as layers: the mean of all members, or of some."""
        chosen = range(len(self.heads)) if members is None else sorted(members)
        factor = 1.0 / len(chosen)
        branches = tuple(self.heads[m].branch(self.scaling, factor) for m in chosen)
        return Network(self.coefficients, branches, self.fade)

    @cached_property
    @override
    def evaluator(self) -> Evaluator:
        """Networks and linear part in one pass; made once."""
        return evaluator_of(self.descriptor, self.network())

    @override
    def _bound(self) -> Spreader:
        assert isinstance(self.uncertainty, MembersUncertainty)
        silent = np.zeros_like(self.coefficients)
        networks = [Network(silent, (head.branch(self.scaling),)) for head in self.heads]
        return self.uncertainty.bind(self.descriptor, networks)

    def member(self, k: int) -> NeuralPotential:
        """The potential of one member of the ensemble; it has no uncertainty.

        Raises
        ------
        UncertaintyError
            There is no such member.
        """
        if isinstance(k, bool) or not isinstance(k, Integral) or not 0 <= k < len(self.heads):
            raise UncertaintyError(
                f"member: expected a number from 0 to {len(self.heads) - 1}, got {shown(k)}"
            )
        return replace(self, heads=(self.heads[int(k)],), uncertainty=None)

    def sample(self, n: int, random_state: int = 0) -> list[NeuralPotential]:
        """Linear potentials draw samples; networks have no posterior to draw from.

        Raises
        ------
        UncertaintyError
            Always; :meth:`member` gives the potentials of an ensemble.
        """
        raise UncertaintyError(
            "samples are drawn from the posterior of a linear fit, and a neural potential has "
            "none; member(k) gives each of its networks as a potential of its own"
        )

    @property
    def n_coefficients(self) -> int:
        """Number of coefficients and parameters of all members."""
        parameters = sum(int(np.size(a)) for h in self.heads for a in h.parameters.values())
        return int(self.coefficients.size) + parameters

    def to_dict(self) -> Settings:
        """Settings that rebuild the potential."""
        fade = self.fade
        return {
            "kind": "neural",
            "descriptor": self.descriptor.to_dict(),
            "coefficients": self.coefficients,
            "scaling": self.scaling.to_dict(),
            "heads": [head.to_dict() for head in self.heads],
            "fade": None if fade is None else dict(vars(fade)),
            "reference": self.reference.to_dict() if self.reference else None,
            "metadata": dict(self.metadata),
            "uncertainty": self.uncertainty.to_dict() if self.uncertainty else None,
        }

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> NeuralPotential:
        """The inverse of :meth:`to_dict`."""
        reference, fade = settings["reference"], settings["fade"]
        uncertainty = settings.get("uncertainty")
        return cls(
            descriptor=descriptor_from_dict(settings["descriptor"]),
            coefficients=settings["coefficients"],
            scaling=Scaling.from_dict(settings["scaling"]),
            heads=tuple(head_from_dict(head) for head in settings["heads"]),
            fade=None if fade is None else Fade(**fade),
            reference=potential_from_dict(reference) if reference else None,
            metadata=settings["metadata"],
            uncertainty=uncertainty_from_dict(uncertainty) if uncertainty else None,
        )
