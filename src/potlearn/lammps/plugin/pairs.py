"""Pair potentials as terms: radial tables, one feature, checked against the function."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

import numpy as np

from potlearn.engine import Basis, Engine, tabulate
from potlearn.engine.jets import Jet
from potlearn.engine.program import Program, ProgramBuilder, linear, moment
from potlearn.engine.radial import BITS, OCTAVES, knot_distances
from potlearn.errors import ModelFileError
from potlearn.lammps.plugin.engines import basis_arrays
from potlearn.lammps.plugin.terms import Term
from potlearn.potentials.pair.base import PairPotential, Piece
from potlearn.structure.neighbors import Neighbors
from potlearn.structure.system import System
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
    """The coarsest of the resolutions that is fine enough."""
    n = len(potential.species)
    pairs = list(combinations_with_replacement(range(n), 2))
    table_of = np.zeros((n, n), np.int32)
    for k, (a, b) in enumerate(pairs):
        table_of[a, b] = table_of[b, a] = k
    functions = [_Function(piece, a, b) for a, b in pairs]
    for bits in RESOLUTIONS:
        tables = tuple(tabulate(f, piece.cutoff, bits, OCTAVES) for f in functions)
        basis = Basis((0,), tables, table_of, (_program(n),))
        error = max(_error(basis, function) for function in functions)
        if error <= TOLERANCE:
            return basis
    raise ModelFileError(
        f"{type(potential).__name__}: a table of its pair function is within {error:.1e}; "
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


def _error(basis: Basis, function: _Function) -> float:
    """Largest error between knots, as a part of value, slope times distance, and the scale."""
    table = basis.tables[basis.table_of[function.a, function.b]]
    knots = knot_distances(table.cutoff, table.bits, table.octaves)
    r = np.concatenate([knots[:-1] + t * np.diff(knots) for t in (0.2, 0.5, 0.8)])
    value, slope = function.of(r)
    coefficients = np.tile([0.0, 1.0], (basis.n_species, 1))
    # Each atom of a dimer has the value; the force on the first is twice the slope.
    energies, forces, _ = Engine(basis).energy_forces(_dimers(function, r), coefficients)
    error = np.maximum(np.abs(energies[::2] - value), np.abs(r * (forces[::2, 0] / 2 - slope)))
    size = np.abs(value) + np.abs(r * slope) + SCALE
    return float((error / size).max())


def _dimers(function: _Function, r: Array) -> System:
    """Pairs of atoms at distances ``r`` (K,), each of which sees its partner alone."""
    n = 2 * len(r)
    positions = np.zeros((n, 3))
    positions[1::2, 0] = r
    list_ = Neighbors(
        first=np.arange(n + 1),
        j=(np.arange(n) ^ 1).astype(np.int32),
        image=np.zeros(n, np.int32),
        images=np.zeros((1, 3), np.int32),
        translations=np.zeros((1, 3)),
        cutoff=float(r.max()),
    )
    return System(positions, np.tile([function.a, function.b], len(r)).astype(np.int32), list_)
