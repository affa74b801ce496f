"""Thermodynamic quantities of a run, and their table."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from potlearn.errors import DynamicsError
from potlearn.typing import Array, Atoms
from potlearn.workflows.blocks import LEAST, block_error

COLUMNS = {
    "step": "step",
    "time": "time_ps",
    "potential": "potential_eV",
    "kinetic": "kinetic_eV",
    "temperature": "temperature_K",
    "pressure": "pressure_GPa",
    "volume": "volume_A3",
    "conserved": "conserved_eV",
}
"""Columns of thermo.csv by attribute."""
HEAD = ",".join(COLUMNS.values()) + "\n"


@dataclass(frozen=True)
class ThermoLog:
    """Table of a run, one row every ``log_every`` steps.

    Attributes
    ----------
    step : (M,)
    time : (M,)
        ps.
    potential, kinetic : (M,)
        eV, of all atoms.
    temperature : (M,)
        K.
    pressure : (M,)
        GPa, with the kinetic part; NaN without a cell or a stress.
    volume : (M,)
        Å³; NaN without a cell.
    conserved : (M,)
        Total energy less what thermostat and barostat gave, eV: constant if the time step is small.
    """

    step: Array
    time: Array
    potential: Array
    kinetic: Array
    temperature: Array
    pressure: Array
    volume: Array
    conserved: Array

    @classmethod
    def parse(cls, text: str) -> ThermoLog:
        """The table of thermo.csv, or of its lines.

        Raises
        ------
        DynamicsError
            A line that is not a row of such a table.
        """
        lines = [line for line in text.splitlines() if line and line != HEAD.strip()]
        rows = [_row(line) for line in lines]
        return cls(*np.array(rows, float).reshape(len(rows), len(COLUMNS)).T)

    def summary(self) -> list[tuple[str, str, tuple[float, ...]]]:
        """Quantities with their unit, first and last value, mean of the second half, its error.

        The error is that of :func:`~potlearn.workflows.block_error`; NaN if the half has too few
        rows.
        """
        shown = ("temperature", "pressure", "volume", "potential", "conserved")
        found = []
        for name in shown:
            values = getattr(self, name)
            if len(values) and np.isfinite(values).all():
                unit = COLUMNS[name].rpartition("_")[2]
                half = values[len(values) // 2 :]
                error = block_error(half) if len(half) >= 2 * LEAST else np.nan
                numbers = values[0], values[-1], half.mean(), error
                found.append((name, unit, tuple(float(f"{x:.6g}") for x in numbers)))
        return found

    @property
    def columns(self) -> dict[str, Array]:
        """Columns by attribute."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Thermo:
    """Quantities of one moment; units as in :class:`ThermoLog`."""

    step: int
    time: float
    potential: float
    kinetic: float
    temperature: float
    pressure: float
    volume: float
    conserved: float

    @classmethod
    def of(cls, step: int, time: float, atoms: Atoms, degrees: int, conserved: float) -> Thermo:
        """Measure atoms with a calculator and so many degrees of freedom."""
        from ase.units import kB

        kinetic = float(atoms.get_kinetic_energy())
        temperature = 2 * kinetic / (degrees * kB) if degrees else 0.0
        volume = float(atoms.get_volume()) if atoms.cell.rank == 3 else np.nan
        potential = float(atoms.get_potential_energy())
        pressure = _pressure(atoms)
        return cls(step, time, potential, kinetic, temperature, pressure, volume, conserved)

    def line(self) -> str:
        """Its line of thermo.csv."""
        values = (_text(getattr(self, name)) for name in COLUMNS)
        return ",".join(values) + "\n"


def _row(line: str) -> list[float]:
    """Numbers of a line; NaN where it has none."""
    words = line.split(",")
    try:
        row = [float(word) if word else np.nan for word in words]
    except ValueError:
        row = []
    if len(row) != len(COLUMNS):
        raise DynamicsError(f"thermo.csv: expected rows of {len(COLUMNS)} numbers, got '{line}'")
    return row


def _text(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    return f"{value:.10g}" if np.isfinite(value) else ""


def _pressure(atoms: Any) -> float:
    """GPa; NaN without a cell, or with a calculator that gives no stress."""
    from ase.calculators.calculator import PropertyNotImplementedError
    from ase.units import GPa

    if atoms.cell.rank < 3:
        return float("nan")
    try:
        stress = atoms.get_stress(include_ideal_gas=True)
    except (PropertyNotImplementedError, NotImplementedError):
        return float("nan")
    return float(-np.mean(stress[:3]) / GPa)
