"""What passes gain in a search: fits answered from shared ledgers, and the same from scratch.

Random trials on a set of Zuo et al. (2020): ACE and POD, several cutoffs, rules, weights, solvers.
Every trial is answered from a pass; some are fitted from scratch as well, and must predict the
same to 1e-8 (relative to the largest energy, force and stress of the test set).  CPU seconds of a
trial count the passes.  Everything runs in this process, on one thread.

    OMP_NUM_THREADS=1 python benchmarks/tune_passes.py [--data ../shared/data] [--set Si]
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np
from common import DATA, processor

import potlearn as pl
from potlearn.errors import PotlearnError
from potlearn.fit import FitSettings, Weights, fit_linear
from potlearn.metrics import evaluate
from potlearn.tune import Answer, Candidate, Passes, Worker

CUTOFFS = (4.5, 5.0, 5.5)
FEWEST = 100
"""Columns of the smallest basis."""


def ace(rng: np.random.Generator, element: str) -> pl.ACE:
    """A basis of some 100 to 800 functions."""
    degree = [
        rng.choice(x) for x in ((12, 16, 18), (12, 13, 14, 15), (9, 10, 11, 12), (8, 9, 10, 11))
    ]
    return pl.ACE(
        (element,),
        cutoff=float(rng.choice(CUTOFFS)),
        order=4,
        degree=tuple(sorted(map(float, degree), reverse=True)),
        wL=float(rng.choice([0.65, 0.75, 1.0])),
        radial={"kind": "sbessel"},
    )


def pod(rng: np.random.Generator, element: str) -> pl.POD:
    """A basis of some 100 to 800 functions."""
    radial = (10, 10, *(int(rng.integers(low, 9)) for low in (7, 5)), 0, 0)
    degree = (6, 4, int(rng.integers(2, 5)), 0, 0)
    names = ("two", "three", "four", "five", "six", "seven")
    numbers = {
        f"{q}body_number_radial_basis_functions": n for q, n in zip(names, radial, strict=True)
    }
    degrees = {f"{q}body_angular_degree": n for q, n in zip(names[1:], degree, strict=True)}
    return pl.POD((element,), cutoff=float(rng.choice(CUTOFFS)), **numbers, **degrees)


def candidate(rng: np.random.Generator, element: str) -> Candidate:
    """A random fit; settings that mean no basis are drawn again."""
    while True:
        try:
            descriptor = (ace, pod)[rng.integers(2)](rng, element)
        except PotlearnError:
            continue
        if descriptor.n_features >= FEWEST:
            break
    solver = str(rng.choice(["evidence", "evidence", "gcv", "ridge"]))
    settings = FitSettings(
        weights=Weights(10 ** rng.uniform(2, 5), 1.0, 10 ** rng.uniform(0, 3)),
        solver=solver,
        ridge=10 ** rng.uniform(-12, -6) if solver == "ridge" else None,
        smoothness=bool(rng.random() < 0.7),
        contradictions="keep",
    )
    return Candidate(descriptor, None, settings)


def scratch(
    train: pl.Dataset, test: pl.Dataset, item: Candidate, answer: Answer
) -> tuple[float, float]:
    """CPU seconds of a fit from scratch with its errors, and how far an answer is from it.

    The largest difference of predictions, relative to the largest of each quantity.
    """
    start = process_time()
    full = fit_linear(train, item.descriptor, item.settings)
    wanted = evaluate(pl.LinearPotential(item.descriptor, full.coefficients), test)
    seconds = process_time() - start
    found = evaluate(answer.potential, test)
    parts = [
        (getattr(found, f"{q}_pred"), getattr(wanted, f"{q}_pred"))
        for q in ("energy", "forces", "stress")
    ]
    worst = max(np.nanmax(np.abs(a - b)) / np.nanmax(np.abs(b)) for a, b in parts)
    return seconds, float(worst)


def answered(worker: Worker, items: list[Candidate]) -> tuple[list[Answer], list[float]]:
    """Answers, and CPU seconds of each."""
    answers, seconds = [], []
    for item in items:
        start = process_time()
        answers.append(worker(item))
        seconds.append(process_time() - start)
    return answers, seconds


def main() -> None:
    """Print what each way takes, and how well they agree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--set", default="Si")
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--check", type=int, default=24, help="trials fitted from scratch as well")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    element, rng = given.set, np.random.default_rng(given.seed)
    folder = given.data / f"{element}_Zuo2020"
    train, test = (pl.read(folder / f"{element}_{x}.extxyz.xz") for x in ("train", "test"))
    items = [candidate(rng, element) for _ in range(given.trials)]
    print(f"{processor()}; {len(train)} configurations, {given.trials} trials of", end=" ")
    sizes = [item.descriptor.n_features for item in items]
    print(f"{min(sizes)} to {max(sizes)} functions, median {int(np.median(sizes))}")
    with TemporaryDirectory() as cache:
        passes, wall, cpu = Passes(train, test, Path(cache)), perf_counter(), process_time()
        assert not passes.prepare(items)
        wall, cpu = perf_counter() - wall, process_time() - cpu
        columns = sorted(len(stored.columns) for stored in passes.cache.stored())
        print(f"passes: {len(columns)} of {columns} columns, {wall:.1f} s ({cpu:.1f} CPU s)")
        answers, seconds = answered(passes.worker(), items)
    checked = rng.permutation(len(items))[: given.check]
    full, worst = zip(*(scratch(train, test, items[k], answers[k]) for k in checked), strict=True)
    own = (cpu + sum(seconds)) / len(items)
    solvers = [str(items[k].settings.solver) for k in checked]
    result = {
        "answer_median_cpu_s": float(np.median(seconds)),
        "answer_mean_cpu_s": float(np.mean(seconds)),
        "trial_cpu_s_with_passes": own,
        "scratch_mean_cpu_s": float(np.mean(full)),
        "answers_of_the_same_trials_mean_cpu_s": float(np.mean([seconds[k] for k in checked])),
        "gain": float(np.mean(full)) / own,
        "largest_difference": {
            name: max(x for x, own in zip(worst, solvers, strict=True) if own == name)
            for name in sorted({*solvers})
        },
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
