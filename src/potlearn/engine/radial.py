r"""Radial tables: quintic Hermite interpolation on knots spaced like floating-point numbers.

With :math:`x = 8 r / r_\mathrm{cut}`, every octave :math:`[2^q, 2^{q+1})` of ``x`` holds
:math:`2^b` equal intervals, so the spacing follows the distance: fine where functions like
:math:`r^{-n}` are steep, and the interval number is the leading bits of ``x``.  The cutoff is a
knot, so a function that ends there with a kink in its second derivative is tabulated as accurately
as a smooth one.  The interpolation error is of order :math:`h^6 f^{(6)} / 46080` in the value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from potlearn.engine.jets import Jet
from potlearn.typing import Array

RadialFunctions: TypeAlias = Callable[[Array], Jet]

BITS = 9
OCTAVES = 6
_LANES = 8
_ZERO_KNOTS = 4


@dataclass(frozen=True)
class RadialTable:
    """Radial functions of one pair of species.

    Attributes
    ----------
    cutoff : float
        Distance in Å from which on all functions are zero.
    knots : (octaves 2^bits + 5, 3, stride)
        Value, first and second derivative in r at the knots; ``stride`` is the number of functions
        rounded up to a multiple of 8.  The last four knots, beyond the cutoff, are zero.
    bits, octaves : int
        Intervals per octave as a power of two, and number of octaves.
    """

    cutoff: float
    knots: Array
    bits: int
    octaves: int

    @property
    def closest(self) -> float:
        """Smallest distance that the table covers, in Å."""
        return self.cutoff * 2.0**-self.octaves

    def take(self, functions: Sequence[int]) -> RadialTable:
        """The table of some of its functions."""
        return replace(self, knots=_padded(self.knots[:, :, list(functions)]))


def knot_distances(cutoff: float, bits: int = BITS, octaves: int = OCTAVES) -> Array:
    """Distances of the knots up to the cutoff, (octaves 2^bits + 1,), in Å."""
    fraction = 1 + np.arange(2**bits) / 2**bits
    x = (2.0 ** np.arange(-octaves, 0)[:, None] * fraction).ravel()
    return cutoff * np.append(x, 1.0)


def table_size(n: int, bits: int = BITS, octaves: int = OCTAVES) -> int:
    """Bytes of a table of ``n`` functions."""
    n_knots = (octaves << bits) + 1 + _ZERO_KNOTS
    return 8 * 3 * n_knots * (n + -n % _LANES)


def tabulate(
    functions: RadialFunctions, cutoff: float, bits: int = BITS, octaves: int = OCTAVES
) -> RadialTable:
    """Tabulate ``functions``, which maps distances (K,) to a jet of shape (K, n)."""
    jet = functions(knot_distances(cutoff, bits, octaves))
    count, n = jet.value.shape
    knots = np.zeros((count + _ZERO_KNOTS, 3, n))
    for derivative, values in enumerate((jet.value, jet.first, jet.second)):
        knots[:count, derivative] = values
    return RadialTable(cutoff, _padded(knots), bits, octaves)


def _padded(knots: Array) -> Array:
    """Functions on the last axis, filled up with zeros to a multiple of the widest register."""
    missing = -knots.shape[-1] % _LANES
    return np.pad(knots, ((0, 0), (0, 0), (0, missing)))
