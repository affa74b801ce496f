"""What each default of the training of networks costs or brings, on sets of different character.

Every default is switched off by itself.  Mean test errors over seeds (of the validation split, the
initial weights and the order of batches), and in brackets the change by the default: negative is
better with it.  Beside them the linear fits to all training data.

    OMP_NUM_THREADS=1 python benchmarks/neural_defaults.py [--set Mo water] [--seeds 3]

Beside the sets of neural.py: a liquid (water of a classical model), a soft metal (copper of
effective-medium theory), solid argon and an oxide; a fifth of these is the test set.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
from common import DATA, processor
from neural import CASES, RESULTS, Case, errors, linear, neural, text
from stability import argon, copper
from water import water

import potlearn as pl

OFF: dict[str, dict[str, Any]] = {
    "as they are": {},
    "robust": {"robust": 0.0},
    "energy, but 0.3": {"energy": 0.3},
    "whiten": {"whiten": 0.0},
    "weight_decay": {"weight_decay": 0.0},
    "decay, but 0.1": {"weight_decay": 0.1},
    "decay, but 0.3": {"weight_decay": 0.3},
    "average": {"average": 0.0},
    "clip": {"clip": None},
    "fade": {},
}
"""Settings without each default; ``fade``: it begins at the farthest training atom."""


def fifth(dataset: Any) -> tuple[Any, Any]:
    return pl.stratified_split(dataset, 0.2, seed=0)


def liquid() -> tuple[Any, Any]:
    return fifth(pl.read(water(RESULTS / "water.extxyz")))


def oxide() -> tuple[Any, Any]:
    return fifth(pl.read(DATA / "HfO2_cesmix" / "HfO2_slabs.extxyz.xz"))


def parts(case: Any) -> tuple[Any, Any]:
    """Both sets of a case of another benchmark."""
    return case.train, case.test


SETS = {
    **{name: CASES[name] for name in ("Si", "Mo", "Ta", "3BPA")},
    "water": Case(liquid, ("H", "O"), 4.5, ((8, 5, 4),), ()),
    "copper": Case(lambda: parts(copper(DATA)), ("Cu",), 5.0, ((8, 7, 6),), ()),
    "argon": Case(lambda: parts(argon(DATA)), ("Ar",), 8.0, ((8, 7, 6),), ()),
    "HfO2": Case(oxide, ("Hf", "O"), 5.0, ((8, 5, 4),), ()),
}


@contextmanager
def farthest_fade(on: bool) -> Iterator[None]:
    """Networks that fade beyond the farthest training atom, wherever that is."""
    with patch("potlearn.potentials.neural.fading.FARTHEST", np.inf if on else 25.0):
        yield


def measured(name: str, seeds: int, members: int) -> Iterator[dict[str, Any]]:
    """Rows of one set."""
    case = SETS[name]
    train, test = case.load()
    basis = case.basis(case.sizes[0])
    start = errors(linear(case, basis, train)[0], test)
    print(f"{name}, {basis.n_features} functions; linear: {text(start)}", flush=True)
    yield {"set": name, "without": "networks", **start}
    usual: dict[str, float] = {}
    for off, changed in OFF.items():
        options = {"members": members, **changed}
        with farthest_fade(off == "fade"):
            found = [
                errors(neural(case, basis, train, options, seed)[0].potential, test)
                for seed in range(seeds)
            ]
        mean = {key: float(np.mean([row[key] for row in found])) for key in start}
        usual = usual or mean
        change = ", ".join(f"{key} {usual[key] / mean[key] - 1:+.1%}" for key in mean)
        print(f"  without {off:15s} {text(mean)}   [{change}]", flush=True)
        yield {"set": name, "without": off, **mean}


def main() -> None:
    """Run the sets asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--members", type=int, default=1)
    arguments = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    rows: list[dict[str, Any]] = []
    for name in arguments.set:
        rows += measured(name, arguments.seeds, arguments.members)
        content = {"processor": processor(), "rows": rows}
        (RESULTS / "neural_defaults.json").write_text(json.dumps(content, indent=1))


if __name__ == "__main__":
    main()
