"""Elastic constants by stresses of small strains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Gt, Le
from ase.units import GPa

from potlearn.errors import PropertyError
from potlearn.runtime import check_fields
from potlearn.structure.symmetry import rotations
from potlearn.typing import Array, Atoms
from potlearn.workflows.properties.base import Case
from potlearn.workflows.properties.result import Result, Value

PAIRS = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
"""Components in Voigt's order."""
CUBIC = {"C11": (0, 0), "C12": (0, 1), "C44": (3, 3)}
HEXAGONAL = {"C11": (0, 0), "C12": (0, 1), "C13": (0, 2), "C33": (2, 2), "C44": (3, 3)}
ALL = {f"C{i + 1}{j + 1}": (i, j) for i in range(6) for j in range(i, 6)}


@dataclass(frozen=True)
class Elastic:
    r"""Elastic constants of the crystal at rest, ions relaxed.

    .. math:: C_{ij} = \frac{\sigma_i(+\epsilon_j) - \sigma_i(-\epsilon_j)}{2 \epsilon_j}

    (third-order constants cancel), averaged over the rotations of the crystal.  Bulk and shear
    moduli are the means of Voigt's and Reuss's (Hill, Proc. Phys. Soc. A 65, 349 (1952)).
    """

    drawn: ClassVar[bool] = True

    strain: Annotated[float, Gt(0), Le(0.05)] = 0.005
    """Strain, forwards and backwards."""

    def __post_init__(self) -> None:
        check_fields(self, type(self).__name__, PropertyError)

    def measure(self, case: Case) -> Result:
        """Constants that differ by symmetry, bulk and shear modulus, in GPa."""
        tensor = self.constants(case) / GPa
        names, notes = _names(tensor), _stability(tensor)
        values = {name: Value(float(tensor[at]), "GPa") for name, at in names.items()}
        if not notes:
            bulk, shear = _hill(tensor)
            values |= {"bulk modulus": Value(bulk, "GPa"), "shear modulus": Value(shear, "GPa")}
        return Result(values, notes=notes)

    def constants(self, case: Case) -> Array:
        """The tensor (6, 6) in eV/Å³, as symmetric as the crystal."""
        columns = []
        for pair in PAIRS:
            plus, minus = (_stress(case, pair, s * self.strain) for s in (1, -1))
            columns.append((plus - minus) / (2 * self.strain))
        tensor = np.array(columns)
        return _averaged((tensor + tensor.T) / 2, rotations(case.crystal))


def _stress(case: Case, pair: tuple[int, int], strain: float) -> Array:
    """Stress (6,) of the strained crystal with its atoms at rest; shear by its angle."""
    deformation = np.eye(3)
    deformation[pair] += strain / (1 if pair[0] == pair[1] else 2)
    deformation = (deformation + deformation.T) / 2 if pair[0] == pair[1] else _both(deformation)
    strained: Atoms = case.crystal.copy()
    strained.set_cell(strained.cell.array @ deformation, scale_atoms=True)
    return np.asarray(case.relaxed(strained, "elastic constants").get_stress())


def _both(upper: Array) -> Array:
    """Symmetric matrix of its upper triangle."""
    return upper + np.triu(upper, 1).T


def _averaged(tensor: Array, turns: Array) -> Array:
    """Mean over rotations (n, 3, 3)."""
    full = np.empty((3, 3, 3, 3))
    for i, (a, b) in enumerate(PAIRS):
        for j, (c, d) in enumerate(PAIRS):
            for x, y in ((a, b), (b, a)):
                full[x, y, c, d] = full[x, y, d, c] = tensor[i, j]
    mean = np.zeros_like(full)
    for turn in turns:
        mean += np.einsum("ia,jb,kc,ld,abcd->ijkl", turn, turn, turn, turn, full, optimize=True)
    mean /= len(turns)
    return np.array([[mean[a, b, c, d] for c, d in PAIRS] for a, b in PAIRS])


def _names(tensor: Array) -> dict[str, tuple[int, int]]:
    """The constants that differ, by the pattern of the averaged tensor."""
    least = 1e-4 * float(np.abs(tensor).max())
    for names, orders in ((CUBIC, ((1, 2, 0), (0, 2, 1))), (HEXAGONAL, ((1, 0, 2),))):
        if all(_unchanged(tensor, order, least) for order in orders) and _simple(tensor, least):
            return names
    return ALL


def _unchanged(tensor: Array, order: tuple[int, ...], least: float) -> bool:
    """Whether axes may be exchanged."""
    index = [*order, *(3 + i for i in order)]
    return bool((np.abs(tensor[np.ix_(index, index)] - tensor) < least).all())


def _simple(tensor: Array, least: float) -> bool:
    """Whether normal and shear strains do not mix."""
    off = tensor[3:, 3:] - np.diag(np.diag(tensor[3:, 3:]))
    return bool((np.abs(tensor[:3, 3:]) < least).all() and (np.abs(off) < least).all())


def _stability(tensor: Array) -> list[str]:
    """Born's criterion: every strain must cost energy."""
    values, vectors = np.linalg.eigh(tensor)
    if values[0] > 0:
        return []
    kind = "shear" if abs(vectors[:3, 0].sum()) < 0.5 else "volume"
    return [
        f"the crystal is not stable: a {kind} strain lowers its energy (smallest eigenvalue of the "
        f"elastic tensor {values[0]:.3g} GPa)"
    ]


def _hill(tensor: Array) -> tuple[float, float]:
    """Bulk and shear modulus, Hill's means."""
    moduli = []
    for c, factor in ((tensor, 1.0), (np.linalg.inv(tensor), None)):
        normal, mixed = float(np.trace(c[:3, :3])), float(c[0, 1] + c[0, 2] + c[1, 2])
        shear = float(np.trace(c[3:, 3:]))
        if factor is not None:
            moduli.append(((normal + 2 * mixed) / 9, (normal - mixed + 3 * shear) / 15))
        else:
            moduli.append((1 / (normal + 2 * mixed), 15 / (4 * (normal - mixed) + 3 * shear)))
    return (moduli[0][0] + moduli[1][0]) / 2, (moduli[0][1] + moduli[1][1]) / 2
