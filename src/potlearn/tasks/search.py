"""``potlearn select --tune``: the best way to choose, for this data and this number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import typer

from potlearn.runtime import write_json
from potlearn.tasks.compare import data_settings
from potlearn.tasks.files import check_report_extra
from potlearn.tasks.settings.study import SpaceConfig, TuneConfig
from potlearn.tasks.study_data import ProgressBar, StudyData, numbers_of, prepare

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.runtime import Executor
    from potlearn.studies import Estimate, Method, Split
    from potlearn.studies.search import Objective, Space


@dataclass(frozen=True)
class TuneOutcome:
    """What the search found.

    Attributes
    ----------
    method : Method
        The best one.
    value : float
        Its errors over those of a random choice, on validation sets.
    test : mapping of str to mapping of str to Estimate
        Errors on the test set by method and quantity.
    size : int
    n_trials : int
    folder : Path
    files : tuple of str
    """

    method: Method
    value: float
    test: Mapping[str, Mapping[str, Estimate]]
    size: int
    n_trials: int
    folder: Path
    files: tuple[str, ...]


def run_tune(config: TuneConfig, executor: Executor, progress: ProgressBar) -> TuneOutcome:
    """Search, look at the test set once, and write the output folder.

    The same configuration goes on with the search after a stop.

    Raises
    ------
    PotlearnError
        As reading, features, selectors and fits do; Optuna is not installed.
    """
    from potlearn.runtime import Runtime, check_installed
    from potlearn.studies.search import Objective, best_method, search

    check_installed("optuna", extra="tune", what="the search")
    if config.output.report:
        check_report_extra()
    folder = config.output.folder
    folder.mkdir(parents=True, exist_ok=True)
    data = StudyData.of(config.data)
    _, fits = prepare(config, data, executor, progress)
    outer = data.splits(1)[0]
    size = numbers_of([config.size], len(outer.pool))[0]
    descriptors = _descriptors(config.space, data.dataset.species)
    inner = [data.inner(outer.pool, config.validation, seed) for seed in range(config.seeds)]
    numbers_of([size], min(len(split.pool) for split in inner))
    features = _features(data.dataset, descriptors, folder, executor)
    objective = Objective(fits, features, size, inner, _space(config.space, descriptors))
    with progress("trials") as report:
        study = search(
            objective,
            folder / "study.db",
            _content(config, objective),
            config.trials,
            config.seed,
            Runtime(progress=report),
        )
    method = best_method(objective, study)
    test = _test(objective, method, outer, config.seeds)
    outcome = TuneOutcome(
        method, study.best_value, test, size, len(study.trials), folder, ("config.yaml",)
    )
    return _write(config, outcome, study)


def _descriptors(config: SpaceConfig, species: tuple[str, ...]) -> dict[str, Descriptor]:
    """Descriptors of the features, by name."""
    from potlearn.descriptors import ACE

    return {
        f"ACE, degree {degree:g}, {cutoff:g} Å": ACE(
            species, cutoff=cutoff, order=config.order, degree=degree
        )
        for degree in config.degrees
        for cutoff in config.cutoffs
    }


def _space(config: SpaceConfig, descriptors: Mapping[str, Descriptor]) -> Space:
    from potlearn.studies.search import Space

    return Space(
        methods=config.methods,
        kernels=config.kernels,
        features=config.features,
        scalings=config.scalings,
        descriptors=tuple(descriptors),
        chunk_sizes=config.chunk_sizes,
    )


def _features(
    dataset: Dataset, descriptors: Mapping[str, Descriptor], folder: Path, executor: Executor
) -> Callable[[tuple[str, ...]], Any]:
    """Features by descriptor and kinds; each is made once and kept in the folder."""
    from potlearn.features import configuration_features
    from potlearn.runtime import Runtime, content_key

    @cache
    def made(rows: tuple[str, ...]) -> Any:
        name, *kinds = rows
        key = content_key([descriptors[name].to_dict(), kinds], size=8)
        path = folder / "features" / f"{key}.npy"
        path.parent.mkdir(exist_ok=True)
        matrix = configuration_features(
            dataset, descriptors[name], kinds, path=path, runtime=Runtime(executor)
        )
        return np.asarray(matrix)

    return made


def _content(config: TuneConfig, objective: Objective) -> dict[str, Any]:
    """What a study's trials depend on."""
    from potlearn.studies import Comparison, content_of

    same = Comparison(
        objective.fits, {}, np.zeros(0, np.int64), (), (objective.size,), objective.splits
    )
    space = {k: [*v] for k, v in asdict(objective.space).items()}
    return content_of(same, size=objective.size, seeds=config.seeds, space=space)


