"""Select configurations: files in, a file of those that are worth a calculation out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.errors import PotlearnError
from potlearn.runtime import content_key, make_executor
from potlearn.tasks.progress import Stages, stages_of
from potlearn.tasks.report_files import check_report_packages
from potlearn.tasks.selection_choice import choose
from potlearn.tasks.selection_files import check_outputs, write_frames, write_list
from potlearn.tasks.selection_outcome import SelectionOutcome
from potlearn.tasks.selection_pool import Sources, make_pool
from potlearn.tasks.selection_report import write_selection_files
from potlearn.tasks.settings.select import SelectConfig
from potlearn.typing import Atoms

if TYPE_CHECKING:
    from potlearn.select import Selector

# Settings that do not change what is selected.
_FREE = {
    *("files", "known", "output", "rest", "indices", "report", "workers", "scheduler"),
    "descriptor",
}


def select(
    settings: SelectConfig | Mapping[str, Any], *, progress: bool | Stages = False
) -> SelectionOutcome:
    """Select, and write the selected configurations, the others and a report.

    The same settings continue an interrupted selection from a folder beside the output.

    Parameters
    ----------
    settings : SelectConfig or mapping
        What a configuration file of ``potlearn select`` holds; relative paths start from the
        working directory.
    progress : bool or function
        True: bars on a terminal; a function: given the name of a stage, a context manager whose
        value is called with (done, total).

    Raises
    ------
    ConfigError
        An unknown key, a value of a wrong kind, or a file that cannot be written.
    PotlearnError
        Files that cannot be read, fewer configurations than asked for, a selector that cannot
        select so many, no scheduler.
    """
    config, stages = SelectConfig.of(settings, folder=""), stages_of(progress)
    check_outputs(config)
    if config.report is not None:
        check_report_packages()
    executor = make_executor(config.workers, config.scheduler)
    selector = make(config, config.number or 1)
    sources = Sources.of(config)
    with _work_folder(config, sources) as folder:
        pool = make_pool(config, sources, executor, folder, stages)
        selection = choose(config, lambda n: make(config, n), pool, executor, folder, stages)
        outcome = SelectionOutcome(config, pool, selector, selection)
        _write(outcome)
        if config.report is not None:
            with stages("report"):
                write_selection_files(config.report, outcome)
    return outcome


def make(config: SelectConfig, count: int) -> Selector:
    """The selector of a number of rows."""
    from potlearn.studies import Method

    method = Method("", config.method, config.parameters, config.features, config.scaling)
    return method.make(count, config.seed)


@contextmanager
def _work_folder(config: SelectConfig, sources: Sources) -> Iterator[Path]:
    """Folder beside the output that only the same selection continues; removed at the end."""
    own = config.model_dump(exclude=_FREE)
    key = content_key([own, sources.key], size=8)
    folder = config.output.with_name(f"{config.output.name}.{key}.work")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    except PotlearnError:
        rmtree(folder)
        raise
    for path in config.output.parent.glob(f"{escape(config.output.name)}.*.work"):
        rmtree(path)


def _write(outcome: SelectionOutcome) -> None:
    config, dataset = outcome.config, outcome.dataset
    write_frames(config.output, _marked(outcome))
    if config.rest is not None:
        others = np.flatnonzero(~outcome.mask).tolist()
        write_frames(config.rest, (dataset[i] for i in others))
    if config.indices is not None:
        write_list(config.indices, outcome.entries)


def _marked(outcome: SelectionOutcome) -> Iterable[Atoms]:
    """Selected configurations with their source; selected atoms are true in `chosen`."""
    for i in outcome.indices.tolist():
        atoms = outcome.dataset[i]
        atoms.info["source"] = outcome.dataset.source(i)
        if outcome.config.environments:
            mask = np.zeros(len(atoms), bool)
            mask[outcome.atoms_of(i)] = True
            atoms.set_array("chosen", mask)
        yield atoms
