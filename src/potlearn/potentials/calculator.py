"""The ASE calculator, and the neighbour list that it keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from ase.calculators.calculator import Calculator, all_changes
from ase.outputs import Properties

from potlearn.errors import DataError, UncertaintyError
from potlearn.potentials.base import Potential, Prediction
from potlearn.potentials.gates import GateWatch
from potlearn.potentials.spread import Spread
from potlearn.structure.lattice import periodic_part
from potlearn.structure.neighbors import Neighbors, name_of, neighbors
from potlearn.typing import Array, Atoms

STDS = {
    "energy_std": "energy",
    "forces_std": "forces",
    "forces_std_atom": "forces",
    "stress_std": "stress",
    "gamma": "gamma",
    "gamma_configuration": "gamma",
}
"""Results that expected errors give, and the part of a spread that holds each."""
MOST_ENERGY = 1e12
"""Largest energy of an atom in eV: beyond, rounding takes 0.1 meV, and nothing has a meaning."""


class NeighborCache:
    r"""A neighbour list with a skin, rebuilt only when a pair could have come within the cutoff.

    Since the list was built, the cell has turned from :math:`h_0` to :math:`h = h_0 F` and atoms
    have moved by :math:`w_i = x_i - x_i^0 F` beyond that.  Pairs of any shift are then

    .. math:: r_{ij} = r_{ij}^0 F + w_j - w_i,
        \qquad |r_{ij}| \ge \sigma |r_{ij}^0| - 2 \max_i |w_i|

    apart, :math:`\sigma` being the smallest singular value of F.  The list holds all pairs with
    :math:`|r^0| < R + s` (cutoff R, skin s), so it is complete while
    :math:`\sigma (R + s) - 2 \max_i |w_i| \ge R`.
    """

    def __init__(self, cutoff: float, skin: float) -> None:
        self.cutoff = cutoff
        self.skin = skin
        self.n_builds = 0
        self._list: Neighbors | None = None

    def forget(self) -> None:
        """Build the list anew when it is asked for next."""
        self._list = None

    def get(self, atoms: Atoms) -> Neighbors:
        """The list for ``atoms``, complete up to the cutoff.

        Raises
        ------
        DataError
            Atoms without a neighbour list, see :func:`potlearn.structure.neighbors`.
        """
        cell = np.array(atoms.cell)
        if self._list is None or not self._holds(atoms, cell):
            self._list = None
            self._list = neighbors(atoms, self.cutoff + self.skin)
            self._positions, self._pbc = atoms.positions.copy(), atoms.pbc.copy()
            self._cell = self._cell_now = cell
            self.n_builds += 1
        elif not np.array_equal(cell, self._cell_now):
            self._list = replace(self._list, translations=self._list.images @ cell)
            self._cell_now = cell
        return self._list

    def _holds(self, atoms: Atoms, cell: Array) -> bool:
        if len(atoms) != len(self._positions) or (atoms.pbc != self._pbc).any():
            return False
        least, before = 1.0, self._positions
        if not np.array_equal(cell, self._cell):
            deformation = self._deformation(cell)
            if deformation is None:
                return False
            least = float(np.linalg.svd(deformation, compute_uv=False).min())
            before = before @ deformation
        with np.errstate(over="ignore", invalid="ignore"):  # wherever an atom went to
            moved = ((atoms.positions - before) ** 2).sum(1).max(initial=0.0)
        return least * (self.cutoff + self.skin) - 2 * float(np.sqrt(moved)) >= self.cutoff

    def _deformation(self, cell: Array) -> Array | None:
        """F (3, 3) of the lattice since the list was built, if there is a lattice still."""
        now = periodic_part(cell, self._pbc) if np.isfinite(cell).all() else None
        if now is None:
            return None
        then = periodic_part(self._cell, self._pbc)
        assert then is not None
        return np.asarray(np.linalg.solve(then, now), float)


class PotlearnCalculator(Calculator):
    """ASE calculator of a potential.

    Beside energy, forces and stress it gives, of a potential with an uncertainty, ``energy_std``
    (eV), ``forces_std`` (N, 3), ``forces_std_atom`` (N,), ``stress_std`` (6,), the extrapolation
    grade ``gamma`` (N,) and that of the whole, ``gamma_configuration``: by ``get_property``, and
    only when they are asked for.

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
        *STDS,
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

    def reset(self) -> None:
        """Forget results and neighbour list: the next ones follow from the configuration alone."""
        Calculator.reset(self)
        self._neighbors.forget()

    def check_state(self, atoms: Atoms, tol: float = 1e-15) -> list[str]:
        """Name what has changed of that on which a potential depends; numbers are compared exactly.

        ASE's own comparison, within a tolerance, takes as long as the forces of ten atoms, and
        every question for a result begins with it.
        """
        before: Any = self.atoms
        if before is None:
            return list(all_changes)
        pairs = {
            "positions": (before.positions, atoms.positions),
            "numbers": (before.numbers, atoms.numbers),
            "cell": (before.cell.array, atoms.cell.array),
            "pbc": (before.pbc, atoms.pbc),
        }
        return [name for name, (old, new) in pairs.items() if not np.array_equal(old, new)]

    def export_properties(self) -> Properties:
        """Results that ASE has names for; the others stay in ``results``."""
        return Properties({k: v for k, v in self.results.items() if k not in STDS})

    def calculate(
        self,
        atoms: Any = None,
        properties: Sequence[str] = ("energy",),
        system_changes: Sequence[str] = tuple(all_changes),
    ) -> None:
        """Energy, forces and, of a cell with a volume, stress; expected errors that are asked for.

        Raises
        ------
        DataError
            The configuration has no meaning (see :func:`potlearn.structure.neighbors`), or the
            potential has none for it: a force that is not finite, or more than 10¹² eV of an atom.
        SpeciesError
            An element that the potential does not know.
        UncertaintyError
            An expected error of a potential that has no uncertainty.
        """
        Calculator.calculate(self, atoms, properties, system_changes)
        current: Any = self.atoms
        list_ = self._neighbors.get(current)
        if system_changes or "energy" not in self.results:
            self._predict(current, list_)
        asked = [name for name in properties if name in STDS]
        if asked:
            self.results |= self._spread(asked, current, list_)

    def _spread(self, asked: Sequence[str], current: Any, list_: Neighbors) -> dict[str, Any]:
        """Expected errors, those of one kind with the others that cost nothing more."""
        spread_of = getattr(self.potential, "spread", None)
        if spread_of is None:
            raise UncertaintyError(
                f"{asked[0]}: {self._without()}; expected a linear potential that was fitted with "
                "the solver 'bayesian', or with uncertainty: {method: calibrated}, or a calibrated "
                "ensemble of networks"
            )
        wanted = {STDS[name] for name in asked}
        wanted |= {"forces", "stress"} if wanted & {"forces", "stress"} else set()  # one pass
        spread: Spread = spread_of(current, list_, wanted=wanted, threads=self.threads)
        found = {
            "energy_std": spread.energy,
            "forces_std": spread.forces,
            "forces_std_atom": spread.forces_atom,
            "stress_std": spread.stress if current.cell.rank == 3 else None,
            "gamma": spread.gamma,
            "gamma_configuration": spread.gamma_configuration,
        }
        absent = [name for name in asked if found[name] is None]
        if absent:
            raise UncertaintyError(f"{absent[0]}: {_why_absent(absent[0], current)}")
        return {name: value for name, value in found.items() if value is not None}

    def _without(self) -> str:
        """Why a potential of this kind has no uncertainty."""
        terms = getattr(self.potential, "terms", ())
        if any(getattr(term, "uncertainty", None) is not None for _, term in terms):
            return "errors of a sum do not follow from those of its terms; ask these themselves"
        return "a potential of this kind has no uncertainty"

    def _predict(self, current: Any, list_: Neighbors) -> None:
        self._gates.look(current, list_)
        with np.errstate(all="ignore"):  # numbers that are not finite are found by the check
            prediction = self.potential.predict(current, list_, threads=self.threads)
            check_prediction(prediction, current, list_)
        energy = prediction.energy
        self.results = {
            "energy": energy,
            "free_energy": energy,
            "energies": prediction.energies,
            "forces": prediction.forces,
        }
        if current.cell.rank == 3:
            self.results["stress"] = prediction.stress(current.get_volume())


