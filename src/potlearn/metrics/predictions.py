"""Predictions beside reference labels in an extended XYZ file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.errors import DataError

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.metrics.evaluation import Evaluation


def write_predictions(path: str | Path, evaluation: Evaluation, dataset: Dataset) -> None:
    """Write every configuration with its reference and predicted labels.

    Per configuration ``REF_energy``, ``pred_energy`` (total, eV) and ``REF_stress``,
    ``pred_stress`` (Voigt xx yy zz yz xz xy, eV/Å³); per atom ``REF_forces``, ``pred_forces``
    (eV/Å).  A label that does not exist is not written; atoms without labelled forces are false in
    the column ``force_mask``.  ``config_type`` and ``source`` say which configuration it is.

    Raises
    ------
    DataError
        The evaluation is not one of this dataset.
    """
    from ase.io.extxyz import write_extxyz

    if len(dataset) != len(evaluation) or not np.array_equal(dataset.n_atoms, evaluation.n_atoms):
        raise DataError(
            f"{path}: evaluation of {len(evaluation)} configurations with "
            f"{evaluation.first[-1]} atoms; the dataset has {len(dataset)} with "
            f"{int(np.sum(dataset.n_atoms))}, or other sizes"
        )
    with Path(path).open("w", encoding="utf-8") as file:
        for i in range(len(evaluation)):
            write_extxyz(file, [_labelled(evaluation, i, dataset[i])], write_results=False)


def _labelled(evaluation: Evaluation, i: int, atoms: Any) -> Any:
    """One configuration that carries both sets of labels."""
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
    return atoms


def _set_forces(atoms: Any, reference: Any, predicted: Any) -> None:
    """Per-atom columns of one configuration."""
    labelled = np.isfinite(reference).all(axis=1)
    atoms.set_array("pred_forces", predicted)
    if labelled.any():
        atoms.set_array("REF_forces", np.where(labelled[:, None], reference, 0.0))
    if labelled.any() and not labelled.all():
        atoms.set_array("force_mask", labelled)
