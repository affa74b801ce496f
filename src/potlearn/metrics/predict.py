"""What a potential predicts for labelled configurations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.errors import DataError
from potlearn.metrics.evaluation import QUANTITIES, Evaluation
from potlearn.typing import Array, Atoms

if TYPE_CHECKING:
    from potlearn.data import Dataset, Labels
    from potlearn.potentials import Potential

Progress = Callable[[int, int], None]


def evaluate(
    potential: Potential, dataset: Dataset, progress: Progress | None = None
) -> Evaluation:
    """Predict every configuration of a dataset.

    Parameters
    ----------
    potential : Potential
        Gives energy (eV), forces (N, 3) and virial (6,) by its ``predict``.
    dataset : Dataset
        Labels may be partial.
    progress : callable, optional
        Called with the number of configurations done and their total.

    Raises
    ------
    DataError
        A predicted number is not finite; names the configuration and the quantity.
    """
    rows = []
    for i in range(len(dataset)):
        atoms = dataset[i]
        rows.append(_row(potential, atoms, dataset.labels(i), dataset.source(i)))
        if progress is not None:
            progress(i + 1, len(dataset))
    n_atoms = np.array([len(row["forces_ref"]) for row in rows], dtype=np.int64)

    def stacked(name: str, *shape: int) -> Array:
        return np.array([row[name] for row in rows], dtype=float).reshape(-1, *shape)

    def joined(name: str) -> Array:
        return np.concatenate([np.zeros((0, 3)), *(row[name] for row in rows)])

    return Evaluation(
        tuple(dataset.source(i) for i in range(len(dataset))),
        tuple(dataset.groups),
        n_atoms,
        np.concatenate([[0], np.cumsum(n_atoms)]).astype(np.int64),
        stacked("volume"),
        stacked("energy_ref"),
        stacked("energy_pred"),
        joined("forces_ref"),
        joined("forces_pred"),
        stacked("stress_ref", 6),
        stacked("stress_pred", 6),
    )


def _row(potential: Potential, atoms: Atoms, labels: Labels, source: str) -> dict[str, Any]:
    """Reference and prediction of one configuration."""
    prediction = potential.predict(atoms)
    n, volume = len(atoms), _volume(atoms, labels)
    stress = np.full(6, np.nan) if labels.stress is None else labels.stress
    row = {
        "volume": volume,
        "energy_ref": np.nan if labels.energy is None else labels.energy / n,
        "energy_pred": prediction.energy / n,
        "forces_ref": _reference_forces(labels, n),
        "forces_pred": np.asarray(prediction.forces, dtype=float).reshape(n, 3),
        "stress_ref": stress,
        "stress_pred": -np.asarray(prediction.virial, dtype=float).reshape(6) / volume,
    }
    _check_finite(row, source)
    return row


def _volume(atoms: Atoms, labels: Labels) -> float:
    """Volume in Å³ where a stress has a meaning (periodic, or labelled so), else NaN."""
    volume = abs(float(np.linalg.det(np.asarray(atoms.cell))))
    meant = bool(np.any(atoms.pbc)) or labels.stress is not None
    return volume if meant and volume > 1e-6 else np.nan


def _reference_forces(labels: Labels, n: int) -> Array:
    """Labelled forces (n, 3), NaN elsewhere."""
    if labels.forces is None:
        return np.full((n, 3), np.nan)
    if labels.force_mask is None:
        return np.asarray(labels.forces, dtype=float)
    return np.where(labels.force_mask[:, None], labels.forces, np.nan)


def _check_finite(row: dict[str, Any], source: str) -> None:
    """Refuse predictions that are no numbers (stress without a volume excepted)."""
    for quantity in QUANTITIES:
        predicted = row[f"{quantity}_pred"]
        if quantity == "stress" and np.isnan(row["volume"]):
            continue
        if not np.all(np.isfinite(predicted)):
            raise DataError(
                f"{source}: the potential predicts {quantity} that are not finite: "
                f"{np.asarray(predicted).tolist()}"
            )
