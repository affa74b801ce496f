"""Pair potentials as terms: radial tables, one feature, checked against the function."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

import numpy as np

from potlearn.engine import Basis, RadialTable, tabulate
from potlearn.engine.jets import Jet
from potlearn.engine.program import Program, ProgramBuilder, linear, moment
from potlearn.engine.radial import BITS, OCTAVES, knot_distances
from potlearn.errors import ModelFileError
from potlearn.lammps.plugin.engines import basis_arrays
from potlearn.lammps.plugin.terms import Term
from potlearn.potentials.pair.base import PairPotential, Piece
from potlearn.typing import Array

TOLERANCE = 1e-10
"""Largest error of a table, of the value and of slope times distance, as a part of both and of
:data:`SCALE`."""
SCALE = 1.0
"""In eV: values that are the difference of large terms have no more digits."""
RESOLUTIONS = (BITS, BITS + 2, BITS + 4)
"""Intervals per octave that are tried, as powers of two."""
STEP = 2e-3
"""Of differences, as a part of the distance."""


def terms(potential: PairPotential, weight: float) -> Iterator[Term]:
    """One term for each piece of the pair function.

    Raises
    ------
    ModelFileError
        Tables do not reach the function within 1e-10.
    """
    n = len(potential.species)
    coefficients = np.tile([0.0, 0.5 * weight], (n, 1))
    for piece in potential.pieces():
        basis = _basis(potential, piece)
        yield {
            "kind": "linear",
            **basis_arrays(basis, potential.species),
            "coefficients": coefficients,
        }


def _basis(potential: PairPotential, piece: Piece) -> Basis:
    """The finest that is needed of the resolutions."""
    n = len(potential.species)
    pairs = list(combinations_with_replacement(range(n), 2))
    table_of = np.zeros((n, n), np.int32)
    for k, (a, b) in enumerate(pairs):
        table_of[a, b] = table_of[b, a] = k
    for bits in RESOLUTIONS:
        tables = [tabulate(_Function(piece, a, b), piece.cutoff, bits, OCTAVES) for a, b in pairs]
        errors = [_error(t, _Function(piece, *pair)) for t, pair in zip(tables, pairs, strict=True)]
        if max(errors) <= TOLERANCE:
            return Basis((0,), tuple(tables), table_of, (_program(n),))
    raise ModelFileError(
        f"{type(potential).__name__}: a table of its pair function is within {max(errors):.1e}; "
        f"expected {TOLERANCE:g}: the function is not smooth up to its cutoff"
    )


def _program(n_species: int) -> Program:
    """One feature: the sum of the radial function over neighbours of all species."""
    builder = ProgramBuilder(n_species)
    builder.feature("pair", builder.invariant(linear((moment(e), 1.0) for e in range(n_species))))
    return builder.build()


class _Function:
    """A piece for one pair of species, as a jet."""

    def __init__(self, piece: Piece, a: int, b: int) -> None:
        self.piece, self.a, self.b = piece, a, b

    def of(self, r: Array) -> tuple[Array, Array]:
        a, b = (np.full(len(r), z, np.int32) for z in (self.a, self.b))
        return self.piece.function(r, a, b)

    def __call__(self, r: Array) -> Jet:
        value, slope = self.of(r)
        return Jet(value[:, None], slope[:, None], self._second(r)[:, None])

    def _second(self, r: Array) -> Array:
        """Differences of slopes of order 8: the error of a table hardly depends on it."""
        h = STEP * r
        found = np.zeros_like(r)
        for k, factor in enumerate((4 / 5, -1 / 5, 4 / 105, -1 / 280), 1):
            found += factor * (self.of(r + k * h)[1] - self.of(r - k * h)[1])
        return found / h


def _error(table: RadialTable, function: _Function) -> float:
    """Largest error between knots, as a part of value, slope times distance, and the scale."""
    knots = knot_distances(table.cutoff, table.bits, table.octaves)
    worst = 0.0
    for t in (0.2, 0.5, 0.8):
        r = knots[:-1] + t * np.diff(knots)
        value, slope = function.of(r)
        found, found_slope = _interpolated(table, knots, t)
        size = np.abs(value) + np.abs(r * slope) + SCALE
        error = np.maximum(np.abs(found - value), np.abs(r * (found_slope - slope)))
        worst = max(worst, float((error / size).max()))
    return worst


def _interpolated(table: RadialTable, knots: Array, t: float) -> tuple[Array, Array]:
    """Value and slope of the quintic through the knots at part t of every interval."""
    from numpy.polynomial import Polynomial

    h = np.diff(knots)
    f = table.knots[: len(knots), :, 0]
    ends = [f[:-1, 0], h * f[:-1, 1], h**2 * f[:-1, 2], f[1:, 0], h * f[1:, 1], h**2 * f[1:, 2]]
    value, slope = np.zeros_like(h), np.zeros_like(h)
    for weights, end in zip(_HERMITE, ends, strict=True):
        polynomial = Polynomial(weights)
        value, slope = value + polynomial(t) * end, slope + polynomial.deriv()(t) * end
    return value, slope / h


_HERMITE = (
    (1, 0, 0, -10, 15, -6),
    (0, 1, 0, -6, 8, -3),
    (0, 0, 0.5, -1.5, 1.5, -0.5),
    (0, 0, 0, 10, -15, 6),
    (0, 0, 0, -4, 7, -3),
    (0, 0, 0, 0.5, -1, 0.5),
)
"""Coefficients in t of the quintics of value, slope and second derivative at both ends."""
