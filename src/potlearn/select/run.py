"""Passes over chunks of rows, with executor, checkpoint and progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.runtime import Checkpoint, Executor, InProcess, Keeper, Report, run_chunks
from potlearn.select.seeds import child

State = dict[str, NDArray[Any]]
# Rows of a chunk where nothing else is asked for.
CHUNK = 10_000


def append(state: State, result: State) -> State:
    """Results of chunks one after the other."""
    return {name: np.concatenate([state[name], result[name]]) for name in state}


@dataclass
class Run:
    """A selection under way.

    Parameters
    ----------
    root : SeedSequence
        Parent of all its random numbers.
    executor : Executor
        Who works on the chunks.
    chunk_size : int
        Rows of a chunk in passes over all rows.
    checkpoint : Checkpoint, optional
        Where the state of the passes is kept.
    report : function, optional
        Called with (rows done, rows) of a pass.
    """

    root: np.random.SeedSequence
    executor: Executor = field(default_factory=InProcess)
    chunk_size: int = CHUNK
    checkpoint: Checkpoint | None = None
    report: Report | None = None
    _stages: dict[str, tuple[int, State]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = self.checkpoint.load() if self.checkpoint else None
        if found is not None:
            self._stages = {stage: (done, state) for stage, (done, state) in found.items()}
        self._keeper = Keeper(self.checkpoint, lambda: dict(self._stages))

    def rng(self, *key: int) -> np.random.Generator:
        """Generator for what the key says."""
        return np.random.default_rng(child(self.root, *key))

    def bounds(self, n: int) -> list[tuple[int, int]]:
        """First and last row of the chunks of ``n`` rows, of equal size to one row."""
        return equal_parts(n, self.chunk_size)

    def fold(
        self,
        stage: str,
        work: Callable[[Any], State],
        item: Callable[[int], Any],
        bounds: Sequence[tuple[int, int]],
        merge: Callable[[State, State], State] = append,
    ) -> State:
        """Merge ``work(item(k))`` over chunks k in their order.

        What the checkpoint holds of the stage is not done again.
        """
        done, _ = self._stages.get(stage, (0, {}))

        def take(k: int, result: State) -> None:
            state = merge(self._stages[stage][1], result) if k else result
            self._stages[stage] = (k + 1, state)
            self._keeper.changed()

        with self._keeper.keeping():
            run_chunks(
                work,
                item,
                bounds,
                take,
                executor=self.executor,
                finished=range(done),
                report=self.report,
            )
        return self._stages.get(stage, (0, {}))[1]


def equal_parts(n: int, size: int) -> list[tuple[int, int]]:
    """The fewest parts of at most ``size``, as bounds, of equal length to one."""
    ends = np.linspace(0, n, -(-n // size) + 1).round().astype(int).tolist()
    return list(pairwise(ends))
