r"""Tabulated pair potentials for LAMMPS's ``pair_style table``.

Energies and forces at distances evenly spaced in :math:`r^2`, as many as LAMMPS keeps itself, so
that ``table spline`` takes them as they are and interpolates between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement
from pathlib import Path
from typing import TypeAlias

import numpy as np

from potlearn.errors import ModelFileError
from potlearn.potentials.pair.base import PairPotential
from potlearn.runtime import write_text
from potlearn.typing import Array

Terms: TypeAlias = Sequence[tuple[float, PairPotential]]

POINTS = 20000
INNER = 0.2
"""Distance in Å below which LAMMPS stops with an error."""


def write_table(
    path: str | Path,
    species: Sequence[str],
    terms: Terms,
    inner: float = INNER,
    points: int = POINTS,
) -> Path:
    """Write the weighted sum of pair potentials, one section ``A-B`` per pair of species.

    Parameters
    ----------
    path : path
    species : sequence of str
    terms : sequence of (weight, PairPotential)
    inner : float
        Smallest distance, in Å.
    points : int
        Number of distances; also in :func:`table_style`.

    Raises
    ------
    ModelFileError
        No terms, or one that does not know a species; or they end below ``inner``.
    """
    path, cutoff = Path(path), table_cutoff(terms)
    if not 0 < inner < cutoff:
        raise ModelFileError(f"{path}: expected an inner distance from 0 to {cutoff}, got {inner}")
    lines = ["# UNITS: metal CONTRIBUTOR: potlearn", ""]
    r = np.sqrt(np.linspace(inner**2, cutoff**2, points))
    for a, b in combinations_with_replacement(species, 2):
        energy, slope = pair_function(terms, a, b, r)
        lines += _section(f"{a}-{b}", r, energy, -slope)
    write_text(path, "\n".join(lines) + "\n")
    return path


def table_cutoff(terms: Terms) -> float:
    """Largest cutoff of the terms, in Å."""
    if not terms:
        raise ModelFileError("expected a pair potential to tabulate, got none")
    return max(potential.cutoff for _, potential in terms)


def table_style(points: int = POINTS) -> str:
    """The pair style and its arguments."""
    return f"table spline {points}"


def table_coefficients(path: str | Path, species: Sequence[str]) -> list[tuple[str, str]]:
    """Atom types, and file with section, of every pair: the arguments of ``pair_coeff``."""
    return [
        (f"{i + 1} {j + 1}", f"{path} {species[i]}-{species[j]}")
        for i, j in combinations_with_replacement(range(len(species)), 2)
    ]


def pair_function(terms: Terms, a: str, b: str, r: Array) -> tuple[Array, Array]:
    """Sum of the terms' functions for a pair of species, and its slope, at distances ``r``."""
    energy, slope = np.zeros_like(r), np.zeros_like(r)
    for weight, potential in terms:
        missing = {a, b} - set(potential.species)
        if missing:
            raise ModelFileError(f"the {potential.kind} potential lacks {', '.join(missing)}")
        kinds = (np.full(len(r), potential.species.index(s), np.int32) for s in (a, b))
        phi, dphi = potential.pair(r, *kinds)
        inside = r < potential.cutoff
        energy += weight * np.where(inside, phi, 0.0)
        slope += weight * np.where(inside, dphi, 0.0)
    return energy, slope


def _section(name: str, r: Array, energy: Array, force: Array) -> Iterator[str]:
    yield name
    yield f"N {len(r)} RSQ {r[0]:.17g} {r[-1]:.17g}"
    yield ""
    for k, values in enumerate(zip(r, energy, force, strict=True), 1):
        yield f"{k} " + " ".join(f"{v:.17g}" for v in values)
    yield ""
