"""Fit a potential: settings in, a folder with the potential and all that belongs to it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potlearn.errors import ModelFileError
from potlearn.tasks.copies_notes import copies_notes
from potlearn.tasks.data import Loaded, load
from potlearn.tasks.descriptor import filled, make_descriptor, notes_of
from potlearn.tasks.ensemble import check_enough, with_ensemble_errors
from potlearn.tasks.fit_outcome import FitOutcome, Fitted
from potlearn.tasks.fit_report import fit_report
from potlearn.tasks.folder import OutputFolder
from potlearn.tasks.label_check import labels_to_check
from potlearn.tasks.linear_settings import linear_settings
from potlearn.tasks.networks import (
    check_networks,
    check_start,
    continued,
    descriptor_of,
    filled_model,
    starting,
    train,
    with_validation,
)
from potlearn.tasks.progress import Stages, Stopwatch, stages_of
from potlearn.tasks.reference import make_reference
from potlearn.tasks.report_files import check_report_packages, write_report_files
from potlearn.tasks.settings import FitConfig
from potlearn.tasks.settings.networks import is_neural
from potlearn.tasks.settings.uncertainty import ENSEMBLE
from potlearn.tasks.uncertainty import asked_method, check_blocks, check_posterior, quantified
from potlearn.tasks.weights import filled_weights, make_weights, weight_keys, weights_note

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.fit import FitResult
    from potlearn.fit.beyond import BeyondCheck, Coverage, Protected
    from potlearn.metrics import Evaluation
    from potlearn.potentials import Potential
    from potlearn.runtime import Report
    from potlearn.tasks.networks import Trainable

RESULTS = (
    "model.potl",
    "config.yaml",
    "metrics.json",
    "predictions_test.extxyz",
    "predictions_validation.extxyz",
    "lammps",
    "report.html",
    "figures",
)
"""Files and folders that a fit may write."""
WORKING = ("checkpoint-*", "rows-*")


def fit(settings: FitConfig | Mapping[str, Any], *, progress: bool | Stages = False) -> FitOutcome:
    """Fit, evaluate, check the labels, and write the output folder.

    The same settings continue an interrupted fit from the folder's checkpoint.

    Parameters
    ----------
    settings : FitConfig or mapping
        What a configuration file of ``potlearn fit`` holds; relative paths start from the working
        directory.
    progress : bool or function
        True: bars on a terminal; a function: given the name of a stage, a context manager whose
        value is called with (done, total).

    Raises
    ------
    ConfigError
        An unknown key, or a value of a wrong kind.
    PotlearnError
        Data that cannot be read or fitted; packages of the report that are not installed.
    """
    config, stages, clock = FitConfig.of(settings), stages_of(progress), Stopwatch()
    if config.output.report:
        check_report_packages()
    check_networks(config)
    start = starting(config)
    config, about_validation = with_validation(continued(config, start))
    check_start(config, start)
    with OutputFolder(config.output.folder, RESULTS, WORKING) as folder, ExitStack() as ending:
        with clock("read"):
            loaded = _read(config)
        datasets = loaded.sets
        train = datasets["train"]
        with clock("fit"), stages("fitting") as report:
            linear = _fit(config, train, start, report)
            ending.callback(linear.result.rows.close)
            check_posterior(config, linear.result)
        fitted = _beyond(linear, clock, stages)
        fitted = _with_networks(fitted, linear, datasets, clock, stages)
        fitted = _with_uncertainty(fitted, datasets, clock, stages)
        with clock("evaluate"):
            evaluations = dict(_evaluate(fitted.potential, datasets, stages))
            fitted = _compared(fitted, datasets, stages)
        own = fitted.result.settings.configuration_weights
        about_data = [
            *loaded.notes,
            *about_validation,
            *weights_note(config.fit.weights, own),
        ]
        notes = [
            *notes_of(fitted.potential.descriptor),
            *copies_notes(datasets),
            *_write(folder, fitted, evaluations, datasets),
        ]
        outcome = FitOutcome.of_fit(fitted, evaluations, clock.seconds, about_data, notes, folder)
        if config.output.report:
            _report(outcome, datasets, clock, stages)
        folder.write_json("metrics.json", outcome.numbers())
    return outcome


def _report(
    outcome: FitOutcome, datasets: Mapping[str, Dataset], clock: Stopwatch, stages: Stages
) -> None:
    """Check the labels, and write the report and the figures."""
    with clock("check labels"), stages("checking labels") as report:
        wanted = outcome.config.output.check_labels
        suspicious = labels_to_check(outcome.result, datasets["train"], report) if wanted else []
    with clock("report"):
        info = fit_report(outcome, datasets)
        write_report_files(outcome.output, outcome.evaluations, info, suspicious)


def _read(config: FitConfig) -> Loaded:
    from potlearn.data import check_some_labels

    weights = weight_keys(config.fit.weights).values()
    loaded = load(config.data, weights, config.descriptor.species)
    for dataset in loaded.sets.values():
        dataset.check_species(config.descriptor.species)
    used = make_weights(config.fit.weights).used
    check_some_labels(loaded.sets["train"], used, "fit")
    if is_neural(config.model):
        check_some_labels(loaded.sets["validation"], used, "validate the networks")
        check_enough(config, loaded.sets["validation"])
    check_blocks(config, loaded.sets["train"])
    return loaded


@dataclass(frozen=True)
class _Linear:
    """A linear fit and its parts; the configuration has every default filled in.

    ``data_key`` is the content key of the training data, ``start`` a saved potential in the place
    of the fit's own, ``checkpoint`` the path of the training of networks.
    """

    config: FitConfig
    result: FitResult
    descriptor: Descriptor
    reference: Any
    coverage: Coverage
    data_key: str
    start: Trainable | None
    checkpoint: Path


def _fit(
    config: FitConfig, train: Dataset, start: Trainable | None, report: Report | None
) -> _Linear:
    """The linear fit."""
    from potlearn.fit import RowBudget, fit_linear
    from potlearn.fit.beyond import Coverage
    from potlearn.runtime import Runtime, content_key

    folder, section = config.output.folder, config.fit
    # Only a fit with the same settings continues from the checkpoint.
    others = {"output", "uncertainty", "model"}
    key = content_key(config.model_dump(mode="json", exclude=others), size=8)
    descriptor = (
        make_descriptor(config.descriptor, train)
        if start is None
        else descriptor_of(start, config.descriptor)
    )
    coverage = Coverage.of(train, descriptor.species)
    reference = make_reference(config.reference, coverage.shortest, descriptor.species)
    settings = linear_settings(section, train)
    keeps_rows = config.output.report and config.output.check_labels
    keeps_rows |= asked_method(config) not in (None, ENSEMBLE)
    result = fit_linear(
        train,
        descriptor,
        settings,
        reference=reference,
        rows=RowBudget(folder=folder) if keeps_rows else None,
        runtime=Runtime(section.workers, progress=report, checkpoint=folder / f"checkpoint-{key}"),
    )
    weights = filled_weights(section.weights, settings.weights)
    update = {
        "descriptor": filled(config.descriptor, descriptor),
        "fit": section.model_copy(update={"weights": weights}),
    }
    filled_in = filled_model(config.model_copy(update=update))
    parts = filled_in, result, descriptor, reference, coverage, train.content_key()
    model = content_key([key, filled_in.model.model_dump(mode="json")], size=8)
    return _Linear(*parts, start, folder / f"checkpoint-{model}")


def _beyond(linear: _Linear, clock: Stopwatch, stages: Stages) -> Fitted:
    """The potential, protected beyond its data unless the settings say otherwise, and checked."""
    parts = linear.config, linear.result, linear.data_key
    if linear.config.reference.protects and linear.start is None:
        with clock("protect"), stages("protecting beyond the data") as report:
            found = _protected(linear, report)
        return Fitted.of(*parts, found.potential, found.check, found.notes)
    with clock("check beyond"), stages("checking beyond the data"):
        return Fitted.of(*parts, *_checked(linear))


def _protected(linear: _Linear, report: Report | None) -> Protected:
    """With a wall around the data and bounds on the coefficients."""
    from potlearn.fit.beyond import protect

    parts = linear.descriptor, linear.reference, linear.coverage
    threads = linear.config.fit.workers
    return protect(linear.result, *parts, report=report, threads=threads)


def _checked(linear: _Linear) -> tuple[Trainable, BeyondCheck]:
    """The potential as it is, or that from which training continues, and what it does beyond."""
    from potlearn.fit.beyond import check_beyond
    from potlearn.potentials import LinearPotential

    potential = linear.start or LinearPotential(
        linear.descriptor, linear.result.coefficients, linear.reference
    )
    return potential, check_beyond(potential, linear.coverage, threads=linear.config.fit.workers)


def _with_networks(
    fitted: Fitted,
    linear: _Linear,
    sets: Mapping[str, Dataset],
    clock: Stopwatch,
    stages: Stages,
) -> Fitted:
    """The same with networks, if the model has such, and what it does beyond the data."""
    from potlearn.fit.beyond import check_beyond
    from potlearn.runtime import Runtime

    if not is_neural(fitted.config.model):
        return fitted
    with clock("train"), stages("training networks") as report:
        workers = linear.config.fit.workers
        runtime = Runtime(workers, progress=report, checkpoint=linear.checkpoint)
        networks = train(fitted.config.model, fitted.result, fitted.potential, sets, runtime)
    potential = networks.result.potential
    if potential is fitted.potential:
        return replace(fitted, networks=networks)
    with clock("check beyond"), stages("checking beyond the data"):
        check = check_beyond(potential, linear.coverage, threads=linear.config.fit.workers)
    potential = replace(potential, metadata=fitted.potential.metadata)
    return replace(fitted, potential=potential, beyond=check, networks=networks)


def _with_uncertainty(
    fitted: Fitted, sets: Mapping[str, Dataset], clock: Stopwatch, stages: Stages
) -> Fitted:
    """The same with expected errors, if they are asked for."""
    from potlearn.potentials import LinearPotential

    method = asked_method(fitted.config)
    potential = fitted.potential
    if method is None or (method == ENSEMBLE and isinstance(potential, LinearPotential)):
        return fitted
    with clock("uncertainty"), stages("expected errors") as report:
        if not isinstance(potential, LinearPotential):
            assert fitted.networks is not None
            before = fitted.networks.before
            ensemble, notes = with_ensemble_errors(fitted.config, potential, sets, before, report)
            return replace(fitted, potential=ensemble, remarks=(*fitted.remarks, *notes))
        found = quantified(fitted.config, fitted.result, potential, method, report)
    return replace(fitted, potential=replace(potential, uncertainty=found))


def _evaluate(
    potential: Potential, datasets: Mapping[str, Dataset], stages: Stages
) -> Iterator[tuple[str, Evaluation]]:
    from potlearn.metrics import evaluate

    for name, dataset in datasets.items():
        with stages(f"evaluating {name}") as report:
            yield name, evaluate(potential, dataset, progress=report)


def _compared(fitted: Fitted, datasets: Mapping[str, Dataset], stages: Stages) -> Fitted:
    """The same with the errors of the potential before its networks were trained."""
    from potlearn.metrics import metrics

    networks = fitted.networks
    if networks is None:
        return fitted
    found = _evaluate(networks.before, datasets, stages)
    errors = {name: metrics(evaluation) for name, evaluation in found}
    return replace(fitted, networks=replace(networks, errors=errors))


def _write(
    folder: OutputFolder,
    fitted: Fitted,
    evaluations: Mapping[str, Evaluation],
    datasets: Mapping[str, Dataset],
) -> list[str]:
    """Write potential, predictions and files for LAMMPS; notes where it has no form for them."""
    from potlearn.lammps.run_folder import write_lammps_folder

    with folder.file("model.potl") as path:
        fitted.potential.save(path)
    folder.write_text("config.yaml", fitted.config.to_yaml())
    for name, evaluation in evaluations.items():
        if name != "train":
            with folder.file(f"predictions_{name}.extxyz") as path:
                evaluation.to_extxyz(path, datasets[name])
    try:
        with folder.subfolder("lammps") as path:
            return list(write_lammps_folder(path, fitted.potential, datasets["train"]))
    except ModelFileError as error:
        return [f"no files for LAMMPS: {error}"]
