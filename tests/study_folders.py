"""Folders of studies as `potlearn tune` writes them, of invented but likely numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

OBJECTIVES = ("forces_mae", "force_time")
REASONS = (
    "descriptor.degree: [30, 28] has 120,000 functions, more than 50,000",
    "the linear system cannot give the coefficients: 2 rows for 90 columns",
)


def random_trial(number, rng, wide=1.0):
    """A trial of POD or ACE: bigger bases are slower and, up to a point, more accurate."""
    family = ("pod", "ace")[int(rng.integers(2))]
    size = rng.uniform(0, 1) ** wide
    parameters = {
        "descriptor.family": family,
        "descriptor.cutoff": float(rng.choice(np.arange(4, 7.5, 0.5))),
        "fit.weights.energy": float(f"{10 ** rng.uniform(0, 3):.4g}"),
    }
    if family == "ace":
        parameters["descriptor.order"] = int(rng.integers(2, 5))
        parameters["descriptor.degree"] = [int(6 + 8 * size), int(4 + 6 * size)]
    else:
        parameters["descriptor.four_body"] = [int(1 + 5 * size), int(1 + 3 * size)]
    if rng.uniform() < 0.06:
        reason = REASONS[int(rng.uniform() < 0.3)]
        return entry(number, parameters, reason=reason, seconds=0.05)
    return entry(number, parameters, values_of(parameters, size, rng), seconds=rng.uniform(0.1, 2))


def values_of(parameters, size, rng):
    time = 1.2 * 60**size * (parameters["descriptor.cutoff"] / 5) ** 3 * rng.uniform(0.9, 1.3)
    off = abs(parameters["descriptor.cutoff"] - 5.5)
    error = 0.06 * (1 + 3 * np.exp(-3.5 * size)) * (1 + 0.15 * off) * rng.uniform(1, 1.25)
    error *= 1.15 if parameters["descriptor.family"] == "pod" else 1
    return {
        "energy_mae": 0.03 * error * (1 + 2 / parameters["fit.weights.energy"]),
        "forces_mae": error,
        "force_time": time,
        "n_coefficients": int(30 + 900 * size),
    }


def entry(number, parameters, values=None, reason="", seconds=1.0):
    state = "failed" if reason else "done"
    values = {k: float(v) for k, v in (values or {}).items()}
    return {"number": number, "parameters": parameters, "state": state, "values": values,
        "reason": reason, "seconds": float(seconds), "notes": {"pass": "a1b2"}}  # fmt: skip


def dominated(row, others):
    return any((o <= row).all() and (o < row).any() for o in others)


def front_numbers(trials, objectives, constraints):
    """Numbers of the trials on the front, by brute force."""
    done = [
        t
        for t in trials
        if t["state"] == "done" and all(t["values"][k] <= v for k, v in constraints.items())
    ]
    rows = np.array([[t["values"][k] for k in objectives] for t in done])
    return [t["number"] for t, row in zip(done, rows, strict=True) if not dominated(row, rows)]


def errors_of(values, n_config, difficulty, rng):
    """Errors per configuration whose mean is the trial's, larger where all trials have trouble."""
    counts = {"energy": np.ones(n_config), "forces": np.tile([24.0, 96.0], n_config)[:n_config]}
    arrays = {}
    for quantity, n in counts.items():
        e = difficulty * rng.uniform(0.9, 1.1, n_config)
        arrays[quantity] = e * values[f"{quantity}_mae"] * n.sum() / (n @ e)
        arrays[f"{quantity}_n"] = n
    return arrays


def survival(rng, pairs=("Si-Si",)):
    r = np.linspace(0.6, 6, 28)
    energy = [4 * ((2.1 / r) ** 8 - (2.1 / r) ** 4) * rng.uniform(0.95, 1.05) for _ in pairs]
    dimers = [
        {"pair": pair.split("-"), "distances": r.tolist(), "energies": e.tolist(), "repels": True,
         "depth": float(-e.min()), "reason": ""}
        for pair, e in zip(pairs, energy, strict=True)
    ]  # fmt: skip
    run = {"start": 3, "group": "md", "atoms": 64, "reason": ""}
    hot = [
        {**run, "temperature": 1000.0, "picoseconds": 5.0, "state": "survived"},
        {**run, "temperature": 3000.0, "picoseconds": float(rng.uniform(1, 5)), "state": "failed",
         "reason": "Si and Si came within 0.81 Å"},
    ]  # fmt: skip
    return {"dimers": dimers, "hot": hot, "planned": 5.0, "seconds": 4.0, "passed": False}


def write_study(
    folder,
    n=120,
    objectives=OBJECTIVES,
    constraints=None,
    *,
    seed=0,
    n_config=40,
    saved=True,
    n_random=0,
    change=None,
):
    """Write a folder; ``saved``: the study has ended and saved its front."""
    folder, rng = Path(folder), np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    constraints = dict(constraints or {})
    trials = [random_trial(i, rng, 1.0 if i < n // 4 else 1.4) for i in range(n)]
    random = [random_trial(i, rng) for i in range(n_random)]
    if change is not None:
        change(trials)
    shared = {"objectives": list(objectives), "constraints": constraints}
    dump(folder / "trials.json", {**shared, "trials": trials, "random": random})
    if saved:
        write_front(folder, trials, shared, n_config, rng)
    return folder


def write_front(folder, trials, shared, n_config, rng):
    difficulty = rng.gamma(4, 0.25, n_config)
    points, arrays = [], {}
    for number in front_numbers(trials, shared["objectives"], shared["constraints"]):
        trial, name = trials[number], f"trial_{number:04d}"
        points.append({
            "trial": number,
            "objectives": {k: trial["values"][k] for k in shared["objectives"]},
            "parameters": trial["parameters"],
            "model": f"front/{name}/model.potl",
            "config": f"front/{name}/fit.yaml",
            "values": trial["values"],
            "survival": survival(rng),
        })  # fmt: skip
        for key, array in errors_of(trial["values"], n_config, difficulty, rng).items():
            arrays[f"{name}/{key}"] = array
    notes = ["Force times were measured again at the end."]
    dump(folder / "front.json", {**shared, "points": points, "notes": notes})
    np.savez(folder / "errors.npz", **arrays)


def dump(path, document):
    path.write_text(json.dumps(document), encoding="utf-8")
