"""From a configuration to a folder with a potential and all that belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from potlearn.errors import ModelFileError
from potlearn.lammps.run_folder import write_lammps_folder
from potlearn.runtime import write_json
from potlearn.tasks.data import load_datasets
from potlearn.tasks.descriptor import filled, make_descriptor
from potlearn.tasks.files import check_report_extra, write_report_files
from potlearn.tasks.fit_outcome import FitOutcome
from potlearn.tasks.fit_report import report_info
from potlearn.tasks.label_check import find_suspicious_labels
from potlearn.tasks.reference import make_core
from potlearn.tasks.settings import FitConfig
from potlearn.tasks.weights import make_weights

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.fit import FitResult, Weights
    from potlearn.metrics import Evaluation
    from potlearn.potentials import LinearPotential

ProgressBar = Callable[[str], AbstractContextManager[Callable[[int, int], None] | None]]


def run_fit(config: FitConfig, progress: ProgressBar = lambda _: nullcontext(None)) -> FitOutcome:
    """Fit, evaluate and write the output folder.

    The same configuration continues an interrupted fit from the folder's checkpoint.

    Parameters
    ----------
    config : FitConfig
    progress : callable, optional
        Given the name of a stage, a context manager whose value is called with (done, total).

    Raises
    ------
    PotlearnError
        As reading, fitting and writing do.
    """
    if config.output.report:
        check_report_extra()
    folder = config.output.folder
    folder.mkdir(parents=True, exist_ok=True)
    clock = _Stopwatch()
    with clock("read"):
        datasets = load_datasets(config.data)
        for dataset in datasets.values():
            dataset.check_species(config.descriptor.species)
    with clock("fit"), progress("fitting") as report:
        config, potential, result = _fit(config, datasets["train"], _checkpoint(config), report)
    with clock("evaluate"):
        evaluations = _evaluate(potential, datasets, progress)
    outcome = _outcome(config, potential, result, evaluations, clock.seconds)
    outcome = _write(outcome, datasets)
    if config.output.report:
        with clock("check labels"), progress("checking labels") as report:
            suspicious = find_suspicious_labels(outcome, datasets["train"], report)
        with clock("report"):
            info = report_info(outcome, datasets)
            write_report_files(folder, evaluations, info, suspicious)
    _write_metrics(outcome)
    for path in folder.glob("checkpoint-*"):
        path.unlink()
    return outcome


def _checkpoint(config: FitConfig) -> Path:
    """File in the output folder that only a fit with the same settings continues."""
    settings = config.model_dump_json(exclude={"output"})
    name = blake2b(settings.encode(), digest_size=8).hexdigest()
    return config.output.folder / f"checkpoint-{name}"


def _fit(
    config: FitConfig, train: Dataset, checkpoint: Path, report: Callable[[int, int], None] | None
) -> tuple[FitConfig, LinearPotential, FitResult]:
    from potlearn import __version__
    from potlearn.fit import FitSettings, RowBudget, fit_linear
    from potlearn.potentials import LinearPotential
    from potlearn.runtime import Runtime

    descriptor = make_descriptor(config.descriptor, train)
    reference, core = make_core(config.reference, descriptor, train)
    weights = make_weights(config.fit.weights)
    config = _resolved(config, descriptor, weights)
    result = fit_linear(
        train,
        descriptor,
        FitSettings(
            weights=weights,
            solver=config.fit.solver,
            ridge=config.fit.ridge,
            smoothness=config.fit.smoothness,
            e0=config.fit.e0,
            intercept=config.fit.intercept,
            core=core,
        ),
        reference=reference,
        rows=RowBudget(folder=config.output.folder) if config.output.report else None,
        runtime=Runtime(workers=config.fit.workers, checkpoint=checkpoint, progress=report),
    )
    metadata = {"potlearn": __version__, "fit": config.model_dump(mode="json", exclude_none=True)}
    return config, LinearPotential(descriptor, result.coefficients, reference, metadata), result


def _resolved(config: FitConfig, descriptor: Descriptor, weights: Weights) -> FitConfig:
    """The configuration with the defaults of descriptor and weights filled in."""
    general = {name: getattr(weights, name) for name in ("energy", "forces", "stress")}
    fit = config.fit.model_copy(update={"weights": config.fit.weights.model_copy(update=general)})
    section = filled(config.descriptor, descriptor)
    return config.model_copy(update={"descriptor": section, "fit": fit})


def _evaluate(
    potential: LinearPotential, datasets: Mapping[str, Dataset], progress: ProgressBar
) -> dict[str, Evaluation]:
    from potlearn.metrics import evaluate

    evaluations = {}
    for name, dataset in datasets.items():
        with progress(f"evaluating {name}") as report:
            evaluations[name] = evaluate(potential, dataset, progress=report)
    return evaluations


def _outcome(
    config: FitConfig,
    potential: LinearPotential,
    result: FitResult,
    evaluations: Mapping[str, Evaluation],
    timing: Mapping[str, float],
) -> FitOutcome:
    from potlearn.metrics import metrics

    files = ["config.yaml", "model.potl", "metrics.json"]
    files += [f"predictions_{name}.extxyz" for name in evaluations if name != "train"]
    files += ["report.html", "figures"] if config.output.report else []
    return FitOutcome(
        config=config,
        potential=potential,
        result=result,
        evaluations=evaluations,
        metrics={name: metrics(evaluation) for name, evaluation in evaluations.items()},
        timing=timing,
        folder=config.output.folder,
        files=tuple(files),
    )


def _write(outcome: FitOutcome, datasets: Mapping[str, Dataset]) -> FitOutcome:
    """Write all but the report; the outcome says whether there are files for LAMMPS."""
    folder = outcome.folder
    (folder / "config.yaml").write_text(outcome.config.to_yaml(), encoding="utf-8")
    outcome.potential.save(folder / "model.potl")
    for name, evaluation in outcome.evaluations.items():
        if name != "train":
            evaluation.to_extxyz(folder / f"predictions_{name}.extxyz", datasets[name])
    try:
        write_lammps_folder(folder / "lammps", outcome.potential, datasets["train"])
    except ModelFileError as error:
        notes = (*outcome.result.notes, f"no files for LAMMPS: {error}")
        return replace(outcome, result=replace(outcome.result, notes=notes))
    return replace(outcome, files=(*outcome.files, "lammps"))


def _write_metrics(outcome: FitOutcome) -> None:
    timing = {**outcome.timing, **outcome.result.timing}
    numbers = {"timing": timing, "n_coefficients": outcome.n_coefficients}
    write_json(outcome.folder / "metrics.json", {**outcome.metrics, **numbers})


class _Stopwatch:
    """Wall seconds of named stages."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time one stage."""
        start = perf_counter()
        yield
        self.seconds[stage] = perf_counter() - start
