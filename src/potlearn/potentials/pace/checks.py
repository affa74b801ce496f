"""What must hold in a nonlinear ACE potential before it is evaluated or written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from potlearn.errors import ModelFileError
from potlearn.potentials.pace.data import (
    EMBEDDINGS,
    INNER_CUTOFFS,
    RADIAL,
    Bond,
    ClusterFunction,
    Embedding,
    PolynomialBond,
    PolynomialPair,
    SplineBond,
    YaceData,
)

HIGHEST_DEGREE = 12
"""Largest degree that the engine's harmonics reach."""
HIGHEST_RANK = 10
"""Largest number of factors of a function: the ways to split a product double with each."""
MOST_RADIAL = 128
"""Largest number of radial functions, and of primitive ones, of a pair."""
MOST_BINS = 1_000_000
"""Largest number of intervals of a spline."""
MOST_DENSITIES = 64
SHORTEST, LONGEST = 1e-2, 100.0
"""Least and largest cutoff, in Å."""
LEAST_WIDTH = 1e-6
"""Least width of a switch that has one, in Å or eV."""
LARGEST = 1e30
"""Largest number, in whatever units."""
EXPONENTS = (1e-3, 100.0)
"""Least and largest exponent of an embedding, and largest power of a polynomial."""


def check(file: YaceData) -> None:
    """Raise :class:`ModelFileError` for the first part that is wrong."""
    check_elements(file.elements)
    n = len(file.elements)
    _one_per_species("E0", file.e0, file)
    _numbers("E0", file.e0)
    _positive("deltaSplineBins", file.spline_bins)
    _one_per_species("embeddings", file.embeddings, file)
    for mu, embedding in enumerate(file.embeddings):
        _embedding(embedding, f"embeddings[{mu}]")
    wanted = {(a, b) for a in range(n) for b in range(n)}
    _same_keys("bonds", file.bonds, wanted, file)
    _bonds(file)
    _one_per_species("functions", file.functions, file)
    for mu, functions in enumerate(file.functions):
        for k, function in enumerate(functions):
            _function(function, file, mu, f"functions[{mu}][{k}]")


def expect(condition: bool, where: str, expected: str, got: Any) -> None:
    """Raise a :class:`ModelFileError` that says where, what was expected and what was got."""
    if not condition:
        raise ModelFileError(f"{where}: expected {expected}, got {got}")


def check_elements(elements: tuple[str, ...]) -> None:
    """Chemical symbols, each once."""
    from ase.data import atomic_numbers

    expect(len(elements) > 0, "elements", "at least one species", "none")
    for k, symbol in enumerate(elements):
        known = symbol in atomic_numbers and symbol != "X"
        expect(known, f"elements[{k}]", "a chemical symbol", repr(symbol))
        expect(elements.index(symbol) == k, f"elements[{k}]", "every species once", repr(symbol))


def _one_per_species(key: str, values: Any, file: YaceData) -> None:
    expect(len(values) == len(file.elements), key, f"{len(file.elements)} entries", len(values))


def _same_keys(key: str, values: Iterable[Any], wanted: set[Any], file: YaceData) -> None:
    names = "0 to " + str(len(file.elements) - 1)
    for pair in sorted(wanted - set(values)):
        expect(False, key, f"an entry for {list(pair)} (every ordered pair of {names})", "none")
    for pair in set(values) - wanted:
        expect(False, key, f"pairs of species {names}", pair)


def _numbers(where: str, values: Any) -> None:
    expect(bool(np.isfinite(values).all()), where, "finite numbers", values)
    within = bool((np.abs(values) <= LARGEST).all())
    expect(within, where, f"numbers of size {LARGEST:g} at most", values)


def _positive(where: str, value: float) -> None:
    expect(0 < value < np.inf, where, "a positive number", value)


def _length(where: str, value: float, least: float = 0.0) -> None:
    """A length from the least to the longest cutoff, Å."""
    expect(least <= value <= LONGEST, where, f"a length from {least:g} to {LONGEST:g} Å", value)


def _width(where: str, value: float, longest: float = LONGEST) -> None:
    """The width of a switch: zero, or what the switch can be evaluated for."""
    expect(value >= 0, where, "a number from zero", value)
    good = value == 0 or LEAST_WIDTH <= value <= longest
    expect(good, where, f"zero or {LEAST_WIDTH:g} to {longest:g}", value)


