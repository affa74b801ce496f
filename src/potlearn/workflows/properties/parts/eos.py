"""The equation of state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge, Gt, Lt
from ase.units import GPa

from potlearn.errors import PropertyError
from potlearn.runtime import check_fields
from potlearn.typing import Array, Atoms
from potlearn.workflows.properties.base import Case
from potlearn.workflows.properties.result import Curve, Result, Value


@dataclass(frozen=True)
class EquationOfState:
    """Energy against volume, fitted by Birch and Murnaghan's equation (:mod:`ase.eos`)."""

    drawn: ClassVar[bool] = True

    volumes: Annotated[int, Ge(5)] = 11
    """Number of volumes."""
    width: Annotated[float, Gt(0), Lt(0.5)] = 0.06
    """Volumes reach this part of the volume below and above it."""

    def __post_init__(self) -> None:
        check_fields(self, type(self).__name__, PropertyError)

    def measure(self, case: Case) -> Result:
        """Volume (Å³/atom), bulk modulus B (GPa) and its derivative in the pressure, B'."""
        n, volume = len(case.crystal), case.crystal.get_volume()
        v = volume * np.linspace(1 - self.width, 1 + self.width, self.volumes)
        e = np.array([_energy(case, (x / volume) ** (1 / 3)) for x in v])
        energy, bulk, slope, rest = _fitted(v / n, e / n)
        values = {
            "volume": Value(rest, "Å³/atom"),
            "B": Value(bulk / GPa, "GPa"),
            "B'": Value(slope),
        }
        curve = _curve(v / n, e / n, energy, bulk, slope, rest)
        return Result(values, {"Equation of state": curve})


def _energy(case: Case, scale: float) -> float:
    """Energy of the crystal with all lengths scaled, atoms at rest."""
    scaled: Atoms = case.crystal.copy()
    scaled.set_cell(scaled.cell * scale, scale_atoms=True)
    return float(case.relaxed(scaled, "equation of state").get_potential_energy())


def _fitted(v: Array, e: Array) -> tuple[float, float, float, float]:
    """Energy, B (eV/Å³), B' and volume of the minimum."""
    from ase.eos import EquationOfState as Fit

    fit: Any = Fit(v, e, eos="birchmurnaghan")
    try:
        fit.fit(warn=False)
        found = tuple(float(x) for x in fit.eos_parameters)
    except (ValueError, RuntimeError) as error:
        raise PropertyError(
            f"equation of state: the energies have no minimum to fit ({error}); the crystal may be "
            "unstable, or the volumes reach too far: give a smaller width"
        ) from error
    return found[0], found[1], found[2], found[3]


def _curve(v: Array, e: Array, energy: float, bulk: float, slope: float, rest: float) -> Curve:
    from ase.eos import birchmurnaghan

    x = np.linspace(v.min(), v.max(), 60)
    line = 1e3 * (birchmurnaghan(x, energy, bulk, slope, rest) - energy)
    points = (v.tolist(), (1e3 * (e - energy)).tolist())
    return Curve(
        "Volume (Å³/atom)", "Energy (meV/atom)", x.tolist(), [line.tolist()], points=points
    )
