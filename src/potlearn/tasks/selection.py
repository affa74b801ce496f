"""Select configurations: files in, a file of those that are worth a calculation out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.errors import PotlearnError, SelectionError, TooFewError
from potlearn.runtime import content_key, make_executor, replacing
from potlearn.tasks.data import read_labelled
from potlearn.tasks.descriptor import completed, make_descriptor
from potlearn.tasks.progress import Stages, stages_of
from potlearn.tasks.report_files import check_report_packages
from potlearn.tasks.selection_outcome import SelectionOutcome
from potlearn.tasks.selection_report import write_selection_files
from potlearn.tasks.settings.select import SelectConfig
from potlearn.typing import Array, Atoms, Indices

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.runtime import Executor
    from potlearn.select import Selection, Selector

# Settings that do not change what is selected.
_FREE = {"files", "output", "rest", "report", "workers", "scheduler", "descriptor"}


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
        An unknown key, or a value of a wrong kind.
    PotlearnError
        Files that cannot be read, fewer configurations than asked for, a selector that cannot
        select so many, no scheduler.
    """
    config, stages = SelectConfig.of(settings, folder=""), stages_of(progress)
    if config.report is not None:
        check_report_packages()
    executor = make_executor(config.workers, config.scheduler)
    selector = _selector(config)
    dataset = read_labelled(config.files, config)
    _check_count(config, dataset)
    section = completed(config.descriptor, dataset.species, "descriptor")
    descriptor = make_descriptor(section, dataset)
    with _work_folder(config, dataset, descriptor) as folder:
        X, owner = _features(config, dataset, descriptor, executor, folder, stages)
        groups = np.array(dataset.groups)[owner]
        selection = _choose(config, selector, X, groups, executor, folder, stages)
        outcome = SelectionOutcome(config, dataset, descriptor, X, owner, selector, selection)
        _write(outcome)
        if config.report is not None:
            with stages("report"):
                write_selection_files(config.report, outcome)
    return outcome


def _selector(config: SelectConfig) -> Selector:
    from potlearn.studies import Method

    method = Method("", config.method, config.parameters, config.features, config.scaling)
    return method.make(config.count, config.seed)


def _check_count(config: SelectConfig, dataset: Dataset) -> None:
    n = int(dataset.n_atoms.sum()) if config.environments else len(dataset)
    if config.count < 1:
        raise SelectionError(
            f"count (-k) is {config.count}; expected a positive number of {config.noun}"
        )
    if config.count > n:
        names = ", ".join(map(str, config.files))
        raise TooFewError(
            f"count (-k) is {config.count}, but {names} has only {n} {config.noun}", n
        )


def _features(
    config: SelectConfig,
    dataset: Dataset,
    descriptor: Descriptor,
    executor: Executor,
    folder: Path,
    stages: Stages,
) -> tuple[Array, Indices]:
    """Scaled features of every row, and the configuration of each row."""
    from potlearn.features import configuration_features, environment_features, scaled
    from potlearn.runtime import Runtime

    path = folder / "features.npy"
    with stages("descriptors") as report:
        runtime = Runtime(executor, progress=report)
        if config.environments:
            atoms = environment_features(dataset, descriptor, path=path, runtime=runtime)
            raw, owner = atoms.features, atoms.owner(np.arange(len(atoms.features)))
        else:
            kinds = config.features
            raw = configuration_features(dataset, descriptor, kinds, path=path, runtime=runtime)
            owner = np.arange(len(dataset))
    return scaled(raw, config.scaling, folder / "scaled.npy"), owner


def _choose(
    config: SelectConfig,
    selector: Selector,
    X: Array,
    groups: Any,
    executor: Executor,
    folder: Path,
    stages: Stages,
) -> Selection:
    from potlearn.runtime import Runtime
    from potlearn.select import Hierarchical

    with stages("choosing") as report:
        chooser = Hierarchical(
            selector,
            config.chunk_size,
            config.oversampling,
            config.levels,
            Runtime(executor, progress=report, checkpoint=folder / "selection"),
        )
        return chooser.select(X, groups)


@contextmanager
def _work_folder(config: SelectConfig, dataset: Dataset, descriptor: Descriptor) -> Iterator[Path]:
    """Folder beside the output that only the same selection continues; removed at the end."""
    own = config.model_dump(exclude=_FREE)
    key = content_key([own, descriptor.to_dict(), dataset.content_key()], size=8)
    folder = config.output.with_name(f"{config.output.name}.{key}.work")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    except PotlearnError:
        rmtree(folder)
        raise
    for path in config.output.parent.glob(f"{config.output.name}.*.work"):
        rmtree(path)


def _write(outcome: SelectionOutcome) -> None:
    config, dataset = outcome.config, outcome.dataset
    _write_frames(config.output, _marked(outcome))
    if config.rest is not None:
        others = np.flatnonzero(~outcome.mask).tolist()
        _write_frames(config.rest, (dataset[i] for i in others))


def _marked(outcome: SelectionOutcome) -> Iterable[Atoms]:
    """Selected configurations with their source; selected atoms are true in `chosen`."""
    rows, first = np.zeros(len(outcome.owner), bool), outcome.first
    rows[outcome.selection.indices] = True
    for i in outcome.indices.tolist():
        atoms = outcome.dataset[i]
        atoms.info["source"] = outcome.dataset.source(i)
        if outcome.config.environments:
            atoms.set_array("chosen", rows[first[i] : first[i + 1]])
        yield atoms


def _write_frames(path: Path, frames: Iterable[Atoms]) -> None:
    """Write extended XYZ frame by frame."""
    from ase.io.extxyz import write_extxyz

    from potlearn.data.writing import writable

    with replacing(path) as partial, partial.open("w", encoding="utf-8") as file:
        for atoms in frames:
            write_extxyz(file, [writable(atoms)])
