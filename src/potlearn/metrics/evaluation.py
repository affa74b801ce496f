r"""Reference and predicted labels of configurations.

Energies are per atom (eV/atom), forces in eV/Å, stress in eV/Å³ (Voigt xx yy zz yz xz xy, positive
under tension; ``stress = -virial / V``).  A missing reference value is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from potlearn.data.writing import write_frame
from potlearn.errors import DataError
from potlearn.metrics.quantities import QUANTITIES
from potlearn.metrics.spreads import Spreads
from potlearn.runtime import replacing
from potlearn.typing import Array, Atoms, Indices, Mask

if TYPE_CHECKING:
    from potlearn.data import Dataset


@dataclass(frozen=True)
class Values:
    """Labelled components of one quantity, one entry each.

    Attributes
    ----------
    reference, prediction : (m,)
        In eV/atom, eV/Å or eV/Å³.
    configuration : (m,)
        Index of the configuration.
    row : (m,)
        For forces the atom, counted through all configurations; else the configuration.
    component : (m,)
        0 for energies, 0..2 for forces (x y z), 0..5 for stress (Voigt).
    """

    reference: Array
    prediction: Array
    configuration: Indices
    row: Indices
    component: Indices

    @property
    def error(self) -> Array:
        """Prediction minus reference, (m,)."""
        return self.prediction - self.reference

    def vectors(self) -> tuple[Array, Array]:
        """Reference and predicted vectors (a, 3) of the rows with all three components."""
        _, inverse, counts = np.unique(self.row, return_inverse=True, return_counts=True)
        whole = counts[inverse] == 3
        return self.reference[whole].reshape(-1, 3), self.prediction[whole].reshape(-1, 3)

    def take(self, chosen: Indices | Mask | slice) -> Values:
        """Some of the components."""
        return Values(
            self.reference[chosen],
            self.prediction[chosen],
            self.configuration[chosen],
            self.row[chosen],
            self.component[chosen],
        )


@dataclass(frozen=True)
class Evaluation:
    """Reference and predicted values of n configurations with N atoms together.

    Attributes
    ----------
    sources : tuple of str
        Where each configuration comes from, ``"file.extxyz:17"``.
    groups : tuple of str
        Group of each configuration.
    n_atoms : (n,)
        Atoms of each configuration.
    first : (n + 1,)
        First atom of each configuration among all atoms, and N.
    volumes : (n,)
        In Å³; NaN for a configuration without periodicity.
    energy_ref, energy_pred : (n,)
        In eV/atom.
    forces_ref, forces_pred : (N, 3)
        In eV/Å.
    stress_ref, stress_pred : (n, 6)
        In eV/Å³.
    spreads : Spreads, optional
        Expected errors, of a potential that has an uncertainty.
    """

    sources: tuple[str, ...]
    groups: tuple[str, ...]
    n_atoms: Indices
    first: Indices
    volumes: Array
    energy_ref: Array
    energy_pred: Array
    forces_ref: Array
    forces_pred: Array
    stress_ref: Array
    stress_pred: Array
    spreads: Spreads | None = None

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def owner(self) -> Indices:
        """Configuration of each atom, (N,)."""
        return np.repeat(np.arange(len(self)), self.n_atoms)

    def values(self, quantity: str) -> Values:
        """Labelled components of ``"energy"``, ``"forces"`` or ``"stress"``."""
        if quantity not in QUANTITIES:
            raise ValueError(f"quantity {quantity!r}; expected one of {', '.join(QUANTITIES)}")
        reference = getattr(self, f"{quantity}_ref").reshape(
            -1, len(QUANTITIES[quantity].components)
        )
        prediction = getattr(self, f"{quantity}_pred").reshape(reference.shape)
        row, component = np.nonzero(np.isfinite(reference))
        return Values(
            reference[row, component],
            prediction[row, component],
            self.owner[row] if quantity == "forces" else row,
            row,
            component,
        )

    def by_group(self) -> dict[str, Mask]:
        """Members (n,) of each group, in order of appearance."""
        names = np.array(self.groups, dtype=object)
        return {name: np.asarray(names == name, dtype=bool) for name in dict.fromkeys(self.groups)}

    def subset(self, indices: ArrayLike) -> Evaluation:
        """Evaluation of the configurations at ``indices``, in that order."""
        wanted = np.asarray(indices)
        chosen = np.arange(len(self))[wanted if wanted.size else wanted.astype(np.int64)]
        n_atoms = self.n_atoms[chosen]
        first = np.concatenate([[0], np.cumsum(n_atoms)]).astype(np.int64)
        atoms = np.arange(first[-1]) + np.repeat(self.first[chosen] - first[:-1], n_atoms)
        return Evaluation(
            tuple(self.sources[i] for i in chosen),
            tuple(self.groups[i] for i in chosen),
            n_atoms,
            first,
            self.volumes[chosen],
            self.energy_ref[chosen],
            self.energy_pred[chosen],
            self.forces_ref[atoms],
            self.forces_pred[atoms],
            self.stress_ref[chosen],
            self.stress_pred[chosen],
            None if self.spreads is None else self.spreads.subset(chosen, atoms),
        )

    def to_extxyz(self, path: str | Path, dataset: Dataset) -> None:
        """Write the configurations with both labels, by :func:`write_predictions`."""
        write_predictions(path, self, dataset)


def write_predictions(path: str | Path, evaluation: Evaluation, dataset: Dataset) -> None:
    """Write every configuration with its reference and predicted labels.

    Expected errors, where there are: ``pred_energy_std`` (total, eV) and ``pred_stress_std``, and
    per atom ``pred_forces_std`` and the extrapolation grade ``pred_gamma``.

    Per configuration ``REF_energy``, ``pred_energy`` (total, eV) and ``REF_stress``,
    ``pred_stress`` (Voigt xx yy zz yz xz xy, eV/Å³); per atom ``REF_forces``, ``pred_forces``
    (eV/Å).  A label that does not exist is not written; atoms without labelled forces are false in
    the column ``force_mask``.  ``config_type`` and ``source`` say which configuration it is.

    Raises
    ------
    DataError
        The evaluation is not one of this dataset.
    """
    if len(dataset) != len(evaluation) or not np.array_equal(dataset.n_atoms, evaluation.n_atoms):
        raise DataError(
            f"{path}: evaluation of {len(evaluation)} configurations with "
            f"{evaluation.first[-1]} atoms; the dataset has {len(dataset)} with "
            f"{int(np.sum(dataset.n_atoms))}, or other sizes"
        )
    with replacing(path) as new, new.open("w", encoding="utf-8") as file:
        for i in range(len(evaluation)):
            write_frame(file, _labelled(evaluation, i, dataset[i]))


def _labelled(evaluation: Evaluation, i: int, atoms: Atoms) -> Atoms:
    """One configuration with both sets of labels."""
    atoms = atoms.copy()
    n = int(evaluation.n_atoms[i])
    atoms.info["config_type"] = evaluation.groups[i]
    atoms.info["source"] = evaluation.sources[i]
    energies = {"REF": evaluation.energy_ref[i], "pred": evaluation.energy_pred[i]}
    stresses = {"REF": evaluation.stress_ref[i], "pred": evaluation.stress_pred[i]}
    for name, energy in energies.items():
        if np.isfinite(energy):
            atoms.info[f"{name}_energy"] = float(energy) * n
    for name, stress in stresses.items():
        if np.isfinite(stress).all():
            atoms.info[f"{name}_stress"] = stress.copy()
    rows = slice(evaluation.first[i], evaluation.first[i + 1])
    _set_forces(atoms, evaluation.forces_ref[rows], evaluation.forces_pred[rows])
    if evaluation.spreads is not None:
        _set_spreads(atoms, evaluation.spreads, i, rows)
    return atoms


def _set_spreads(atoms: Atoms, spreads: Spreads, i: int, rows: slice) -> None:
    """Expected errors of one configuration, those that there are."""
    if np.isfinite(spreads.energy[i]):
        atoms.info["pred_energy_std"] = float(spreads.energy[i]) * len(atoms)
    if np.isfinite(spreads.stress[i]).all():
        atoms.info["pred_stress_std"] = spreads.stress[i].copy()
    for name, values in (("forces_std", spreads.forces), ("gamma", spreads.gamma)):
        if np.isfinite(values[rows]).all():
            atoms.set_array(f"pred_{name}", values[rows])


def _set_forces(atoms: Atoms, reference: Array, predicted: Array) -> None:
    """Per-atom columns of one configuration."""
    labelled = np.all(np.isfinite(reference), axis=1)
    atoms.set_array("pred_forces", predicted)
    if labelled.any():
        atoms.set_array("REF_forces", np.where(labelled[:, None], reference, 0.0))
    if labelled.any() and not labelled.all():
        atoms.set_array("force_mask", labelled)
