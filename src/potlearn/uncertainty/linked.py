"""What every uncertainty with links has in common: levels, known geometries and a grade."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from potlearn.errors import UncertaintyError
from potlearn.potentials.spread import PARTS, Spread
from potlearn.structure.system import System
from potlearn.typing import Array, Indices, Mask
from potlearn.uncertainty.grades.base import Grade
from potlearn.uncertainty.link import Link


class LinkedUncertainty:
    """A subclass gives how variances come about.

    Attributes
    ----------
    links : mapping of quantity to Link
        From variances to errors, for energy per atom, forces and virial per atom (key ``stress``).
    grade : Grade, optional
        Extrapolation grade of atoms.
    known : (n,) int
        Fingerprints of the geometries that it was made from, ascending.
    """

    links: Mapping[str, Link]
    grade: Grade | None
    known: Indices

    @property
    def parts(self) -> tuple[str, ...]:
        """Which parts of a spread it gives."""
        return (*self.links, *(("gamma",) if self.grade is not None else ()))

    def factor(self, quantity: str, level: float) -> float:
        """Half width of the interval of probability ``level``, in standard deviations.

        Raises
        ------
        UncertaintyError
            There is no link of the quantity.
        """
        if quantity not in self.links:
            known = ", ".join(self.links)
            raise UncertaintyError(f"no uncertainty of {quantity}; the model has those of {known}")
        return self.links[quantity].factor(level)

    def seen(self, geometries: Indices) -> Mask:
        """Which of these geometries (m,) it was made from; see :func:`fingerprints`."""
        return np.isin(geometries, self.known)

    def grades(self, system: System, threads: int = 1) -> tuple[Array, float]:
        """Grades of the atoms (N,), and of the configuration; there must be a grade."""
        assert self.grade is not None
        features = self.grade.descriptor.features(system, threads=threads)
        species = system.species
        return self.grade.grade(features, species), self.grade.configuration(features, species)

    def _check_links(self) -> None:
        unknown = set(self.links) - set(PARTS)
        if unknown:
            raise UncertaintyError(f"uncertainty: links of unknown quantities {sorted(unknown)}")

    def spread(
        self,
        system: System,
        volume: float,
        wanted: Collection[str],
        variances: Mapping[str, Array | float],
        threads: int,
    ) -> Spread:
        """Expected errors from variances of energy and virial per atom, and of forces."""
        n = max(len(system), 1)
        std = {part: self.links[part].std(found) for part, found in variances.items()}
        graded = "gamma" in wanted and self.grade is not None
        gamma, mean = self.grades(system, threads) if graded else (None, None)
        return Spread(
            n * float(std["energy"]) if "energy" in std else None,
            std.get("forces"),
            n * std["stress"] / volume if "stress" in std else None,
            gamma,
            mean,
        )
