"""One peer in an environment of its own: fits, predicts the test set, answers with times.

    python side.py NAME fit FOLDER      from FOLDER/train.extxyz
    python side.py NAME test FOLDER     predictions for FOLDER/test.extxyz, in FOLDER/test.npz
    python side.py NAME time FOLDER     reads a line, evaluates FOLDER/crystal.extxyz, answers with
                                        the CPU seconds of one evaluation

A peer is its file `peer_NAME.py` with `fit(folder)` and `calculator(folder)`, an ASE calculator.
One that is timed with a given neighbour list also has `evaluation(folder)`, a function.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
from ase.io import read

LEAST_SECONDS = 0.2
"""An answer is the mean of as many evaluations as fit in, one at least."""


def test(peer: ModuleType, folder: Path) -> None:
    """Predictions, configurations one after the other."""
    energies, forces = [], []
    for atoms in read(folder / "test.extxyz", ":"):
        atoms.calc = peer.calculator(folder)
        forces.append(np.array(atoms.get_forces()))
        energies.append(float(atoms.get_potential_energy()))
    np.savez(folder / "test.npz", energy=energies, forces=np.concatenate(forces))


def moving(peer: ModuleType, folder: Path) -> Callable[[], float]:
    """Seconds of forces of moving atoms, neighbour list included."""
    atoms = read(folder / "crystal.extxyz")
    atoms.calc = peer.calculator(folder)
    rng = np.random.default_rng(0)

    def one() -> float:
        atoms.positions += 1e-3 * rng.normal(size=atoms.positions.shape)
        return seconds_of(atoms.get_forces)

    return one


def seconds_of(function: Callable[[], object]) -> float:
    """CPU seconds of a call."""
    start = time.process_time()
    function()
    return time.process_time() - start


def serve(peer: ModuleType, folder: Path) -> None:
    """Answer with times until the input ends."""
    if hasattr(peer, "evaluation"):
        one = partial(seconds_of, peer.evaluation(folder))
    else:
        one = moving(peer, folder)
    one()
    print("ready", flush=True)
    for _ in sys.stdin:
        seconds, n = 0.0, 0
        while seconds < LEAST_SECONDS:
            seconds, n = seconds + one(), n + 1
        print(seconds / n, flush=True)


def main() -> None:
    """What the command line asks for."""
    name, verb, folder = sys.argv[1:]
    peer = import_module(f"peer_{name}")
    {"fit": lambda: peer.fit(Path(folder)), "test": lambda: test(peer, Path(folder)),
     "time": lambda: serve(peer, Path(folder))}[verb]()  # fmt: skip


if __name__ == "__main__":
    main()
