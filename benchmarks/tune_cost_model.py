"""How well force times are predicted, and how well they repeat.

Descriptors of both families are drawn at random for each data set (orders, degrees, body orders,
cutoffs, radial kinds, cutoffs of pairs, pruned ones); none is of the calibration.  Their force
times are measured on configurations of the data, in turn with the reference kernel.  Weights come
from the fixed set of the calibration alone.

    python benchmarks/tune_cost_model.py [--data ../shared/data] [--number 24] [--output results]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any

import numpy as np
from common import DATA, processor

import potlearn as pl
from potlearn.compress import examples_of
from potlearn.descriptors import Descriptor
from potlearn.engine import instruction_sets
from potlearn.tune import CostModel, Neighborhood, calibrate, measure, measure_all
from potlearn.tune.speed.calibration import random_model

SETS = {
    "Si": "Si_Zuo2020/Si_train.extxyz.xz",
    "Mo": "Mo_Zuo2020/Mo_train.extxyz.xz",
    "W-Be": "WBe_FitSNAP/WBe/*.extxyz.xz",
    "3BPA": "3BPA_BOTNet/train_mixedT.extxyz.xz",
    "HfO2": "HfO2_cesmix/HfO2_slabs.extxyz.xz",
}
REACH = 7.0
BODIES = ("two", "three", "four", "five", "six", "seven")
KINDS = ("sbessel", "cheb_exp_cos", "agnesi_jacobi")


def aces(species: tuple[str, ...], rng: np.random.Generator) -> Iterator[Descriptor]:
    """ACE of orders 1 to 5, every third one pruned at random, every fourth with a pair's cutoff."""
    size = {1: 1.0, 2: 0.62}.get(len(species), 0.45)
    k = 0
    while True:
        order = 1 + k % 5
        top = size * np.array([rng.uniform(6, 18), 14, 13, 11, 9])[:order]
        degree = np.minimum.accumulate(top) * rng.uniform(0.5, 1.1)
        cutoff = float(rng.choice(np.arange(4.0, 7.25, 0.5)))
        pairs = {f"{species[0]}-{species[-1]}": {"cutoff": cutoff - 0.8}} if k % 4 == 3 else {}
        found: Descriptor = pl.ACE(
            species,
            cutoff=cutoff,
            order=order,
            degree=tuple(degree.tolist()),
            wL=float(rng.choice([0.75, 1.0, 1.5])),
            radial={"kind": str(rng.choice(KINDS))},
            pairs=pairs,
        )
        k += 1
        yield pruned(found, rng) if k % 3 == 0 else found


def pods(species: tuple[str, ...], rng: np.random.Generator) -> Iterator[Descriptor]:
    """POD of 2 to 7 bodies, every third one pruned at random."""
    whole = pl.POD(species)
    k = 0
    while True:
        top, numbers, scale = 2 + k % 6, {}, rng.uniform(0.5, 1.0)
        for q, body in enumerate(BODIES, start=2):
            names = [f"{body}body_number_radial_basis_functions", f"{body}body_angular_degree"]
            for name in names if q > 2 else names[:1]:
                numbers[name] = int(np.ceil(scale * getattr(whole, name))) if q <= top else 0
        cutoff = float(rng.choice(np.arange(4.0, 7.25, 0.5)))
        k += 1
        found: Descriptor = pl.POD(species, cutoff=cutoff, **numbers)
        yield pruned(found, rng) if k % 3 == 0 else found


def pruned(descriptor: Descriptor, rng: np.random.Generator) -> Descriptor:
    """A random part of the functions, their first ones, or those of few moments."""
    names = list(descriptor.feature_names)
    n = max(1, int(rng.uniform(0.1, 0.9) * len(names)))
    if rng.random() < 0.5:
        return descriptor.prune(names[:n])
    chosen = np.sort(rng.choice(len(names), n, replace=False))
    return descriptor.prune([names[k] for k in chosen])


FAMILIES: dict[str, Callable[..., Iterator[Descriptor]]] = {"ace": aces, "pod": pods}


