"""Prediction of labelled configurations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from potlearn.errors import DataError, SpeciesError
from potlearn.metrics.evaluation import Evaluation
from potlearn.metrics.quantities import QUANTITIES
from potlearn.metrics.spreads import LEVELS, Spreads
from potlearn.potentials.spread import Spread
from potlearn.structure.neighbors import Neighbors, neighbors
from potlearn.typing import Array, Atoms, Indices

if TYPE_CHECKING:
    from potlearn.data import Dataset, Labels
    from potlearn.potentials import Potential
    from potlearn.runtime import Report

Look: TypeAlias = Callable[[Atoms, Neighbors, str], None]
"""Looks at a configuration, its neighbours within the potential's cutoff, and its source."""


def evaluate(
    potential: Potential,
    dataset: Dataset,
    progress: Report | None = None,
    look: Look | None = None,
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
    look : callable, optional
        Called with every configuration, its neighbour list and its source before it is predicted,
        such as a check that warns.

    Raises
    ------
    DataError
        A configuration that has no energy (see :func:`potlearn.structure.neighbors`), or a
        predicted number that is not finite; names the configuration and the quantity.
    SpeciesError
        An element that the potential does not know.
    """
    rows = []
    for i in range(len(dataset)):
        rows.append(
            _row(potential, dataset.geometry(i), dataset.labels(i), dataset.source(i), look)
        )
        if progress is not None:
            progress(i + 1, len(dataset))
    n_atoms = np.array([len(row.forces_ref) for row in rows], dtype=np.int64)
    return Evaluation(
        sources=tuple(dataset.source(i) for i in range(len(dataset))),
        groups=tuple(dataset.groups),
        n_atoms=n_atoms,
        first=np.concatenate([[0], np.cumsum(n_atoms)]).astype(np.int64),
        volumes=np.array([row.volume for row in rows], dtype=float),
        energy_ref=np.array([row.energy_ref for row in rows], dtype=float),
        energy_pred=np.array([row.energy_pred for row in rows], dtype=float),
        forces_ref=np.concatenate([np.zeros((0, 3)), *(row.forces_ref for row in rows)]),
        forces_pred=np.concatenate([np.zeros((0, 3)), *(row.forces_pred for row in rows)]),
        stress_ref=np.array([row.stress_ref for row in rows], dtype=float).reshape(-1, 6),
        stress_pred=np.array([row.stress_pred for row in rows], dtype=float).reshape(-1, 6),
        spreads=_spreads(potential, [row.spread for row in rows], n_atoms),
    )


def _spreads(
    potential: Potential, spreads: list[Spread | None], n_atoms: Indices
) -> Spreads | None:
    """Expected errors of all configurations; None of a potential without an uncertainty."""
    uncertainty = getattr(potential, "uncertainty", None)
    if uncertainty is None:
        return None
    found, sizes = [spread or Spread() for spread in spreads], n_atoms.tolist()
    energies = [np.nan if s.energy is None else s.energy for s in found]
    stresses = [None if s.stress is None else s.stress[None] for s in found]
    return Spreads(
        energy=np.array(energies, float) / n_atoms,
        forces=_joined([s.forces for s in found], sizes, (3,)),
        stress=_joined(stresses, [1] * len(found), (6,)),
        gamma=_joined([s.gamma for s in found], sizes, ()),
        widths={
            quantity: np.array([uncertainty.factor(quantity, level) for level in LEVELS])
            for quantity in QUANTITIES
            if quantity in uncertainty.parts
        },
    )


def _joined(parts: list[Array | None], sizes: list[int], shape: tuple[int, ...]) -> Array:
    """Rows one after the other, NaN where there are none."""
    rows = [np.zeros((0, *shape))]
    for part, n in zip(parts, sizes, strict=True):
        rows.append(np.full((n, *shape), np.nan) if part is None else part)
    return np.concatenate(rows)


class _Row(NamedTuple):
    """Reference and prediction of one configuration, in the units of an evaluation."""

    volume: float
    energy_ref: float
    energy_pred: float
    forces_ref: Array
    forces_pred: Array
    stress_ref: Array
    stress_pred: Array
    spread: Spread | None


def _row(
    potential: Potential, atoms: Atoms, labels: Labels, source: str, look: Look | None
) -> _Row:
    """Predict one configuration; what the potential refuses is named by its source."""
    try:
        list_ = neighbors(atoms, potential.cutoff)
        if look is not None:
            look(atoms, list_, source)
        prediction = potential.predict(atoms, list_)
        spread = None
        if getattr(potential, "uncertainty", None) is not None:
            spread = potential.spread(atoms, list_)  # type: ignore[attr-defined]
    except (DataError, SpeciesError) as error:
        raise type(error)(f"{source}: {error}") from None
    n, volume = len(atoms), _volume(atoms, labels)
    row = _Row(
        volume=volume,
        energy_ref=np.nan if labels.energy is None else labels.energy / n,
        energy_pred=prediction.energy / n,
        forces_ref=_reference_forces(labels, n),
        forces_pred=np.asarray(prediction.forces, dtype=float).reshape(n, 3),
        stress_ref=np.full(6, np.nan) if labels.stress is None else labels.stress,
        stress_pred=-np.asarray(prediction.virial, dtype=float).reshape(6) / volume,
        spread=spread,
    )
    _check_finite(row, source)
    return row


def _volume(atoms: Atoms, labels: Labels) -> float:
    """Volume in Å³ where a stress is defined (periodic, or with a labelled stress), else NaN."""
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


def _check_finite(row: _Row, source: str) -> None:
    """Refuse predictions that are not finite (stress without a volume excepted)."""
    predicted = {
        "energy": np.asarray(row.energy_pred),
        "forces": row.forces_pred,
        "stress": row.stress_pred,
    }
    if np.isnan(row.volume):
        del predicted["stress"]
    for quantity, values in predicted.items():
        rows = np.atleast_1d(values)
        bad = ~np.isfinite(rows).reshape(len(rows), -1).all(axis=1)
        if bad.any():
            k = int(np.argmax(bad))
            where = f" of atom {k}" if quantity == "forces" else ""
            raise DataError(
                f"{source}: the potential predicts {quantity} that are not finite{where}: "
                f"{(rows[k] if where else values).tolist()}"
            )