def _why_absent(name: str, atoms: Atoms) -> str:
    if name == "stress_std" and atoms.cell.rank < 3:
        return "there is no stress without a cell of three vectors"
    if name == "gamma":
        return (
            "the potential was fitted without a grade; fit it with uncertainty: {grade: maxvol}, "
            "or calibrate networks with train=..."
        )
    return "the potential was fitted without labels of this quantity, and knows no error of it"


def check_prediction(prediction: Prediction, atoms: Atoms, list_: Neighbors) -> None:
    """Refuse energies and forces without a meaning, such as those of a simulation that exploded.

    Raises
    ------
    DataError
        Names the first such atom, and how close its nearest neighbour is.
    """
    energies, forces, virial = prediction.energies, prediction.forces, prediction.virial
    squares = np.vdot(energies, energies), np.vdot(forces, forces) + np.vdot(virial, virial)
    if squares[0] <= MOST_ENERGY**2 and np.isfinite(squares[1]):
        return  # nearly always: sums of squares are quick, and hold every NaN and infinity
    sane = (np.abs(energies) <= MOST_ENERGY) & np.isfinite(forces).all(axis=1)
    if sane.all() and np.isfinite(virial).all():
        return
    i = int(np.argmin(sane))
    own = slice(list_.first[i], list_.first[i + 1])
    r = np.linalg.norm(list_.vectors(atoms.positions)[own], axis=1)
    near = f"{r.min():.3g} Å from atom {list_.j[own][r.argmin()]}" if len(r) else "alone"
    raise DataError(
        f"{name_of(atoms)}: the potential gives atom {i} "
        f"({atoms.get_chemical_symbols()[i]}), which is {near}, an energy of {energies[i]:.3g} eV "
        f"and a force of {np.abs(forces[i]).max():.3g} eV/Å; expected finite numbers, and at most "
        f"{MOST_ENERGY:g} eV. Did a simulation explode?"
    )
