"""Labels of configurations: found in a database, or calculated and kept there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from potlearn.data.formats.database import DONE, FAILED, REASON, STATE
from potlearn.runtime import Executor, InProcess, Progress, reporting
from potlearn.typing import Atoms
from potlearn.workflows.labels.calculate import calculate
from potlearn.workflows.labels.database import LabelDatabase
from potlearn.workflows.labels.key import label_key
from potlearn.workflows.labels.outcome import Failure, Labelled
from potlearn.workflows.labels.rows import RESULTS, labelled
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
            done = calculate(left, rows, work, store, executor or InProcess(), report)
        rows |= done.rows
        return _collected(asked, keys, rows, done.n_calculated)
    return _collected(asked, keys, rows, 0)


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
