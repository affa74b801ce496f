"""The rows of a dataset in a row store, made without a fit: any number of fits read them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.fit.rows.layout import Layout, fingerprint
from potlearn.fit.rows.make import RowMaker
from potlearn.fit.rows.store import RowStore, row_counts
from potlearn.fit.weights import QUANTITIES, Weights
from potlearn.runtime import Executor, Progress, make_executor, reporting

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.potentials import Potential


def store_rows(
    dataset: Dataset,
    descriptor: Descriptor,
    folder: str | Path,
    *,
    reference: Potential | None = None,
    quantities: Sequence[str] = QUANTITIES,
    workers: int | Executor = 1,
    progress: Progress = None,
) -> RowStore:
    """Make the rows of every configuration; those that ``folder`` holds already are not made again.

    Parameters
    ----------
    dataset, descriptor, reference :
        As for :func:`~potlearn.fit.fit_linear`.
    folder : path
        Folder of the store.
    quantities : sequence of str
        Which of energy, forces and stress are wanted.
    workers : int or Executor
    progress : bool or function, optional
        True: a progress bar; a function: called with (configurations done, all).

    Raises
    ------
    FitError
        NaN in a row, or a folder that holds the rows of something else.
    SpeciesError
        The dataset holds an element that the descriptor does not know.
    """
    dataset.check_species(descriptor.species)
    layout = Layout.of(dataset, descriptor, Weights())
    maker = RowMaker(dataset, descriptor, reference, tuple(quantities))
    content = {
        "data": dataset.content_key(),
        "descriptor": fingerprint(descriptor.to_dict()),
        "reference": fingerprint(reference.to_dict() if reference else None),
        "quantities": " ".join(quantities),
    }
    counts = row_counts(dataset, quantities)
    store = RowStore(folder, len(layout.columns), counts, layout.chunks, content)
    executor = make_executor(workers) if isinstance(workers, int) else workers
    todo = [k for k in range(len(layout.chunks)) if k not in store.finished]
    with (
        reporting(progress, "design rows") as report,
        closing(executor.map(_Rows(maker, store), todo)) as results,
    ):
        if report and not todo:
            report(len(dataset), len(dataset))
        for chunk, _ in zip(todo, results, strict=True):
            store.mark(chunk)
            if report:
                report(layout.chunks[chunk][1], len(dataset))
    return store


@dataclass(frozen=True)
class _Rows:
    """Work on a chunk: its rows are written to the store."""

    maker: RowMaker
    store: RowStore

    def __call__(self, chunk: int) -> int:
        for index in range(*self.store.chunks[chunk]):
            self.store.write(index, self.maker.blocks(index))
        return chunk
