"""A warning where energies jump: atoms with so few neighbours that POD switches blocks off.

A block of body order q counts only on atoms with q - 1 neighbours or more, in POD as LAMMPS defines
it.  Its descriptors hold terms of one neighbour alone, which do not vanish with the others, so the
energy jumps when a neighbour comes or goes.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from potlearn.errors import PotlearnWarning
from potlearn.structure.neighbors import Neighbors
from potlearn.typing import Atoms

_SURELY = 24
"""A centre with so many pairs in a list that reaches a little further has six within the cutoff."""


class Gate(NamedTuple):
    """From how many neighbours on all blocks of a descriptor count, and its cutoff, Å."""

    neighbors: int
    cutoff: float


def gates(potential: Any) -> Iterator[Gate]:
    """Of every descriptor in a potential, its reference and its terms."""
    for _, term in getattr(potential, "terms", ()):
        yield from gates(term)
    if getattr(potential, "reference", None) is not None:
        yield from gates(potential.reference)
    descriptor: Any = getattr(potential, "descriptor", None)
    engine = getattr(descriptor, "engine", None)
    if engine is not None:
        needed = [int(p.min_neighbors.max(initial=0)) for p in engine.basis.programs]
        if max(needed, default=0) > 1:
            yield Gate(max(needed), descriptor.cutoff)


class GateWatch:
    """Looks for atoms behind a gate, once for each neighbour list, until it has warned.

    Parameters
    ----------
    potential : Potential
    """

    def __init__(self, potential: Any) -> None:
        self._gates = tuple(gates(potential))
        self._seen: object = None

    def look(self, atoms: Atoms, list_: Neighbors, source: str = "") -> None:
        """Warn of the first atom with fewer neighbours than a gate asks for, but one or more."""
        if not self._gates or list_.first is self._seen:
            return
        self._seen = list_.first  # lists that are moved with the cell keep it
        for gate in self._gates:
            atom, count = _behind(gate, atoms, list_)
            if atom >= 0:
                self._gates = ()
                warnings.warn(
                    _words(gate, atoms, atom, count, source), PotlearnWarning, stacklevel=3
                )
                return


def _behind(gate: Gate, atoms: Atoms, list_: Neighbors) -> tuple[int, int]:
    """The atom with the fewest neighbours behind a gate and their number; -1 if there is none."""
    listed = np.diff(list_.first)
    enough = _SURELY if list_.cutoff > gate.cutoff else gate.neighbors
    sparse = (listed > 0) & (listed < enough)
    if not sparse.any():
        return -1, 0
    pairs = np.flatnonzero(np.repeat(sparse, listed))
    i, j, shifts = list_.some(pairs)
    near = ((atoms.positions[j] - atoms.positions[i] + shifts) ** 2).sum(1) < gate.cutoff**2
    counts = np.bincount(i[near], minlength=len(listed))
    counts = np.where(counts > 0, counts, gate.neighbors)
    atom = int(counts.argmin())
    return (atom, int(counts[atom])) if counts[atom] < gate.neighbors else (-1, 0)


def _words(gate: Gate, atoms: Atoms, atom: int, count: int, source: str) -> str:
    neighbors = "1 neighbour" if count == 1 else f"{count} neighbours"
    where = f"{source}: " if source else ""
    return (
        f"{where}atom {atom} ({atoms.get_chemical_symbols()[atom]}) has {neighbors} within "
        f"{gate.cutoff:g} Å; POD switches its descriptors off on atoms with fewer than "
        f"{gate.neighbors}, one body order after the other, so energies jump where a neighbour "
        "comes or goes: do not trust this potential for small molecules, clusters and gases"
    )
