r"""Trigger: Stein discrepancy between the atoms of a configuration and those of the set.

Environments of the set, whitened, are taken for a normal sample: score :math:`s(x) = -x`.  With
Stein's kernel u of :mod:`potlearn.select.distances.stein`, the discrepancy of the n atoms of one
species in a configuration is a mean over them, and an atom's part of it is

.. math:: d_i = \frac{1}{g} \sqrt{\max\Big(0, \frac{1}{n} \sum_j u(x_i, x_j)\Big)}

where g is the largest in the configurations of the set: :math:`d_i \le 1` there.  It is large where
many atoms are alike in a place where the set has few, which the grade of single atoms does not see.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, Self

import numpy as np
from annotated_types import Ge
from typing_extensions import override

from potlearn.errors import LearningError
from potlearn.features import environment_features
from potlearn.runtime import check_fields
from potlearn.select import IMQ, stein_kernel
from potlearn.structure.species import species_indices
from potlearn.typing import Array, Atoms, Positive, Species
from potlearn.uncertainty import leading_features
from potlearn.workflows.learning.triggers.base import Trigger, check_limits

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import LinearPotential


@dataclass(frozen=True)
class Stein(Trigger):
    """Stein discrepancy of atoms, relative to the largest in the set."""

    limit: Positive = 1.5
    """Discrepancy above which a configuration is a candidate."""
    stop: Positive | None = None
    """Discrepancy above which the run ends."""
    features: Annotated[int, Ge(1)] = 12
    """Number of features that it reads, the smoothest of the potential's."""
    every: Annotated[int, Ge(1)] = 20
    """Steps between two looks."""
    law: Any = field(default=None, compare=False, repr=False)
    """What :meth:`ready` knows of the set."""

    def __post_init__(self) -> None:
        check_fields(self, "stein", LearningError)
        check_limits(self, "stein")

    @override
    def ready(self, potential: LinearPotential, known: Dataset) -> Self:
        descriptor = potential.descriptor
        names = leading_features(descriptor, min(self.features, descriptor.n_features))
        return replace(self, law=Law.of(known, descriptor.prune(names)))

    @override
    def score(self, atoms: Atoms) -> Array:
        found: Array = self.law.parts(atoms)
        return found


@dataclass(frozen=True)
class Law:
    """Environments of a set as normal laws, one of each species.

    Attributes
    ----------
    descriptor : Descriptor
    maps : tuple of (mean (M,), axes (M, K)) or None
        Whitening of each species; None: the set has no atoms of it.
    largest : float
        Largest part of an atom of the set.
    """

    descriptor: Any
    maps: tuple[tuple[Array, Array] | None, ...]
    largest: float = 1.0

    @classmethod
    def of(cls, known: Dataset, descriptor: Any) -> Law:
        """The laws of a set."""
        configurations = [known[k] for k in range(len(known))]
        features = environment_features(known, descriptor).features
        index = np.concatenate([species_indices(a, descriptor.species) for a in configurations])
        maps = tuple(_whitening(features[index == s]) for s in range(len(descriptor.species)))
        law = cls(descriptor, maps)
        top = max(float(law.parts(atoms).max(initial=0.0)) for atoms in configurations)
        return replace(law, largest=top if top > 0 else 1.0)

    def parts(self, atoms: Atoms) -> Array:
        """Parts (N,) of the atoms; infinity for atoms of a species that the set does not have."""
        species = species_indices(atoms, self.descriptor.species)
        features = self.descriptor.features(atoms)
        return self._parts(features, species) / self.largest

    def _parts(self, features: Array, species: Species) -> Array:
        found = np.full(len(species), np.inf)
        for s, map_ in enumerate(self.maps):
            own = species == s
            if map_ is not None and own.any():
                x = (features[own] - map_[0]) @ map_[1]
                u = stein_kernel(x, x, -x, -x, IMQ(length_scale=float(np.sqrt(x.shape[1]))))
                found[own] = np.sqrt(np.maximum(u.mean(axis=1), 0.0))
        return found


def _whitening(features: Array) -> tuple[Array, Array] | None:
    """Mean (M,), and axes (M, K) on which the features have unit variance."""
    if not len(features):
        return None
    mean = features.mean(axis=0)
    scale = np.sqrt(np.maximum(features.var(axis=0), (1e-3 * (1e-9 + np.abs(mean))) ** 2))
    centred = (features - mean) / scale
    variances, axes = np.linalg.eigh(centred.T @ centred / len(features) + 1e-3 * np.eye(len(mean)))
    return mean, axes / np.sqrt(variances) / scale[:, None]
