"""Learning beside random picks for several seeds; both use the same fit, without a reference."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from learning_systems import labelled, snapshots, test_set
from learning_tables import LABELS, errors, show, show_halves

import potlearn as pl
from potlearn.fit import GrowingFit
from potlearn.workflows.dynamics import DynamicsSettings
from potlearn.workflows.generation import Rattle, Strain, generate
from potlearn.workflows.learning import Budget, Condition, Gamma, Given, Plan, Quiet, learn

RESULTS = Path(__file__).parent / "results" / "learning"
FIRST, MOST = 6, 48
"""Labels that learning begins with, and those that it may spend."""


def compare(system, seeds):
    """Both ways for every seed, written after each; seeds that are in the file are not repeated."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    out = RESULTS / f"{system.name}.json"
    found = json.loads(out.read_text()) if out.exists() else {"random": {}, "learning": {}}
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        test = test_set(system, folder)
        for seed in range(len(found["learning"]), seeds):
            start = perf_counter()
            found["random"][str(seed)] = by_random(system, seed, test, folder)
            middle = perf_counter()
            keep = RESULTS / f"{system.name}-learned" if seed == 0 else None
            found["learning"][str(seed)] = by_learning(system, seed, test, folder, keep)
            print(
                f"seed {seed}: {middle - start:.0f} s, {perf_counter() - middle:.0f} s", flush=True
            )
            out.write_text(json.dumps(found))
    show(found)
    show_halves(found)


def by_random(system, seed, test, folder):
    """Random picks from one trajectory of the truth, heated through all temperatures."""
    hot = max(system.temperatures)
    schedule = ((0.0, 300.0), (4000 * system.timestep / 1000, hot))
    frames = snapshots(system, {"temperature": schedule, "seed": seed}, 10)
    order = np.random.default_rng(seed).permutation(len(frames))[: max(LABELS)]
    pool = labelled([frames[k] for k in order], system, folder)
    fit, found = GrowingFit(system.descriptor), {}
    for before, n in zip((0, *LABELS), LABELS, strict=False):
        fit.add(pool.subset(range(before, n)))
        found[str(n)] = errors(potential(fit), test)
    return found


def by_learning(system, seed, test, folder, keep=None):
    """Learning from strained and perturbed cells, with runs at all temperatures."""
    place = folder / f"learned-{seed}"
    start = generate([Strain(0.04, count=FIRST), Rattle(0.1)], [system.cell], seed=seed)[FIRST:]
    conditions = [
        Condition(
            f"{kelvin:.0f} K",
            system.cell,
            DynamicsSettings(
                temperature=kelvin, timestep=system.timestep, steps=1000, seed=1000 * seed + k
            ),
        )
        for k, kelvin in enumerate(system.temperatures)
    ]
    plan = Plan(
        system.descriptor,
        triggers={"gamma": Gamma(limit=1.1)},
        stops=(Budget(MOST), Quiet(30.0)),
        protect=False,
        batch=6,
        seed=seed,
    )
    done = learn(Given(start, conditions, system.spec), plan, place)
    fit, found, size = GrowingFit(system.descriptor), {}, len(done.dataset)
    sizes = [n for n in LABELS if n <= size]
    for before, n in zip((0, *sizes), sizes, strict=False):
        fit.add(done.dataset.subset(range(before, n)))
        found[str(n)] = errors(potential(fit), test)
    if keep is not None:
        shutil.copytree(place, keep, dirs_exist_ok=True)
    return found


def potential(fit):
    """The potential of a fit."""
    return pl.LinearPotential(fit.descriptor, fit.result().coefficients)
