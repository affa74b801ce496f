"""Evaluate a saved model: errors on labelled configurations, and a folder with the details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potlearn.runtime import check_folder
from potlearn.tasks.data import read_with_notes
from potlearn.tasks.folder import OutputFolder
from potlearn.tasks.progress import Stages, stages_of
from potlearn.tasks.report_files import check_report_packages, write_report_files
from potlearn.tasks.settings import EvaluateConfig
from potlearn.tasks.uncertainty import coverage_numbers, seen, seen_note

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.metrics import Evaluation

RESULTS = ("predictions.extxyz", "metrics.json", "report.html", "figures")
"""Files and folders that an evaluation may write."""


@dataclass(frozen=True)
class EvaluateOutcome:
    """Errors of a model.

    Attributes
    ----------
    evaluation : Evaluation
        Reference and predicted values.
    metrics : dict
        Errors of the set ``"test"`` by group and quantity.
    notes : tuple of str
        What a user should know about the data: what was left out, and their labels.
    output : OutputFolder or None
        The folder, which knows what was written.
    """

    evaluation: Evaluation
    metrics: Mapping[str, Any]
    notes: tuple[str, ...]
    output: OutputFolder | None

    @property
    def files(self) -> tuple[Path, ...]:
        """Paths of what was written."""
        if self.output is None:
            return ()
        return tuple(self.output.path / name for name in self.output.files)


def evaluate(
    settings: EvaluateConfig | Mapping[str, Any], *, progress: bool | Stages = False
) -> EvaluateOutcome:
    """Predict labelled configurations with a saved model, and compare.

    Parameters
    ----------
    settings : EvaluateConfig or mapping
    progress : bool or function
        As of :func:`~potlearn.tasks.fitting.fit`.

    Raises
    ------
    ConfigError
        An unknown key, or a value of a wrong kind.
    PotlearnError
        Files that cannot be read, an element that the model does not know, no label to compare.
    """
    from potlearn import data, metrics, potentials

    config = EvaluateConfig.of(settings)
    if config.output is not None and config.report:
        check_report_packages()
    if config.output is not None:
        check_folder(config.output)
    potential = potentials.load(*config.model)
    dataset, left_out = read_with_notes(config.data, config)
    dataset.check_species(potential.species)
    data.check_some_labels(dataset, tuple(metrics.QUANTITIES), "compare")
    with stages_of(progress)("evaluating") as report:
        evaluation = metrics.evaluate(
            potential, dataset, report, potentials.GateWatch(potential).look
        )
    errors = {"test": metrics.metrics(evaluation)}
    numbers = {**errors, **coverage_numbers({"test": evaluation})}
    folder = None
    if config.output is not None:
        with OutputFolder(config.output, RESULTS) as folder:
            _write(folder, config, evaluation, dataset, numbers, seen(potential, dataset))
    notes = (
        *left_out,
        *seen_note(potential, dataset),
        *(found.message for found in data.label_notes(dataset)),
    )
    return EvaluateOutcome(evaluation, errors, notes, folder)


def _write(
    folder: OutputFolder,
    config: EvaluateConfig,
    evaluation: Evaluation,
    dataset: Dataset,
    numbers: Mapping[str, Any],
    in_fit: int,
) -> None:
    from potlearn.report import ReportInfo

    folder.write_json("metrics.json", numbers)
    with folder.file("predictions.extxyz") as path:
        evaluation.to_extxyz(path, dataset)
    if config.report:
        summary = f"Evaluated on {len(evaluation)} configurations."
        title = f"{config.model[0].stem} evaluated"
        info = ReportInfo(title=title, summary=summary, in_fit={"test": in_fit})
        write_report_files(folder, {"test": evaluation}, info)
