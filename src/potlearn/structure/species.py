"""Chemical symbols as positions in a list of species."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from potlearn.errors import PotlearnError, SpeciesError
from potlearn.runtime import shown
from potlearn.typing import Atoms, Species


def check_species(species: Sequence[str], what: str, error: type[PotlearnError]) -> None:
    """Raise ``error`` unless these are chemical symbols, at least one, each once.

    ``what`` says whose species they are: ``"ace"``.
    """
    from ase.data import atomic_numbers

    for k, symbol in enumerate(species):
        if not isinstance(symbol, str) or symbol == "X" or symbol not in atomic_numbers:
            raise error(f"{what}: species: expected chemical symbols, got {shown(symbol)}")
        if symbol in species[:k]:
            raise error(f"{what}: species must be distinct, got {symbol!r} more than once")
    if not species:
        raise error(f"{what}: species: expected at least one chemical symbol, got none")


def species_indices(atoms: Atoms, species: Sequence[str]) -> Species:
    """Index into ``species`` of every atom; :class:`SpeciesError` names unknown elements."""
    from ase.data import atomic_numbers, chemical_symbols

    index = np.full(len(chemical_symbols) + 1, -1, np.int32)
    index[[atomic_numbers[s] for s in species]] = np.arange(len(species))
    numbers = np.asarray(atoms.numbers)
    found: Species = index.take(numbers, mode="clip")  # no element is at either end of the table
    unknown = np.flatnonzero(found < 0)
    if len(unknown):
        first, known = numbers[unknown[0]], ", ".join(species)
        if not 0 < first < len(chemical_symbols):
            raise SpeciesError(
                f"atom {unknown[0]} has atomic number {first}; the model knows {known} only"
            )
        names = sorted({chemical_symbols[z] for z in numbers[unknown] if 0 < z < len(index) - 1})
        raise SpeciesError(f"element {', '.join(names)}: the model knows {known} only")
    return found


def indices_of(symbols: Sequence[str], species: Sequence[str]) -> Species:
    """Index into ``species`` of every symbol; :class:`SpeciesError` names unknown elements."""
    unknown = sorted(set(symbols) - set(species))
    if unknown:
        raise SpeciesError(
            f"element {', '.join(unknown)}: the model knows {', '.join(species)} only"
        )
    return np.array([list(species).index(s) for s in symbols], np.int32)