def _count(where: str, value: int, most: int, least: int = 1) -> None:
    expect(least <= value <= most, where, f"{least} to {most}", value)


def _embedding(embedding: Embedding, where: str) -> None:
    expect(embedding.npoti in EMBEDDINGS, f"{where}.npoti", f"one of {EMBEDDINGS}", embedding.npoti)
    _count(f"{where}.ndensity", embedding.ndensity, MOST_DENSITIES)
    parameters = np.array([embedding.weights, embedding.exponents])
    _numbers(f"{where}.FS_parameters", parameters)
    expect(
        bool((embedding.exponents > 0).all()), f"{where}.FS_parameters", "positive exponents",
        embedding.exponents.tolist(),
    )  # fmt: skip
    least, most = EXPONENTS
    usual = bool(((embedding.exponents >= least) & (embedding.exponents <= most)).all())
    expect(usual, f"{where}.FS_parameters", f"exponents from {least:g} to {most:g}", parameters)
    _numbers(f"{where}.rho_core_cutoff", embedding.rho_core_cutoff)
    _width(f"{where}.drho_core_cutoff", embedding.drho_core_cutoff, LARGEST)


def _bonds(file: YaceData) -> None:
    kinds = {type(bond) for bond in file.bonds.values()}
    expect(len(kinds) == 1, "bonds", "'ACE.jl' radial functions in all bonds or in none", "both")
    for (a, b), bond in file.bonds.items():
        where = f"bonds[{a}, {b}]"
        _positive(f"{where}.rcut", bond.rcut)
        _length(f"{where}.rcut", bond.rcut, SHORTEST)
        if isinstance(bond, Bond):
            _bond(bond, file.inner_cutoff_type, where)
        elif isinstance(bond, SplineBond):
            _spline(bond, where)
        else:
            _polynomial(bond, where)
    if file.is_julia:
        lmax = file.lmax if file.lmax is not None else -1
        expect(lmax >= 0, "lmax", "a degree, as all bonds are 'ACE.jl'", file.lmax)
        _count("lmax", lmax, HIGHEST_DEGREE, 0)
        if file.pair is not None:
            _pair(file.pair, file)
    else:
        wrong = file.lmax is not None or file.pair is not None
        expect(not wrong, "lmax, polypairpot", "'ACE.jl' bonds with these keys", "other bonds")


def _bond(bond: Bond, mode: str, where: str) -> None:
    expect(bond.radbasename in RADIAL, f"{where}.radbasename", f"one of {RADIAL}", bond.radbasename)
    expect(
        bond.inner_cutoff_type in INNER_CUTOFFS,
        f"{where}.inner_cutoff_type", f"one of {INNER_CUTOFFS}", bond.inner_cutoff_type,
    )  # fmt: skip
    shape = bond.radcoefficients.shape
    usual = len(shape) == 3 and shape[1] > 0
    expect(usual, f"{where}.radcoefficients", "three levels [n][l][k]", shape)
    _count(f"{where}.nradmax", bond.nradmax, MOST_RADIAL, 0)
    _count(f"{where}.nradbasemax", bond.nradbasemax, MOST_RADIAL, 0)
    _numbers(f"{where}.radcoefficients", bond.radcoefficients)
    for key in ("dcut", "prehc", "lambdahc", "rcut_in", "dcut_in"):
        _numbers(f"{where}.{key}", getattr(bond, key))
    _width(f"{where}.dcut", bond.dcut)
    if mode == "zbl" and bond.prehc != 0:
        _positive(f"{where}.dcut", bond.dcut)
    _width(f"{where}.dcut_in", bond.dcut_in)
    _length(f"{where}.rcut_in", bond.rcut_in, -LONGEST)
    if bond.radbasename in ("ChebExpCos", "ChebPow"):
        parameters = bond.radparameters[:1]
        good = len(parameters) == 1 and np.isfinite(parameters[0]) and parameters[0] != 0
        good = good and (bond.radbasename == "ChebExpCos" or parameters[0] > 0)
        expect(bool(good), f"{where}.radparameters", "a first parameter not zero", parameters)


