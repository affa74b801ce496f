"""The check of a fit's labels: judge them, leave out what looks wrong, judge them again.

Wrong labels bend the fit, so that right ones nearby look wrong.  The second judgement is by the fit
without the labels found first, its penalty kept; it follows from the first one and their rows
(:mod:`potlearn.fit.diagnose.hat`).

Every configuration's rows are made at most once here, and not at all where the result keeps them.
Beyond the budget of rows, only those of configurations that look unusual at the first judgement are
kept for the second; the others keep their leverage, and their score follows their new residual.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from potlearn.fit.diagnose.hat import Hat
from potlearn.fit.diagnose.leverage import Influence, Judge
from potlearn.fit.diagnose.suspicious import (
    ROWS,
    Suspicion,
    suspicious_labels,
    usual_size,
)
from potlearn.fit.result import FitResult
from potlearn.fit.rows.file import chunks_of
from potlearn.fit.rows.kept import IN_MEMORY, KeptRows, RowBudget
from potlearn.fit.rows.make import Block
from potlearn.linalg.blas import one_blas_thread
from potlearn.runtime import Progress, Report, reporting

Blocks = Mapping[str, Block]


def find_suspicious(
    result: FitResult,
    *,
    rounds: int = 2,
    threshold: float = 6.0,
    false_discovery: float = 0.05,
    progress: Progress = None,
) -> list[Suspicion]:
    """Suspicious labels of a fit's data, judged by a fit without them.

    Labels that the result itself excluded stay excluded, and are judged too.

    Parameters
    ----------
    result : FitResult
        Its rows are read, or made once more; see :class:`~potlearn.fit.RowBudget`.
    rounds : int
        Largest number of judgements.
    threshold, false_discovery : float
        As for :func:`suspicious_labels`.
    progress : bool or function, optional
        True: a progress bar; a function: called with (configurations done, all).
    """
    dataset = result.rows.maker.dataset

    def suspicions(items: list[list[Influence]]) -> list[Suspicion]:
        flat = [item for of_one in items for item in of_one]
        return suspicious_labels(
            flat, dataset, threshold=threshold, false_discovery=false_discovery
        )

    with one_blas_thread(), _rows(result) as rows, reporting(progress, "label check") as report:
        judge = Judge.of(result, Hat.solved(result))
        held = _HeldRows(rows, threshold / 2)
        items = held.first(judge, report)
        found = suspicions(items)
        for _ in range(rounds - 1):
            wrong = {s.label for s in found if held.has(s.index)} - judge.excluded
            if not wrong:
                break
            judge = judge.without(wrong, {index: held.blocks(index) for index, *_ in wrong})
            items = held.again(judge, items, report)
            found = suspicions(items)
    return found


@contextmanager
def _rows(result: FitResult) -> Iterator[KeptRows]:
    """The rows of a result; where it keeps none by its settings, some that are kept for now."""
    if result.rows.keeps:
        yield result.rows
        return
    rows = KeptRows.of(result.rows.maker, len(result.columns), RowBudget())
    try:
        yield rows
    finally:
        rows.close()


@dataclass
class _HeldRows:
    """Rows within the budget, and beyond it those of configurations with unusual labels.

    Attributes
    ----------
    rows : KeptRows
    limit : float
        Score above which a label is unusual.
    """

    rows: KeptRows
    limit: float
    _unusual: dict[int, tuple[Blocks, dict[str, float]]] = field(default_factory=dict)
    _seen: dict[str, list[float]] = field(default_factory=dict)

    def has(self, index: int) -> bool:
        """Whether the rows of a configuration are there."""
        return index in self._unusual or self.rows.has(index)

    def blocks(self, index: int) -> Blocks:
        """Rows of a configuration."""
        return self._unusual[index][0] if index in self._unusual else self.rows.blocks(index)

    def first(self, judge: Judge, report: Report | None) -> list[list[Influence]]:
        """Influences of every configuration, their rows made where they are not kept."""
        items: list[list[Influence]] = []
        for start, stop in chunks_of(self.rows.maker.dataset, len(judge.hat.coefficients)):
            for index in range(start, stop):
                blocks = self.rows.blocks(index)
                items.append(judge.influences(index, blocks))
                self._note(index, blocks, items[-1])
            self._drop_usual()
            if report:
                report(stop, len(self.rows))
        return items

    def again(
        self, judge: Judge, items: list[list[Influence]], report: Report | None
    ) -> list[list[Influence]]:
        """Influences by another judge: exact where rows are held, else by the new residuals."""
        maker, found = self.rows.maker, []
        missing = not all(self.has(index) for index in range(len(items)))
        shape = len(maker.descriptor.species), -1
        fold = maker.descriptor.fold(judge.hat.coefficients.reshape(shape)) if missing else None
        for index, before in enumerate(items):
            if fold is None or self.has(index):
                found.append(judge.influences(index, self.blocks(index)))
            else:
                found.append(_rescaled(before, maker.predicted(index, fold)))
            if report:
                report(index + 1, len(items))
        return found

    def _note(self, index: int, blocks: Blocks, items: list[Influence]) -> None:
        """Collect studentised residuals, and hold rows that are not kept."""
        largest: dict[str, float] = {}
        for item in items:
            largest[item.quantity] = max(largest.get(item.quantity, 0.0), item.studentised)
            self._seen.setdefault(item.quantity, []).append(item.studentised)
        if not self.rows.has(index):
            self._unusual[index] = blocks, largest

    def _drop_usual(self) -> None:
        """Hold only the rows of the most unusual configurations, within the memory for them."""
        if not self._unusual:
            return
        usual = {q: usual_size(np.array(values), q) for q, values in self._seen.items()}
        scores = {
            index: max((t / usual[q] for q, t in largest.items() if usual[q] > 0), default=0.0)
            for index, (_, largest) in self._unusual.items()
        }
        room, held = IN_MEMORY, {}
        for index in sorted(scores, key=lambda index: -scores[index]):
            room -= sum(block.rows.nbytes for block in self._unusual[index][0].values())
            if scores[index] <= self.limit or room < 0:
                break
            held[index] = self._unusual[index]
        self._unusual = held


def _rescaled(items: list[Influence], predicted: Blocks) -> list[Influence]:
    """Influences with the residuals of predictions (rows of one column), leverages as they were."""
    sizes: dict[str, Iterator[float]] = {}
    for quantity, block in predicted.items():
        errors = block.rows[:, 0] + block.reference - block.labels
        parts = errors.reshape(-1, ROWS[quantity])
        sizes[quantity] = iter(
            (parts[:, 0] if len(errors) == 1 else np.linalg.norm(parts, axis=1)).tolist()
        )
    found = []
    for item in items:
        residual = next(sizes[item.quantity])
        ratio = residual / item.residual if item.residual else 1.0
        found.append(
            item._replace(
                residual=residual,
                left_out=item.left_out * ratio,
                studentised=item.studentised * abs(ratio),
            )
        )
    return found
