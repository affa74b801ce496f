"""Search the Pareto front: settings in, a folder with trials, front and potentials out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from potlearn.runtime import SERIAL, Runtime, check_installed, session
from potlearn.tasks.folder import OutputFolder
from potlearn.tasks.progress import Stages, stages_of
from potlearn.tasks.report_files import check_report_packages
from potlearn.tasks.settings.tune import TuneConfig
from potlearn.tasks.tuning.evaluate import Evaluator
from potlearn.tasks.tuning.outcome import TuneOutcome
from potlearn.tasks.tuning.plan import JOURNAL, RANDOM, Plan
from potlearn.tasks.tuning.results import Ending, trials_json
from potlearn.tasks.tuning.speed import Speed
from potlearn.tasks.tuning.trials import TrialSettings
from potlearn.tasks.tuning.work import TRAINING
from potlearn.tune import Asked, Outcome, Study, load
from potlearn.tune.folder import ERRORS, FRONT, SPEED, TRIALS
from potlearn.tune.search import search

PASSES = "passes"
RESULTS = ("config.yaml", FRONT, TRIALS, ERRORS, "report.html", "front.png")
STORES = (JOURNAL, RANDOM, SPEED, PASSES, TRAINING, "front")
GB = 1e9


def tune(
    settings: TuneConfig | Mapping[str, Any],
    *,
    runtime: Runtime = SERIAL,
    progress: bool | Stages = False,
) -> TuneOutcome:
    """Search, and write the output folder; the same settings continue after a stop.

    Parameters
    ----------
    settings : TuneConfig or mapping
        What a configuration file of ``potlearn tune`` holds.
    runtime : Runtime
        Workers; their number does not change the trials.
    progress : bool or function
        As for :func:`~potlearn.tasks.fit`.

    Raises
    ------
    ConfigError
        An unknown key of the space, an objective that nothing measures, values that do not go
        together.
    TuneError
        All trials fail.
    DataError
        The folder holds another study.
    PotlearnError
        As reading and fits do.
    """
    config, stages, start = TuneConfig.of(settings), stages_of(progress), perf_counter()
    check_installed("optuna", extra="tune", what="the search")
    if config.output.report:
        check_report_packages()
    with (
        OutputFolder(config.output.folder, RESULTS, stores=STORES) as folder,
        session(runtime.executor) as executor,
    ):
        run = Run(Plan.of(config), folder, replace(runtime, workers=executor, scheduler=None))
        notes = run.all(stages)
        tuned = load(folder.path)
        outcome = TuneOutcome(tuned, tuple(notes), perf_counter() - start, folder)
        if config.output.report:
            write_reports(outcome, run.plan)
    return outcome


class Run:
    """One run of a search.

    Parameters
    ----------
    plan : Plan
    folder : OutputFolder
    runtime : Runtime
    """

    def __init__(self, plan: Plan, folder: OutputFolder, runtime: Runtime) -> None:
        self.plan, self.folder, self.runtime = plan, folder, runtime

    def all(self, stages: Stages) -> list[str]:
        """Search, fit the front, write; notes on what a user should know."""
        config, path = self.plan.config, self.folder.path
        study = self.plan.study(path)
        self._write_trials(study)  # results of an earlier run end here, and the trials stay
        self.folder.write_text("config.yaml", config.to_yaml())
        speed = Speed.of(path / SPEED, stages, self.plan.networks)
        evaluator = self._evaluator(speed, stages)
        notes = [*self.plan.notes, *self._search(study, evaluator, config.search.trials)]
        random: Sequence[Any] = ()
        if config.search.baseline:
            other = self.plan.baseline(path)
            self._search(other, evaluator, config.search.baseline, "random trials")
            random = other.trials()
        ending = Ending(self.plan, evaluator, self.folder, speed.model.home, self.runtime, stages)
        notes += ending.write(study.trials(), random)
        return notes

    def _evaluator(self, speed: Speed, stages: Stages) -> Evaluator:
        return Evaluator(
            settings=TrialSettings(self.plan.base),
            space=self.plan.space,
            candidates=self.plan.candidates,
            speed=speed,
            own=self.plan.own,
            folder=self.folder.path / PASSES,
            size=self.plan.config.search.cache * GB,
            runtime=self.runtime,
            stages=stages,
        )

    def _search(
        self, study: Study, evaluator: Evaluator, trials: int, what: str = "trials"
    ) -> list[str]:
        """Continue a study; the folder says where it stands after every batch."""
        search_settings = self.plan.config.search

        def evaluate(asked: Sequence[Asked]) -> Iterator[Outcome]:
            yield from evaluator(asked)
            if what == "trials":
                self._write_trials(study)

        with evaluator.stages(what) as report:
            found = search(
                study,
                evaluate,
                trials=trials,
                seconds=search_settings.time,
                batch=search_settings.batch,
                report=report,
            )
        return list(found.notes)

    def _write_trials(self, study: Study) -> None:
        self.folder.write_json(TRIALS, trials_json(self.plan, study.trials(), ()))


def write_reports(outcome: TuneOutcome, plan: Plan) -> None:
    """The page of a study, and a picture of its front."""
    from potlearn.report import ReportInfo, front_figure, write_tune_report

    config = plan.config
    settings = {
        "Search": config.search.model_dump(mode="json", exclude_none=True),
        "Space": plan.space.to_dict(),
        "Fit": {name: value for name, value in plan.base.items() if name != "data"},
        "Data": config.data.for_others(),
    }
    timing = {"this run": outcome.seconds}
    info = ReportInfo("Accuracy against force time", outcome.summary, settings, timing)
    with outcome.output.file("report.html") as path:
        write_tune_report(path, outcome.tuned, info)
    timed = "force_time" in config.objectives and len(config.objectives) > 1
    if timed and len(outcome.tuned.front):
        with outcome.output.file("front.png") as path:
            front_figure(outcome.tuned, path)