def _spline(bond: SplineBond, where: str) -> None:
    shape = bond.values.shape
    usual = len(shape) == 2 and shape[1] > 1 and bond.slopes.shape == shape
    expect(usual, f"{where}.splinenodalvals", "values and slopes of 2 nodes or more", shape)
    _count(f"{where}.nradial", shape[0], MOST_RADIAL, 0)
    _count(f"{where}.nbins", shape[1] - 1, MOST_BINS)
    _numbers(f"{where}.splinenodalvals", bond.values)
    _numbers(f"{where}.splinenodalderivs", bond.slopes)


def _polynomial(bond: PolynomialBond, where: str) -> None:
    numbers = [bond.xl, bond.xr, bond.pl, bond.pr, bond.r0, bond.p]
    _numbers(f"{where}.xl, xr, pl, pr, r0, p", numbers)
    expect(min(bond.pl, bond.pr) >= 0, f"{where}.pl, pr", "from zero", (bond.pl, bond.pr))
    _count(f"{where}.pl, pr, p", max(bond.pl, bond.pr, abs(bond.p)), int(EXPONENTS[1]), 0)
    expect(bond.r0 > -1, f"{where}.r0", "more than -1", bond.r0)
    shape = bond.recursion.shape
    expect(len(shape) == 2 and shape[0] == 3 and shape[1] > 1, f"{where}.maxn", "2 or more", shape)
    _count(f"{where}.maxn", shape[1], MOST_RADIAL, 2)
    _numbers(f"{where}.recursion_coefficients", bond.recursion)


def _pair(pair: PolynomialPair, file: YaceData) -> None:
    _polynomial(pair.basis, "polypairpot")
    _same_keys("polypairpot.coefficients", pair.coefficients, set(file.bonds), file)
    for (a, b), values in pair.coefficients.items():
        where = f"polypairpot.coefficients[{a}, {b}]"
        expect(len(values) == pair.basis.nradmax, where, f"{pair.basis.nradmax}", len(values))
        _numbers(where, values)
    if pair.inner:
        _same_keys("reppot.coefficients", pair.inner, set(file.bonds), file)
        for (a, b), values in pair.inner.items():
            _numbers(f"reppot.coefficients[{a}, {b}]", values)
            _positive(f"reppot.coefficients[{a}, {b}].ri", float(values[0]))


def _function(f: ClusterFunction, file: YaceData, mu0: int, where: str) -> None:
    rank = len(f.mus)
    _count(f"{where}.rank", rank, HIGHEST_RANK)
    for key, values in (("ns", f.ns), ("ls", f.ls)):
        expect(len(values) == rank, f"{where}.{key}", f"{rank} numbers (rank)", len(values))
    good = f.ms.ndim == 2 and f.ms.shape[1] == rank and len(f.ms) > 0
    expect(good, f"{where}.ms_combs", f"combinations of {rank} numbers", f.ms.shape)
    shape = (len(f.ms), file.embeddings[mu0].ndensity)
    expect(
        f.ctildes.shape == shape, f"{where}.ctildes",
        f"{shape[0]} combinations of {shape[1]} densities", f.ctildes.shape,
    )  # fmt: skip
    _numbers(f"{where}.ctildes", f.ctildes)
    radial = ("nradbasemax", file.nradbasemax) if rank == 1 else ("nradmax", file.nradmax)
    degree = 0 if rank == 1 else min(file.degree, HIGHEST_DEGREE)
    limit = "order 1" if rank == 1 else f"lmax, at most {HIGHEST_DEGREE}"
    for t in range(rank):
        mu, n, l = f.mus[t], f.ns[t], f.ls[t]
        last = len(file.elements) - 1
        expect(0 <= mu <= last, f"{where}.mus[{t}]", f"a species from 0 to {last}", mu)
        expect(1 <= n <= radial[1], f"{where}.ns[{t}]", f"1 to {radial[1]} ({radial[0]})", n)
        expect(0 <= l <= degree, f"{where}.ls[{t}]", f"0 to {degree} ({limit})", l)
    beyond = np.abs(f.ms) > np.array(f.ls)
    expect(not beyond.any(), f"{where}.ms_combs", f"|m| up to {f.ls}", f.ms.tolist())
    sums = f.ms.sum(1)
    expect(not sums.any(), f"{where}.ms_combs", "combinations of sum 0", sums.tolist())
