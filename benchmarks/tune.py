"""A search of the front on a published set: its time, its front, and its samplers.

``front``     2000 trials over POD and ACE on two processes; wall time; every potential of the front
              fitted again to all training data (the search held a part out), and its errors on the
              test set, which had no part in the search.
``samplers``  hypervolume (share of the logarithmic box) of TPE and NSGA-II after 500 trials against
              that of random search after 1000, over seeds; intervals of the mean difference (95 %,
              Student).

    OMP_NUM_THREADS=1 python benchmarks/tune.py front --set Si --folder FOLDER [--workers 2]
    OMP_NUM_THREADS=1 python benchmarks/tune.py samplers --set Si --folder FOLDER [--seeds 5]

The same command continues.
"""

from __future__ import annotations

import argparse
import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
from common import DATA, processor
from scipy import stats
from tune_points import for_picture

from potlearn.report import front_figure
from potlearn.runtime import Runtime, session
from potlearn.tasks import FitConfig, TuneConfig, fit, tune
from potlearn.tasks.settings.yaml_text import parse_yaml
from potlearn.tasks.tuning.evaluate import Evaluator
from potlearn.tasks.tuning.plan import Plan
from potlearn.tasks.tuning.speed import Speed
from potlearn.tasks.tuning.trials import TrialSettings
from potlearn.tune.front.covered import covered
from potlearn.tune.results import objectives_of
from potlearn.tune.search import search

SETS = {
    "Si": {"train": "Si_Zuo2020/Si_train.extxyz.xz", "test": "Si_Zuo2020/Si_test.extxyz.xz"},
    "Mo": {"train": "Mo_Zuo2020/Mo_train.extxyz.xz", "test": "Mo_Zuo2020/Mo_test.extxyz.xz"},
}
RESULTS = Path(__file__).parent / "results"
POD_OFF = {
    f"{name}body_{key}": 0
    for name in ("five", "six", "seven")
    for key in ("number_radial_basis_functions", "angular_degree")
}
SPACE = {
    "descriptor.family": ["ace", "pod"],
    "descriptor.cutoff": {"low": 4.5, "high": 6.0, "step": 0.5},
    "descriptor.degree": [[14, 13, 12, 11], [14, 13, 12, 0], [14, 13, 0, 0]],  # orders 4, 3, 2
    "descriptor.max_functions": {"low": 15, "high": 800, "log": True},
    "descriptor.twobody_number_radial_basis_functions": {"low": 6, "high": 10},
    "descriptor.threebody_number_radial_basis_functions": {"low": 3, "high": 6},
    "descriptor.threebody_angular_degree": {"low": 2, "high": 6},
    "descriptor.fourbody_number_radial_basis_functions": {"low": 0, "high": 3},
    "descriptor.fourbody_angular_degree": {"low": 1, "high": 2},
    "fit.weights.energy": {"low": 300, "high": 30_000, "log": True},
}
SAMPLERS = {"tpe": 500, "nsga2": 500, "random": 1000}
FEW = {**SPACE, "descriptor.max_functions": {"low": 15, "high": 300, "log": True}}
"""The space of the samplers: thousands of trials in minutes."""


def settings(name: str, folder: Path, **changes: object) -> TuneConfig:
    """A search over both families on a set."""
    files = {key: str(DATA / place) for key, place in SETS[name].items()}
    return TuneConfig.of(
        {
            "data": files,
            "descriptor": {**POD_OFF, "order": 4},
            "space": SPACE,
            "objectives": ["energy_mae", "forces_mae", "force_time"],
            "output": {"folder": str(folder), "models": 12},
            **changes,
        }
    )


