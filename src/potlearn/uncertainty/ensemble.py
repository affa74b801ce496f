r"""Uncertainty of an ensemble: how far apart the predictions of its members are.

With the networks :math:`h_m` of K members and a prediction y (energy per atom, a force component, a
virial component per atom)

.. math:: v(y) = \frac{1}{K-1} \sum_m (y_m - \bar y)^2

and the expected error is :math:`s(v)` of a :class:`~potlearn.uncertainty.Link` per quantity.
:math:`\sqrt v` itself (Lakshminarayanan, Pritzel & Blundell, Adv. Neural Inf. Process. Syst. 30
(2017) 6402) is too small: members err together.

The networks count without their fade.  With it all members would agree beyond the data, where the
error of what is left, the linear part, is largest.  Networks have no information on a species that
training lacked: expected errors of configurations with such atoms are NaN.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from potlearn.descriptors import Descriptor, Evaluator, evaluator_of
from potlearn.engine import Network
from potlearn.errors import UncertaintyError
from potlearn.potentials.spread import Spread
from potlearn.structure.system import System
from potlearn.typing import Array, Indices, Mask, Settings
from potlearn.uncertainty.grades.base import Grade
from potlearn.uncertainty.grades.registry import grade_from_dict
from potlearn.uncertainty.link import Link
from potlearn.uncertainty.linked import LinkedUncertainty

LEAST_MEMBERS = 2


@dataclass(frozen=True, eq=False)
class EnsembleUncertainty(LinkedUncertainty):
    """Expected errors from the variance of the members' predictions.

    Attributes
    ----------
    n_members : int
        K, at least 2.
    links : mapping of quantity to Link
        From variances to errors, for energy per atom, forces and virial per atom (key ``stress``).
    grade : Grade, optional
        Extrapolation grade of atoms.
    known : (n,) int
        Fingerprints of the geometries that training saw, ascending.

    Raises
    ------
    UncertaintyError
        Fewer than two members, links of unknown quantities.
    """

    n_members: int
    links: Mapping[str, Link]
    grade: Grade | None = None
    known: Indices = field(default_factory=lambda: np.zeros(0, np.int64), repr=False)

    def __post_init__(self) -> None:
        if self.n_members < LEAST_MEMBERS:
            raise UncertaintyError(
                f"an ensemble has {LEAST_MEMBERS} members or more, got {self.n_members}: a single "
                "network says nothing of its errors; train with members: 4"
            )
        self._check_links()

    def bind(self, descriptor: Descriptor, members: Sequence[Network]) -> EnsembleSpreader:
        """Make it ready for members: networks of a descriptor's features."""
        return EnsembleSpreader(self, descriptor, tuple(members))

    def to_dict(self) -> Settings:
        """Settings that rebuild it."""
        return {
            "kind": "ensemble",
            "n_members": self.n_members,
            "links": {quantity: link.to_dict() for quantity, link in self.links.items()},
            "grade": None if self.grade is None else self.grade.to_dict(),
            "known": self.known,
        }

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> EnsembleUncertainty:
        """The inverse of :meth:`to_dict`."""
        return cls(
            n_members=int(settings["n_members"]),
            links={str(q): Link.from_dict(link) for q, link in settings["links"].items()},
            grade=grade_from_dict(settings["grade"]) if settings["grade"] else None,
            known=np.asarray(settings["known"], np.int64),
        )


@dataclass(frozen=True)
class EnsembleSpreader:
    """An uncertainty with the members that it is of."""

    uncertainty: EnsembleUncertainty
    descriptor: Descriptor
    members: tuple[Network, ...]

    @cached_property
    def evaluators(self) -> tuple[Evaluator, ...]:
        """Of each member; made once."""
        return tuple(evaluator_of(self.descriptor, network) for network in self.members)

    @cached_property
    def blind(self) -> Mask:
        """Species whose features no network reads, (S,)."""
        reads = [branch.weights[0].any((1, 2)) for m in self.members for branch in m.branches]
        found: Mask = ~np.any(reads, axis=0)
        return found

    def __call__(
        self, system: System, volume: float, wanted: Collection[str], *, threads: int = 1
    ) -> Spread:
        """Expected errors of one configuration.

        Energy, forces and stress share one pass for each member.
        """
        n, links = max(len(system), 1), self.uncertainty.links
        known = np.nan if self.blind[system.species].any() else 1.0
        asked = [part for part in links if part in wanted]
        found = [evaluator(system, threads=threads) for evaluator in self.evaluators if asked]
        values = {
            "energy": lambda e: e.energies.sum() / n,
            "forces": lambda e: e.forces,
            "stress": lambda e: e.virial / n,
        }
        variances = {p: known * _variance(np.array([values[p](e) for e in found])) for p in asked}
        return self.uncertainty.spread(system, volume, wanted, variances, threads)


def _variance(values: Array) -> Array:
    """Over the members, the first axis."""
    return np.asarray(np.var(values, axis=0, ddof=1))
