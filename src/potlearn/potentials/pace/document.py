"""Nonlinear ACE potentials as settings and few arrays, for saved models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import ModelFileError
from potlearn.potentials.pace.data import (
    Bond,
    ClusterFunction,
    Embedding,
    Pair,
    PolynomialBond,
    PolynomialPair,
    SplineBond,
)
from potlearn.potentials.pace.file import YaceFile
from potlearn.typing import Settings

Index = NDArray[np.int64]


def file_to_dict(file: YaceFile) -> Settings:
    """Settings that rebuild the file."""
    return {
        "elements": list(file.elements),
        "e0": file.e0,
        "embeddings": [asdict(e) for e in file.embeddings],
        "bonds": [{"pair": list(pair), **asdict(file.bonds[pair])} for pair in sorted(file.bonds)],
        "functions": [_packed(functions) for functions in file.functions],
        "spline_bins": file.spline_bins,
        "lmax": file.lmax,
        "pair": _pair_to_dict(file.pair) if file.pair else None,
    }


def file_from_dict(settings: Mapping[str, Any]) -> YaceFile:
    """The inverse of :func:`file_to_dict`."""
    return YaceFile(
        elements=tuple(settings["elements"]),
        e0=settings["e0"],
        embeddings=tuple(Embedding(**e) for e in settings["embeddings"]),
        bonds={_pair(b): _kind(b)(**_rest(b)) for b in settings["bonds"]},
        functions=tuple(_unpacked(f) for f in settings["functions"]),
        spline_bins=settings["spline_bins"],
        lmax=settings["lmax"],
        pair=_pair_from_dict(settings["pair"]) if settings["pair"] else None,
    )


def _kind(entry: Mapping[str, Any]) -> Any:
    """The class of bond that has these settings."""
    if "recursion" in entry:
        return PolynomialBond
    return SplineBond if "slopes" in entry else Bond


def _pair(entry: Mapping[str, Any]) -> Pair:
    a, b = entry["pair"]
    return int(a), int(b)


def _rest(entry: Mapping[str, Any]) -> Settings:
    rest = {k: v for k, v in entry.items() if k != "pair"}
    if "radparameters" in rest:
        rest["radparameters"] = tuple(rest["radparameters"])
    return rest


def _packed(functions: tuple[ClusterFunction, ...]) -> Settings:
    """Numbers of all functions of a species, one after the other."""
    return {
        "rank": np.array([f.rank for f in functions], np.int64),
        "combinations": np.array([len(f.ms) for f in functions], np.int64),
        "ndensity": functions[0].ctildes.shape[1] if functions else 0,
        "factors": _joined([np.array([f.mus, f.ns, f.ls]).T for f in functions], np.int64),
        "ms": _joined([f.ms for f in functions], np.int64),
        "ctildes": _joined([f.ctildes for f in functions], np.float64),
    }


def _joined(parts: list[Any], kind: type) -> Any:
    empty: Any = np.empty(0, kind)
    return np.concatenate([empty, *(np.ravel(part) for part in parts)]).astype(kind)


def _unpacked(packed: Mapping[str, Any]) -> tuple[ClusterFunction, ...]:
    rank, count, p = packed["rank"], packed["combinations"], packed["ndensity"]
    factors = _split(packed["factors"].reshape(-1, 3), rank)
    ms = _split(packed["ms"], rank * count)
    ctildes = _split(packed["ctildes"], p * count)
    found = []
    for k in range(len(rank)):
        mus, ns, ls = (tuple(column) for column in factors[k].T.tolist())
        combinations = ms[k].reshape(count[k], rank[k])
        found.append(ClusterFunction(mus, ns, ls, combinations, ctildes[k].reshape(-1, p)))
    return tuple(found)


def _split(values: Any, counts: Index) -> list[Any]:
    if len(values) != counts.sum() or (counts < 0).any():
        raise ModelFileError(f"functions: expected {counts.sum()} numbers, got {len(values)}")
    return np.split(values, np.cumsum(counts)[:-1]) if len(counts) else []


def _pair_to_dict(pair: PolynomialPair) -> Settings:
    return {
        "basis": asdict(pair.basis),
        "coefficients": [{"pair": list(k), "values": v} for k, v in pair.coefficients.items()],
        "inner": [{"pair": list(k), "values": v} for k, v in pair.inner.items()],
    }


def _pair_from_dict(settings: Mapping[str, Any]) -> PolynomialPair:
    return PolynomialPair(
        basis=PolynomialBond(**settings["basis"]),
        coefficients={_pair(e): e["values"] for e in settings["coefficients"]},
        inner={_pair(e): e["values"] for e in settings["inner"]},
    )
