r"""Any selector for any number of rows: chunk by chunk, in this process, in several, on a cluster.

Selectors that read rows in passes take their chunks to the workers, and choose what they would
choose without a hierarchy: moments and leverages are sums over chunks, so that a k-DPP is exact,
and greedy choices need few looks at all rows (:mod:`potlearn.select.greedy`).  All others choose
level by level (:mod:`potlearn.select.hierarchy.levels`).

Chunks are fixed by the data, and so are their random numbers: the answer does not depend on the
executor, nor on workers that die, nor on interruptions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Self

from typing_extensions import override

from potlearn.errors import SelectionError
from potlearn.runtime import SERIAL, Checkpoint, Runtime, content_key
from potlearn.select.given import Given
from potlearn.select.hierarchy.levels import choose_by_levels
from potlearn.select.parameters import check_count, check_flag, check_number, shown
from potlearn.select.rows import Rows, check_numbers
from potlearn.select.run import CHUNK, Run
from potlearn.select.seeds import seed_sequence
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Selector, Sized

# Rows of a chunk for each row that it keeps.
RATIO = 10


@dataclass(frozen=True)
class Hierarchical(Selector):
    r"""Choose with a selector from more rows than it could look at.

    Memory is that of a chunk and its choice for each worker, whatever the number of rows, if X is
    memory-mapped (``numpy.load(path, mmap_mode="r")``).

    Parameters
    ----------
    selector : Selector
        What chooses; its seed is that of the whole selection.
    chunk_size : int, optional
        Rows of a chunk; in levels at least twice the number that it keeps, by default ten times
        the number, 10,000 or more.
    oversampling : float
        In levels a chunk keeps this many times the number of rows to choose, 1 or more.
    levels : bool
        Whether to choose level by level where passes would do: rows are then read once, and the
        choice is near the flat one, not equal to it.
    runtime : Runtime
        Workers, the checkpoint from which an interrupted selection of the same rows continues,
        and progress (rows done, all) of each pass.
    """

    selector: Selector
    chunk_size: int | None = None
    oversampling: float = 2.0
    levels: bool = False
    runtime: Runtime = SERIAL

    @override
    def check(self, n: int) -> None:
        if not isinstance(self.selector, Selector):
            raise SelectionError(
                f"selector is {shown(self.selector)}; expected a selector, such as FPS(100)"
            )
        if self.chunk_size is not None:
            check_count("chunk_size", self.chunk_size)
        check_number("oversampling", self.oversampling, 1.0, 1e6, "1 or more")
        check_flag("levels", self.levels)
        if not isinstance(self.runtime, Runtime):
            raise SelectionError(f"runtime is {shown(self.runtime)}; expected Runtime(...)")
        selector = self._leveled()
        if selector is None:
            self.selector.check(n)
        else:
            Sized.check(selector, n)
            selector.check(min(n, self._size(selector)))

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        selector = self._leveled()
        if selector is None:
            return self.selector.choose(rows, labels, run)
        fitted, size = selector.fitted(rows), self._size(selector)
        return choose_by_levels(fitted, rows, run, size, self._kept(selector))

    @override
    def check_chosen(self, rows: Rows, selection: Selection) -> None:
        self.selector.check_chosen(rows, selection)

    @override
    def at_most(self, n: int) -> Self:
        return replace(self, selector=self.selector.at_most(n))

    @override
    def choose_given(self, rows: Rows, given: Given, labels: Labels | None, run: Run) -> Selection:
        selector = self._leveled()
        if selector is not None and rows.shape[0] > self._size(selector):
            raise SelectionError(
                f"levels take no account of known rows or a budget, and {rows.shape[0]} rows do "
                f"not fit in a chunk of {self._size(selector)}: raise chunk_size, or take a "
                "selector that reads rows in passes, such as fps, map, kdpp or kmeans"
            )
        return self.selector.choose_given(rows, given, labels, run)

    def _leveled(self) -> Sized | None:
        """The selector where it chooses level by level.

        Raises
        ------
        SelectionError
            It can choose neither way.
        """
        if self.selector.streams and not self.levels:
            return None
        if not isinstance(self.selector, Sized):
            raise SelectionError(
                f"{type(self.selector).__name__} has no n_to_select: it has no levels"
            )
        return self.selector

    @override
    @contextmanager
    def running(self, rows: Rows, known: Rows | None = None) -> Iterator[Run]:
        checkpoint = self.runtime.checkpoint
        checksum = check_numbers(rows, self.selector.computes, checkpoint is not None)
        root = seed_sequence(getattr(self.selector, "random_state", 0))
        saved = None
        if checkpoint is not None:
            content = {
                "data": checksum,
                "selector": content_key(self.selector),
                "chunks": f"{self.chunk_size} {self.oversampling} {self.levels}",
                "seed": content_key(root),
            }
            if known is not None:
                content["known"] = check_numbers(known, fingerprint=True, name="known")
            saved = Checkpoint(Path(checkpoint), content, "selection", SelectionError)
        with self.runtime.reporting("rows") as report:
            yield Run(root, self.runtime.executor, self.chunk_size or CHUNK, saved, report)

    def _kept(self, selector: Sized) -> int:
        return ceil(self.oversampling * selector.n_to_select)

    def _size(self, selector: Sized) -> int:
        """Rows of a chunk.

        Raises
        ------
        SelectionError
            It is less than twice what a chunk keeps.
        """
        kept = self._kept(selector)
        most = selector.most_rows
        size = self.chunk_size or min(max(RATIO * kept, CHUNK), most or RATIO * kept + CHUNK)
        if size < 2 * kept or (most is not None and size > most):
            limit = "" if most is None else f" and at most {most}"
            raise SelectionError(
                f"chunks have {size} rows and keep {kept} (oversampling {self.oversampling:g} of "
                f"{selector.n_to_select}); expected at least {2 * kept} rows{limit}"
            )
        return size
