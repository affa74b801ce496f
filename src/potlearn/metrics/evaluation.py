r"""What a potential predicts for labelled configurations, beside the labels.

Energies are per atom (eV/atom), forces in eV/Å, stress in eV/Å³ (Voigt xx yy zz yz xz xy, positive
under tension; ``stress = -virial / V``).  A reference value that does not exist is NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from potlearn.errors import DataError

if TYPE_CHECKING:
    from potlearn.data import Dataset, Labels
    from potlearn.potentials import Potential

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

QUANTITIES = ("energy", "forces", "stress")
_COMPONENTS = {"energy": 1, "forces": 3, "stress": 6}


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
    configuration: NDArray[np.int64]
    row: NDArray[np.int64]
    component: NDArray[np.int64]

    @property
    def error(self) -> Array:
        """Prediction minus reference, (m,)."""
        return self.prediction - self.reference

    def take(self, chosen: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Values:
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
    """

    sources: tuple[str, ...]
    groups: tuple[str, ...]
    n_atoms: NDArray[np.int64]
    first: NDArray[np.int64]
    volumes: Array
    energy_ref: Array
    energy_pred: Array
    forces_ref: Array
    forces_pred: Array
    stress_ref: Array
    stress_pred: Array

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def owner(self) -> NDArray[np.int64]:
        """Configuration of each atom, (N,)."""
        return np.repeat(np.arange(len(self)), self.n_atoms)

    def values(self, quantity: str) -> Values:
        """Labelled components of ``"energy"``, ``"forces"`` or ``"stress"``."""
        if quantity not in QUANTITIES:
            raise ValueError(f"quantity {quantity!r}; expected one of {', '.join(QUANTITIES)}")
        reference = getattr(self, f"{quantity}_ref").reshape(-1, _COMPONENTS[quantity])
        prediction = getattr(self, f"{quantity}_pred").reshape(reference.shape)
        row, component = np.nonzero(np.isfinite(reference))
        return Values(
            reference[row, component],
            prediction[row, component],
            self.owner[row] if quantity == "forces" else row,
            row,
            component,
        )

    def by_group(self) -> dict[str, NDArray[np.bool_]]:
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
        )

    def to_extxyz(self, path: str | Path, dataset: Dataset) -> None:
        """Write the configurations with both labels; see :func:`write_predictions`."""
        from potlearn.metrics.predictions import write_predictions

        write_predictions(path, self, dataset)


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


def _row(potential: Potential, atoms: Any, labels: Labels, source: str) -> dict[str, Any]:
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


def _volume(atoms: Any, labels: Labels) -> float:
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
