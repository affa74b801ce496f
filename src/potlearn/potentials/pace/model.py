r"""Engine of a nonlinear ACE potential: densities and core repulsion of every atom as features.

.. math::

    A_{i \mu n l m} = \sum_{j: \mu_j = \mu} R^{\mu_i \mu_j}_{nl}(r_{ij}) Y_{lm}(\hat r_{ij}), \qquad
    \rho_p = \sum_v \tilde c_{pv} \operatorname{Re} \prod_t A_{v_t}, \qquad
    \rho_\mathrm{core} = \sum_j c(r_{ij})

Functions of order 1 take :math:`g_n` in place of :math:`R_{n0}`.  Every centre species has its own
program.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from potlearn.descriptors.ace.primitives import stack
from potlearn.engine import ONE, Basis, Engine, Jet, Program, ProgramBuilder, RadialTable, tabulate
from potlearn.engine.program import Value, moment
from potlearn.errors import ModelFileError
from potlearn.potentials.pace.data import Bond, ClusterFunction, Pair, SplineBond
from potlearn.potentials.pace.file import YaceFile
from potlearn.potentials.pace.products import ComplexPolynomials, Product
from potlearn.potentials.pace.radial import polynomials, primitives, splines
from potlearn.potentials.pace.repulsion import core, polynomial_core
from potlearn.typing import Array

KNOT_BITS = 11
"""Intervals per octave of the tables, as a power of two.

