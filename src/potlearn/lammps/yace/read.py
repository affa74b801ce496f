"""Reading ``.yace`` files, the potentials of LAMMPS's ``pair_style pace``."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from potlearn.errors import ModelFileError, PotlearnWarning
from potlearn.lammps.yace.document import Mapping, list_of, nested, text_of
from potlearn.lammps.yace.text import Plain, integers, load, reals
from potlearn.potentials.pace import PacePotential
from potlearn.potentials.pace.checks import check_elements, expect
from potlearn.potentials.pace.data import (
    POLYNOMIAL,
    Bond,
    ClusterFunction,
    Embedding,
    Pair,
    PolynomialBond,
    PolynomialPair,
    SplineBond,
)
from potlearn.potentials.pace.file import YaceFile

T = TypeVar("T")

_EMBEDDING = ("ndensity", "FS_parameters", "npoti", "rho_core_cutoff", "drho_core_cutoff")
_BOND = (
    "nradmax", "lmax", "nradbasemax", "radbasename", "radparameters", "radcoefficients",
    "prehc", "lambdahc", "rcut", "dcut",
)  # fmt: skip
_POLYNOMIAL = ("rcut", "xl", "xr", "pl", "pr", "r0", "p", "maxn", "recursion_coefficients")
_SPLINE = ("splinenodalvals", "splinenodalderivs", "rcut", "nradial", "nbins")
_FUNCTION = (
    "mu0", "rank", "ndensity", "num_ms_combs", "mus", "ns", "ls", "ms_combs", "ctildes",
)  # fmt: skip

_PAIRS_ELSEWHERE = (
    "ACEpotentials.jl writes the pair potential that belongs to these splines to a table of its "
    "own, which is not part of this file; energies and forces are those of the many-body part"
)


def read_yace(path: str | Path) -> PacePotential:
    """The potential in a ``.yace`` file, whatever its densities, embeddings and core.

    Raises
    ------
    ModelFileError
        As :func:`read_yace_file`.
    """
    file = read_yace_file(path)
    if isinstance(file.bonds[0, 0], SplineBond) and file.pair is None:
        warnings.warn(f"{path}: {_PAIRS_ELSEWHERE}", PotlearnWarning, stacklevel=2)
    return PacePotential(file, {"source": Path(path).name})


def read_yace_file(path: str | Path) -> YaceFile:
    """The content of a ``.yace`` file.

    Raises
    ------
    ModelFileError
        The file is not YAML, breaks the grammar, or contradicts itself; the message
        names the key, and species and number of the function.
    """
    path = Path(path)
    document = load(path)
    try:
        return _file(document)
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}") from error


def _file(document: Plain) -> YaceFile:
    top = Mapping.of(document, "the file", ("elements", "E0", "embeddings", "bonds", "functions"))
    elements = tuple(text_of(e, "elements") for e in list_of(top["elements"], "elements"))
    check_elements(elements)
    n = len(elements)
    bonds = _pairs(top["bonds"], "bonds", n, _any_bond)
    julia = any(not isinstance(b, Bond) for b in bonds.values())
    return YaceFile(
        elements=elements,
        e0=np.array(reals(top["E0"], "E0")),
        embeddings=_per_species(top["embeddings"], "embeddings", n, _embedding),
        bonds=bonds,
        functions=_per_species(top["functions"], "functions", n, _functions),
        spline_bins=top.real("deltaSplineBins") if not julia else 0.001,
        lmax=top.integer("lmax") if julia else None,
        pair=_pair_potential(top, n) if julia else None,
    )


def _per_species(
    value: Plain, where: str, n: int, make: Callable[[Plain, int, str], T]
) -> tuple[T, ...]:
    """One entry per species, in order."""
    found = dict(Mapping.of(value, where).values)
    made = []
    for mu in range(n):
        if str(mu) not in found:
            hint = "; a species without functions has []" if where == "functions" else ""
            raise ModelFileError(f"{where}: no entry for species {mu}{hint}")
        made.append(make(found.pop(str(mu)), mu, f"{where}[{mu}]"))
    if found:
        unknown = next(iter(found))
        raise ModelFileError(f"{where}: key {unknown!r}: expected species 0 to {n - 1}")
    return tuple(made)


def _pairs(value: Plain, where: str, n: int, make: Callable[[Plain, str], T]) -> dict[Pair, T]:
    """One entry per pair of species."""
    made = {}
    for key, entry in Mapping.of(value, where).values.items():
        pair = integers(list(key) if isinstance(key, tuple) else key, f"{where}, key {key!r}")
        if len(pair) != 2 or not all(0 <= mu < n for mu in pair):
            raise ModelFileError(f"{where}: expected pairs of species 0 to {n - 1}, got {key!r}")
        made[pair[0], pair[1]] = make(entry, f"{where}[{pair[0]}, {pair[1]}]")
    return made


def _embedding(value: Plain, mu: int, where: str) -> Embedding:
    given = Mapping.of(value, where, _EMBEDDING)
    parameters = np.array(given.reals("FS_parameters", 2 * given.integer("ndensity")))
    return Embedding(
        weights=parameters[::2],
        exponents=parameters[1::2],
        npoti=given.text("npoti"),
        rho_core_cutoff=given.real("rho_core_cutoff"),
        drho_core_cutoff=given.real("drho_core_cutoff"),
    )


def _any_bond(value: Plain, where: str) -> Any:
    given = Mapping.of(value, where)
    if not given.text("radbasename").startswith(POLYNOMIAL):
        return _bond(value, where)
    return (_spline if "splinenodalvals" in given.values else _polynomial)(value, where)


def _bond(value: Plain, where: str) -> Bond:
    given = Mapping.of(value, where, _BOND)
    shape = given.integer("nradmax"), given.integer("lmax") + 1, given.integer("nradbasemax")
    return Bond(
        radbasename=given.text("radbasename"),
        radparameters=tuple(reals(given["radparameters"], given.at("radparameters"))),
        radcoefficients=nested(given["radcoefficients"], shape, given.at("radcoefficients")),
        **{key: given.real(key) for key in ("rcut", "dcut", "prehc", "lambdahc")},
        **{key: given.real(key, 0.0) for key in ("rcut_in", "dcut_in")},
        inner_cutoff_type=given.text("inner_cutoff_type", "density"),
    )


def _polynomial(value: Plain, where: str) -> PolynomialBond:
    given = Mapping.of(value, where, _POLYNOMIAL)
    n = given.integer("maxn")
    recursion = Mapping.of(
        given["recursion_coefficients"], given.at("recursion_coefficients"), ("A", "B", "C")
    )
    rcut, xl, xr, r0 = (given.real(key) for key in ("rcut", "xl", "xr", "r0"))
    pl, pr, p = (given.integer(key) for key in ("pl", "pr", "p"))
    rows = np.array([recursion.reals(row, n) for row in "ABC"])
    name = given.text("radbasename", f"{POLYNOMIAL}.base")
    return PolynomialBond(rcut, xl, xr, pl, pr, r0, p, rows, name)


def _spline(value: Plain, where: str) -> SplineBond:
    given = Mapping.of(value, where, _SPLINE)
    shape = given.integer("nradial"), given.integer("nbins") + 1
    values, slopes = (_nodes(given, key, *shape) for key in _SPLINE[:2])
    return SplineBond(given.real("rcut"), values, slopes, given.text("radbasename"))


def _nodes(given: Mapping, key: str, n: int, nodes: int) -> Any:
    """One row of numbers per function."""
    tables = Mapping.of(given[key], given.at(key))
    expect(len(tables.values) == n, tables.where, f"{n} functions (nradial)", len(tables.values))
    rows = [tables.reals(str(k), nodes) for k in range(n)]
    return np.array(rows) if rows else np.empty((0, max(nodes, 0)))


def _pair_potential(top: Mapping, n: int) -> PolynomialPair | None:
    if "polypairpot" not in top.values:
        if "reppot" in top.values:
            raise ModelFileError("reppot: expected polypairpot too")
        return None
    given = Mapping.of(top["polypairpot"], "polypairpot", ("coefficients",))
    inner = Mapping.of(top.values.get("reppot", {"coefficients": {}}), "reppot")
    return PolynomialPair(
        basis=_polynomial(given.values, "polypairpot"),
        coefficients=_pairs(given["coefficients"], "polypairpot.coefficients", n, _array),
        inner=_pairs(inner["coefficients"], "reppot.coefficients", n, _inner),
    )


def _array(value: Plain, where: str) -> Any:
    return np.array(reals(value, where))


def _inner(value: Plain, where: str) -> Any:
    given = Mapping.of(value, where)
    return np.array([given.real(key) for key in ("ri", "e0", "A", "B")])


def _functions(value: Plain, mu0: int, where: str) -> tuple[ClusterFunction, ...]:
    return tuple(
        _function(item, mu0, f"{where}[{k}]") for k, item in enumerate(list_of(value, where))
    )


def _function(value: Plain, mu0: int, where: str) -> ClusterFunction:
    given = Mapping.of(value, where, _FUNCTION)
    if given.integer("mu0") != mu0:
        raise ModelFileError(f"{where}.mu0: expected {mu0}, got {given.integer('mu0')}")
    rank, count, p = (given.integer(key) for key in ("rank", "num_ms_combs", "ndensity"))
    mus, ns, ls = (tuple(given.integers(key, rank)) for key in ("mus", "ns", "ls"))
    ms = np.array(given.integers("ms_combs", rank * count), np.int64)
    ctildes = np.array(given.reals("ctildes", count * p))
    if min(rank, count, p) < 1:
        raise ModelFileError(f"{where}: rank, num_ms_combs and ndensity must be 1 or more")
    return ClusterFunction(mus, ns, ls, ms.reshape(count, rank), ctildes.reshape(count, p))
