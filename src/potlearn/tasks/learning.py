"""Active learning: settings in, a folder with the set, its labels and the potential out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potlearn.errors import MissingExtraError
from potlearn.runtime import SERIAL, Runtime, write_text
from potlearn.tasks.learning_report import check_packages, report_of
from potlearn.tasks.learning_start import given_of, plan_of, triggers_of
from potlearn.tasks.settings.learn import LearnConfig
from potlearn.tasks.settings.yaml_text import parse_yaml

if TYPE_CHECKING:
    from potlearn.workflows.learning import History, Learned, Trigger


CONFIG = "config.yaml"


@dataclass(frozen=True)
class LearnOutcome:
    """What learning gave, and where it is.

    Attributes
    ----------
    history : History
        Rounds, labels spent, errors, scores, and why learning ended.
    folder : path
    files : tuple of str
        Names of the files that were written last.
    learned : Learned or None
        Potential and set; None where a folder was only shown.
    note : str
        Why ``report.html`` was not written; empty if it was, or was not wanted.
    """

    history: History
    folder: Path
    files: tuple[str, ...]
    learned: Learned | None = None
    note: str = ""


def learn(
    settings: LearnConfig | Mapping[str, Any],
    *,
    runtime: Runtime = SERIAL,
    progress: bool = False,
) -> LearnOutcome:
    """Learn a potential and its set; the same settings continue after an interruption.

    Parameters
    ----------
    settings : LearnConfig or mapping
        What a configuration file of ``potlearn learn`` holds; relative paths start from the working
        directory.
    runtime : Runtime
        Workers for runs and labels.
    progress : bool
        Whether to show bars on a terminal.

    Raises
    ------
    ConfigError
        An unknown key, or a value of a wrong kind.
    PotlearnError
        As :func:`potlearn.workflows.learning.learn`.
    """
    from potlearn.workflows import learning
    from potlearn.workflows.learning.place import JOURNAL

    config = LearnConfig.of(settings)
    if config.output.report:
        check_packages()
    given = given_of(config)
    plan = plan_of(config, given)
    folder = config.output.folder
    if not (folder / JOURNAL).exists():
        write_text(folder / CONFIG, config.to_yaml())  # --show reads limits of triggers from it
    done = learning.learn(given, plan, folder, runtime=replace(runtime, progress=progress))
    write_text(folder / CONFIG, config.to_yaml())
    files = ["model.potl", "set.extxyz", "labels.db", CONFIG]
    if config.output.report:
        files += report_of(folder, done.history, plan.triggers)
    return LearnOutcome(done.history, folder, tuple(files), done)


def show_learning(folder: str | Path) -> LearnOutcome:
    """Where learning in a folder stands, also as ``report.html``; nothing is calculated.

    Without the packages that the page needs it is not written, and the outcome's note says so.

    Raises
    ------
    LearningError
        No folder of active learning.
    ConfigError
        Its ``config.yaml`` was changed and is no longer a valid configuration.
    """
    from potlearn.workflows.learning import History, Place

    place = Place.read(folder)
    history = History.of(place.journal.entries)
    try:
        check_packages()
    except MissingExtraError as error:
        return LearnOutcome(history, place.folder, (), note=f"no page: {error}")
    files = report_of(place.folder, history, _triggers(place.folder / CONFIG))
    return LearnOutcome(history, place.folder, tuple(files))


def _triggers(path: Path) -> Mapping[str, Trigger]:
    """Triggers of the configuration in a folder, with their limits; none where it is absent."""
    if not path.is_file():
        return {}
    raw = parse_yaml(path.read_text(encoding="utf-8"), str(path))
    return triggers_of(LearnConfig.of(raw, source=str(path)))
