"""Lattice parameters and cohesive energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from potlearn.structure.symmetry import conventional
from potlearn.workflows.properties.base import Case
from potlearn.workflows.properties.result import Result, Value


@dataclass(frozen=True)
class Lattice:
    r"""Lattice parameters of the conventional cell, volume, and cohesive energy.

    .. math:: E_c = \frac1N \Big(E - \sum_i E_1(z_i)\Big)

    with the energy :math:`E_1` that the potential gives an atom alone.
    """

    drawn: ClassVar[bool] = True

    def measure(self, case: Case) -> Result:
        """Lengths (Å) that differ, angles other than 90°, volume and energy per atom."""
        crystal, n = case.crystal, len(case.crystal)
        parameters = conventional(crystal).cell.cellpar()
        values = {"a": Value(float(parameters[0]), "Å")}
        for name, length in zip("bc", parameters[1:3], strict=True):
            if abs(length - parameters[0]) > 1e-3 * length:
                values[name] = Value(float(length), "Å")
        for name, angle in zip(("alpha", "beta", "gamma"), parameters[3:], strict=True):
            if abs(angle - 90) > 0.05:
                values[name] = Value(float(angle), "°")
        values["volume"] = Value(float(crystal.get_volume() / n), "Å³/atom")
        cohesive = (case.energy(crystal) - _alone(case)) / n
        return Result({**values, "cohesive energy": Value(cohesive, "eV/atom")})


def _alone(case: Case) -> float:
    """Energy of the crystal's atoms, each alone."""
    from ase import Atoms

    symbols = case.crystal.get_chemical_symbols()
    alone = {s: case.energy(Atoms(s, cell=3 * [20.0], pbc=False)) for s in set(symbols)}
    return sum(alone[s] for s in symbols)
