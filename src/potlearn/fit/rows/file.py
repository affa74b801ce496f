"""Rows of configurations in a file: written and read span by span, never mapped into memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.fit.rows.make import Block
from potlearn.fit.weights import QUANTITIES
from potlearn.runtime.chunks import Span
from potlearn.runtime.store.files import reserve, writing
from potlearn.typing import Array, Indices

if TYPE_CHECKING:
    from potlearn.data import Dataset

EXTRA = 3
"""Numbers of a row beside its design columns: label, reference, atom (-1: all)."""


def row_counts(dataset: Dataset, quantities: Sequence[str] = QUANTITIES) -> Indices:
    """Rows of energy, forces and stress of each configuration, (n, 3), from the labels it has."""
    table = dataset.catalog
    forces = np.where(table.n_atoms > 1, 3 * table.n_forces, 0)
    counts = np.column_stack([np.isfinite(table.energy), forces, 6 * table.stressed])
    wanted = np.array([quantity in quantities for quantity in QUANTITIES])
    return np.where(wanted, counts, 0).astype(np.int64)


def chunks_of(dataset: Dataset, n_columns: int) -> tuple[Span, ...]:
    """Consecutive configurations with some 2048 rows or twice the columns, at least one each."""
    chunks, start, total = [], 0, 0
    for i, n in enumerate(dataset.n_atoms.tolist()):
        total += 3 * n + 7
        if total >= max(2048, 2 * n_columns):
            chunks.append((start, i + 1))
            start, total = i + 1, 0
    if start < len(dataset):
        chunks.append((start, len(dataset)))
    return tuple(chunks)


class RowFile:
    """Rows (total, C + 3) in float64: design columns, label, reference, atom.

    Parameters
    ----------
    path : path
        The file; :meth:`create` makes it.
    n_columns : int
        Number of design columns C.
    counts : (n, 3) int
        Rows per configuration and quantity, as :func:`row_counts` gives them.
    """

    def __init__(self, path: Path, n_columns: int, counts: Indices) -> None:
        self.path, self.counts = path, counts
        self.first = np.concatenate([[0], np.cumsum(counts.sum(axis=1))])
        self.shape = (int(self.first[-1]), n_columns + EXTRA)

    @property
    def size(self) -> int:
        """Number of bytes."""
        return 8 * self.shape[0] * self.shape[1]

    def create(self) -> None:
        """Make the file, of zeros; OutputError where the disk has not enough space."""
        self.path.unlink(missing_ok=True)
        reserve(self.path, self.size)

    def write(self, index: int, blocks: Mapping[str, Block]) -> None:
        """Write the rows of one configuration."""
        start, stop = self.first[index : index + 2].tolist()
        rows = np.empty((stop - start, self.shape[1]))
        for quantity, span in self._spans(index).items():
            block = blocks[quantity]
            rows[span, :-EXTRA] = block.rows
            rows[span, -EXTRA:] = np.column_stack([block.labels, block.reference, block.atoms])
        with writing(self.path), self.path.open("r+b") as file:
            file.seek(8 * self.shape[1] * start)
            rows.tofile(file)

    def blocks(self, index: int) -> dict[str, Block]:
        """Rows of one configuration by quantity."""
        rows = self.read(index, index + 1)
        return {quantity: _block(rows[span]) for quantity, span in self._spans(index).items()}

    def subset(self, indices: Iterable[int], quantity: str) -> tuple[Array, Array, Array]:
        """Rows (m, C), labels and reference of one quantity of the chosen configurations."""
        found = [self.blocks(int(i)).get(quantity) for i in indices]
        blocks = [block for block in found if block is not None]
        if not blocks:
            return np.zeros((0, self.shape[1] - EXTRA)), np.zeros(0), np.zeros(0)
        return (
            np.concatenate([block.rows for block in blocks]),
            np.concatenate([block.labels for block in blocks]),
            np.concatenate([block.reference for block in blocks]),
        )

    def read(self, start: int, stop: int) -> Array:
        """All rows of configurations ``start`` to ``stop``, (m, C + 3)."""
        first, last = int(self.first[start]), int(self.first[stop])
        width = self.shape[1]
        flat = np.fromfile(
            self.path, np.float64, count=(last - first) * width, offset=8 * first * width
        )
        return flat.reshape(-1, width)

    def _spans(self, index: int) -> dict[str, slice]:
        """Where each quantity lies in the rows of a configuration."""
        start, spans = 0, {}
        for quantity, n in zip(QUANTITIES, self.counts[index].tolist(), strict=True):
            if n:
                spans[quantity] = slice(start, start + n)
            start += n
        return spans


def _block(rows: Array) -> Block:
    label, reference, atoms = rows[:, -EXTRA:].T
    return Block(rows[:, :-EXTRA], label, reference, atoms.astype(np.int64))
