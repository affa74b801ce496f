"""Selection from 10^6 rows of 200 features in a file, on two processes: time, memory, and quality.

python benchmarks/selection_scale.py [scale quality cost] [--rows N] [--plot FILE]

Writes benchmarks/results/selection_scale.json.  ``scale`` runs the four selections of a million
rows; ``quality`` compares hierarchies with the flat choice from 50,000 rows; ``cost`` repeats the
selections for fewer rows.  CPU seconds are those of all processes, memory is the largest sum of
their resident sets; both include reading the rows.
"""

from __future__ import annotations

import os

# NumPy reads these when it is loaded.
os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
)

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from common import HERE, processor
from memory import MemoryWatch

from potlearn.runtime import Runtime
from potlearn.select import FPS, KDPP, GreedyMAP, Hierarchical, KMeans, Selector

D = 200
WORKERS = 2
SELECTORS: dict[str, Selector] = {
    "k-DPP, k = 150": KDPP(150),
    "FPS, k = 1000": FPS(1000),
    "k-means, k = 1000": KMeans(1000),
    "RBF k-DPP, k = 1000, rank 2000": KDPP(1000, kernel="rbf", rank=2000),
}
SIZES = (100_000, 200_000, 500_000, 1_000_000)
MINUTES, GIGABYTES = 10, 4
SUBSET, SEEDS = 50_000, 50


def write_rows(path: Path, n: int) -> None:
    """Rows of 50 groups, one after the other as in a file of trajectories, in decaying columns."""
    X = np.lib.format.open_memmap(path, "w+", np.float64, (n, D))
    rng = np.random.default_rng(0)
    centres, scales = rng.normal(size=(50, D)), rng.uniform(0.2, 1.5, 50)
    for k, part in enumerate(np.array_split(np.arange(n), 50)):
        rows = centres[k] + scales[k] * rng.normal(size=(len(part), D))
        X[part[0] : part[-1] + 1] = rows * np.logspace(0, -1.5, D)
    X.flush()


def one(path: Path, name: str, n: int) -> dict[str, Any]:
    """One selection in a process of its own."""
    command = [sys.executable, __file__, "--one", str(path), name, str(n)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name} of {n} rows: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(
        f"{name}, N = {n}: {found['wall']:.0f} s, CPU {found['cpu']:.0f} s, "
        f"{found['memory']:.2f} GB, load {found['load']:.1f}",
        flush=True,
    )
    return {"name": name, "rows": n, **found}


def run_one(path: Path, name: str, n: int) -> None:
    """What :func:`one` starts: time, CPU and memory of the process and its workers."""
    X = np.load(path, mmap_mode="r")[:n]
    watch = MemoryWatch()
    start = time.perf_counter()
    chosen = Hierarchical(SELECTORS[name], runtime=Runtime(WORKERS)).select(X)
    wall = time.perf_counter() - start
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    found = {
        "wall": wall,
        "cpu": sum(u.ru_utime + u.ru_stime for u in usage),
        "memory": watch.stop(),
        "load": os.getloadavg()[0],
        "distinct": len(set(chosen.indices.tolist())),
    }
    print(json.dumps(found))


def quality(path: Path) -> dict[str, Any]:
    """Log-determinants of hierarchies against the flat choice."""
    from scipy.stats import ks_2samp

    X = np.array(np.load(path, mmap_mode="r")[::20][:SUBSET])
    k = 150

    def volume(indices: np.ndarray) -> float:
        return float(np.linalg.slogdet(X[indices] @ X[indices].T)[1])

    flat = volume(GreedyMAP(k).select(X).indices)
    losses = {
        way: (flat - volume(Hierarchical(GreedyMAP(k), 5000, levels=levels).select(X).indices)) / k
        for way, levels in (("passes", False), ("levels", True))
    }
    sampler = KDPP(k).sampler(X)
    rng = np.random.default_rng(1)
    draws = [volume(sampler.draw(rng)) for _ in range(SEEDS)]
    found: dict[str, Any] = {"rows": len(X), "k": k, "loss per item of MAP": losses}
    for way, levels in (("passes", False), ("levels", True)):
        others = [
            volume(Hierarchical(KDPP(k, random_state=s), 5000, levels=levels).select(X).indices)
            for s in range(SEEDS)
        ]
        test = ks_2samp(draws, others)
        found[f"k-DPP, {way}"] = {
            "mean and deviation": [float(np.mean(others)), float(np.std(others))],
            "flat": [float(np.mean(draws)), float(np.std(draws))],
            "Kolmogorov-Smirnov p": float(test.pvalue),
        }
    print(json.dumps(found, indent=1), flush=True)
    return found


def cost(path: Path, sizes: Sequence[int]) -> list[dict[str, Any]]:
    """CPU seconds against the number of rows."""
    return [one(path, name, n) for name in SELECTORS for n in sizes]


def exponents(runs: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Power of N that the CPU seconds grow with, by least squares of the logarithms."""
    found = {}
    for name in SELECTORS:
        pairs = [(run["rows"], run["cpu"]) for run in runs if run["name"] == name]
        if len(pairs) > 1:
            n, seconds = np.log(np.array(pairs)).T
            found[name] = float(np.polyfit(n, seconds, 1)[0])
    return found


def plot(runs: Sequence[dict[str, Any]], path: Path) -> None:
    """CPU seconds against N, with a line of slope 1."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5.5, 4))
    for name in SELECTORS:
        pairs = sorted((run["rows"], run["cpu"]) for run in runs if run["name"] == name)
        axes.loglog(*zip(*pairs, strict=True), "o-", label=name)
    n = np.array([min(SIZES), max(SIZES)])
    axes.loglog(n, n / 3e3, "k:", label="proportional to N")
    axes.set(xlabel="rows", ylabel="CPU seconds of all processes", title="200 features")
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=150)


def main() -> None:
    """Run the chosen parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=["scale", "quality", "cost", []], default=[])
    parser.add_argument("--rows", type=int, default=max(SIZES))
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--output", type=Path, default=HERE / "results" / "selection_scale.json")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        run_one(Path(arguments.one[0]), arguments.one[1], int(arguments.one[2]))
        return
    parts, document = arguments.parts or ["scale", "quality", "cost"], {"processor": processor()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.npy"
        write_rows(path, arguments.rows)
        runs: list[dict[str, Any]] = []
        if "scale" in parts:
            runs += [one(path, name, arguments.rows) for name in SELECTORS]
        if "quality" in parts:
            document["quality"] = quality(path)
        if "cost" in parts:
            done = arguments.rows if "scale" in parts else 0
            runs += cost(path, [n for n in SIZES if n <= arguments.rows and n != done])
            document["exponents"] = exponents(runs)
        document["runs"] = runs
    if arguments.plot:
        plot(runs, arguments.plot)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(document, indent=1) + "\n")
    slow = [r for r in runs if r["wall"] > 60 * MINUTES or r["memory"] > GIGABYTES]
    print(f"{len(slow)} selections above {MINUTES} minutes or {GIGABYTES} GB; {arguments.output}")


if __name__ == "__main__":
    main()
