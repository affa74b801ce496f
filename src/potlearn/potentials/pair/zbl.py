"""Screened repulsion of nuclei."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from typing_extensions import override

from potlearn.errors import ConfigError
from potlearn.potentials.pair.base import COULOMB, Index, PairPotential, Piece
from potlearn.typing import Array, Length


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

    inner: Length
    outer: Length

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.inner < self.outer:
            raise ConfigError(f"zbl: expected 0 < inner < outer, got {self.inner} and {self.outer}")

    @property
    def cutoff(self) -> float:
        """The outer radius, in Å."""
        return self.outer

    def pair(self, r: Array, a: Index, b: Index) -> tuple[Array, Array]:
        """Screened Coulomb repulsion and switch."""
        charges = self._charges()
        value, slope, _ = _screened(r, charges[a], charges[b])
        shift, cubic, quartic = self._switch(charges)[:, a * len(charges) + b]
        t = np.maximum(r - self.inner, 0.0)
        value = value + shift + cubic / 3 * t**3 + quartic / 4 * t**4
        return value, slope + cubic * t**2 + quartic * t**3

    @override
    def pieces(self) -> tuple[Piece, ...]:
        """The switch as a polynomial at all distances, and minus the polynomial below its start."""
        return Piece(self.outer, self._switched), Piece(self.inner, self._not_switched)

    def _switched(self, r: Array, a: Index, b: Index) -> tuple[Array, Array]:
        charges = self._charges()
        value, slope, _ = _screened(r, charges[a], charges[b])
        shift = self._switch(charges)[0, a * len(charges) + b]
        minus, minus_slope = self._not_switched(r, a, b)
        return value + shift - minus, slope - minus_slope

    def _not_switched(self, r: Array, a: Index, b: Index) -> tuple[Array, Array]:
        charges = self._charges()
        _, cubic, quartic = self._switch(charges)[:, a * len(charges) + b]
        t = r - self.inner
        return -(cubic / 3 * t**3 + quartic / 4 * t**4), -(cubic * t**2 + quartic * t**3)

    def _switch(self, charges: Array) -> Array:
        """C, A and B of every pair of species, (3, n²)."""
        first, second = np.repeat(charges, len(charges)), np.tile(charges, len(charges))
        e, e1, e2 = _screened(np.full_like(first, self.outer), first, second)
        d = self.outer - self.inner
        cubic = (-3 * e1 + d * e2) / d**2
        quartic = (2 * e1 - d * e2) / d**3
        return np.stack([-e + d / 2 * e1 - d**2 / 12 * e2, cubic, quartic])

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
