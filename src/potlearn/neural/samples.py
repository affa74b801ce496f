r"""What a network is trained on: labels less the potential that training starts from.

Residuals are those of the linear part and its reference potential, in the units of a fit's rows:
energies per atom (eV/atom), forces (eV/Å), virials per atom (eV/atom).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from potlearn.fit import FitSettings
from potlearn.fit.rows.make import Block, RowMaker
from potlearn.fit.rows.names import in_fit
from potlearn.fit.weights import QUANTITIES
from potlearn.neural.inputs import Inputs
from potlearn.potentials.linear import LinearPotential
from potlearn.runtime import Report, spans_within
from potlearn.structure.system import System
from potlearn.typing import Array, Species

if TYPE_CHECKING:
    from potlearn.data import Dataset


@dataclass(frozen=True, eq=False)
class Sample:
    """One configuration of N atoms.

    Attributes
    ----------
    index : int
        In the dataset.
    source : str
        File and frame.
    energy : float
        Label less the linear model, eV/atom; 0 without a label.
    forces : (N, 3)
    virial : (6,)
    weights : (3,)
        Of the squared residuals of energy, forces and virial; 0 without a label.
    labelled : (N,)
        1 for atoms whose forces are labelled, else 0.
    """

    index: int
    source: str
    energy: float
    forces: Array
    virial: Array
    weights: Array
    labelled: Array

    def __len__(self) -> int:
        return len(self.labelled)


@dataclass(frozen=True, eq=False)
class Batch:
    """B configurations side by side with N atoms; arrays are those of :class:`Sample`, joined.

    Attributes
    ----------
    system : System
    x : (N, M)
        Standardised features, in the precision of the networks.
    energy, forces, virial, weights, labelled :
        (B,), (N, 3), (B, 6), (B, 3), (N,).
    sizes : (B,)
        Atoms of each configuration.
    sources : tuple of str
    """

    system: System
    x: Array
    energy: Array
    forces: Array
    virial: Array
    weights: Array
    labelled: Array
    sizes: Array
    sources: tuple[str, ...]

    @classmethod
    def of(cls, samples: Sequence[Sample], inputs: Inputs) -> Batch:
        """Samples as one system."""
        system, x = inputs.joined([s.index for s in samples])
        return cls(
            system,
            x,
            np.array([s.energy for s in samples]),
            np.concatenate([s.forces for s in samples]),
            np.stack([s.virial for s in samples]),
            np.stack([s.weights for s in samples]),
            np.concatenate([s.labelled for s in samples]),
            np.array([len(s) for s in samples], float),
            tuple(s.source for s in samples),
        )

    @property
    def owner(self) -> Species:
        """Configuration of each atom, (N,)."""
        assert self.system.owner is not None
        return self.system.owner

    @property
    def force_weights(self) -> Array:
        """Weight of the squared force residuals of every atom, (N,)."""
        found: Array = self.weights[self.owner, 1] * self.labelled
        return found

    def with_energies(self, factor: float) -> Batch:
        """The batch with other weights of energies."""
        if factor == 1.0:
            return self
        return replace(self, weights=self.weights * np.array([factor, 1.0, 1.0]))


@dataclass(frozen=True, eq=False)
class Samples:
    """Configurations that have labels with a weight, and their inputs.

    Attributes
    ----------
    items : tuple of Sample
    inputs : Inputs
        Of the whole dataset; ``Sample.index`` counts in it.
    """

    items: tuple[Sample, ...]
    inputs: Inputs

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        linear: LinearPotential,
        settings: FitSettings,
        inputs: Inputs,
        energy: float = 1.0,
        progress: Report | None = None,
    ) -> Samples:
        """Labels less the linear potential; weights of energies are multiplied by ``energy``.

        Raises
        ------
        FitError, DataError
            NaN in labels or predictions, a stress label without a cell.
        """
        maker = _Maker(dataset, linear, settings, inputs)
        maker.own = maker.own * np.array([energy, 1.0, 1.0])
        items = []
        for index in range(len(dataset)):
            items.append(maker.sample(index))
            if progress is not None:
                progress(index + 1, len(dataset))
        return cls(tuple(s for s in items if s.weights.any()), inputs)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def n_atoms(self) -> int:
        """Number of all atoms."""
        return sum(len(s) for s in self.items)

    def among(self, indices: Iterable[int]) -> Samples:
        """The configurations whose index in the dataset is among some."""
        chosen = set(indices)
        return Samples(tuple(s for s in self.items if s.index in chosen), self.inputs)

    def batch(self, numbers: Iterable[int]) -> Batch:
        """The samples of these numbers as one batch."""
        return Batch.of([self.items[k] for k in numbers], self.inputs)

    def batches(self, n_atoms: int) -> Iterator[Batch]:
        """All samples in their order, with at most so many atoms together."""
        for start, end in spans_within([len(s) for s in self.items], n_atoms):
            yield self.batch(range(start, end))


class _Maker:
    """Makes samples."""

    def __init__(
        self, dataset: Dataset, linear: LinearPotential, settings: FitSettings, inputs: Inputs
    ) -> None:
        self.dataset, self.linear, self.settings, self.inputs = dataset, linear, settings, inputs
        self.rows = RowMaker(dataset, linear.descriptor, linear.reference, settings.weights.used)
        own = settings.configuration_weights
        given = np.ones((len(dataset), 3)) if own is None else np.asarray(own, float)
        self.own = given[:, None].repeat(3, 1) if given.ndim == 1 else given

    def sample(self, index: int) -> Sample:
        """Residuals and weights of a configuration; its pairs are kept if there is room."""
        n = len(self.inputs.system(index))
        blocks = self.rows.predicted(index, self.linear.evaluator)
        excluded = frozenset(self.settings.exclude)
        blocks = {q: x.take(in_fit(excluded, index, q, x)) for q, x in blocks.items()}
        residuals = {q: _residual(block) for q, block in blocks.items() if len(block.labels)}
        forces, labelled = np.zeros((n, 3)), np.zeros(n)
        weights = self._weights(index, residuals)
        if weights[1] > 0:
            known = blocks["forces"].atoms[::3]
            forces[known], labelled[known] = residuals["forces"].reshape(-1, 3), 1.0
        return Sample(
            index,
            self.dataset.source(index),
            float(residuals["energy"][0]) if "energy" in residuals else 0.0,
            forces,
            residuals.get("stress", np.zeros(6)),
            weights,
            labelled,
        )

    def _weights(self, index: int, labelled: Collection[str]) -> Array:
        group, given = self.dataset.groups[index], self.settings.weights
        found = [given.of(group, q) if q in labelled else 0.0 for q in QUANTITIES]
        weights: Array = self.own[index] * np.array(found)
        return weights


def _residual(block: Block) -> Array:
    found: Array = block.labels - block.reference - block.rows[:, 0]
    return found
