"""Labels of configurations: found in a database, or calculated and kept there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from potlearn.data.formats.database import DONE, FAILED, REASON, STATE
from potlearn.errors import ExecutionError
from potlearn.runtime import Executor, InProcess, Progress, Report, completed, reporting, session
from potlearn.typing import Atoms, Settings
from potlearn.workflows.labels.database import LabelDatabase
from potlearn.workflows.labels.key import bare, label_key
from potlearn.workflows.labels.outcome import Failure, Labelled
from potlearn.workflows.labels.refusal import refusal
from potlearn.workflows.labels.rows import RESULTS, labelled, row_of
from potlearn.workflows.labels.spec import CalculatorSpec
from potlearn.workflows.labels.work import Work


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
            rows |= _calculate(left, work, store, executor or InProcess(), report)
    return _collected(asked, keys, rows, len(left))


def _calculate(
    frames: Mapping[str, Atoms],
    work: Work,
    store: LabelDatabase,
    executor: Executor,
    report: Report | None,
) -> dict[str, Any]:
    """Calculate, and write each result when it is there."""
    rows: dict[str, Any] = {}
    with session(executor) as workers, closing(work):
        list(workers.map(work, [None]))  # no plan where the calculator cannot be made
        planned = (row_of(atoms, key, work.spec, None) for key, atoms in frames.items())
        store.add(planned, replace=False)
        for done, (key, outcome) in enumerate(_outcomes(frames, work, workers), 1):
            rows[key] = row_of(frames[key], key, work.spec, outcome)
            store.add([rows[key]])
            if report is not None:
                report(done, len(frames))
    return rows


def _outcomes(
    frames: Mapping[str, Atoms], work: Work, executor: Executor
) -> Iterator[tuple[str, Settings]]:
    """Keys with results or reasons, in the order in which they come."""
    refused = {key: why for key, atoms in frames.items() if (why := refusal(atoms, work.spec))}
    yield from ((key, {"reason": why}) for key, why in refused.items())
    items = [(key, bare(atoms)) for key, atoms in frames.items() if key not in refused]
    with closing(completed(executor, work, items)) as results:
        for k, outcome in results:
            if isinstance(outcome, ExecutionError):
                outcome = {"reason": str(outcome)}
            yield items[k][0], outcome


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
