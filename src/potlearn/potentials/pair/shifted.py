"""Pair functions that are cut with shifted force."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np

from potlearn.errors import ConfigError
from potlearn.potentials.pair.base import COULOMB, Index, PairPotential, as_array
from potlearn.runtime import shown
from potlearn.typing import Array, Length


@dataclass(frozen=True, eq=False)
class ShiftedPair(PairPotential):
    r"""A pair function cut with shifted force, so that energy and force are continuous.

    .. math:: \phi(r) = v(r) - v(r_c) - (r - r_c) \, v'(r_c), \qquad r < r_c

    Parameters are numbers, the same for all pairs, or symmetric (n, n) arrays over species.
    """

    radius: Length

    @property
    def cutoff(self) -> float:
        """Where the function ends, in Å."""
        return self.radius

    @abstractmethod
    def bare(self, r: Array, a: Index, b: Index) -> tuple[Array, Array]:
        """Value and slope before the cut."""

    def pair(self, r: Array, a: Index, b: Index) -> tuple[Array, Array]:
        """The bare function minus its tangent at the cutoff."""
        v, slope = self.bare(r, a, b)
        v_c, slope_c = self.bare(np.full_like(r, self.radius), a, b)
        return v - v_c - (r - self.radius) * slope_c, slope - slope_c

    def _of_pairs(self, name: str, a: Index, b: Index) -> Array:
        n = len(self.species)
        table = np.broadcast_to(np.asarray(getattr(self, name), float), (n, n))
        return table[a, b]

    def __post_init__(self) -> None:
        super().__post_init__()
        n = len(self.species)
        for name in _parameters(self):
            value = as_array(getattr(self, name), self.kind, name)
            if not np.isfinite(value).all():
                raise ConfigError(f"{self.kind}: {name}: expected finite numbers, got {value}")
            if value.shape not in ((), (n, n)) or not np.array_equal(value, value.T):
                raise ConfigError(
                    f"{self.kind}: {name} must be a number or a symmetric array {(n, n)}, "
                    f"got {shown(value.tolist())}"
                )


def _parameters(potential: ShiftedPair) -> list[str]:
    return [f.name for f in fields(potential) if f.name not in ("species", "radius", "charges")]


@dataclass(frozen=True, eq=False)
class LennardJones(ShiftedPair):
    r"""Lennard-Jones: 4 epsilon ((sigma/r)^12 - (sigma/r)^6).

    .. math:: v(r) = 4 \epsilon \left[ (\sigma/r)^{12} - (\sigma/r)^6 \right]
    """

    kind: ClassVar[str] = "lennard_jones"

    epsilon: float | Array
    """Depth, eV."""
    sigma: float | Array
    """Distance where the potential crosses zero, Å."""

    def bare(self, r: Array, a: Index, b: Index) -> tuple[Array, Array]:
        """Value and slope."""
        epsilon = self._of_pairs("epsilon", a, b)
        six = (self._of_pairs("sigma", a, b) / r) ** 6
        return 4 * epsilon * (six**2 - six), 4 * epsilon * (6 * six - 12 * six**2) / r


@dataclass(frozen=True, eq=False)
class Morse(ShiftedPair):
    r"""Morse: depth ((1 - exp(-alpha (r - r0)))^2 - 1).

    .. math:: v(r) = D [(1 - e^{-\alpha (r - r_0)})^2 - 1]
    """

    kind: ClassVar[str] = "morse"

    depth: float | Array
    """Depth D, eV."""
    alpha: float | Array
    """Inverse width α, 1/Å."""
    r0: float | Array
    """Distance of the minimum, Å."""

    def bare(self, r: Array, a: Index, b: Index) -> tuple[Array, Array]:
        """Value and slope."""
        depth, alpha = self._of_pairs("depth", a, b), self._of_pairs("alpha", a, b)
        x = np.exp(-alpha * (r - self._of_pairs("r0", a, b)))
        return depth * (x**2 - 2 * x), 2 * depth * alpha * (x - x**2)


@dataclass(frozen=True, eq=False)
class BornMayer(ShiftedPair):
    r"""Born-Mayer: amplitude exp(-r/rho).

    .. math:: v(r) = A e^{-r/\rho}
    """

    kind: ClassVar[str] = "born_mayer"

    amplitude: float | Array
    """Strength A, eV."""
    rho: float | Array
    """Decay length ρ, Å."""

    def bare(self, r: Array, a: Index, b: Index) -> tuple[Array, Array]:
        """Value and slope."""
        rho = self._of_pairs("rho", a, b)
        v = self._of_pairs("amplitude", a, b) * np.exp(-r / rho)
        return v, -v / rho


@dataclass(frozen=True, eq=False)
class Coulomb(ShiftedPair):
    r"""Coulomb: between fixed charges, without Ewald sum.

    .. math:: v(r) = q_a q_b e^2 / (4 \pi \epsilon_0 r)
    """

    kind: ClassVar[str] = "coulomb"

    charges: tuple[float, ...]
    """Charge of every species, e."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.charges) != len(self.species):
            raise ConfigError(
                f"coulomb: expected a charge for each of {self.species}, got {self.charges}"
            )

    def bare(self, r: Array, a: Index, b: Index) -> tuple[Array, Array]:
        """Value and slope."""
        q = np.asarray(self.charges, float)
        v = COULOMB * q[a] * q[b] / r
        return v, -v / r
