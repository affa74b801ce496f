"""Reading ``.yace`` files, the potentials of LAMMPS's ``pair_style pace``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from potlearn.errors import ModelFileError
from potlearn.lammps.yace.text import Plain, integers, load, reals
from potlearn.potentials.pace import PacePotential
from potlearn.potentials.pace.checks import check_elements
from potlearn.potentials.pace.data import (
    POLYNOMIAL,
    Bond,
    ClusterFunction,
    Embedding,
    Pair,
    PolynomialBond,
    PolynomialPair,
)
from potlearn.potentials.pace.file import YaceFile

T = TypeVar("T")

_EMBEDDING = ("ndensity", "FS_parameters", "npoti", "rho_core_cutoff", "drho_core_cutoff")
_BOND = (
    "nradmax", "lmax", "nradbasemax", "radbasename", "radparameters", "radcoefficients",
    "prehc", "lambdahc", "rcut", "dcut",
)  # fmt: skip
_POLYNOMIAL = ("rcut", "xl", "xr", "pl", "pr", "r0", "p", "maxn", "recursion_coefficients")
_FUNCTION = (
    "mu0", "rank", "ndensity", "num_ms_combs", "mus", "ns", "ls", "ms_combs", "ctildes",
)  # fmt: skip


def read_yace(path: str | Path) -> PacePotential:
    """The potential in a ``.yace`` file, whatever its densities, embeddings and core.

    Raises
    ------
    ModelFileError
        As :func:`read_yace_file`.
    """
    return PacePotential(read_yace_file(path), {"source": Path(path).name})


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
    top = _Mapping.of(document, "the file", ("elements", "E0", "embeddings", "bonds", "functions"))
    elements = tuple(_text(e, "elements") for e in _list(top["elements"], "elements"))
    check_elements(elements)
    n = len(elements)
    bonds = _pairs(top["bonds"], "bonds", n, _any_bond)
    polynomial = any(isinstance(b, PolynomialBond) for b in bonds.values())
    return YaceFile(
        elements=elements,
        e0=np.array(reals(top["E0"], "E0")),
        embeddings=_per_species(top["embeddings"], "embeddings", n, _embedding),
        bonds=bonds,
        functions=_per_species(top["functions"], "functions", n, _functions),
        spline_bins=top.real("deltaSplineBins") if not polynomial else 0.001,
        lmax=top.integer("lmax") if polynomial else None,
        pair=_pair_potential(top, n) if polynomial else None,
    )


@dataclass(frozen=True)
class _Mapping:
    """A mapping and its place in the file."""

    values: dict[Any, Plain]
    where: str

    @classmethod
    def of(cls, value: Plain, where: str, keys: tuple[str, ...] = ()) -> _Mapping:
        if not isinstance(value, dict):
            raise ModelFileError(f"{where}: expected a mapping, got {type(value).__name__}")
        mapping = cls(value, where)
        for key in keys:
            mapping[key]
        return mapping

    def __getitem__(self, key: str) -> Plain:
        if key not in self.values:
            raise ModelFileError(f"{self.where}: no key {key!r}")
        return self.values[key]

    def at(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where != "the file" else key

    def integer(self, key: str) -> int:
        return integers([self[key]], self.at(key))[0]

    def real(self, key: str, default: float | None = None) -> float:
        if default is not None and key not in self.values:
            return default
        return reals([self[key]], self.at(key))[0]

    def text(self, key: str, default: str | None = None) -> str:
        if default is not None and key not in self.values:
            return default
        return _text(self[key], self.at(key))

    def integers(self, key: str, length: int) -> list[int]:
        return _sized(integers(self[key], self.at(key)), length, self.at(key))

    def reals(self, key: str, length: int) -> list[float]:
        return _sized(reals(self[key], self.at(key)), length, self.at(key))


def _text(value: Plain, where: str) -> str:
    if not isinstance(value, str):
        raise ModelFileError(f"{where}: expected a word, got a {type(value).__name__}")
    return value


def _list(value: Plain, where: str) -> list[Plain]:
    if not isinstance(value, list):
        raise ModelFileError(f"{where}: expected a list, got {value!r:.60}")
    return value


def _sized(values: list[T], length: int, where: str) -> list[T]:
    if len(values) != length:
        raise ModelFileError(f"{where}: expected {length} numbers, got {len(values)}")
    return values


def _per_species(
    value: Plain, where: str, n: int, make: Callable[[Plain, int, str], T]
) -> tuple[T, ...]:
    """One entry per species, in order."""
    found = dict(_Mapping.of(value, where).values)
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
    for key, entry in _Mapping.of(value, where).values.items():
        pair = integers(list(key) if isinstance(key, tuple) else key, f"{where}, key {key!r}")
        if len(pair) != 2 or not all(0 <= mu < n for mu in pair):
            raise ModelFileError(f"{where}: expected pairs of species 0 to {n - 1}, got {key!r}")
        made[pair[0], pair[1]] = make(entry, f"{where}[{pair[0]}, {pair[1]}]")
    return made


def _embedding(value: Plain, mu: int, where: str) -> Embedding:
    given = _Mapping.of(value, where, _EMBEDDING)
    parameters = np.array(given.reals("FS_parameters", 2 * given.integer("ndensity")))
    return Embedding(
        weights=parameters[::2],
        exponents=parameters[1::2],
        npoti=given.text("npoti"),
        rho_core_cutoff=given.real("rho_core_cutoff"),
        drho_core_cutoff=given.real("drho_core_cutoff"),
    )


def _any_bond(value: Plain, where: str) -> Any:
    name = _Mapping.of(value, where).text("radbasename")
    return (_polynomial if name.startswith(POLYNOMIAL) else _bond)(value, where)


def _bond(value: Plain, where: str) -> Bond:
    given = _Mapping.of(value, where, _BOND)
    shape = given.integer("nradmax"), given.integer("lmax") + 1, given.integer("nradbasemax")
    return Bond(
        radbasename=given.text("radbasename"),
        radparameters=tuple(reals(given["radparameters"], given.at("radparameters"))),
        radcoefficients=_nested(given["radcoefficients"], shape, given.at("radcoefficients")),
        **{key: given.real(key) for key in ("rcut", "dcut", "prehc", "lambdahc")},
        **{key: given.real(key, 0.0) for key in ("rcut_in", "dcut_in")},
        inner_cutoff_type=given.text("inner_cutoff_type", "density"),
    )


def _nested(value: Plain, shape: tuple[int, ...], where: str) -> Any:
    """Nested lists of numbers of the given shape."""
    if len(shape) == 1:
        return np.array(_sized(reals(value, where), shape[0], where))
    parts = _list(value, where)
    if len(parts) != shape[0]:
        raise ModelFileError(f"{where}: expected {shape[0]} entries, got {len(parts)}")
    inner = [_nested(part, shape[1:], f"{where}[{k}]") for k, part in enumerate(parts)]
    return np.stack(inner) if inner else np.zeros(shape)


def _polynomial(value: Plain, where: str) -> PolynomialBond:
    given = _Mapping.of(value, where, _POLYNOMIAL)
    n = given.integer("maxn")
    recursion = _Mapping.of(
        given["recursion_coefficients"], given.at("recursion_coefficients"), ("A", "B", "C")
    )
    rcut, xl, xr, r0 = (given.real(key) for key in ("rcut", "xl", "xr", "r0"))
    pl, pr, p = (given.integer(key) for key in ("pl", "pr", "p"))
    rows = np.array([recursion.reals(row, n) for row in "ABC"])
    name = given.text("radbasename", f"{POLYNOMIAL}.base")
    return PolynomialBond(rcut, xl, xr, pl, pr, r0, p, rows, name)


def _pair_potential(top: _Mapping, n: int) -> PolynomialPair | None:
    if "polypairpot" not in top.values:
        if "reppot" in top.values:
            raise ModelFileError("reppot: expected polypairpot too")
        return None
    given = _Mapping.of(top["polypairpot"], "polypairpot", ("coefficients",))
    inner = _Mapping.of(top.values.get("reppot", {"coefficients": {}}), "reppot")
    return PolynomialPair(
        basis=_polynomial(given.values, "polypairpot"),
        coefficients=_pairs(given["coefficients"], "polypairpot.coefficients", n, _array),
        inner=_pairs(inner["coefficients"], "reppot.coefficients", n, _inner),
    )


def _array(value: Plain, where: str) -> Any:
    return np.array(reals(value, where))


def _inner(value: Plain, where: str) -> Any:
    given = _Mapping.of(value, where)
    return np.array([given.real(key) for key in ("ri", "e0", "A", "B")])


def _functions(value: Plain, mu0: int, where: str) -> tuple[ClusterFunction, ...]:
    return tuple(
        _function(item, mu0, f"{where}[{k}]") for k, item in enumerate(_list(value, where))
    )


def _function(value: Plain, mu0: int, where: str) -> ClusterFunction:
    given = _Mapping.of(value, where, _FUNCTION)
    if given.integer("mu0") != mu0:
        raise ModelFileError(f"{where}.mu0: expected {mu0}, got {given.integer('mu0')}")
    rank, count, p = (given.integer(key) for key in ("rank", "num_ms_combs", "ndensity"))
    mus, ns, ls = (tuple(given.integers(key, rank)) for key in ("mus", "ns", "ls"))
    ms = np.array(given.integers("ms_combs", rank * count), np.int64)
    ctildes = np.array(given.reals("ctildes", count * p))
    if min(rank, count, p) < 1:
        raise ModelFileError(f"{where}: rank, num_ms_combs and ndensity must be 1 or more")
    return ClusterFunction(mus, ns, ls, ms.reshape(count, rank), ctildes.reshape(count, p))
