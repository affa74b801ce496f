"""Labels of configurations: found in a database, or calculated and kept there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

from potlearn.data.formats.database import DONE, FAILED, PLANNED, REASON, STATE
from potlearn.errors import ExecutionError
from potlearn.runtime import (
    Executor,
    InProcess,
    Progress,
    Report,
    completed,
    reporting,
    say,
    session,
)
from potlearn.typing import Atoms, Settings
from potlearn.workflows.labels.claims import Claims
from potlearn.workflows.labels.database import LabelDatabase
from potlearn.workflows.labels.key import bare, label_key
from potlearn.workflows.labels.outcome import Failure, Labelled
from potlearn.workflows.labels.refusal import refusal
from potlearn.workflows.labels.rows import RESULTS, labelled, row_of
from potlearn.workflows.labels.spec import CalculatorSpec
from potlearn.workflows.labels.work import Work

POLL = 1.0
"""Seconds between two looks at what other commands calculate."""


def label(
    frames: Iterable[Atoms],
    spec: CalculatorSpec,
    database: str | Path,
    *,
    executor: Executor | None = None,
    progress: Progress = None,
    retry: bool = False,
    properties: Sequence[str] = RESULTS,
    files: str | Path | None = None,
) -> Labelled:
    """Label configurations, each once: what the database has is not calculated again.

    Parameters
    ----------
    frames : iterable of ase.Atoms
    spec : CalculatorSpec
    database : path or URL
        ASE's database: an SQLite file, or ``postgresql://...``; made if absent.
    executor : Executor, optional
        Who calculates; by default this process.
    progress : bool or function, optional
        True: a bar on a terminal; a function: called with (done, total).
    retry : bool
        Whether what failed before is calculated again.
    properties : sequence of str
        What is calculated, where the calculator has it.
    files : path, optional
        Folder in which inputs and outputs of the calculator stay, in one folder for each key.

    Raises
    ------
    LabellingError
        No such calculator, it is not installed, or it cannot calculate anything.
    OutputError
        The database cannot be written.
    """
    asked, store = list(frames), LabelDatabase.at(database)
    wanted = tuple(properties)
    content = spec.content | ({} if wanted == RESULTS else {"properties": wanted})
    keys = [label_key(atoms, content) for atoms in asked]
    each: dict[str, Atoms] = {}
    for key, atoms in zip(keys, asked, strict=True):
        each.setdefault(key, atoms)
    rows = store.rows(each)
    settled = {DONE} if retry else {DONE, FAILED}
    left = {k: a for k, a in each.items() if k not in rows or rows[k].get(STATE) not in settled}
    if left:
        work = Work(spec, wanted, None if files is None else str(files))
        with reporting(progress, "labelling") as report:
            done = _calculate(left, rows, work, store, executor or InProcess(), report)
        rows |= done.rows
        return _collected(asked, keys, rows, done.n_calculated)
    return _collected(asked, keys, rows, 0)


def _calculate(
    frames: Mapping[str, Atoms],
    before: Mapping[str, Any],
    work: Work,
    store: LabelDatabase,
    executor: Executor,
    report: Report | None,
) -> _Done:
    """Calculate, and write each result when it is there; wait for what others calculate."""
    done = _Done({}, 0)
    with session(executor) as workers, closing(work):
        list(workers.map(work, [None]))  # no plan where the calculator cannot be made
        planned = (row_of(atoms, key, work.spec, None) for key, atoms in frames.items())
        store.add(planned, replace=False)
        with Claims(store, before) as claims:
            while left := {key: atoms for key, atoms in frames.items() if key not in done.rows}:
                for key, outcome in _outcomes(left, work, workers, claims):
                    row = row_of(frames[key], key, work.spec, outcome)
                    store.add([row])
                    done.add({key: row}, 1, len(frames), report)
                done.add(_of_others(left, done.rows, store, claims, report), 0, len(frames), report)
    return done


@dataclass
class _Done:
    """Rows with results, and how many of them this command calculated."""

    rows: dict[str, Any]
    n_calculated: int

    def add(self, rows: Settings, calculated: int, total: int, report: Report | None) -> None:
        self.rows |= rows
        self.n_calculated += calculated
        if rows and report is not None:
            report(len(self.rows), total)


def _of_others(
    left: Iterable[str],
    done: Mapping[str, Any],
    store: LabelDatabase,
    claims: Claims,
    report: Report | None,
) -> dict[str, Any]:
    """Results that other commands have calculated; where some are under way, after a moment."""
    rows = store.rows(key for key in left if key not in done)
    open_rows = [row for row in rows.values() if row.get(STATE) == PLANNED]
    if open_rows:
        say(report, f"waiting for {len(open_rows)} labels of {claims.holder(open_rows[0])}")
        sleep(POLL)
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


def _collected(
    asked: Sequence[Atoms], keys: Sequence[str], rows: Mapping[str, Any], n_calculated: int
) -> Labelled:
    found = Labelled([], [], [], n_calculated, len({*keys}) - n_calculated)
    for index, (atoms, key) in enumerate(zip(asked, keys, strict=True)):
        row = rows[key]
        if row.get(STATE) == DONE:
            found.frames.append(labelled(atoms, row))
            found.indices.append(index)
        else:
            found.failed.append(Failure(index, key, str(row.data[REASON])))
    return found