More than smooth functions need: switches have jumps in the second or third derivative, and the last
one of ChebExpCos is often 0.01 Å wide.
"""


class Radial(NamedTuple):
    """A radial function: of order 1 (``primitive``), of higher orders, or the core (n = 0)."""

    l: int
    primitive: bool
    n: int


CORE = Radial(0, True, 0)


@dataclass(frozen=True)
class PaceModel:
    """The engine, and which of its features is the core; the densities come first."""

    engine: Engine
    core: int | None


def build(file: YaceFile) -> PaceModel:
    """Tables and program of a potential."""
    radials = used_radials(file)
    programs = [_program(file, mu0, radials) for mu0 in range(len(file.elements))]
    tables, table_of = _tables(file, radials)
    degrees = tuple(radial.l for radial in radials)
    engine = Engine(Basis(degrees, tuple(tables), table_of, tuple(programs), lowest=degrees))
    return PaceModel(engine, engine.n_features - 1 if CORE in radials else None)


def used_radials(file: YaceFile) -> list[Radial]:
    """Radial functions that occur in a function, by degree, and the core where there is one."""
    found = {radial for functions in file.functions for f in functions for radial in _factors(f)}
    if file.pair or any(isinstance(b, Bond) and b.prehc for b in file.bonds.values()):
        found.add(CORE)
    return sorted(found) or [CORE]


def _factors(f: ClusterFunction) -> list[Radial]:
    return [Radial(l, f.rank == 1, n) for n, l in zip(f.ns, f.ls, strict=True)]


# Program


def _program(file: YaceFile, mu0: int, radials: list[Radial]) -> Program:
    """The densities of a centre species, up to the largest number of any species, and the core."""
    offsets = np.cumsum([0, *(2 * radial.l + 1 for radial in radials)]).tolist()
    n, width = len(radials), offsets[-1]

    def real_moment(channel: int, l: int, m: int) -> Value:
        mu, radial = divmod(channel, n)
        return moment(mu * width + offsets[radial] + l + m)

    builder = ProgramBuilder(len(file.elements) * width)
    place = {radial: k for k, radial in enumerate(radials)}
    terms = _terms(file.functions[mu0], place)
    densities = ComplexPolynomials(builder, real_moment).add(terms, file.embeddings[mu0].ndensity)
    densities += [builder.invariant({})] * (file.ndensity - len(densities))
    for p, node in enumerate(densities):
        builder.feature(f"density({p};{file.elements[mu0]})", node)
    if CORE in place:
        cores = (real_moment(mu * n + place[CORE], 0, 0) for mu in range(len(file.elements)))
        builder.feature("core", builder.invariant({(ONE, value): 1.0 for value in cores}))
    return builder.build()


def _terms(
    functions: tuple[ClusterFunction, ...], place: dict[Radial, int]
) -> dict[Product, Array]:
    """Coefficients of all products of the functions, (P,) each."""
    n = len(place)
    terms: dict[Product, Array] = {}
    for f in functions:
        channels = [mu * n + place[r] for mu, r in zip(f.mus, _factors(f), strict=True)]
        for ms, c in zip(f.ms.tolist(), f.ctildes, strict=True):
            product = tuple(sorted(zip(channels, f.ls, ms, strict=True)))
            terms[product] = terms[product] + c if product in terms else c
    return terms


# Radial tables


def _tables(file: YaceFile, radials: list[Radial]) -> tuple[list[RadialTable], NDArray[np.int32]]:
    """Tables, and which one serves (centre, neighbour); both orders share one if they can."""
    n = len(file.elements)
    tables: list[RadialTable] = []
    table_of = np.empty((n, n), np.int32)
    for a, b in sorted(file.bonds):
        if b < a and _equal(file, (a, b), (b, a)):
            table_of[a, b] = table_of[b, a]
            continue
        table_of[a, b] = len(tables)
        tables.append(_table(file, (a, b), radials))
    return tables, table_of


def _equal(file: YaceFile, pair: Pair, other: Pair) -> bool:
    """Whether two pairs have the same parameters."""

    def same(a: Any, b: Any) -> bool:
        return all(
            np.array_equal(x, y) for x, y in zip(vars(a).values(), vars(b).values(), strict=True)
        )

    if file.pair is not None:
        potentials = [file.pair.coefficients, *([file.pair.inner] if file.pair.inner else [])]
        if not all(np.array_equal(v[pair], v[other]) for v in potentials):
            return False
    return same(file.bonds[pair], file.bonds[other])


def _table(file: YaceFile, pair: Pair, radials: list[Radial]) -> RadialTable:
    bond = file.bonds[pair]
    cutoff = bond.rcut if isinstance(bond, Bond) else file.cutoff
    with np.errstate(all="ignore"):
        table = tabulate(lambda r: radial_functions(file, pair, radials, r), cutoff, KNOT_BITS)
    if not np.isfinite(table.knots).all():
        raise ModelFileError(
            f"bonds[{pair[0]}, {pair[1]}]: expected parameters of finite radial functions from "
            f"{table.closest:.3g} to {cutoff:g} Å, got values that are not finite"
        )
    return table


def radial_functions(file: YaceFile, pair: Pair, radials: list[Radial], r: Array) -> Jet:
    """The given functions of a pair at distances up to its cutoff, (K, n)."""
    bond = file.bonds[pair]
    if not isinstance(bond, Bond):
        p = splines(bond, r) if isinstance(bond, SplineBond) else polynomials(bond, r)
        return stack([_julia(file, pair, radial, p, r) for radial in radials])
    mode = file.inner_cutoff_type
    g = primitives(bond, file.nradbasemax, mode, r)
    return stack([_contracted(file, pair, bond, radial, g, r) for radial in radials])


def _contracted(file: YaceFile, pair: Pair, bond: Bond, radial: Radial, g: Jet, r: Array) -> Jet:
    if radial == CORE:
        return core(bond, file.inner_cutoff_type, _charges(file, pair), r)
    weights = np.zeros(file.nradbasemax)
    n, c = radial.n - 1, bond.radcoefficients
    if radial.primitive:
        weights[n] = 1.0
    elif n < bond.nradmax and radial.l <= bond.lmax:
        weights[: bond.nradbasemax] = c[n, radial.l]
    return Jet(g.value @ weights, g.first @ weights, g.second @ weights)


def _julia(file: YaceFile, pair: Pair, radial: Radial, p: list[Jet], r: Array) -> Jet:
    if radial == CORE:
        nothing = Jet.variable(r) * 0.0
        return polynomial_core(file.pair, pair, r) if file.pair else nothing
    return p[radial.n - 1] if radial.n <= len(p) else Jet.variable(r) * 0.0


def _charges(file: YaceFile, pair: Pair) -> tuple[int, int]:
    from ase.data import atomic_numbers

    a, b = (int(atomic_numbers[file.elements[mu]]) for mu in pair)
    return a, b
