"""Search the best way to select: settings in, a folder with the study and its best method out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.runtime import SERIAL, Runtime, check_installed, content_key
from potlearn.tasks.comparison import data_settings
from potlearn.tasks.folder import OutputFolder
from potlearn.tasks.progress import Stages, stages_of
from potlearn.tasks.report_files import check_report_packages
from potlearn.tasks.settings.study import SearchConfig, SpaceConfig
from potlearn.tasks.study_data import StudyData, numbers_of, prepare
from potlearn.typing import Array, Settings

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.studies import Estimate, Method, Split
    from potlearn.studies.search import Objective, Space
    from potlearn.tune import Trial

RESULTS = ("config.yaml", "tune.json", "report.html")
STORES = ("study.db", "features", "rows")


@dataclass(frozen=True)
class SearchOutcome:
    """Result of a search.

    Attributes
    ----------
    method : Method
        The best one.
    value : float
        Its errors over those of a random choice, on validation sets.
    test : mapping of str to mapping of str to Estimate
        Errors on the test set by method and quantity.
    size, n_trials : int
    output : OutputFolder
    """

    method: Method
    value: float
    test: Mapping[str, Mapping[str, Estimate]]
    size: int
    n_trials: int
    output: OutputFolder

    @property
    def folder(self) -> Path:
        """The output folder."""
        return self.output.path

    @property
    def summary(self) -> str:
        """The method in one line."""
        method = self.method
        parts = [method.selector, *map(str, method.parameters.values()), "+".join(method.features)]
        parts += [method.scaling, method.descriptor]
        parts += [f"chunks of {method.chunk_size}"] if method.chunk_size else []
        return (
            f"{self.size} configurations: {', '.join(parts)}; {100 * self.value:.0f} % of the "
            f"errors of a random choice on validation sets, {self.n_trials} trials."
        )


def search_method(
    settings: SearchConfig | Mapping[str, Any],
    *,
    runtime: Runtime = SERIAL,
    progress: bool | Stages = False,
) -> SearchOutcome:
    """Search, use the test set once, and write the output folder.

    The same settings continue the search after a stop.

    Parameters
    ----------
    settings : SearchConfig or mapping
    runtime : Runtime
        Workers.
    progress : bool or function
        As for :func:`~potlearn.tasks.fit`.

    Raises
    ------
    PotlearnError
        As reading, features, selectors and fits do; Optuna is not installed.
    """
    config, stages = SearchConfig.of(settings), stages_of(progress)
    check_installed("optuna", extra="tune", what="the search")
    if config.output.report:
        check_report_packages()
    with OutputFolder(config.output.folder, RESULTS, stores=STORES) as folder:
        outcome, trials = _search(config, folder, runtime, stages)
        _write(config, outcome, trials)
    return outcome


def _search(
    config: SearchConfig, folder: OutputFolder, runtime: Runtime, stages: Stages
) -> tuple[SearchOutcome, list[Trial]]:
    from potlearn.studies.search import Objective, best_trial, search

    data = StudyData.of(config.data)
    _, fits = prepare(config, data, runtime, stages)
    outer = data.splits(1)[0]
    size = numbers_of([config.size], len(outer.pool))[0]
    descriptors = _descriptors(config.space, data.dataset.species)
    inner = [data.inner(outer.pool, config.validation, seed) for seed in range(config.seeds)]
    numbers_of([size], min(len(split.pool) for split in inner))
    features = _features(data.dataset, descriptors, folder.path, runtime)
    objective = Objective(fits, features, size, inner, _space(config.space, descriptors))
    path, content = folder.path / "study.db", _content(config, objective)
    with stages("trials") as report:
        own = Runtime(progress=report)
        trials = search(objective, path, content, config.trials, config.seed, own)
    best = best_trial(trials)
    method = objective.space.method(best.parameters)
    test = _test(objective, method, outer, config.seeds)
    found = SearchOutcome(method, best.values["value"], test, size, len(trials), folder)
    return found, trials


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
    dataset: Dataset, descriptors: Mapping[str, Descriptor], folder: Path, runtime: Runtime
) -> Callable[[tuple[str, ...]], Array]:
    """Features by descriptor and kinds; each is made once and kept in the folder."""
    from potlearn.features import configuration_features

    @cache
    def made(rows: tuple[str, ...]) -> Array:
        name, *kinds = rows
        key = content_key([descriptors[name].to_dict(), kinds], size=8)
        path = folder / "features" / f"{key}.npy"
        path.parent.mkdir(exist_ok=True)
        matrix = configuration_features(
            dataset, descriptors[name], kinds, path=path, runtime=replace(runtime, progress=None)
        )
        return np.asarray(matrix)

    return made


def _content(config: SearchConfig, objective: Objective) -> Settings:
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


def _write(config: SearchConfig, outcome: SearchOutcome, trials: Sequence[Trial]) -> None:
    folder = outcome.output
    folder.write_text("config.yaml", config.to_yaml())
    best = {k: v for k, v in asdict(outcome.method).items() if k != "name"}
    test = {
        name: {q: _plain(e) for q, e in errors.items()} for name, errors in outcome.test.items()
    }
    record = {"size": outcome.size, "trials": outcome.n_trials, "value": outcome.value}
    folder.write_json("tune.json", {**record, "best": best, "test": test})
    if config.output.report:
        from potlearn.report import ReportInfo, write_search_report
        from potlearn.studies.search import finished

        done = [(t.number, t.values["value"], dict(t.parameters)) for t in finished(trials)]
        settings = {
            "Best": best,
            "Search": config.space.model_dump(mode="json"),
            "Descriptor of the fits": config.descriptor.model_dump(mode="json", exclude_none=True),
            "Fit": config.fit.model_dump(mode="json", exclude_none=True),
            "Data": data_settings(config.data),
        }
        info = ReportInfo("The best way to choose", outcome.summary, settings)
        with folder.file("report.html") as path:
            write_search_report(path, done, outcome.test, info)


def _plain(found: Estimate) -> Settings:
    return {"mean": found.mean, "interval": [found.low, found.high]}
