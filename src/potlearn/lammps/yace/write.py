"""Writing ``.yace`` files, the potentials of LAMMPS's ``pair_style pace``.

What other evaluators need beyond the grammar is seen to here:

* floats have 17 digits and a decimal point (YAML 1.1 reads ``1e-5`` as text);
* all species have the same number of densities: LAMMPS's default evaluator wants it;
* all bonds have the sizes of the largest, in both orders, and one kind of inner cutoff, the last of
  which counts for all;
* ``dcut_in`` is positive: without a width the functions would vanish below 1 Å in the mode ``zbl``;
* tables have at least a thousand knots.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.errors import ModelFileError
from potlearn.potentials import Potential
from potlearn.potentials.pace import PacePotential
from potlearn.potentials.pace.data import (
    Bond,
    ClusterFunction,
    Embedding,
    PolynomialBond,
    SplineBond,
)
from potlearn.potentials.pace.file import YaceFile
from potlearn.runtime import write_text
from potlearn.typing import Settings

SUFFIX = ".yace"
SMALLEST_WIDTH = 0.01
"""Width in Å of an inner cutoff that is not used."""
KNOTS = 1000
"""Least number of knots of the tables that other evaluators make."""


def to_yace(potential: Potential) -> YaceFile:
    """The potential as the content of a ``.yace`` file.

    Raises
    ------
    ModelFileError
        It is not of that form.
    """
    if isinstance(potential, PacePotential):
        return potential.file
    from potlearn.lammps.yace.expansion import ace_file

    return ace_file(potential)


def write_yace(path: str | Path, file: YaceFile) -> Path:
    """Write a ``.yace`` file for LAMMPS's ``pair_style pace``; return its path.

    Raises
    ------
    ModelFileError
        The name does not end in ``.yace``; or other evaluators would not give these energies: an
        inner cutoff without width, tables of less than a thousand knots.
    """
    path = Path(path)
    if path.suffix != SUFFIX:
        raise ModelFileError(f"{path}: pair_style pace wants a name that ends in {SUFFIX}")
    try:
        ready = _for_all_evaluators(file)
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}") from error
    text = "".join(f"{line}\n" for line in _lines(ready))
    write_text(path, text)
    return path


# What evaluators need


def _for_all_evaluators(file: YaceFile) -> YaceFile:
    p = file.ndensity
    functions = tuple(
        tuple(replace(f, ctildes=_widened(f.ctildes, p)) for f in functions)
        for functions in file.functions
    )
    embeddings = tuple(_padded(embedding, p) for embedding in file.embeddings)
    bonds: Any = {pair: _bond(file, pair) for pair in sorted(file.bonds)}
    return replace(file, functions=functions, embeddings=embeddings, bonds=bonds)


def _widened(ctildes: Any, p: int) -> Any:
    return np.pad(ctildes, ((0, 0), (0, p - ctildes.shape[1])))


def _padded(embedding: Embedding, p: int) -> Embedding:
    """The embedding with further densities that weigh nothing."""
    missing = p - embedding.ndensity
    return replace(
        embedding,
        weights=np.append(embedding.weights, np.zeros(missing)),
        exponents=np.append(embedding.exponents, np.ones(missing)),
    )


def _bond(file: YaceFile, pair: tuple[int, int]) -> Bond | PolynomialBond:
    bond = file.bonds[pair]
    if isinstance(bond, PolynomialBond):
        return bond
    if isinstance(bond, SplineBond):
        raise ModelFileError(
            "radial functions that are splines of ACEpotentials.jl: LAMMPS's pair_style pace does "
            "not read them, so they are not written"
        )
    where = f"bonds[{pair[0]}, {pair[1]}]"
    if bond.rcut / file.spline_bins < KNOTS:
        raise ModelFileError(
            f"{where}: deltaSplineBins: expected rcut / {KNOTS} at most, got {file.spline_bins}"
        )
    sizes = file.nradmax, file.degree + 1, file.nradbasemax
    missing = [(0, size - n) for size, n in zip(sizes, bond.radcoefficients.shape, strict=True)]
    return replace(
        bond,
        radcoefficients=np.pad(bond.radcoefficients, missing),
        inner_cutoff_type=file.inner_cutoff_type,
        dcut_in=_width(bond, file.inner_cutoff_type, where),
    )


def _width(bond: Bond, mode: str, where: str) -> float:
    """A positive width with the same functions."""
    if bond.dcut_in > 0:
        return bond.dcut_in
    if bond.rcut_in > 0 or mode == "zbl":
        raise ModelFileError(f"{where}.dcut_in: expected a positive width, got {bond.dcut_in}")
    return SMALLEST_WIDTH


# Grammar


def _lines(file: YaceFile) -> Iterator[str]:
    yield f"elements: {_flow(file.elements)}"
    yield f"E0: {_flow(file.e0)}"
    if file.lmax is None:
        yield f"deltaSplineBins: {_flow(file.spline_bins)}"
    else:
        yield f"lmax: {file.lmax}"
    yield "embeddings:"
    for mu, embedding in enumerate(file.embeddings):
        yield f"  {mu}: {_flow(_embedding_entries(embedding))}"
    yield "bonds:"
    for pair, bond in file.bonds.items():
        assert not isinstance(bond, SplineBond)  # refused before
        entries = _bond_entries(bond) if isinstance(bond, Bond) else _polynomial_entries(bond)
        yield f"  {_flow(pair)}: {_flow(entries)}"
    yield from _pair_lines(file)
    yield "functions:"
    for mu, functions in enumerate(file.functions):
        yield f"  {mu}:" if functions else f"  {mu}: []"
        for f in functions:
            yield f"    - {_flow(_function_entries(mu, f))}"


def _embedding_entries(embedding: Embedding) -> Settings:
    return {
        "ndensity": embedding.ndensity,
        "FS_parameters": np.stack([embedding.weights, embedding.exponents], 1).ravel(),
        "npoti": embedding.npoti,
        "rho_core_cutoff": embedding.rho_core_cutoff,
        "drho_core_cutoff": embedding.drho_core_cutoff,
    }


def _bond_entries(bond: Bond) -> Settings:
    sizes = {"nradmax": bond.nradmax, "lmax": bond.lmax, "nradbasemax": bond.nradbasemax}
    return sizes | vars(bond)


def _polynomial_entries(bond: PolynomialBond) -> Settings:
    rest = {key: value for key, value in vars(bond).items() if key != "recursion"}
    rows = dict(zip("ABC", bond.recursion, strict=True))
    return rest | {"maxn": bond.nradmax, "recursion_coefficients": rows}


def _pair_lines(file: YaceFile) -> Iterator[str]:
    if file.pair is None:
        return
    entries = _polynomial_entries(file.pair.basis) | {"coefficients": file.pair.coefficients}
    yield f"polypairpot: {_flow(entries)}"
    if file.pair.inner:
        names = ("ri", "e0", "A", "B")
        inner = {k: dict(zip(names, v, strict=True)) for k, v in file.pair.inner.items()}
        yield f"reppot: {_flow({'coefficients': inner})}"


def _function_entries(mu0: int, f: ClusterFunction) -> Settings:
    return {
        "mu0": mu0,
        "rank": f.rank,
        "ndensity": f.ctildes.shape[1],
        "num_ms_combs": len(f.ms),
        "mus": f.mus,
        "ns": f.ns,
        "ls": f.ls,
        "ms_combs": f.ms.ravel(),
        "ctildes": f.ctildes.ravel(),
    }


def _flow(value: Any) -> str:
    """A value in YAML's flow style."""
    if isinstance(value, np.ndarray):
        return _flow(value.tolist())
    if hasattr(value, "items"):
        return "{" + ", ".join(f"{_flow(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, float):
        return _real(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _word(value) if isinstance(value, str) else str(value)


def _real(value: float) -> str:
    """17 significant digits, with a decimal point."""
    mantissa, e, exponent = f"{value:.17g}".partition("e")
    return f"{mantissa if '.' in mantissa else f'{mantissa}.0'}{e}{exponent}"


def _word(text: str) -> str:
    """A word, quoted where YAML 1.1 would take it for a truth value (nobelium, yttrium)."""
    return f'"{text}"' if text.lower() in ("no", "y", "n", "yes") else text
