"""Calculate the labels that the database does not have, and write each as soon as it is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from potlearn.data.formats.database import PLANNED, STATE
from potlearn.errors import ExecutionError
from potlearn.runtime import Executor, Report, completed, session
from potlearn.typing import Atoms, Settings
from potlearn.workflows.labels.claims import Claims
from potlearn.workflows.labels.database import LabelDatabase
from potlearn.workflows.labels.key import bare
from potlearn.workflows.labels.refusal import refusal
from potlearn.workflows.labels.rows import row_of
from potlearn.workflows.labels.work import Work


@dataclass
class Done:
    """Rows with results, and how many of them this command calculated."""

    rows: dict[str, Any]
    n_calculated: int

    def add(self, rows: Settings, calculated: int, total: int, report: Report | None) -> None:
        """Add rows, and say how many of all there are."""
        self.rows |= rows
        self.n_calculated += calculated
        if rows and report is not None:
            report(len(self.rows), total)


def calculate(
    frames: Mapping[str, Atoms],
    before: Mapping[str, Any],
    work: Work,
    store: LabelDatabase,
    executor: Executor,
    report: Report | None,
) -> Done:
    """Calculate, write each result as soon as it is known, wait for what other commands claim."""
    done = Done({}, 0)
    with session(executor) as workers, closing(work):
        list(workers.map(work, [None]))  # an error if the calculator cannot be made, before any row
        with Claims(store, before).held() as claims:
            while left := {key: atoms for key, atoms in frames.items() if key not in done.rows}:
                planned = (row_of(atoms, key, work.spec, None) for key, atoms in left.items())
                store.add(planned, replace=False)
                for key, outcome in _outcomes(left, work, workers, claims):
                    row = row_of(frames[key], key, work.spec, outcome)
                    store.add([row])
                    done.add({key: row}, 1, len(frames), report)
                done.add(_of_others(left, done.rows, store, claims, report), 0, len(frames), report)
    return done


def _of_others(
    left: Iterable[str],
    done: Mapping[str, Any],
    store: LabelDatabase,
    claims: Claims,
    report: Report | None,
) -> dict[str, Any]:
    """Results of other commands; if some are still calculated there, wait a moment first."""
    rows = store.rows(key for key in left if key not in done)
    under_way = [row for row in rows.values() if row.get(STATE) == PLANNED]
    if under_way:
        claims.wait(under_way, report)
    return {key: row for key, row in rows.items() if row.get(STATE) != PLANNED}


def _outcomes(
    frames: Mapping[str, Atoms], work: Work, executor: Executor, claims: Claims
) -> Iterator[tuple[str, Settings]]:
    """Keys with results or reasons, in the order in which they come."""
    refused = {key: why for key, atoms in frames.items() if (why := refusal(atoms, work.spec))}
    yield from ((key, {"reason": why}) for key, why in refused.items())
    taken: list[str] = []
    with closing(completed(executor, work, _taken(frames, refused, claims, taken))) as results:
        for k, outcome in results:
            if isinstance(outcome, ExecutionError):
                outcome = {"reason": str(outcome)}
            yield taken[k], outcome


def _taken(
    frames: Mapping[str, Atoms], refused: Mapping[str, str], claims: Claims, taken: list[str]
) -> Iterator[tuple[str, Atoms]]:
    """Configurations that this command calculates, claimed when a worker is about to be free."""
    for key, atoms in frames.items():
        if key not in refused and claims.take(key):
            taken.append(key)
            yield key, bare(atoms)