def read(folder: Path, pattern: str) -> pl.Dataset:
    """One or several files."""
    return pl.read(sorted(folder.glob(pattern)))


def compared(
    model: CostModel, examples: list[Any], family: str, species: tuple[str, ...], number: int
) -> list[dict[str, Any]]:
    """Predicted and measured times of one family on one data set."""
    near = Neighborhood.of(examples, species, REACH)
    rng = np.random.default_rng(7)
    made = FAMILIES[family](species, rng)
    descriptors = [next(made) for _ in range(number)]
    times = measure_all([random_model(d) for d in descriptors], examples, rounds=7)
    rows = []
    for descriptor, time in zip(descriptors, times, strict=True):
        start = perf_counter()
        predicted = model.predict(descriptor, near)
        rows.append(
            {
                "functions": descriptor.n_features,
                "cutoff": descriptor.cutoff,
                "us_per_atom": time.ratio * model.home,
                "error": predicted / (time.ratio * model.home) - 1,
                "ms": 1e3 * (perf_counter() - start),
            }
        )
    return rows


def table(data: Path, number: int, sets: list[str]) -> list[dict[str, Any]]:
    """Errors per data set and family."""
    model = calibrate()
    print(
        f"{model.instruction_set}: calibrated in {model.seconds:.1f} s on {model.n} descriptors, "
        f"left-out error {100 * model.error_median:.1f} % (90 %: {100 * model.error_90:.1f} %)"
    )
    print("set    family  number  us/atom          median %  90 %  worst %  ms/prediction")
    found = []
    for name in sets:
        dataset = read(data, SETS[name])
        examples, species = examples_of(dataset), tuple(dataset.species)
        for family in FAMILIES:
            rows = compared(model, examples, family, species, number)
            errors = 100 * np.abs([r["error"] for r in rows])
            times = [r["us_per_atom"] for r in rows]
            ms = median(r["ms"] for r in rows)
            span = f"{min(times):.1f} to {max(times):.1f}"
            print(
                f"{name:6s} {family:6s} {len(rows):7d}  {span:16s} {np.median(errors):8.1f} "
                f"{np.quantile(errors, 0.9):5.1f} {errors.max():8.1f} {ms:10.1f}",
                flush=True,
            )
            found.append({"set": name, "family": family, "rows": rows})
    return found


def repeatability(data: Path, repeats: int = 12) -> dict[str, Any]:
    """Spread of the ratio and of the time itself, idle and beside busy processes."""
    dataset = read(data, SETS["Si"])
    examples = examples_of(dataset)
    potential = random_model(pl.ACE(("Si",), cutoff=5.5))
    found = {}
    for label, n in (("idle", 0), ("1 busy process", 1), ("3 busy processes", 3)):
        busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(n)]
        sleep(1.0 if n else 0.0)
        times = [measure(potential, examples) for _ in range(repeats)]
        for process in busy:
            process.kill()
            process.wait()
        found[label] = {
            "ratio": [t.ratio for t in times],
            "us_per_atom": [t.us_per_atom for t in times],
        }
        ratio, time = (np.array(found[label][k]) for k in ("ratio", "us_per_atom"))
        print(
            f"{label:18s} ratio {np.median(ratio):.3f} +- {100 * ratio.std() / ratio.mean():.1f} %"
            f", time {np.median(time):.2f} us/atom +- {100 * time.std() / time.mean():.1f} %"
        )
    return found


BUSY = "import numpy as np\na = np.random.rand(600, 600)\nwhile True: a @ a"


def main() -> None:
    """Print the table and write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--number", type=int, default=24)
    parser.add_argument("--set", choices=list(SETS), action="append")
    parser.add_argument("--output", type=Path, default=None)
    given = parser.parse_args()
    print(processor(), "with", ", ".join(instruction_sets()))
    rows = table(given.data, given.number, given.set or list(SETS))
    repeats = repeatability(given.data)
    if given.output:
        given.output.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"table": rows, "repeatability": repeats}, indent=1)
        (given.output / "tune_cost_model.json").write_text(text)


if __name__ == "__main__":
    main()
