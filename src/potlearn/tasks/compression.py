"""Compress a model: fewer functions, refitted, protected and checked like any fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potlearn.tasks.compression_files import check_outputs, write_curve_files
from potlearn.tasks.compression_fit import fit_again, protected, with_expected_errors
from potlearn.tasks.compression_origin import Origin
from potlearn.tasks.compression_outcome import Comparison, CompressOutcome
from potlearn.tasks.data import read_with_notes, regrouped
from potlearn.tasks.progress import Stages, stages_of
from potlearn.tasks.settings.compress import LOSS, CompressConfig
from potlearn.tasks.weights import make_weights

if TYPE_CHECKING:
    from potlearn.compress import ByCost, Compression, Reduced, Size
    from potlearn.data import Dataset
    from potlearn.potentials import LinearPotential
    from potlearn.typing import Atoms

_SPLIT_AGAIN = "the data are split into training and test set as for the fit of the model"
_CHOSEN_ON_TEST = "the size was chosen on the test set: its test errors are a little too good"


def compress(
    settings: CompressConfig | Mapping[str, Any], *, progress: bool | Stages = False
) -> CompressOutcome:
    """Choose functions of a linear model, refit them, and write the smaller model.

    The refit has the weights, the solver and the one-body energies of the model's own fit, and the
    same protection beyond the data.

    Parameters
    ----------
    settings : CompressConfig or mapping
    progress : bool or function
        As of :func:`~potlearn.tasks.fitting.fit`.

    Raises
    ------
    ConfigError
        An unknown key, or a value of a wrong kind.
    ModelFileError
        The model is not linear in its descriptors.
    FitError
        ``k`` is more than there are functions, or than the rank; fewer rows than coefficients.
    PotlearnError
        Data that cannot be read or fitted, an element that the model does not know, no label.
    """
    from potlearn.potentials import load

    config, stages = CompressConfig.of(settings), stages_of(progress)
    check_outputs(config)
    origin = Origin.of(load(*config.model))
    sets, notes = _read(config, origin)
    compression = _compression(config, origin, sets, stages)
    curve, files = None, tuple[Path, ...]()
    if config.curve:
        with stages("sizes") as report:
            curve = compression.curve(_examples(sets["train"]), report=report)
        files = write_curve_files(config, curve)
    about = (*notes, *origin.notes(sets["train"]), *compression.result.notes)
    outcome = CompressOutcome(None, None, None, curve, about, files)
    return (
        outcome if config.only_curve else _made(outcome, config, origin, compression, sets, stages)
    )


def _read(config: CompressConfig, origin: Origin) -> tuple[dict[str, Dataset], list[str]]:
    """Training set, and test set if there is one, read as for the fit of the model."""
    from potlearn.data import check_some_labels, differences

    labels, sets, notes = origin.reading(config), {}, []
    for name, files in (("train", config.data), ("test", config.test)):
        if files:
            dataset, more = read_with_notes(files, labels)
            dataset.check_species(origin.potential.species)
            sets[name] = regrouped(dataset, origin.groups) if name == "train" else dataset
            notes += more
    used = make_weights(origin.solver.weights).used
    check_some_labels(sets["train"], used, "fit")
    if "test" in sets:
        check_some_labels(sets["test"], used, "test")
    if "test" not in sets:
        again = origin.split_again(sets["train"])
        sets, notes = (again, [*notes, _SPLIT_AGAIN]) if again else (sets, notes)
    return sets, [*notes, *differences(sets)]


def _compression(
    config: CompressConfig, origin: Origin, sets: Mapping[str, Dataset], stages: Stages
) -> Compression:
    """The fit of all functions and, once, their order."""
    from potlearn.compress import ByCost, Compression, Work, ledger_of
    from potlearn.runtime import Runtime

    descriptor, test = origin.potential.descriptor, None
    with stages("fitting all functions") as report:
        result = fit_again(config, origin, sets["train"], report)
    if "test" in sets:
        with stages("rows of the test set") as report:
            runtime = Runtime(config.workers, progress=report)
            test = ledger_of(sets["test"], descriptor, origin.reference, runtime)
    method: str | ByCost = config.method
    if config.by == "cost":
        method = ByCost(Work.of(descriptor, _examples(sets["train"])))
    with stages("ordering functions") as report:
        found = Compression(result, descriptor, method, origin.reference, test, report)
        _ = found.whole.sizes()
    return found


def _made(
    outcome: CompressOutcome,
    config: CompressConfig,
    origin: Origin,
    compression: Compression,
    sets: Mapping[str, Dataset],
    stages: Stages,
) -> CompressOutcome:
    """The potential of the size that is wanted, compared with the model, and saved."""
    assert config.output is not None
    with stages("choosing a size"):
        size = _chosen(config, compression)
        reduced = compression.fit(*size)
    with stages("protecting beyond the data") as report:
        found = protected(config, origin, compression, reduced, sets["train"], report)
    with stages("expected errors") as report:
        parts = config, origin, compression, found.potential
        potential, about_errors = with_expected_errors(*parts, sets["train"], report)
    potential = replace(potential, metadata=_metadata(config, origin, reduced))
    potential.save(config.output)
    with stages("comparing"):
        comparison = _compare(origin.potential, potential, sets)
    return replace(
        outcome,
        potential=potential,
        comparison=comparison,
        beyond=found.check,
        notes=(
            *outcome.notes,
            *_about_choice(config, sets),
            *reduced.info.notes,
            *found.notes,
            *about_errors,
            *found.check.warnings(),
        ),
        files=(config.output, *outcome.files),
    )


def _chosen(config: CompressConfig, compression: Compression) -> Size:
    """The size that is asked for, or the best within the loss."""
    from potlearn.compress import Size

    if config.k is not None and config.by == "error":
        return Size(config.k)
    return compression.choose(LOSS if config.loss is None else config.loss, config.k)


def _about_choice(config: CompressConfig, sets: Mapping[str, Dataset]) -> list[str]:
    """That errors of a test set on which the size was chosen are too good."""
    chose = config.k is None or config.by == "cost"
    return [_CHOSEN_ON_TEST] if chose and "test" in sets else []


def _metadata(config: CompressConfig, origin: Origin, reduced: Reduced) -> Mapping[str, Any]:
    """That of the model, and how it was compressed."""
    record = {
        "method": config.method,
        "by": config.by,
        "size": reduced.size,
        "of": origin.potential.descriptor.n_features,
        "data": [path.name for path in config.data],
    }
    return {**origin.potential.metadata, "compressed": record}


def _compare(
    before: LinearPotential, after: LinearPotential, sets: Mapping[str, Dataset]
) -> Comparison:
    from potlearn.compress import force_times
    from potlearn.metrics import evaluate, metrics

    errors = {
        f"{name}, {what}": metrics(evaluate(potential, dataset))
        for name, dataset in sets.items()
        for what, potential in (("model", before), ("compressed", after))
    }
    times = force_times([before, after], _examples(sets["train"]))
    counts = before.descriptor.n_features, after.descriptor.n_features
    return Comparison(counts, errors, (times[0], times[1]))


def _examples(dataset: Dataset) -> list[Atoms]:
    from potlearn.compress import examples_of

    return examples_of(dataset)
