"""Passes over chunks of rows: who does the work, from where it goes on, and who is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.runtime import Checkpoint, Executor, InProcess
from potlearn.select.seeds import child

State = dict[str, NDArray[Any]]
# Rows of a chunk where nothing else is asked for.
CHUNK = 10_000
# Writing the checkpoint takes at most about this part of the time.
WRITING = 0.1


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
    report: Callable[[int, int], None] | None = None
    _stages: dict[str, tuple[int, State]] = field(default_factory=dict)
    _saved: float = 0.0
    _cost: float = 0.0

    def __post_init__(self) -> None:
        found = self.checkpoint.load() if self.checkpoint else None
        if found is not None:
            header, arrays = found
            for stage, done in header["stages"].items():
                names = [name for name in arrays if name.startswith(f"{stage}/")]
                state = {name[len(stage) + 1 :]: arrays[name] for name in names}
                self._stages[stage] = (done, state)

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
        done, state = self._stages.get(stage, (0, {}))
        todo = range(done, len(bounds))
        with closing(self.executor.map(work, map(item, todo))) as results:
            for k, result in zip(todo, results, strict=True):
                state = merge(state, result) if state else result
                self._stages[stage] = (k + 1, state)
                self._save(finished=k + 1 == len(bounds))
                if self.report:
                    self.report(bounds[k][1], bounds[-1][1])
        return state

    def _save(self, finished: bool) -> None:
        """Write the checkpoint, unless writing would take a good part of the time."""
        if self.checkpoint is None:
            return
        start = monotonic()
        if not finished and start - self._saved < self._cost / WRITING:
            return
        header = {"stages": {stage: done for stage, (done, _) in self._stages.items()}}
        arrays = {
            f"{stage}/{name}": array
            for stage, (_, state) in self._stages.items()
            for name, array in state.items()
        }
        self.checkpoint.save(header, arrays)
        self._saved = monotonic()
        self._cost = self._saved - start


def equal_parts(n: int, size: int) -> list[tuple[int, int]]:
    """The fewest parts of at most ``size``, as bounds, of equal length to one."""
    ends = np.linspace(0, n, -(-n // size) + 1).round().astype(int).tolist()
    return list(pairwise(ends))
