"""Errors of a potential on labelled configurations, and these as files hold them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from potlearn.metrics import evaluate, metrics
from potlearn.typing import Atoms

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import Potential

MEASURES = ("rmse", "mae")


def errors_of(potential: Potential, dataset: Dataset) -> dict[str, dict[str, float]]:
    """Errors by quantity and measure, eV/atom, eV/Å and eV/Å³, of those that have labels."""
    found: dict[str, dict[str, float]] = {}
    for quantity, measured in metrics(evaluate(potential, dataset))["all"].items():
        numbers = {name: measured[name] for name in MEASURES}
        known = {name: float(x) for name, x in numbers.items() if x is not None}
        if known:
            found[quantity] = known
    return found


def labelled(dataset: Dataset) -> Iterator[Atoms]:
    """Configurations with their labels under the names ``REF_energy``, ``REF_forces``, ..."""
    for k in range(len(dataset)):
        atoms, labels = dataset[k].copy(), dataset.labels(k)
        if labels.energy is not None:
            atoms.info["REF_energy"] = float(labels.energy)
        if labels.forces is not None:
            forces = np.array(labels.forces)
            if labels.force_mask is not None:
                forces[~labels.force_mask] = np.nan
            atoms.arrays["REF_forces"] = forces
        if labels.stress is not None:
            atoms.info["REF_stress"] = np.array(labels.stress)
        yield atoms
