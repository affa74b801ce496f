r"""What a network is trained on: labels less the linear model, features, and pairs of atoms.

Residuals are those of the linear part and its reference potential, in the units of a fit's rows:
energies per atom (eV/atom), forces (eV/Å), virials per atom (eV/atom).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from potlearn.fit import FitSettings
from potlearn.fit.rows.make import Block, RowMaker
from potlearn.fit.rows.names import in_fit
from potlearn.fit.weights import QUANTITIES
from potlearn.potentials.linear import LinearPotential
from potlearn.runtime import Report
from potlearn.structure.neighbors import neighbors, side_by_side
from potlearn.structure.species import species_indices
from potlearn.structure.system import System
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.data import Dataset


@dataclass(frozen=True, eq=False)
class Sample:
    """One configuration.

    Attributes
    ----------
    system : System
    features : (N, M)
    energy : float
        Label less the linear model, eV/atom; 0 without a label.
    forces : (N, 3)
    virial : (6,)
    weights : (3,)
        Of the squared residuals of energy, forces and virial; 0 without a label.
    labelled : (N,)
        1 for atoms whose forces are labelled, else 0.
    """

    system: System
    features: Array
    energy: float
    forces: Array
    virial: Array
    weights: Array
    labelled: Array


@dataclass(frozen=True, eq=False)
class Batch:
    """Configurations side by side: those of :class:`Sample`, joined, B of them with N atoms."""

    system: System
    features: Array
    energy: Array
    forces: Array
    virial: Array
    weights: Array
    labelled: Array
    sizes: Array

    @classmethod
    def of(cls, samples: Sequence[Sample], cutoff: float) -> Batch:
        """Samples as one system."""
        sizes = np.array([len(s.system) for s in samples])
        system = System(
            np.concatenate([s.system.positions for s in samples]),
            np.concatenate([s.system.species for s in samples]),
            side_by_side([s.system.neighbors for s in samples], cutoff),
            np.repeat(np.arange(len(samples), dtype=np.int32), sizes),
            len(samples),
        )
        return cls(
            system,
            np.concatenate([s.features for s in samples]),
            np.array([s.energy for s in samples]),
            np.concatenate([s.forces for s in samples]),
            np.stack([s.virial for s in samples]),
            np.stack([s.weights for s in samples]),
            np.concatenate([s.labelled for s in samples]),
            sizes.astype(float),
        )

    @property
    def force_weights(self) -> Array:
        """Weight of the squared force residuals of every atom, (N,)."""
        assert self.system.owner is not None
        found: Array = self.weights[self.system.owner, 1] * self.labelled
        return found


@dataclass(frozen=True, eq=False)
class Samples:
    """All configurations of a dataset that have labels."""

    items: tuple[Sample, ...]
    cutoff: float

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        linear: LinearPotential,
        settings: FitSettings,
        progress: Report | None = None,
    ) -> Samples:
        """Labels less the linear potential, and features.

        Raises
        ------
        FitError, DataError
            NaN in labels or predictions, a stress label without a cell.
        """
        maker = _Maker(dataset, linear, settings)
        items = []
        for index in range(len(dataset)):
            items.append(maker.sample(index))
            if progress is not None:
                progress(index + 1, len(dataset))
        return cls(tuple(s for s in items if s.weights.any()), linear.descriptor.cutoff)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def features(self) -> Array:
        """Of all atoms, (N, M)."""
        return np.concatenate([s.features for s in self.items])

    @property
    def species(self) -> Array:
        """Of all atoms, (N,)."""
        return np.concatenate([s.system.species for s in self.items])

    @property
    def force_weight(self) -> float:
        """Mean weight of all force components of a configuration; of energies without forces."""
        total = sum(3.0 * s.weights[1] * s.labelled.sum() for s in self.items)
        if total == 0.0:
            total = sum(float(s.weights.sum()) for s in self.items)
        return float(total) / max(len(self.items), 1)

    def batches(self, size: int, order: Sequence[int]) -> Iterator[Batch]:
        """Batches of so many configurations, in this order."""
        for start in range(0, len(order), size):
            yield Batch.of([self.items[k] for k in order[start : start + size]], self.cutoff)


class _Maker:
    """Makes samples."""

    def __init__(self, dataset: Dataset, linear: LinearPotential, settings: FitSettings) -> None:
        self.dataset, self.linear, self.settings = dataset, linear, settings
        self.rows = RowMaker(dataset, linear.descriptor, linear.reference, settings.weights.used)
        own = settings.configuration_weights
        given = np.ones((len(dataset), 3)) if own is None else np.asarray(own, float)
        self.own = given[:, None].repeat(3, 1) if given.ndim == 1 else given

    def sample(self, index: int) -> Sample:
        atoms, descriptor = self.dataset[index], self.linear.descriptor
        system = System(
            np.array(atoms.positions),
            species_indices(atoms, descriptor.species),
            neighbors(atoms, descriptor.cutoff),
        )
        blocks = self.rows.predicted(index, self.linear.evaluator)
        excluded = frozenset(self.settings.exclude)
        blocks = {q: x.take(in_fit(excluded, index, q, x)) for q, x in blocks.items()}
        residuals = {q: _residual(block) for q, block in blocks.items() if len(block.labels)}
        forces, labelled = np.zeros((len(atoms), 3)), np.zeros(len(atoms))
        if "forces" in residuals:
            known = blocks["forces"].atoms[::3]
            forces[known], labelled[known] = residuals["forces"].reshape(-1, 3), 1.0
        return Sample(
            system,
            descriptor.features(system),
            float(residuals["energy"][0]) if "energy" in residuals else 0.0,
            forces,
            residuals.get("stress", np.zeros(6)),
            self._weights(index, residuals),
            labelled,
        )

    def _weights(self, index: int, labelled: Collection[str]) -> Array:
        group, given = self.dataset.groups[index], self.settings.weights
        found = [given.of(group, q) if q in labelled else 0.0 for q in QUANTITIES]
        return self.own[index] * found


def _residual(block: Block) -> Array:
    found: Array = block.labels - block.reference - block.rows[:, 0]
    return found