def _test(
    objective: Objective, method: Method, split: Split, seeds: int
) -> dict[str, dict[str, Estimate]]:
    """Errors on the test set of the best method and of random choices, over seeds of the choice."""
    from potlearn.studies import interval
    from potlearn.studies.methods import Method

    held = objective.fits.held_out(split.test)
    found = {}
    random = Method("random", "random", {}, method.features, "none", method.descriptor)
    for name, way in (("best", method), ("random", random)):
        errors = [
            held.errors(objective.fits.fit(objective.choose(way, split.pool, seed)).coefficients)
            for seed in range(max(seeds, 10))
        ]
        found[name] = {q: interval([e[q] for e in errors]) for q in errors[0]}
    return found


def _write(config: TuneConfig, outcome: TuneOutcome, study: Any) -> TuneOutcome:
    from dataclasses import replace

    folder = outcome.folder
    (folder / "config.yaml").write_text(config.to_yaml(), encoding="utf-8")
    best = {k: v for k, v in asdict(outcome.method).items() if k != "name"}
    test = {
        name: {q: _plain(e) for q, e in errors.items()} for name, errors in outcome.test.items()
    }
    record = {"size": outcome.size, "trials": outcome.n_trials, "value": outcome.value}
    write_json(folder / "tune.json", {**record, "best": best, "test": test})
    files = ["config.yaml", "study.db", "tune.json", "features", "rows"]
    if config.output.report:
        from potlearn.report import ReportInfo, write_search_report
        from potlearn.studies.search import completed

        trials = [(t.number, t.value, dict(t.params)) for t in completed(study)]
        settings = {
            "Best": best,
            "Search": config.space.model_dump(mode="json"),
            "Descriptor of the fits": config.descriptor.model_dump(mode="json", exclude_none=True),
            "Fit": config.fit.model_dump(mode="json", exclude_none=True),
            "Data": data_settings(config.data),
        }
        info = ReportInfo("The best way to choose", _summary(outcome), settings)
        write_search_report(folder / "report.html", trials, outcome.test, info)
        files.append("report.html")
    return replace(outcome, files=tuple(files))


def _plain(found: Estimate) -> dict[str, Any]:
    return {"mean": found.mean, "interval": [found.low, found.high]}


def _summary(outcome: TuneOutcome) -> str:
    method = outcome.method
    parts = [method.selector, *map(str, method.parameters.values()), "+".join(method.features)]
    parts += [method.scaling, method.descriptor]
    parts += [f"chunks of {method.chunk_size}"] if method.chunk_size else []
    return (
        f"{outcome.size} configurations: {', '.join(parts)}; {100 * outcome.value:.0f} % of the "
        f"errors of a random choice on validation sets, {outcome.n_trials} trials."
    )


def show_tune(outcome: TuneOutcome) -> None:
    """Print the best method and its errors on the test set."""
    typer.echo(_summary(outcome))
    for name, errors in outcome.test.items():
        shown = [
            f"{quantity} {1e3 * errors[key].mean:.4g} {unit}"
            for key, quantity, unit in (
                ("energy_mae", "energy", "meV/atom"),
                ("forces_mae", "forces", "meV/Å"),
            )
            if key in errors
        ]
        typer.echo(f"test, MAE, {name}: {', '.join(shown)}")
    typer.echo(f"written to {outcome.folder}: {', '.join(outcome.files)}")
