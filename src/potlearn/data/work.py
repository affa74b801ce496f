r"""Whether energies follow the forces and the stress from one configuration to the next.

For two configurations with the same atoms in the same order, little apart, with cells :math:`h`
(rows) and fractional coordinates :math:`s`,

.. math::
    \Delta E \approx W_F + W_S, \quad
    W_F = -\tfrac12 (F_1 + F_2) \cdot \Delta s\,\bar h, \quad
    W_S = \tfrac12 (V_1 \sigma_1 + V_2 \sigma_2) : \varepsilon, \quad
    \varepsilon = \operatorname{sym}(h_1^{-1} h_2) - 1

to second order (trapezoid rule).  A slope other than 1 betrays a unit or a sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from potlearn.data.labels import Labels
from potlearn.typing import Atoms

# Farthest an atom may move (Å) and the cell may strain between two configurations.
MAX_MOVE = 0.3
MAX_STRAIN = 0.06
# Units by their slope of energy against work: (slope, meaning).
FORCE_SLOPES = (
    (1 / 27.2114, "energies look like Hartree, forces like eV/Å"),
    (51.4221, "forces look like Hartree/Bohr, energies like eV"),
    (25.7110, "forces look like Rydberg/Bohr, energies like eV"),
    (1.88973, "energies and forces look like Hartree and Hartree/Bohr (or the same with Rydberg)"),
    (23.0605, "energies look like kcal/mol, forces like eV/Å"),
    (1 / 23.0605, "forces look like kcal/mol/Å, energies like eV"),
    (96.4853, "energies look like kJ/mol, forces like eV/Å"),
    (1 / 96.4853, "forces look like kJ/mol/Å, energies like eV"),
    (1000.0, "energies look like meV, forces like eV/Å"),
    (-1.0, "forces have the opposite sign (gradients?)"),
)
STRESS_SLOPES = (
    (1 / 1602.1766, "stress looks like kbar"),
    (1 / 160.21766, "stress looks like GPa"),
    (1 / 1602176.6, "stress looks like bar"),
    (-1 / 1602.1766, "stress looks like kbar with the opposite sign"),
    (-1 / 160.21766, "stress looks like GPa with the opposite sign"),
    (-1 / 1602176.6, "stress looks like bar with the opposite sign"),
    (-1.0, "stress has the opposite sign (expected: positive under tension)"),
)


@dataclass(frozen=True)
class Step:
    """Energy difference and work, in eV, from a configuration to the next; NaN if unknown."""

    energy: float = np.nan
    force_work: float = np.nan
    stress_work: float = np.nan


@dataclass(frozen=True)
class Slope:
    """Median of energy over work, and how many steps agree with it.

    Attributes
    ----------
    value : float
        Median of the ratios of energy difference to work.
    agreement : float
        Fraction of the steps whose ratio lies within 30 % of the median.
    n : int
        Steps whose work is not small against the median one.
    """

    value: float
    agreement: float
    n: int


def step(first: tuple[Atoms, Labels], second: tuple[Atoms, Labels]) -> Step:
    """Work between two configurations; all NaN where they are not comparable."""
    (a, la), (b, lb) = first, second
    if len(a) != len(b) or (a.pbc != b.pbc).any() or (a.numbers != b.numbers).any():
        return Step()
    if la.energy is None or lb.energy is None:
        return Step()
    cells = _cells(a, b)
    if cells is None:
        return Step()
    ha, hb = cells
    gradient = np.linalg.solve(ha, hb) - np.eye(3)
    fractional = b.positions @ np.linalg.inv(hb) - a.positions @ np.linalg.inv(ha)
    fractional -= np.round(fractional) * a.pbc
    moves = fractional @ (0.5 * (ha + hb))
    if np.abs(gradient).max() > MAX_STRAIN or (moves**2).sum(1).max() > MAX_MOVE**2:
        return Step()
    strain = 0.5 * (gradient + gradient.T)
    return Step(
        lb.energy - la.energy, _force_work(la, lb, moves), _stress_work(a, b, la, lb, strain)
    )


def _cells(a: Atoms, b: Atoms) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Cells of both, or a unit cell for molecules; None where only one has volume."""
    ha, hb = np.array(a.cell), np.array(b.cell)
    if not ha.any() and not hb.any():
        return np.eye(3), np.eye(3)
    if min(abs(np.linalg.det(ha)), abs(np.linalg.det(hb))) < 1e-6:
        return None
    return ha, hb


def _force_work(la: Labels, lb: Labels, moves: NDArray[np.float64]) -> float:
    """Work against the mean of the forces."""
    if la.forces is None or lb.forces is None:
        return np.nan
    if la.force_mask is not None or lb.force_mask is not None:
        return np.nan
    return float(-0.5 * ((la.forces + lb.forces) * moves).sum())


def _stress_work(a: Atoms, b: Atoms, la: Labels, lb: Labels, strain: NDArray[np.float64]) -> float:
    """Work of the mean stress on the strain; zero in a fixed cell."""
    if not np.abs(strain).max() > 1e-8:
        return 0.0
    if la.stress is None or lb.stress is None:
        return np.nan
    virial = 0.5 * (a.get_volume() * la.stress + b.get_volume() * lb.stress)
    xx, yy, zz, yz, xz, xy = virial
    return float((np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]) * strain).sum())


def slope(energy: NDArray[np.float64], work: NDArray[np.float64]) -> Slope:
    """Median of ``energy / work`` over the steps, so that no single one decides."""
    size = np.abs(work)
    counted = (size > 0) & (size >= 0.2 * np.median(size)) if len(size) else size > 0
    if not counted.any():
        return Slope(np.nan, 0.0, 0)
    ratios = energy[counted] / work[counted]
    value = float(np.median(ratios))
    agreement = float((np.abs(ratios - value) <= 0.3 * abs(value)).mean())
    return Slope(value, agreement, len(ratios))


def meaning(value: float, table: Sequence[tuple[float, str]]) -> str | None:
    """What a slope means: the nearest entry of a table, if within 15 %."""
    error, text = min((abs(value / expected - 1.0), text) for expected, text in table)
    return text if error < 0.15 else None
