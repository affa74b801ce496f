"""Labels of configurations: found in a database, or calculated and kept there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from potlearn.data.formats.database import DONE, FAILED, REASON
from potlearn.errors import DataError
from potlearn.runtime import Executor, Progress, Report, reporting, session
from potlearn.runtime.executor import InProcess
from potlearn.structure.geometry import check_geometry
from potlearn.typing import Atoms
from potlearn.workflows.labels.database import LabelDatabase
from potlearn.workflows.labels.key import bare, label_key
from potlearn.workflows.labels.outcome import Failure, Labelled
from potlearn.workflows.labels.rows import RESULTS, labelled, row_of
from potlearn.workflows.labels.spec import CalculatorSpec
from potlearn.workflows.labels.work import Work

FARTHEST = 1e4


def label(
    frames: Iterable[Atoms],
    spec: CalculatorSpec,
    database: str | Path,
    *,
    executor: Executor | None = None,
    progress: Progress = None,
    retry: bool = False,
    properties: Sequence[str] = RESULTS,
) -> Labelled:
    """Label configurations, each once: what the database has is not calculated again.

    Parameters
    ----------
    frames : iterable of ase.Atoms
    spec : CalculatorSpec
    database : path or URL
        ASE's database: an SQLite file, or ``postgresql://...``; made where there is none.
    executor : Executor, optional
        Who calculates; by default this process.
    progress : bool or function, optional
        True: a bar on a terminal; a function: called with (done, total).
    retry : bool
        Whether what failed before is calculated again.
    properties : sequence of str
        What is calculated, where the calculator has it.

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
    first = dict(reversed([*zip(keys, asked, strict=True)]))
    first = {key: first[key] for key in dict.fromkeys(keys)}
    rows = store.rows(first)
    settled = {DONE} if retry else {DONE, FAILED}
    open_ = {k: a for k, a in first.items() if k not in rows or rows[k].labelling not in settled}
    if open_:
        worker = Work(spec, wanted)
        with reporting(progress, "labelling") as report:
            rows |= _calculate(open_, worker, store, executor or InProcess(), report)
    return _collected(asked, keys, rows, len(open_))


def _calculate(
    frames: Mapping[str, Atoms],
    work: Work,
    store: LabelDatabase,
    executor: Executor,
    report: Report | None,
) -> dict[str, Any]:
    """Calculate, and write each result when it is there."""
    rows: dict[str, Any] = {}
    with session(executor) as workers:
        list(workers.map(work, [None]))  # no plan where the calculator cannot be made
        store.add([row_of(atoms, key, work.spec, None) for key, atoms in frames.items()])
        refused = {key: reason for key, a in frames.items() if (reason := _refusal(a))}
        items = (bare(atoms) for key, atoms in frames.items() if key not in refused)
        outcomes = workers.map(work, items)
        for done, (key, atoms) in enumerate(frames.items(), 1):
            outcome = {"reason": refused[key]} if key in refused else next(outcomes)
            rows[key] = row_of(atoms, key, work.spec, outcome)
            store.add([rows[key]])
            if report is not None:
                report(done, len(frames))
    return rows


def _refusal(atoms: Atoms) -> str | None:
    """Why a configuration has no meaning, if so."""
    try:
        check_geometry(atoms.numbers, atoms.positions, atoms.cell[:], atoms.pbc, FARTHEST)
    except DataError as error:
        return str(error)
    return None


def _collected(
    asked: Sequence[Atoms], keys: Sequence[str], rows: Mapping[str, Any], n_calculated: int
) -> Labelled:
    found = Labelled([], [], [], n_calculated, len({*keys}) - n_calculated)
    for index, (atoms, key) in enumerate(zip(asked, keys, strict=True)):
        row = rows[key]
        if row.labelling == DONE:
            found.frames.append(labelled(atoms, row))
            found.indices.append(index)
        else:
            found.failed.append(Failure(index, key, str(row.data[REASON])))
    return found
