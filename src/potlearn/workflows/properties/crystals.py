"""Crystals to start from: prototypes of an element, each at the least energy of its volumes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from potlearn.errors import PotlearnError, PropertyError
from potlearn.typing import Atoms
from potlearn.workflows.properties.relaxation import Relaxation

PROTOTYPES = {"diamond": 0.4330, "fcc": 0.7071, "bcc": 0.8660, "hcp": 1.0, "sc": 1.0}
"""Distance of neighbours over the lattice constant."""
SCALES = np.linspace(0.8, 1.4, 25)
"""Lengths that are tried, over those of covalent radii."""


def prototype(name: str, symbol: str, a: float | None = None) -> Atoms:
    """A crystal of an element; without a lattice constant by its covalent radius.

    Raises
    ------
    PropertyError
        No such prototype.
    """
    from ase.build import bulk
    from ase.data import atomic_numbers, covalent_radii

    if name not in PROTOTYPES:
        raise PropertyError(f"unknown prototype {name!r}; expected one of {', '.join(PROTOTYPES)}")
    guess = 2 * covalent_radii[atomic_numbers[symbol]] / PROTOTYPES[name]
    made: Atoms = bulk(symbol, name, a=guess if a is None else a)
    return made


def start(name: str, symbol: str, calculator: Callable[[], Any]) -> Atoms:
    """A prototype at the volume of least energy among those tried.

    Raises
    ------
    PropertyError
        The energy has no minimum between close and wide.
    """
    guess = prototype(name, symbol)
    energies = [_energy(guess, scale, calculator) for scale in SCALES]
    inner = [
        k
        for k in range(1, len(SCALES) - 1)
        if energies[k] < energies[k - 1] and energies[k] <= energies[k + 1]
    ]
    if not inner:
        raise PropertyError(
            f"{name} {symbol}: the energy has no minimum between {SCALES[0]:g} and "
            f"{SCALES[-1]:g} times the bond length of covalent radii; name another prototype, or "
            "give a lattice constant a"
        )
    best = min(inner, key=lambda k: energies[k])
    guess.set_cell(guess.cell * SCALES[best], scale_atoms=True)
    return guess


def lowest(
    symbol: str, calculator: Callable[[], Any], relaxation: Relaxation
) -> tuple[str, Atoms, Mapping[str, float]]:
    """The prototype of lowest energy, relaxed, and the energies (eV/atom) of all.

    Prototypes without a minimum are left out.

    Raises
    ------
    PropertyError
        None of them has one.
    """
    found: dict[str, tuple[float, Atoms]] = {}
    problems = []
    for name in PROTOTYPES:
        try:
            atoms = start(name, symbol, calculator)
            atoms.calc = calculator()
            relaxation.relax(atoms, f"{name} {symbol}", cell=True)
        except PotlearnError as error:
            problems.append(str(error))
            continue
        found[name] = (float(atoms.get_potential_energy()) / len(atoms), atoms.copy())
    if not found:
        raise PropertyError(
            f"no prototype of {symbol} can be relaxed; give a structure. The first problem: "
            f"{problems[0]}"
        )
    best = min(found, key=lambda name: found[name][0])
    return best, found[best][1], {name: energy for name, (energy, _) in found.items()}


def _energy(atoms: Atoms, scale: float, calculator: Callable[[], Any]) -> float:
    scaled = atoms.copy()
    scaled.set_cell(scaled.cell * scale, scale_atoms=True)
    scaled.calc = calculator()
    return float(scaled.get_potential_energy())
