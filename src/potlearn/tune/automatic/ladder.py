"""Sub-bases of one large basis: fewer orders, lower degrees; functions have the same names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from potlearn.compress.work import Work
from potlearn.typing import Atoms

if TYPE_CHECKING:
    from potlearn.descriptors.ace import ACE

SCALES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1)
"""Degrees in those of the default; 0.1 is a factor of about 1.7 in the number of functions."""
LOWEST = 2
"""Least order of a rung."""
GRID = {True: 0.5, False: 0.25}
"""Steps of degrees for one species, and for several."""


@dataclass(frozen=True)
class Rung:
    """A sub-basis.

    Attributes
    ----------
    order : int
    degree : tuple of float
        By order.
    features : tuple of str
        Names of its functions.
    cost : float
        Force time in units of about a nanosecond for an atom
        (:class:`~potlearn.compress.work.Work`).
    """

    order: int
    degree: tuple[float, ...]
    features: tuple[str, ...]
    cost: float


@dataclass(frozen=True)
class Ladder:
    """A large basis and its rungs, by their cost.

    Attributes
    ----------
    union : ACE
        Every rung's functions are among its own.
    rungs : tuple of Rung
    default : int
        Index of the rung that is the default.
    """

    union: ACE
    rungs: tuple[Rung, ...]
    default: int

    @classmethod
    def of(cls, default: ACE, most: int, examples: Sequence[Atoms]) -> Ladder:
        """Rungs of a default basis with at most ``most`` functions, or those of the default.

        The examples say how many neighbours there are.
        """
        most = max(most, default.n_features)
        scales = [s for s in SCALES if scaled(default, s).n_features <= most]
        union = scaled(default, max(scales))
        work = Work.of(union, examples)
        top = set(union.feature_names)
        found: dict[tuple[str, ...], Rung] = {}
        for order in range(min(LOWEST, default.order), default.order + 1):
            for scale in scales:
                basis = scaled(default, scale, order)
                names = basis.feature_names
                if top.issuperset(names):
                    rung = Rung(order, degrees_of(basis), names, work.cost_of(names))
                    found.setdefault(names, rung)
        rungs = tuple(sorted(found.values(), key=lambda rung: (rung.cost, len(rung.features))))
        own = [rung.features for rung in rungs].index(default.feature_names)
        return cls(union, rungs, own)

    def below(self, index: int, most: int) -> Rung:
        """A rung of at most so many functions: itself, or the largest cheaper one of its order."""
        rung = self.rungs[index]
        alike = [r for r in self.rungs[: index + 1] if r.order == rung.order]
        return next((r for r in reversed(alike) if len(r.features) <= most), alike[0])


def degrees_of(basis: ACE) -> tuple[float, ...]:
    """Degrees by order."""
    degree = basis.degree
    assert isinstance(degree, tuple)  # filled in when the basis was made
    return degree


def scaled(basis: ACE, scale: float, order: int | None = None) -> ACE:
    """The basis with other degrees, and of fewer orders."""
    order = basis.order if order is None else order
    grid = GRID[len(basis.species) == 1]
    degrees = degrees_of(basis)[:order]
    if scale != 1.0:
        degrees = tuple(max(1.0, grid * round(d * scale / grid)) for d in degrees)
    return replace(basis, order=order, degree=degrees)


def largest(default: ACE, most: int) -> ACE:
    """The largest basis of at most ``most`` functions, not above the default; else the smallest."""
    scales = [s / 20 for s in range(20, 9, -1)]
    bases = (scaled(default, s) for s in scales)
    return next((b for b in bases if b.n_features <= most), scaled(default, scales[-1]))
