"""From files of configurations to a file of those that are worth a calculation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import fields, replace
from hashlib import blake2b
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from potlearn.cli.descriptor_file import load_descriptor
from potlearn.errors import ConfigError, PotlearnError, SelectionError, TooFewError
from potlearn.tasks.descriptor import make_descriptor
from potlearn.tasks.files import check_report_extra
from potlearn.tasks.select_outcome import Chosen, SelectOptions, SelectOutcome
from potlearn.tasks.select_report import write_selection
from potlearn.tasks.settings.yaml_text import parse_yaml

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.runtime import Executor
    from potlearn.select import Selector

ProgressBar = Callable[[str], AbstractContextManager[Callable[[int, int], None] | None]]


def run_select(
    options: SelectOptions, progress: ProgressBar = lambda _: nullcontext(None)
) -> SelectOutcome:
    """Choose, and write what was chosen.

    The same options continue an interrupted selection from a folder beside the output.

    Raises
    ------
    PotlearnError
        As reading, descriptors and selectors do; more is asked for than there is; no scheduler.
    """
    from potlearn.data import read
    from potlearn.runtime import make_executor

    if options.report is not None:
        check_report_extra()
    executor = make_executor(options.workers, options.scheduler)
    selector = _selector(options)
    dataset = read(options.files)
    _check_count(options, dataset)
    config = load_descriptor(dataset.species, options.descriptor, overrides=options.overrides)
    descriptor = make_descriptor(config, dataset)
    with _work_folder(options, dataset, descriptor) as folder:
        chosen = _choose(options, dataset, descriptor, selector, executor, folder, progress)
        outcome = _write(options, chosen)
        if options.report is not None:
            with progress("report"):
                written = write_selection(options, chosen, outcome)
            outcome = _with_files(outcome, written)
    return outcome


def _choose(
    options: SelectOptions,
    dataset: Dataset,
    descriptor: Descriptor,
    selector: Selector,
    executor: Executor,
    folder: Path,
    progress: ProgressBar,
) -> Chosen:
    from potlearn.features import configuration_features, environment_features, scaled
    from potlearn.runtime import Runtime
    from potlearn.select import Hierarchical

    with progress("descriptors") as report:
        common: dict[str, Any] = {"runtime": Runtime(executor, progress=report)}
        path = folder / "features.npy"
        if options.environments:
            atoms = environment_features(dataset, descriptor, path=path, **common)
            raw, owner = atoms.features, atoms.owner(np.arange(len(atoms.features)))
        else:
            kinds = options.features
            raw = configuration_features(dataset, descriptor, kinds, path=path, **common)
            owner = np.arange(len(dataset))
    X = scaled(raw, options.scaling, folder / "scaled.npy")
    with progress("choosing") as report:
        chooser = Hierarchical(
            selector,
            options.chunk_size,
            options.oversampling,
            options.levels,
            Runtime(executor, progress=report, checkpoint=folder / "selection"),
        )
        selection = chooser.select(X, np.array(dataset.groups)[owner])
    return Chosen(dataset, descriptor, X, owner, selector, selection)


def _selector(options: SelectOptions) -> Selector:
    from potlearn.studies import Method

    settings: dict[str, Any] = {}
    for item in options.parameters:
        key, equals, text = item.partition("=")
        if not equals:
            raise ConfigError(f"--parameter {item}: expected KEY=VALUE")
        settings[key.strip()] = parse_yaml(text, f"--parameter {key}")
    method = Method(options.method, options.method, settings, options.features, options.scaling)
    return method.make(options.count, options.seed)


def _check_count(options: SelectOptions, dataset: Dataset) -> None:
    n = int(dataset.n_atoms.sum()) if options.environments else len(dataset)
    what = "atoms" if options.environments else "configurations"
    if options.count < 1:
        raise SelectionError(f"-k is {options.count}; expected a positive number of {what}")
    if options.count > n:
        names = ", ".join(str(path) for path in options.files)
        raise TooFewError(f"-k is {options.count}, but {names} has only {n} {what}", n)


@contextmanager
def _work_folder(
    options: SelectOptions, dataset: Dataset, descriptor: Descriptor
) -> Iterator[Path]:
    """Folder beside the output that only the same selection continues; gone when it is done."""
    kept = [f.name for f in fields(options) if f.name not in _FREE]
    settings = {name: getattr(options, name) for name in kept}
    content = repr((settings, descriptor.to_dict(), dataset.content_key()))
    name = blake2b(content.encode(), digest_size=8).hexdigest()
    folder = options.output.with_name(f"{options.output.name}.{name}.work")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    except PotlearnError:
        rmtree(folder)
        raise
    for path in options.output.parent.glob(f"{options.output.name}.*.work"):
        rmtree(path)


# Options that change nothing of what is chosen.
_FREE = ("files", "output", "rest", "report", "workers", "scheduler", "descriptor", "overrides")


def _write(options: SelectOptions, chosen: Chosen) -> SelectOutcome:
    dataset, indices = chosen.dataset, chosen.configurations
    mask = np.zeros(len(dataset), bool)
    mask[indices] = True
    _write_frames(options.output, _marked(options, chosen, indices))
    written = [options.output]
    if options.rest is not None:
        _write_frames(options.rest, (dataset[i] for i in np.flatnonzero(~mask).tolist()))
        written.append(options.rest)
    groups = [
        (name, len(members), int(mask[members].sum()))
        for name, members in dataset.by_group().items()
    ]
    atoms = int(dataset.n_atoms[indices].sum())
    what = f"{len(chosen.selection)} atoms in " if options.environments else ""
    summary = (
        f"{what}{len(indices)} of {len(dataset)} configurations, "
        f"{atoms} of {int(dataset.n_atoms.sum())} atoms, by {options.method} in "
        f"{chosen.X.shape[1]} features"
    )
    return SelectOutcome(indices, groups, summary, _notes(chosen), tuple(written))


def _marked(options: SelectOptions, chosen: Chosen, indices: NDArray[np.int64]) -> Iterable[Any]:
    """Chosen configurations with their source; chosen atoms are true in the column `chosen`."""
    rows = np.zeros(len(chosen.owner), bool)
    rows[chosen.selection.indices] = True
    first = np.concatenate([[0], np.cumsum(chosen.dataset.n_atoms)])
    for i in indices.tolist():
        atoms = chosen.dataset[i]
        atoms.info["source"] = chosen.dataset.source(i)
        if options.environments:
            atoms.set_array("chosen", rows[first[i] : first[i + 1]])
        yield atoms


def _write_frames(path: Path, frames: Iterable[Any]) -> None:
    """Write extended XYZ frame by frame, then give it its name."""
    from ase.io.extxyz import write_extxyz

    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.part")
    with temporary.open("w", encoding="utf-8") as file:
        for atoms in frames:
            write_extxyz(file, [atoms])
    temporary.replace(path)


def _notes(chosen: Chosen) -> tuple[str, ...]:
    notes = []
    table = chosen.dataset.catalog
    repeated = len(table.digest) - len(np.unique(table.digest.view("V16")))
    if repeated:
        what = "configuration is" if repeated == 1 else "configurations are"
        notes.append(f"{repeated} {what} equal to others in every number")
    constant = int((chosen.X.max(axis=0) == chosen.X.min(axis=0)).sum())
    if constant:
        notes.append(f"{constant} features are the same for all: they have no part in the choice")
    return tuple(notes)


def _with_files(outcome: SelectOutcome, more: Sequence[Path]) -> SelectOutcome:
    return replace(outcome, files=(*outcome.files, *more))
