"""Free atoms of a dataset: which they are, and the energy of each element's.

They set the one-body energies, and belong to every training set and to no test set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from potlearn.data.catalog import Catalog
from potlearn.data.isolated import FREE, ISOLATED, is_isolated_name
from potlearn.errors import DataError

# Energies of one free atom agree within this many eV.
SAME_ENERGY = 1e-6


def isolated_mask(catalog: Catalog, cutoff: float = 0.0) -> NDArray[np.bool_]:
    """Which configurations are free atoms, (n,).

    One atom without a periodic image within 8 Å and within ``cutoff``, or a group of that name.
    """
    return _named(catalog) | (catalog.image > max(FREE, cutoff))


def _named(catalog: Catalog) -> NDArray[np.bool_]:
    """Which configurations are in a group of free atoms, (n,)."""
    named = [g for g, group in enumerate(catalog.groups) if is_isolated_name(group)]
    return np.isin(catalog.group, named)


@dataclass(frozen=True)
class FreeAtom:
    """The free atom of one element.

    Attributes
    ----------
    energy : float
        In eV.
    source : str
        Its configuration.
    image : float
        Distance of its nearest periodic image in Å; inf without one.
    stated : bool
        Whether its group names it or it is not periodic; otherwise only its cell is wide.
    spread : float
        How far the energies of other such atoms are from it, in eV.
    """

    energy: float
    source: str
    image: float
    stated: bool
    spread: float

    @property
    def note(self) -> str:
        """What a user should know of it, or nothing."""
        if self.stated and self.spread <= SAME_ENERGY:
            return ""
        text = f"energy of the free atom from {self.source}"
        if not self.stated:
            text += f", one atom without a periodic image within {self.image:.3g} Å"
        if self.spread > SAME_ENERGY:
            text += f"; others differ from it by up to {self.spread:.3g} eV"
        return text


def free_atoms(catalog: Catalog, cutoff: float = 0.0) -> dict[str, FreeAtom]:
    """The free atom of each element that has one with an energy.

    Atoms that are named, or without periodicity, come before those that a wide cell alone makes
    free; of the latter the one with the farthest images counts.

    Raises
    ------
    DataError
        A configuration of the group ``IsolatedAtom`` has several atoms, or two free atoms that are
        named or without periodicity disagree by more than 1e-6 eV.
    """
    from ase.data import chemical_symbols

    found = np.flatnonzero(isolated_mask(catalog, cutoff) & np.isfinite(catalog.energy))
    stated = _named(catalog) | np.isinf(catalog.image)
    elements: dict[str, list[int]] = {}
    for i in found.tolist():
        if catalog.n_atoms[i] != 1:
            raise DataError(
                f"{catalog.source(i)}: group {ISOLATED} holds {catalog.n_atoms[i]} atoms; "
                "expected 1"
            )
        (z, _), *_ = catalog.compositions[catalog.composition[i]]
        elements.setdefault(chemical_symbols[z], []).append(i)
    return {s: _free_atom(catalog, s, np.array(members), stated) for s, members in elements.items()}


def _free_atom(
    catalog: Catalog, symbol: str, members: NDArray[np.int64], stated: NDArray[np.bool_]
) -> FreeAtom:
    """The free atom among those of one element."""
    sure = members[stated[members]]
    first = int(sure[0]) if len(sure) else int(members[np.argmax(catalog.image[members])])
    energy = float(catalog.energy[first])
    for i in sure.tolist():
        if abs(catalog.energy[i] - energy) > SAME_ENERGY:
            raise DataError(
                f"{catalog.source(i)}: isolated {symbol} has {catalog.energy[i]} eV, another one "
                f"{energy} eV"
            )
    spread = float(np.abs(catalog.energy[members] - energy).max())
    return FreeAtom(
        energy, catalog.source(first), float(catalog.image[first]), bool(len(sure)), spread
    )
