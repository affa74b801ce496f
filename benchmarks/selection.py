"""Selection beside other packages, each in an environment of its own: CPU seconds of both, in turn.

(The file is not called ``select.py``, which would hide Python's own module of that name.)
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import numpy as np
from common import Row

from potlearn.select import CUR, FPS, KDPP

# The last NumPy and SciPy that DPPy 0.3.3 was written for.
DPPY = ("numpy<2", "scipy<1.14", "dppy==0.3.3")
SKMATTER = ("skmatter==0.4.1",)
THEIRS = """
import contextlib, io, json, sys, time
import numpy as np

X = np.load(sys.argv[1])

def dppy_set_up():
    from dppy.finite_dpps import FiniteDPP
    return FiniteDPP("likelihood", L_gram_factor=X.T)

def dppy_draw(dpp, k, seed):
    return dpp.sample_exact_k_dpp(k, random_state=np.random.RandomState(seed))

def dppy_whole(k, seed):
    return dppy_draw(dppy_set_up(), k, seed)

def fps(k):
    from skmatter.sample_selection import FPS
    return FPS(n_to_select=k, initialize=0).fit(X).selected_idx_

def cur(k):
    from skmatter.sample_selection import CUR
    return CUR(n_to_select=k).fit(X).selected_idx_

kept = {}
for line in sys.stdin:
    name, *numbers = json.loads(line)
    with contextlib.redirect_stdout(io.StringIO()):
        if name == "dppy_draw" and not kept:
            kept["dpp"] = dppy_set_up()
            dppy_draw(kept["dpp"], *numbers)  # its first draw makes the spectrum
        arguments = [kept["dpp"], *numbers] if name == "dppy_draw" else numbers
        start = time.process_time()
        found = globals()[name](*arguments)
        seconds = time.process_time() - start
    print(json.dumps([seconds, [int(i) for i in found]]), flush=True)
"""


class Other:
    """A package in its own environment, told line by line what to time."""

    def __init__(self, folder: Path, packages: Sequence[str], X: Path) -> None:
        name = packages[-1].partition("=")[0]
        python = folder / name / "bin" / "python"
        if not python.exists():
            venv.create(folder / name, with_pip=True)
            install = [str(python), "-m", "pip", "install", "--quiet", *packages]
            subprocess.run(install, check=True)
        self.process = subprocess.Popen(
            [str(python), "-W", "ignore", "-c", THEIRS, str(X)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": ""},
        )

    def run(self, name: str, *numbers: int) -> tuple[float, list[int]]:
        """CPU seconds, and the rows that were chosen."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps([name, *numbers]), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{name} gave no answer")
        seconds, found = json.loads(line)
        return seconds, found

    def close(self) -> None:
        """End the process."""
        self.process.communicate()


def seconds_of(function: Callable[[], object]) -> tuple[float, object]:
    """CPU seconds of a call, and its result."""
    start = time.process_time()
    result = function()
    return time.process_time() - start, result


def k_dpp(folder: Path, repeats: int = 7) -> list[Row]:
    """Exact k-DPP of N = 10^4 rows, D = 200 features, k = 100, linear kernel, against DPPy."""
    X = np.random.default_rng(0).normal(size=(10_000, 200)) / 100  # larger rows overflow DPPy
    np.save(folder / "X.npy", X)
    theirs, selector = Other(folder, DPPY, folder / "X.npy"), KDPP(100)
    sampler, rng = selector.sampler(X), np.random.default_rng(0)
    draws: tuple[list[float], list[float]] = ([], [])
    wholes: tuple[list[float], list[float]] = ([], [])
    for seed in range(repeats + 1):
        draws[0].append(theirs.run("dppy_draw", 100, seed)[0])
        draws[1].append(seconds_of(lambda: sampler.draw(rng))[0])
        wholes[0].append(theirs.run("dppy_whole", 100, seed)[0])
        wholes[1].append(seconds_of(lambda: selector.select(X))[0])
    theirs.close()
    name = "k-DPP, N = 1e4, D = 200, k = 100, against DPPy 0.3.3"
    return [
        Row(f"{name}: a draw", median(draws[0][1:]), median(draws[1][1:]), 10.0),
        Row(f"{name}: set-up and draw", median(wholes[0][1:]), median(wholes[1][1:]), 3.0),
    ]


def greedy(folder: Path) -> list[Row]:
    """FPS and CUR of N = 10^5 rows, D = 200 features, against scikit-matter: the same rows."""
    X = np.random.default_rng(0).normal(size=(100_000, 200)) * np.logspace(0, -1, 200)
    np.save(folder / "X.npy", X)
    theirs = Other(folder, SKMATTER, folder / "X.npy")
    rows = []
    for name, k, ours, repeats in (
        ("fps", 300, FPS(300, initialize=0), 3),
        ("cur", 100, CUR(100), 1),
    ):
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(repeats):
            seconds, expected = theirs.run(name, k)
            times[0].append(seconds)
            seconds, found = seconds_of(lambda ours=ours: ours.select(X).indices.tolist())
            times[1].append(seconds)
        same = next((i for i in range(k) if found[i] != expected[i]), k)
        title = f"{name.upper()}, N = 1e5, D = 200, k = {k}, against scikit-matter"
        title += f": first {same} rows the same"
        rows.append(Row(title, median(times[0]), median(times[1]), 3.0))
    theirs.close()
    return rows


def selection(folder: Path) -> list[Row]:
    """All of it."""
    return k_dpp(folder) + greedy(folder)


if __name__ == "__main__":
    sys.exit("run it by: python benchmarks/run.py selection")
