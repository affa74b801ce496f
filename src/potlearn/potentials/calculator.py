"""The ASE calculator, and the neighbour list that it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from ase.calculators.calculator import Calculator, all_changes

from potlearn.potentials.base import Potential
from potlearn.potentials.gates import GateWatch
from potlearn.structure.neighbors import Neighbors, neighbors
from potlearn.typing import Array, Atoms


class NeighborCache:
    r"""A neighbour list with a skin, rebuilt only when a pair could have come within the cutoff.

    With displacements :math:`u_i` and a change of cell :math:`\Delta h` since the list was built,

    .. math:: |\Delta r_{ij}| \le 2 \max_i |u_i| + \max_{ij} |S_{ij} \Delta h|,

    so the list holds while the right side is at most the skin.
    """

    def __init__(self, cutoff: float, skin: float) -> None:
        self.cutoff = cutoff
        self.skin = skin
        self.n_builds = 0
        self._list: Neighbors | None = None
        self._cell_now = np.zeros((3, 3))

    def get(self, atoms: Atoms) -> Neighbors:
        """The list for ``atoms``, complete up to the cutoff."""
        cell = np.array(atoms.cell.complete() if atoms.pbc.any() else atoms.cell)
        if self._list is None or not self._holds(atoms, cell):
            self._list = neighbors(atoms, self.cutoff + self.skin)
            self._positions, self._cell = atoms.positions.copy(), cell
            self._pbc = atoms.pbc.copy()
            self.n_builds += 1
        elif not np.array_equal(cell, self._cell_now):
            self._list = replace(self._list, offsets=self._list.shifts @ cell)
        self._cell_now = cell
        return self._list

    def _holds(self, atoms: Atoms, cell: Array) -> bool:
        if len(atoms) != len(self._positions) or (atoms.pbc != self._pbc).any():
            return False
        moved = atoms.positions - self._positions
        reach = 2 * float(np.sqrt(np.einsum("ia,ia->i", moved, moved).max(initial=0.0)))
        if not np.array_equal(cell, self._cell):
            assert self._list is not None
            stretch = self._list.shifts @ (cell - self._cell)
            reach += float(np.sqrt((stretch**2).sum(1).max(initial=0.0)))
        return reach <= self.skin


class PotlearnCalculator(Calculator):
    """ASE calculator of a potential.

    Parameters
    ----------
    potential : Potential
    skin : float
        The neighbour list reaches this much beyond the cutoff, in Å, and is kept while it holds.
    threads : int
        Threads of an evaluation; they change no bit of a result.
    """

    implemented_properties = [  # noqa: RUF012 - as ASE declares it
        "energy",
        "free_energy",
        "energies",
        "forces",
        "stress",
    ]

    def __init__(self, potential: Potential, skin: float = 0.5, threads: int = 1) -> None:
        Calculator.__init__(self)
        self.potential = potential
        self.threads = threads
        self._neighbors = NeighborCache(potential.cutoff, skin)
        self._gates = GateWatch(potential)

    @property
    def n_neighbor_builds(self) -> int:
        """How often the neighbour list was built."""
        return self._neighbors.n_builds

    def calculate(
        self,
        atoms: Any = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Energy, forces and, for three-dimensional periodicity, stress."""
        Calculator.calculate(self, atoms, properties, system_changes)
        current: Any = self.atoms
        list_ = self._neighbors.get(current)
        self._gates.look(current, list_)
        prediction = self.potential.predict(current, list_, threads=self.threads)
        energy = prediction.energy
        self.results = {
            "energy": energy,
            "free_energy": energy,
            "energies": prediction.energies,
            "forces": prediction.forces,
        }
        if current.cell.rank == 3:
            self.results["stress"] = prediction.stress(current.get_volume())
