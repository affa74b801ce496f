"""Label configurations: files in, a database of labels out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potlearn.data.formats.urls import shown_address
from potlearn.errors import ConfigError
from potlearn.runtime import check_output, make_executor, replacing
from potlearn.tasks.data import read_labelled
from potlearn.tasks.progress import Stages, stages_of
from potlearn.tasks.settings.label import LabellingConfig

if TYPE_CHECKING:
    from potlearn.workflows.labels import Labelled, Summary


@dataclass(frozen=True)
class LabellingOutcome:
    """What was labelled, and where it is.

    Attributes
    ----------
    config : LabellingConfig
    labelled : Labelled
        Configurations with labels, and what failed.
    sources : list of str
        File and number of every configuration that was asked for.
    """

    config: LabellingConfig
    labelled: Labelled
    sources: list[str]

    @property
    def database(self) -> str:
        """The database, without a password."""
        from potlearn.workflows.labels.database import LabelDatabase

        return LabelDatabase(self.config.store).name

    @property
    def summary(self) -> str:
        """One sentence."""
        found = self.labelled
        return (
            f"{len(found.frames)} of {len(self.sources)} configurations have labels: "
            f"{found.n_calculated} calculated now, {found.n_found} were there"
        )


def label(
    settings: LabellingConfig | Mapping[str, Any], *, progress: bool | Stages = False
) -> LabellingOutcome:
    """Label configurations; the same settings continue an interrupted run.

    Parameters
    ----------
    settings : LabellingConfig or mapping
        ``{"files": ..., "calculator": ..., "output": ...}`` and more.
    progress : bool or function
        As for :func:`~potlearn.tasks.fit`.

    Raises
    ------
    ConfigError
        An unknown key, a value of a wrong kind, or an output that is a file that is read.
    DataError
        A file cannot be read.
    LabellingError
        The calculator is not installed, or cannot calculate anything.
    OutputError
        The database or the file cannot be written.
    """
    from potlearn.workflows.labels import CalculatorSpec
    from potlearn.workflows.labels import label as label_frames

    config, stages = LabellingConfig.of(settings), stages_of(progress)
    _check_outputs(config)
    dataset = read_labelled(config.files, config)
    spec = CalculatorSpec(config.calculator, config.settings, config.python, config.timeout)
    with stages("labelling") as report:
        labelled = label_frames(
            (dataset[i] for i in range(len(dataset))),
            spec,
            config.store,
            executor=make_executor(config.workers, config.scheduler),
            progress=report,
            retry=config.retry,
            properties=config.properties,
            files=config.keep,
        )
    if config.text is not None:
        _write(config.text, labelled)
    return LabellingOutcome(config, labelled, [dataset.source(i) for i in range(len(dataset))])


def labels_in(database: str | Path) -> Summary:
    """How many labels a database has, and what failed for which reason.

    Raises
    ------
    LabellingError
        There is no such database.
    """
    from potlearn.workflows.labels import summarise

    return summarise(database)


def _check_outputs(config: LabellingConfig) -> None:
    """Refuse to write where something is read, before any work."""
    read = {path.resolve() for path in config.files}
    for path in (config.text, Path(config.store)):
        if path is not None and path.resolve() in read:
            name = shown_address(path)
            raise ConfigError(f"output: {name} is a file that is read; expected another one")
    if config.text is not None:
        check_output(config.text)


def _write(path: Path, labelled: Labelled) -> None:
    """Extended XYZ of what has labels."""
    from potlearn.data.writing import write_frame

    with replacing(path) as new, new.open("w", encoding="utf-8") as file:
        for atoms in labelled.frames:
            write_frame(file, atoms)
