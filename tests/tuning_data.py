"""A small search over configurations of copper."""

import json
import os
import signal
from functools import cache
from multiprocessing import parent_process
from pathlib import Path

from potlearn.tune import calibrate

POD = {
    f"{n}body_{key}": 0
    for n in ("five", "six", "seven")
    for key in ("number_radial_basis_functions", "angular_degree")
}
SPACE = {
    "descriptor.family": ["ace", "pod"],
    "descriptor.cutoff": [4.0, 4.5],
    "descriptor.order": [1, 2],
    "descriptor.max_functions": {"low": 4, "high": 20, "log": True},
    "descriptor.twobody_number_radial_basis_functions": {"low": 3, "high": 6},
    "fit.weights.energy": {"low": 100, "high": 10_000, "log": True},
}


def settings(copper, folder, **changes):
    """Settings of a search that takes seconds."""
    small = {
        "threebody_number_radial_basis_functions": 2,
        "threebody_angular_degree": 2,
        "fourbody_number_radial_basis_functions": 0,
        "fourbody_angular_degree": 0,
    }
    found = {
        "data": {"file": str(copper / "copper.extxyz"), "split": {"test": 0.2, "validation": 0.2}},
        "descriptor": {"degree": 6, **POD, **small},
        "reference": {"kind": "none"},  # protection beyond the data takes its time
        "space": dict(SPACE),
        "search": {"trials": 12, "batch": 4, "sampler": "random"},
        "output": {"folder": str(folder), "report": False, "models": 2, "survival": False},
    }
    for key, value in changes.items():
        merged = isinstance(found.get(key), dict) and key not in ("space", "data")
        found[key] = {**found[key], **value} if merged else value
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "speed.json").write_text(cost_model())
    return found


@cache
def cost_model():
    """A cost model that was made quickly."""
    return json.dumps({"model": calibrate(rounds=1).to_dict(), "references": {}})


def mortal(potential, validation):
    """An objective that kills its worker, as often as there are files to take away."""
    for flag in Path(os.environ["MORTAL"]).iterdir():
        flag.unlink()
        _die()
    return float(potential.coefficients.size)


def deadly(potential, validation):
    """An objective that kills every worker at potentials of eight functions."""
    if potential.descriptor.n_features == 8:
        _die()
    return float(potential.coefficients.size)


def nothing(potential, validation):
    """An objective without a value."""
    return float("nan")


def _die():
    assert parent_process() is not None, "it would kill the tests"
    os.kill(os.getpid(), signal.SIGKILL)
