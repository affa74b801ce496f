"""Phonons by small displacements (phonopy)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from annotated_types import Ge

from potlearn.errors import PropertyError
from potlearn.runtime import check_fields, require
from potlearn.typing import Array, Atoms, Positive
from potlearn.workflows.properties.base import Case
from potlearn.workflows.properties.cells import repeats
from potlearn.workflows.properties.result import Curve, Result, Value

IMAGINARY = -0.1
"""Frequency in THz below which a mode counts as unstable: above, it is noise of forces."""


@dataclass(frozen=True)
class Phonons:
    """Phonon bands, density of states, and heat capacity of the harmonic crystal, by phonopy."""

    drawn: ClassVar[bool] = True

    length: Positive = 10.0
    """The supercell is at least this thick in every direction, Å."""
    displacement: Positive = 0.01
    """Displacement of atoms, Å."""
    mesh: Annotated[int, Ge(2)] = 20
    """Points of the mesh along every vector, for the density of states."""
    points: Annotated[int, Ge(10)] = 150
    """Points along the path of the bands."""
    temperature: Positive = 300.0
    """Of the heat capacity, K."""

    def __post_init__(self) -> None:
        check_fields(self, type(self).__name__, PropertyError)

    def measure(self, case: Case) -> Result:
        """Highest frequency (THz), zero-point energy (eV/atom), heat capacity (k_B/atom).

        Raises
        ------
        MissingExtraError
            phonopy is not installed.
        """
        phonons = self._with_forces(case)
        path = case.crystal.cell.bandpath(npoints=self.points)
        bands = _at(phonons, path.kpts)
        phonons.run_mesh([self.mesh] * 3, is_gamma_center=True)
        frequencies, weights = _mesh(phonons)
        lowest = min(float(bands.min()), float(frequencies.min()))
        values = {"highest frequency": Value(float(max(bands.max(), frequencies.max())), "THz")}
        for label, q in path.special_points.items():
            found = _at(phonons, [q])
            values[f"highest at {label.replace('G', 'Γ')}"] = Value(float(found.max()), "THz")
        notes = []
        if lowest < IMAGINARY:
            notes.append(f"the crystal is not stable: imaginary phonons, up to {-lowest:.3g}i THz")
        else:
            values |= _thermal(frequencies, weights, self.temperature)
        curves = {"Phonon bands": _band_curve(path, bands), "Phonon states": _dos(phonons)}
        return Result(values, curves, notes)

    def _with_forces(self, case: Case) -> Any:
        """Phonopy's object with force constants."""
        phonopy = require("phonopy", "properties", "phonons")
        atoms_of = require("phonopy.structure.atoms", "properties", "phonons").PhonopyAtoms
        crystal = case.crystal
        cell = atoms_of(
            symbols=crystal.get_chemical_symbols(),
            cell=crystal.cell.array,
            scaled_positions=crystal.get_scaled_positions(),
            masses=crystal.get_masses(),
        )
        matrix = np.diag(repeats(crystal, self.length))
        phonons = phonopy.Phonopy(cell, matrix, primitive_matrix=np.eye(3))
        phonons.generate_displacements(distance=self.displacement)
        phonons.forces = [_forces(case, s) for s in phonons.supercells_with_displacements]
        phonons.produce_force_constants()
        phonons.symmetrize_force_constants()
        return phonons


def _at(phonons: Any, q: Any) -> Array:
    """Frequencies (points, modes) in THz."""
    phonons.run_qpoints(q)
    return np.asarray(phonons.qpoints.frequencies)


def _forces(case: Case, cell: Any) -> Array:
    from ase import Atoms as New

    atoms: Atoms = New(
        cell.symbols, cell=cell.cell, scaled_positions=cell.scaled_positions, pbc=True
    )
    forces = np.asarray(case.attached(atoms).get_forces())
    return np.asarray(forces - forces.mean(0))


def _mesh(phonons: Any) -> tuple[Array, Array]:
    found = phonons.mesh
    return np.asarray(found.frequencies), np.asarray(found.weights, float)


def _thermal(frequencies: Array, weights: Array, temperature: float) -> dict[str, Value]:
    """Zero-point energy and heat capacity of harmonic modes.

    Translations count as classical modes.  Phonopy's thermal properties leave them out, which
    matters on a small mesh.
    """
    from ase.units import _e, _hplanck, kB

    quantum = _hplanck * 1e12 / _e  # eV of 1 THz
    n = frequencies.shape[1] / 3
    positive = np.maximum(frequencies, 0.0)
    zero = float(weights @ (quantum * positive / 2).sum(1) / weights.sum() / n)
    x = np.maximum(quantum * positive / (kB * temperature), 1e-6)
    modes = (x / (2 * np.sinh(np.minimum(x, 500) / 2))) ** 2
    capacity = float(weights @ modes.sum(1) / weights.sum() / n)
    return {
        "zero-point energy": Value(zero, "eV/atom"),
        f"heat capacity at {temperature:g} K": Value(capacity, "k_B/atom"),
    }


def _band_curve(path: Any, bands: Array) -> Curve:
    x, places, labels = path.get_linear_kpoint_axis()
    ticks: dict[float, str] = {}
    for place, label in zip(places, labels, strict=True):
        name = label.replace("G", "Γ")
        ticks[float(place)] = f"{ticks[place]}|{name}" if place in ticks else name
    return Curve("", "Frequency (THz)", x.tolist(), bands.T.tolist(), ticks=tuple(ticks.items()))


def _dos(phonons: Any) -> Curve:
    phonons.run_total_dos()
    found = phonons.total_dos
    x, y = found.frequency_points, found.dos
    return Curve("Frequency (THz)", "States (1/THz)", list(map(float, x)), [list(map(float, y))])
