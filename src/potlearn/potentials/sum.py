"""Weighted sums of potentials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
from typing_extensions import override

from potlearn.descriptors.base import Energies
from potlearn.errors import ConfigError
from potlearn.potentials.base import Potential, Prediction, for_systems
from potlearn.potentials.kinds import potential_from_dict
from potlearn.potentials.operations import PotentialBase
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.neighbors import neighbors as neighbor_list
from potlearn.structure.system import System
from potlearn.typing import Atoms, Settings

Term: TypeAlias = tuple[float, Potential]


@dataclass(frozen=True, eq=False)
class SumPotential(PotentialBase):
    r"""Potentials added up, :math:`E = \sum_k w_k E_k`; what ``2.0 * p + q`` makes.

    Sums in the sum are opened.  It knows the species that all its terms know, in the order of the
    first.

    Attributes
    ----------
    terms : tuple of (weight, Potential)

    Raises
    ------
    ConfigError
        No term, a weight that is not finite, or no species in common.
    """

    kind: ClassVar[str] = "sum"

    terms: tuple[Term, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", tuple(_opened(self.terms)))
        if not self.terms:
            raise ConfigError("sum: expected at least one potential, got none")
        weights = [weight for weight, _ in self.terms]
        if not np.isfinite(weights).all():
            raise ConfigError(f"sum: expected finite weights, got {weights}")
        if not self.species:
            known = "; ".join(", ".join(potential.species) for _, potential in self.terms)
            raise ConfigError(f"sum: the potentials have no species in common: {known}")

    @property
    def species(self) -> tuple[str, ...]:
        """Chemical symbols that all terms know."""
        first, *others = (potential.species for _, potential in self.terms)
        return tuple(s for s in first if all(s in species for species in others))

    @property
    def components(self) -> tuple[Potential, ...]:
        """The potentials that are added up."""
        return tuple(potential for _, potential in self.terms)

    @property
    def cutoff(self) -> float:
        """Largest distance that matters, in Å."""
        return max(potential.cutoff for _, potential in self.terms)

    @override
    def predict(
        self, atoms: Atoms, neighbors: Neighbors | None = None, *, threads: int = 1
    ) -> Prediction:
        list_ = neighbors or neighbor_list(atoms, self.cutoff)
        first, *others = (
            potential.predict(atoms, list_, threads=threads).scaled(weight)
            for weight, potential in self.terms
        )
        for prediction in others:
            first = first + prediction
        return first

    def of_system(self, system: System, *, threads: int = 1) -> Energies:
        """Energies, forces and virial of a system of its species.

        Raises
        ------
        ConfigError
            A term that evaluates single configurations only.
        """
        parts = []
        for weight, potential in self.terms:
            if not for_systems(potential):
                raise ConfigError(
                    f"{type(potential).__name__} evaluates single configurations only"
                )
            own = system.renumbered(self.species, potential.species)
            found = potential.of_system(own, threads=threads)
            parts.append([weight * x for x in found])
        return Energies(*(sum(x[1:], start=x[0]) for x in zip(*parts, strict=True)))

    def to_dict(self) -> Settings:
        """Settings that rebuild the potential."""
        terms = [{"weight": w, "potential": potential.to_dict()} for w, potential in self.terms]
        return {"kind": self.kind, "terms": terms}

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> SumPotential:
        """The inverse of :meth:`to_dict`."""
        return cls(
            tuple((t["weight"], potential_from_dict(t["potential"])) for t in settings["terms"])
        )


def _opened(terms: tuple[Term, ...]) -> Iterator[Term]:
    for weight, potential in terms:
        if isinstance(potential, SumPotential):
            yield from ((weight * w, p) for w, p in potential.terms)
        else:
            yield float(weight), potential
