r"""Rows of one configuration in a linear fit.

For N atoms, energy E, forces F and stress :math:`\sigma` with volume V:

=========  =====================================  ==========================
quantity   rows                                   label
=========  =====================================  ==========================
energy     energy row / N                         E / N, eV/atom
forces     force rows of labelled atoms           F, eV/Å
stress     virial rows / N                        :math:`-V \sigma / N`, eV/atom
=========  =====================================  ==========================

Virials are extensive as energies are: per atom, one weight serves cells of any size.  A reference
potential's values are kept with the labels.  A quantity without label has no rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from potlearn.descriptors.base import DesignRows
from potlearn.errors import DataError, FitError
from potlearn.fit.weights import QUANTITIES
from potlearn.linalg.triangular import Matrix
from potlearn.runtime import content_key
from potlearn.typing import Atoms

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor, Evaluator
    from potlearn.potentials import Potential, Prediction

Vector = NDArray[np.float64]
_ISOTROPIC = np.array([-1.0, -1.0, -1.0, 0.0, 0.0, 0.0])


class Block(NamedTuple):
    """Rows (m, C) of one quantity, labels (m,), reference (m,), atom of each row (-1: all)."""

    rows: Matrix
    labels: Vector
    reference: Vector
    atoms: NDArray[np.int64]

    def take(self, keep: NDArray[np.bool_]) -> Block:
        """The chosen rows."""
        return Block(self.rows[keep], self.labels[keep], self.reference[keep], self.atoms[keep])


@dataclass(frozen=True)
class RowMaker:
    """Makes the rows of a dataset's configurations.

    Attributes
    ----------
    dataset, descriptor, reference :
        What the rows are of; ``reference`` may be None.
    quantities : tuple of str
        Which of energy, forces and stress are wanted.
    """

    dataset: Dataset
    descriptor: Descriptor
    reference: Potential | None = None
    quantities: tuple[str, ...] = QUANTITIES

    def blocks(self, index: int) -> dict[str, Block]:
        """Rows by quantity of configuration ``index``.

        Raises
        ------
        FitError
            A design row or the reference is NaN or infinite; the message names the configuration.
        DataError
            A stress label without periodic cell.
        """
        atoms, labels = self.dataset.geometry(index), self.dataset.labels(index)
        wants_stress = labels.stress is not None and "stress" in self.quantities
        return self._blocks(index, atoms, self.descriptor.rows(atoms, virial=wants_stress))

    def predicted(self, index: int, evaluator: Evaluator) -> dict[str, Block]:
        """The same rows with one column, the prediction of folded coefficients."""
        atoms = self.dataset.geometry(index)
        found = evaluator(atoms)
        rows = DesignRows(found.energies.sum(keepdims=True), *(x.reshape(-1, 1) for x in found[1:]))
        return self._blocks(index, atoms, rows)

    def _blocks(self, index: int, atoms: Atoms, design: DesignRows) -> dict[str, Block]:
        labels, source = self.dataset.labels(index), self.dataset.source(index)
        reference = None if self.reference is None else self.reference.predict(atoms)
        blocks = {}
        if labels.energy is not None and "energy" in self.quantities:
            blocks["energy"] = _energy(len(atoms), design.energy, labels.energy, reference)
        if labels.forces is not None and "forces" in self.quantities and len(atoms) > 1:
            blocks["forces"] = _forces(design.forces, labels.forces, labels.force_mask, reference)
        if labels.stress is not None and "stress" in self.quantities:
            virial = -_volume(atoms, source) * labels.stress
            blocks["stress"] = _virial(len(atoms), design.virial, virial, reference)
        for quantity, block in blocks.items():
            _check(block, quantity, source)
        return blocks

    def content(self) -> dict[str, str]:
        """Content keys of all that decides the rows."""
        return {
            "data": self.dataset.content_key(),
            "descriptor": content_key(self.descriptor.to_dict()),
            "reference": content_key(self.reference.to_dict() if self.reference else None),
            "quantities": " ".join(self.quantities),
        }


def unit_stress(atoms: Atoms) -> Vector:
    """Virial per atom of a stress of 1 eV/Å³ along all axes, (6,): -V/N in xx, yy, zz; in Å³."""
    return float(abs(np.linalg.det(atoms.cell.array))) / len(atoms) * _ISOTROPIC


def _energy(n: int, row: Vector, label: float, reference: Prediction | None) -> Block:
    given = 0.0 if reference is None else reference.energy
    return Block(
        (row / n)[None], np.array([label / n]), np.array([given / n]), np.array([-1], np.int64)
    )


def _forces(
    rows: Matrix,
    labels: Vector,
    mask: NDArray[np.bool_] | None,
    reference: Prediction | None,
) -> Block:
    given = np.zeros(labels.size) if reference is None else reference.forces.ravel()
    atoms = np.repeat(np.arange(len(labels)), 3)
    if mask is None:
        return Block(rows, labels.ravel(), given, atoms)
    chosen = np.repeat(mask, 3)
    return Block(rows[chosen], labels.ravel()[chosen], given[chosen], atoms[chosen])


def _virial(n: int, rows: Matrix, label: Vector, reference: Prediction | None) -> Block:
    given = np.zeros(6) if reference is None else reference.virial
    return Block(rows / n, label / n, given / n, np.full(6, -1, np.int64))


def _volume(atoms: Atoms, source: str) -> float:
    volume = float(abs(np.linalg.det(atoms.cell.array)))
    if volume == 0.0:
        raise DataError(f"{source}: a stress label needs a cell; got a cell of volume 0")
    return volume


def _check(block: Block, quantity: str, source: str) -> None:
    """NaN and Inf survive a sum, so one pass of additions finds them."""
    total = block.rows.sum() + block.labels.sum() + block.reference.sum()
    if not np.isfinite(total):
        what = "design row" if not np.isfinite(block.rows).all() else "label or reference"
        raise FitError(f"{source}: NaN or Inf in a {what} of {quantity}")
