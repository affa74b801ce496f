"""How potentials become terms of a file: one row for each kind of potential."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from potlearn.errors import ModelFileError
from potlearn.lammps.plugin.arrays import Value
from potlearn.registry import Registry

Term: TypeAlias = dict[str, Value]
"""Arrays of one term; ``kind`` is one of ``native/model/terms.cpp``, ``species`` are its own."""
Maker: TypeAlias = Callable[[Any, float], Iterator[Term]]
"""The terms of a potential times a weight."""

TERMS: Registry[Maker] = Registry(
    "kind of potential for LAMMPS",
    ModelFileError,
    {
        "PairPotential": "potlearn.lammps.plugin.pairs:terms",
        "ReferencedPotential": "potlearn.lammps.plugin.referenced:terms",
        "SumPotential": "potlearn.lammps.plugin.sums:terms",
        "Wall": "potlearn.lammps.plugin.wall:terms",
    },
)
"""By the name of the potential's class, or of one that it derives from."""


def terms_of(potential: Any, weight: float = 1.0) -> Iterator[Term]:
    """Terms of a potential times a weight.

    Raises
    ------
    ModelFileError
        The file cannot hold the potential; the message says why.
    """
    for base in type(potential).__mro__:
        if base.__name__ in TERMS:
            yield from TERMS[base.__name__](potential, weight)
            return
    raise ModelFileError(
        f"a file for pair_style potlearn cannot hold a {type(potential).__name__}; expected linear "
        "or neural potentials of ACE or POD descriptors, pair potentials, walls, or sums of them"
    )