def front(name: str, folder: Path, workers: int, trials: int) -> dict[str, object]:
    """The front, and what it took."""
    config = settings(name, folder, search={"trials": trials, "batch": 20})
    outcome = tune(config, runtime=Runtime(workers), progress=True)
    points = [on_test(point.config, point.trial, folder) for point in outcome.tuned.front]
    times = [point.values["force_time"] for point in outcome.tuned.front]
    rows = [row | {"force_time": time} for row, time in zip(points, times, strict=True)]
    if len(outcome.tuned.front):
        others = for_picture() if name == "Si" else {}
        RESULTS.mkdir(exist_ok=True)
        picture = RESULTS / f"tune_front_{name}.png"
        front_figure(outcome.tuned, picture, others, y="forces_mae")
    states = [trial.state for trial in outcome.tuned.trials]
    return {
        "set": name,
        "trials": len(states),
        "failed": states.count("failed"),
        "seconds": outcome.seconds,
        "workers": workers,
        "front": sorted(rows, key=lambda row: row["force_time"]),
        "notes": list(outcome.notes),
    }


def on_test(config: Path, number: int, folder: Path) -> dict[str, float]:
    """Errors on the test set of a point's fit to all training data."""
    raw = parse_yaml(config.read_text(encoding="utf-8"), str(config))
    raw["data"].pop("validation", None)
    raw["output"] = {"folder": str(folder / "whole" / str(number)), "report": False}
    metrics = fit(FitConfig.of(raw)).metrics["test"]["all"]
    return {
        "trial": number,
        "energy_mae": 1e3 * metrics["energy"]["mae"],
        "forces_mae": 1e3 * metrics["forces"]["mae"],
    }


def samplers(name: str, folder: Path, workers: int, seeds: int) -> dict[str, object]:
    """Hypervolumes of samplers, trial by trial, of studies that share their passes."""
    objectives = ["forces_mae", "force_time"]
    with session(Runtime(workers).executor) as executor:
        runtime = Runtime(executor)
        base = settings(name, folder, objectives=objectives, space=FEW)
        plan = Plan.of(base)
        folder.mkdir(parents=True, exist_ok=True)
        evaluator = Evaluator(
            settings=TrialSettings(plan.base),
            space=plan.space,
            candidates=plan.candidates,
            speed=Speed.of(folder / "speed.json", lambda _: nullcontext(None)),
            own=(),
            folder=folder / "passes",
            size=5e9,
            runtime=runtime,
            stages=lambda _: nullcontext(None),
        )
        values: dict[str, list[np.ndarray]] = {sampler: [] for sampler in SAMPLERS}
        for seed in range(seeds):
            for sampler, trials in SAMPLERS.items():
                place = folder / f"{sampler}-{seed}"
                place.mkdir(exist_ok=True)
                chosen = base.search.model_copy(update={"sampler": sampler, "seed": seed})
                own = replace(plan, config=plan.config.model_copy(update={"search": chosen}))
                study = own.study(place)
                search(study, evaluator, trials=trials, batch=20)
                values[sampler].append(objectives_of(study.trials(), objectives, {}))
                print(f"seed {seed}, {sampler}: {trials} trials", flush=True)
    curves = covered(*(run for runs in values.values() for run in runs))
    last = {
        sampler: [float(curves[k * seeds + seed][-1]) for seed in range(seeds)]
        for k, sampler in enumerate(SAMPLERS)
    }
    compared = {
        sampler: interval(np.array(last[sampler]) - np.array(last["random"]))
        for sampler in SAMPLERS
        if sampler != "random"
    }
    return {"set": name, "covered": last, "gain over random at 1000": compared}


def interval(differences: np.ndarray) -> dict[str, float]:
    """Mean, and its 95 % interval."""
    n = len(differences)
    half = stats.t.ppf(0.975, n - 1) * differences.std(ddof=1) / np.sqrt(n) if n > 1 else np.nan
    mean = float(differences.mean())
    return {"mean": mean, "low": mean - float(half), "high": mean + float(half)}


def main() -> None:
    """Run one part, print it, and write it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("part", choices=("front", "samplers"))
    parser.add_argument("--set", choices=SETS, default="Si")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    start = perf_counter()
    if given.part == "front":
        found = front(given.set, given.folder, given.workers, given.trials)
    else:
        found = samplers(given.set, given.folder, given.workers, given.seeds)
    found |= {"processor": processor(), "seconds of all": perf_counter() - start}
    print(json.dumps(found, indent=1))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"tune_{given.part}_{given.set}.json").write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
