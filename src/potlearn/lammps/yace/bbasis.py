"""Reading B-basis files, ``output_potential.yaml`` of pacemaker.

Their functions have one coefficient each, where those of ``.yace`` files have one for each
combination of m: the coupling of :mod:`~potlearn.lammps.yace.coupling` is multiplied in.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import ModelFileError
from potlearn.lammps.yace.coupling import coupled
from potlearn.lammps.yace.document import Mapping, list_of, nested, text_of
from potlearn.lammps.yace.text import Plain, integers, load, reals
from potlearn.potentials.pace import PacePotential
from potlearn.potentials.pace.checks import HIGHEST_DEGREE, MOST_RADIAL, check_elements, expect
from potlearn.potentials.pace.data import Bond, ClusterFunction, Embedding
from potlearn.potentials.pace.file import YaceFile
from potlearn.typing import Array

Index: TypeAlias = NDArray[np.int64]
Blocks: TypeAlias = Map[tuple[str, ...], Mapping]
"""Blocks by their elements, the centre's first."""
_FUNCTIONS = ("nbody", "funcs")


def read_bbasis(path: str | Path) -> PacePotential:
    """The potential in a B-basis file.

    Raises
    ------
    ModelFileError
        The file is not YAML, breaks the grammar, or contradicts itself; the message names the
        block, the key and the function.
    """
    path = Path(path)
    document = load(path)
    try:
        return PacePotential(_file(document), {"source": path.name})
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}") from error


def _file(document: Plain) -> YaceFile:
    top = Mapping.of(document, "the file", ("species",))
    blocks = _blocks(top["species"])
    elements = tuple(sorted({symbol for names in blocks for symbol in names}))
    check_elements(elements)
    single = [blocks.get((symbol,)) for symbol in elements]
    for symbol, block in zip(elements, single, strict=True):
        expect(block is not None, "species", f"a block of {symbol} alone", "none")
    own = [block for block in single if block is not None]
    common = Mapping.of(top.values.get("global", {}), "global")
    none = "no energies of free atoms, which pacemaker takes for zero"
    expect("E0" not in common.values, "global.E0", none, "some")
    return YaceFile(
        elements=elements,
        e0=np.zeros(len(elements)),
        embeddings=tuple(map(_embedding, own)),
        bonds={
            (a, b): _bond(blocks, (x, y)) for a, x in enumerate(elements)
            for b, y in enumerate(elements)
        },
        functions=_functions(blocks, elements),
        spline_bins=common.real("DeltaSplineBins", 0.001),
    )  # fmt: skip


def _blocks(value: Plain) -> Blocks:
    found: dict[tuple[str, ...], Mapping] = {}
    for k, entry in enumerate(list_of(value, "species")):
        block = Mapping.of(entry, f"species[{k}]", ("speciesblock",))
        names = tuple(block.text("speciesblock").split())
        expect(len(names) > 0, block.at("speciesblock"), "chemical symbols", "none")
        expect(names not in found, block.at("speciesblock"), "every block once", " ".join(names))
        found[names] = Mapping(block.values, f"species[{k}] ({' '.join(names)})")
    return found


def _embedding(block: Mapping) -> Embedding:
    parameters = np.array(block.reals("parameters", 2 * block.integer("ndensityi")))
    return Embedding(
        weights=parameters[::2],
        exponents=parameters[1::2],
        npoti=block.text("npoti"),
        rho_core_cutoff=block.real("rho_core_cut", Embedding.rho_core_cutoff),
        drho_core_cutoff=block.real("drho_core_cut", Embedding.drho_core_cutoff),
    )


def _bond(blocks: Blocks, pair: tuple[str, str]) -> Bond:
    """Of a block of one or two elements; one order of a pair stands for both."""
    a, b = pair
    names = (a,) if a == b else pair
    block = blocks.get(names, blocks.get((b, a)))
    if block is None:
        raise ModelFileError(f"species: expected a block of {a} {b}, got none")
    n, l, k = (block.integer(key) for key in ("nradmaxi", "lmaxi", "nradbaseij"))
    for key, value, most in (
        ("nradmaxi", n, MOST_RADIAL), ("lmaxi", l, HIGHEST_DEGREE), ("nradbaseij", k, MOST_RADIAL)
    ):  # fmt: skip
        expect(0 <= value <= most, block.at(key), f"0 to {most}", value)
    core = block.reals("core-repulsion", 2) if "core-repulsion" in block.values else [0.0, 0.0]
    return Bond(
        radbasename=block.text("radbase"),
        radparameters=tuple(reals(block["radparameters"], block.at("radparameters"))),
        radcoefficients=nested(
            block["radcoefficients"], (n, l + 1, k), block.at("radcoefficients")
        ),
        rcut=block.real("rcutij"),
        dcut=block.real("dcutij"),
        prehc=core[0],
        lambdahc=core[1],
        rcut_in=block.real("r_in", 0.0),
        dcut_in=block.real("delta_in", 0.0),
        inner_cutoff_type=block.text("inner_cutoff_type", "density"),
    )


def _functions(
    blocks: Blocks, elements: tuple[str, ...]
) -> tuple[tuple[ClusterFunction, ...], ...]:
    found: list[list[ClusterFunction]] = [[] for _ in elements]
    for block in blocks.values():
        for key in _FUNCTIONS:
            for k, entry in enumerate(list_of(block.values.get(key, []), block.at(key))):
                function = Mapping.of(entry, f"{block.at(key)}[{k}]", ("type", "nr", "nl", "c"))
                mu0, f = _function(function, elements)
                found[mu0].append(f)
    return tuple(map(tuple, found))


def _function(given: Mapping, elements: tuple[str, ...]) -> tuple[int, ClusterFunction]:
    mu0, *mus = _species(given, elements)
    rank = len(mus)
    ns, ls = (given.integers(key, rank) for key in ("nr", "nl"))
    expect(all(0 <= l <= HIGHEST_DEGREE for l in ls), given.at("nl"), f"0 to {HIGHEST_DEGREE}", ls)
    between = integers(given.values.get("lint", []), given.at("lint"))
    top = sum(ls)
    expect(all(0 <= l <= top for l in between), given.at("lint"), f"degrees to {top}", between)
    coefficients = np.array(reals(given["c"], given.at("c")))
    try:
        ms, values = coupled(tuple(ls), tuple(between))
    except ModelFileError as error:
        raise ModelFileError(f"{given.where}: {error}") from None
    ms, values = _folded(tuple(zip(mus, ns, ls, strict=True)), ms, values)
    ctildes = values[:, None] * coefficients
    return mu0, ClusterFunction(tuple(mus), tuple(ns), tuple(ls), ms, ctildes)


def _species(given: Mapping, elements: tuple[str, ...]) -> list[int]:
    names = text_of(given["type"], given.at("type")).split()
    expect(len(names) > 1, given.at("type"), "a centre and its neighbours", names)
    for name in names:
        expect(name in elements, given.at("type"), f"species {', '.join(elements)}", repr(name))
    return [elements.index(name) for name in names]


def _folded(channels: tuple[tuple[int, ...], ...], ms: Index, values: Array) -> tuple[Index, Array]:
    """Combinations that differ in the order of equal factors, added up."""
    ms = ms.copy()
    for channel in set(channels):
        columns = [k for k, other in enumerate(channels) if other == channel]
        ms[:, columns] = np.sort(ms[:, columns], axis=1)
    unique, place = np.unique(ms, axis=0, return_inverse=True)
    sums = np.bincount(place.ravel(), weights=values, minlength=len(unique)).astype(float)
    return unique, sums
