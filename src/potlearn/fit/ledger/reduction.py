"""Reduction of a dataset's rows to a ledger: chunk by chunk, in one process or several.

Chunks are fixed by the data and merged in their order, and BLAS runs on one thread, so that the
ledger has the same bits whatever the number of workers, and whether or not it was interrupted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from potlearn.fit.ledger.file import LedgerCheckpoint
from potlearn.fit.ledger.layout import Layout
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.rows.kept import KeptRows
from potlearn.fit.rows.make import Block, unit_stress
from potlearn.runtime import Executor, Keeper, Report, run_chunks
from potlearn.typing import Array


class Part(NamedTuple):
    """Ledger of one chunk, and those of its rows that are to be kept, by configuration."""

    ledger: Ledger
    rows: Mapping[int, Mapping[str, Block]]


@dataclass(frozen=True)
class ChunkWork:
    """All that is needed to reduce a chunk; it travels to the worker processes once."""

    rows: KeptRows
    layout: Layout
    n_kept: int

    def __call__(self, chunk: int) -> Part:
        """Ledger of one chunk's rows, and the rows of configurations below ``n_kept``."""
        ledger, kept = Ledger(self.layout.columns), {}
        for index in range(*self.layout.chunks[chunk]):
            blocks = self.rows.blocks(index)
            self._add(ledger, index, blocks)
            if index < self.n_kept:
                kept[index] = blocks
        return Part(ledger.compact(), kept)

    def _add(self, ledger: Ledger, index: int, blocks: Mapping[str, Block]) -> None:
        for quantity, whole in blocks.items():
            scale = self.layout.scale(index, quantity)
            if scale == 0:
                continue
            block = self.layout.kept(index, quantity, whole)
            rows, labels, reference = block.rows, block.labels, block.reference
            isotropic = self._isotropic(index, len(rows)) if quantity == "stress" else None
            if scale != 1.0:
                rows, labels, reference = rows * scale, labels * scale, reference * scale
                isotropic = None if isotropic is None else isotropic * scale
            ledger.add(self.layout.key(index, quantity), rows, labels, reference, isotropic)

    def _isotropic(self, index: int, n_rows: int) -> Array | None:
        """Virial per atom of a stress of 1 eV/Å³ along all axes; None where labels are left out."""
        return unit_stress(self.rows.maker.dataset.geometry(index)) if n_rows else None


def reduce_dataset(
    rows: KeptRows,
    layout: Layout,
    executor: Executor,
    *,
    checkpoint: LedgerCheckpoint | None = None,
    report: Report | None = None,
) -> Ledger:
    """Ledger of all chunks; the checkpoint is replaced as they finish, and continued if present.

    Raises
    ------
    FitError
        The checkpoint is of another fit.
    """
    ledger, n_done = (checkpoint.load() if checkpoint else None) or (Ledger(layout.columns), 0)
    reached = [n_done]
    keeper = Keeper(
        checkpoint.file if checkpoint else None,
        lambda: LedgerCheckpoint.state(ledger, reached[0]),
    )

    def take(chunk: int, part: Part) -> None:
        for index, blocks in part.rows.items():
            if not rows.has(index):  # they come from another process
                rows.keep(index, blocks)
        ledger.merge(part.ledger)
        reached[0] = chunk + 1
        keeper.changed()

    with keeper.keeping():
        run_chunks(
            ChunkWork(rows, layout, rows.n_kept),
            lambda chunk: chunk,
            layout.chunks,
            take,
            executor=executor,
            finished=range(n_done),
            report=report,
        )
    return ledger
