"""Pair potentials: one function of distance per pair of species."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np

from ..errors import ConfigError
from .pair_base import Array, Index, PairPotential

COULOMB = 14.399645
"""e²/(4πε₀) in eV Å, the value of LAMMPS's metal units."""


@dataclass(frozen=True, eq=False)
class ZBL(PairPotential):
    r"""Screened repulsion of nuclei, switched off smoothly; equals LAMMPS's ``pair_style zbl``.

    .. math::

        \phi(r) = e(r) + S(r), \qquad
        e(r) = \frac{e^2}{4 \pi \epsilon_0} \frac{Z_a Z_b}{r} \, \Phi(r / s), \qquad
        s = \frac{0.46850}{Z_a^{0.23} + Z_b^{0.23}} \text{ Å}

        \Phi(x) = 0.18175 e^{-3.19980 x} + 0.50986 e^{-0.94229 x}
                + 0.28022 e^{-0.40290 x} + 0.02817 e^{-0.20162 x}

        S(r) = C + \tfrac{A}{3} t^3 + \tfrac{B}{4} t^4, \qquad t = \max(r - r_1, 0)

    with ``inner`` :math:`r_1`, ``outer`` :math:`r_2`, :math:`D = r_2 - r_1` and derivatives of
    :math:`e` at :math:`r_2`

    .. math::

        A = (-3 e' + D e'') / D^2, \quad B = (2 e' - D e'') / D^3, \quad
        C = -e + \tfrac{D}{2} e' - \tfrac{D^2}{12} e''

    so that :math:`\phi`, :math:`\phi'` and :math:`\phi''` vanish at :math:`r_2`.

    Raises
    ------
    ConfigError
        Not ``0 < inner < outer``.

    References
    ----------
    Ziegler, Biersack & Littmark, *The Stopping and Range of Ions in Matter* (1985); LAMMPS manual,
    ``pair_style zbl``.
    """

    kind: ClassVar[str] = "zbl"

    inner: float
    outer: float

    def __post_init__(self) -> None:
        if not 0 < self.inner < self.outer:
            raise ConfigError(f"zbl: expected 0 < inner < outer, got {self.inner} and {self.outer}")
        super().__post_init__()

    @property
    def cutoff(self) -> float:
        """The outer radius, in Å."""
        return self.outer

    def pair(self, r: Array, a: Index, b: Index) -> tuple[Array, Array]:
        """Screened Coulomb repulsion and switch."""
        charges = self._charges()
        za, zb = charges[a], charges[b]
        value, slope, _ = _screened(r, za, zb)
        e, e1, e2 = _screened(np.full_like(r, self.outer), za, zb)
        d = self.outer - self.inner
        cubic = (-3 * e1 + d * e2) / d**2
        quartic = (2 * e1 - d * e2) / d**3
        shift = -e + d / 2 * e1 - d**2 / 12 * e2
        t = np.maximum(r - self.inner, 0.0)
        value = value + shift + cubic / 3 * t**3 + quartic / 4 * t**4
        return value, slope + cubic * t**2 + quartic * t**3

    def _charges(self) -> Array:
        from ase.data import atomic_numbers

        return np.array([float(atomic_numbers[s]) for s in self.species])


_SCREEN = (
    np.array([0.18175, 0.50986, 0.28022, 0.02817]),
    np.array([3.1998, 0.94229, 0.4029, 0.20162]),
)


def _screened(r: Array, za: Array, zb: Array) -> tuple[Array, Array, Array]:
    """Z_a Z_b e² Φ(r/s) / r and its first two derivatives, (P,)."""
    rates = _SCREEN[1] * ((za**0.23 + zb**0.23) / 0.46850)[:, None]
    terms = _SCREEN[0] * np.exp(-rates * r[:, None])
    f, f1, f2 = terms.sum(1), -(rates * terms).sum(1), (rates**2 * terms).sum(1)
    scale = COULOMB * za * zb / r
    return scale * f, scale * (f1 - f / r), scale * (f2 - 2 * f1 / r + 2 * f / r**2)


@dataclass(frozen=True, eq=False)
class ShiftedPair(PairPotential):
    r"""A pair function cut with shifted force, so that energy and force are continuous.

    .. math:: \phi(r) = v(r) - v(r_c) - (r - r_c) \, v'(r_c), \qquad r < r_c

    Parameters are numbers, the same for all pairs, or symmetric (n, n) arrays over species.
    """

    radius: float

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
            value = np.asarray(getattr(self, name), float)
            if value.shape not in ((), (n, n)) or not np.array_equal(value, value.T):
                raise ConfigError(
                    f"{self.kind}: {name} must be a number or a symmetric array {(n, n)}, "
                    f"got {value.tolist()}"
                )


def _parameters(potential: ShiftedPair) -> list[str]:
    return [f.name for f in fields(potential) if f.name not in ("species", "radius", "charges")]


@dataclass(frozen=True, eq=False)
class LennardJones(ShiftedPair):
    r""":math:`v(r) = 4 \epsilon \left[ (\sigma/r)^{12} - (\sigma/r)^6 \right]`, ε in eV, σ in Å."""

    kind: ClassVar[str] = "lennard_jones"

    epsilon: float | Array
    sigma: float | Array

    def bare(self, r: Array, a: Index, b: Index) -> tuple[Array, Array]:
        """Value and slope."""
        epsilon = self._of_pairs("epsilon", a, b)
        six = (self._of_pairs("sigma", a, b) / r) ** 6
        return 4 * epsilon * (six**2 - six), 4 * epsilon * (6 * six - 12 * six**2) / r


@dataclass(frozen=True, eq=False)
class Morse(ShiftedPair):
    r""":math:`v(r) = D [(1 - e^{-\alpha (r - r_0)})^2 - 1]`; D in eV, α in 1/Å, r₀ in Å."""

    kind: ClassVar[str] = "morse"

    depth: float | Array
    alpha: float | Array
    r0: float | Array

    def bare(self, r: Array, a: Index, b: Index) -> tuple[Array, Array]:
        """Value and slope."""
        depth, alpha = self._of_pairs("depth", a, b), self._of_pairs("alpha", a, b)
        x = np.exp(-alpha * (r - self._of_pairs("r0", a, b)))
        return depth * (x**2 - 2 * x), 2 * depth * alpha * (x - x**2)


@dataclass(frozen=True, eq=False)
class BornMayer(ShiftedPair):
    r""":math:`v(r) = A e^{-r/\rho}`, A in eV, ρ in Å."""

    kind: ClassVar[str] = "born_mayer"

    amplitude: float | Array
    rho: float | Array

    def bare(self, r: Array, a: Index, b: Index) -> tuple[Array, Array]:
        """Value and slope."""
        rho = self._of_pairs("rho", a, b)
        v = self._of_pairs("amplitude", a, b) * np.exp(-r / rho)
        return v, -v / rho


@dataclass(frozen=True, eq=False)
class Coulomb(ShiftedPair):
    r""":math:`v(r) = q_a q_b e^2 / (4 \pi \epsilon_0 r)`; charges in e, no Ewald sum."""

    kind: ClassVar[str] = "coulomb"

    charges: tuple[float, ...]

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


PAIR_KINDS: dict[str, type[PairPotential]] = {
    cls.kind: cls for cls in (ZBL, LennardJones, Morse, BornMayer, Coulomb)
}
