"""Energies of surfaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from ase.units import J, m

from potlearn.errors import PropertyError
from potlearn.runtime import check_fields
from potlearn.structure.symmetry import conventional
from potlearn.typing import Atoms, Positive
from potlearn.workflows.properties.base import Case
from potlearn.workflows.properties.result import Result, Value


@dataclass(frozen=True)
class Surface:
    r"""Energies of surfaces: slabs at rest, not reconstructed, cut where planes are farthest apart.

    .. math:: \gamma = \frac{E - N E_{\rm bulk}}{2 A}

    is the mean over the two sides of a slab.
    """

    drawn: ClassVar[bool] = True

    planes: Sequence[tuple[int, int, int]] = ((1, 0, 0), (1, 1, 0), (1, 1, 1))
    """Miller indices in the conventional cell."""
    thickness: Positive = 12.0
    """Least thickness of a slab, Å."""
    vacuum: Positive = 12.0
    """Distance of the slabs, Å; more than the cutoff of the potential."""

    def __post_init__(self) -> None:
        check_fields(self, type(self).__name__, PropertyError)
        for plane in self.planes:
            if not any(plane):
                raise PropertyError("surface: planes: expected Miller indices, got (0, 0, 0)")

    def measure(self, case: Case) -> Result:
        """Energies in J/m²."""
        crystal = conventional(case.crystal)
        bulk = case.energy(crystal) / len(crystal)
        values = {}
        for plane in self.planes:
            slab = self._slab(crystal, plane)
            area = float(np.linalg.norm(np.cross(slab.cell[0], slab.cell[1])))
            name = "(" + " ".join(map(str, plane)) + ")"
            energy = float(case.relaxed(slab, f"surface {name}").get_potential_energy())
            gamma = (energy - len(slab) * bulk) / (2 * area)
            values[name] = Value(gamma / (J / m**2), "J/m²")
        return Result(values)

    def _slab(self, crystal: Atoms, plane: Sequence[int]) -> Atoms:
        """A slab with whole layers, and vacuum above it."""
        from ase.build import surface

        cut = _cut_in_the_widest_gap(crystal, plane)
        height = 1 / float(np.linalg.norm(np.dot(plane, crystal.cell.reciprocal())))
        layers = int(np.ceil(self.thickness / height))
        slab: Atoms = surface(cut, tuple(plane), layers, vacuum=self.vacuum / 2, periodic=True)
        return slab


def _cut_in_the_widest_gap(crystal: Atoms, plane: Sequence[int]) -> Atoms:
    """The crystal moved along the normal, so that layers end where planes are farthest apart."""
    normal = np.dot(plane, crystal.cell.reciprocal())
    heights = np.sort((crystal.positions @ normal + 1e-6) % 1.0)
    gaps = np.diff([*heights, heights[0] + 1])
    widest = int(np.argmax(gaps > gaps.max() - 1e-6))
    moved: Atoms = crystal.copy()
    moved.positions -= (heights[widest] + gaps[widest] / 2) * normal / (normal @ normal)
    return moved
