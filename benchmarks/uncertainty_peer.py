"""Uncertainty beside ace-jax (PyPI): errors, coverage, sharpness, ranks and time on a test set.

Every fit is a process of its own with one thread, with the split of training and test set that the
data come with, and the defaults of its program; its time is from the start of the process to the
end of it.  Force components that are zero by symmetry are left out.

    nice python benchmarks/uncertainty_peer.py [--set Si Mo] [--order 3] [--degree 13]
        [--theirs ard pops pops-weighted] [--data DIR] [--folder DIR]
        [--ours calibrated posterior committee pops calibrated-same-basis]

Results lie in the folder; a fit that is there already is not made again.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from ace import VERSION, WEIGHT_OF_L, peer, peer_environment
from ase.io import read, write
from common import DATA, HERE, timed
from scipy.stats import norm, spearmanr

import potlearn as pl
from potlearn.fit import FitSettings, RowBudget, fit_linear
from potlearn.uncertainty import METHODS, quantify

LEVELS = (0.682689492137086, 0.95)
NORMAL = tuple(float(norm.ppf((1 + level) / 2)) for level in LEVELS)
SAME = "-same-basis"  # order, degree and rule of ace-jax's basis
OURS = [*METHODS, f"calibrated{SAME}"]
CONFORMAL = 0.95  # of the spheres of ace-jax's ARD; a fit has one level


THEIRS = {
    "ard": ["--uq", "ard", "--ard-coverage", CONFORMAL],
    "pops": ["--uq", "pops"],
    "pops-weighted": ["--uq", "pops", "--weights", '{"default": {"E": 30, "F": 1, "V": 1}}'],
}


class Case(NamedTuple):
    """A data set, and the basis on our side."""

    folder: Path
    element: str
    cutoff: float
    degree: tuple[float, ...]

    def path(self, part: str) -> Path:
        """File of ``"train"`` or ``"test"``."""
        return self.folder / f"{self.element}_{part}.extxyz.xz"


CASES = {
    "Si": Case(Path("Si_Zuo2020"), "Si", 5.5, (12, 11, 10, 9)),
    "Mo": Case(Path("Mo_Zuo2020"), "Mo", 5.0, (12, 10, 9, 7)),
}


class Predicted(NamedTuple):
    """Errors of a test set, and half widths of 68 and 95 % intervals.

    ``energy`` (C,) and ``energy_width`` (C, 2) are per atom; ``forces`` (N, 3), ``forces_width``
    (N, 3, 2); ``atom`` (N,) ranks atoms; None where a program gives none.
    """

    energy: np.ndarray
    energy_width: np.ndarray | None
    forces: np.ndarray
    forces_width: np.ndarray
    atom: np.ndarray
    sphere: np.ndarray | None = None
    """Radius (N,) within which the force is meant to lie with probability ``CONFORMAL``."""
    seconds: float | None = None
    """CPU time of predictions and intervals, where they are not made by the fit."""
    bounds: tuple[float, ...] | None = None
    """Cover and median width of the range of predictions: energies, then components."""


class Labels(NamedTuple):
    """Number of atoms (C,), energies (C,) and forces (N, 3) of a test set."""

    sizes: np.ndarray
    energy: np.ndarray
    forces: np.ndarray

    @classmethod
    def of(cls, case: Case) -> Labels:
        """Those of the case's test set."""
        test = pl.read(case.path("test"))
        labels = [test.labels(i) for i in range(len(test))]
        sizes = np.array([len(x.forces) for x in labels])
        return cls(
            sizes, np.array([x.energy for x in labels]), np.concatenate([x.forces for x in labels])
        )


def make(case: Case, method: str, output: str, size: tuple[int, int]) -> None:
    """Our fit and its uncertainty, in this process."""
    basis = {"degree": case.degree}
    if method.endswith(SAME):
        basis = {"order": size[0], "degree": float(size[1]), "wL": WEIGHT_OF_L}
    descriptor = pl.ACE((case.element,), cutoff=case.cutoff, **basis)
    settings = FitSettings(solver="bayesian")
    result = fit_linear(pl.read(case.path("train")), descriptor, settings, rows=RowBudget())
    found = quantify(result, method.removesuffix(SAME))
    potential = pl.LinearPotential(descriptor, result.coefficients, uncertainty=found)
    potential.save(output)
    result.rows.close()
    print(descriptor.n_features, "functions")


def ours(case: Case, method: str, folder: Path) -> Predicted:
    """Predictions of the fit in the folder."""
    potential = pl.load(folder / f"ours_{method}.potl")
    labels, found, start = Labels.of(case), potential.uncertainty, time.process_time()
    energy, spread, forces, width = [], [], [], []
    for atoms in pl.read(case.path("test")):
        prediction, expected = potential.predict(atoms), potential.spread(atoms)
        energy.append(prediction.energy / len(atoms))
        spread.append(expected.energy / len(atoms))
        forces.append(prediction.forces)
        width.append(expected.forces)
    std = np.concatenate(width)
    factors = {q: [found.factor(q, level) for level in LEVELS] for q in ("energy", "forces")}
    return Predicted(
        np.array(energy) - labels.energy / labels.sizes,
        np.multiply.outer(spread, factors["energy"]),
        np.concatenate(forces) - labels.forces,
        np.multiply.outer(std, factors["forces"]),
        np.linalg.norm(std, axis=1),
        seconds=time.process_time() - start,
    )


def theirs(case: Case, method: str, folder: Path) -> Predicted:
    """Predictions of the fit in the folder; standard deviations are read as normal."""
    labels, out = Labels.of(case), folder / f"theirs_{method}"
    return (_ard if method == "ard" else _pops)(labels, out)


def _ard(labels: Labels, out: Path) -> Predicted:
    frames = read(out / "atoms.extxyz", ":")
    array = {name: np.concatenate([x.arrays[name] for x in frames]) for name in frames[0].arrays}
    text = (out / "predicted.extxyz").read_text()  # its 3 x 3 stress is not one that ASE reads
    energy = np.array(re.findall(r"\bace_energy=(\S+)", text), float)
    std = np.sqrt(array["forces_cov"].reshape(-1, 3, 3).diagonal(axis1=1, axis2=2))
    return Predicted(
        (energy - labels.energy) / labels.sizes,
        None,
        array["forces_pred"] - labels.forces,
        np.multiply.outer(std, NORMAL),
        array["forces_std"],
        sphere=array["forces_q"],
        seconds=np.loadtxt(out / "eval.time")[0],
    )


def _pops(labels: Labels, out: Path) -> Predicted:
    kept = np.load(out / "pred_test_map.npz")
    std = np.sqrt(kept["F_var"])
    return Predicted(
        (kept["E_mean"] - labels.energy) / labels.sizes,
        np.multiply.outer(np.sqrt(kept["E_var"]) / labels.sizes, NORMAL),
        kept["F_mean"] - labels.forces,
        np.multiply.outer(std, NORMAL),
        np.linalg.norm(std, axis=1),
        bounds=_bounds(out),
    )


def _bounds(out: Path) -> tuple[float, ...]:
    """Cover and median width of least to largest prediction of the members."""
    kept, found = np.load(out / "pops_envelope_test.npz"), []
    for quantity, unit in (("E", 1.0), ("F", 1e3)):
        low, high, error = (kept[f"{quantity}_{name}"] for name in ("lo", "hi", "resid"))
        moved = high - low > 1e-6  # not zero by symmetry
        inside = (low <= error) & (error <= high)
        found += [100 * np.mean(inside[moved]), unit * np.median((high - low)[moved])]
    return tuple(found)


def summary(labels: Labels, found: Predicted) -> dict[str, str]:
    """The numbers of a row of the table, by column."""
    moved = np.abs(labels.forces) > 1e-9
    error, width = np.abs(found.forces[moved]), found.forces_width[moved]
    norms = np.linalg.norm(found.forces, axis=1)
    energy, of_energy = np.abs(found.energy), found.energy_width
    return {
        "MAE": f"{1e3 * energy.mean():.2f} meV/atom, {1e3 * np.abs(found.forces).mean():.1f} meV/Å",
        "forces cover": _cover(error, width),
        "half width": _widths(width, "meV/Å"),
        "interval score": f"{1e3 * _score(error, width[:, 1]):.0f}",
        "rank": _ranks(np.abs(found.forces), found.forces_width[..., 0], norms, found.atom),
        "not zero": _ranks(error, width[:, 0], norms[moved.any(1)], found.atom[moved.any(1)]),
        "energies cover": "none" if of_energy is None else _cover(energy, of_energy),
        "energies' half width": "none" if of_energy is None else _widths(of_energy, "meV/atom"),
    }


def _ranks(*pairs: np.ndarray) -> str:
    """Spearman's rank correlation of components and of atoms."""
    found = [
        spearmanr(a.ravel(), b.ravel())[0] for a, b in zip(pairs[::2], pairs[1::2], strict=True)
    ]
    return f"{found[0]:.2f} / {found[1]:.2f}"


def _cover(error: np.ndarray, width: np.ndarray) -> str:
    inside = 100 * np.mean(error[:, None] <= width, axis=0)
    return f"{inside[0]:.1f} / {inside[1]:.1f} %"


def _widths(width: np.ndarray, unit: str) -> str:
    mean = 1e3 * width.mean(0)
    return f"{mean[0]:.3g} / {mean[1]:.3g} {unit}"


def _score(error: np.ndarray, width: np.ndarray) -> float:
    r"""Mean interval score at 95 % (Gneiting & Raftery 2007, eq. 43), eV/Å; small is good."""
    return float(np.mean(2 * width + 2 / (1 - LEVELS[1]) * np.maximum(0, error - width)))


def further(labels: Labels, found: Predicted) -> Iterator[str]:
    """What has no column: the time of predictions, and what only the other program states."""
    if found.seconds is not None:
        yield f"predictions and intervals of the test set take {found.seconds:.1f} CPU s"
    if found.sphere is not None:
        free = (np.abs(labels.forces) > 1e-9).any(1)
        norms, radius = np.linalg.norm(found.forces, axis=1)[free], found.sphere[free]
        yield (
            f"spheres meant to hold {100 * CONFORMAL:.0f} % of force vectors hold "
            f"{100 * np.mean(norms <= radius):.1f} %, mean radius {1e3 * radius.mean():.0f} meV/Å"
        )
    if found.bounds is not None:
        energy, width, forces, force_width = found.bounds
        yield (
            f"least to largest prediction of the members holds {energy:.1f} % of energies "
            f"(median width {width:.3g} meV/atom) and {forces:.1f} % of components "
            f"({force_width:.3g} meV/Å)"
        )


def fit_ours(case: Case, method: str, folder: Path, size: tuple[int, int]) -> None:
    """Time a fit, unless it is there already."""
    out, log = folder / f"ours_{method}.potl", folder / f"ours_{method}.time"
    if not log.exists():
        command = [sys.executable, __file__, "--set", case.element, "--data", case.folder.parent]
        command += ["--order", size[0], "--degree", size[1], "--make", method, out]
        _timed(list(map(str, command)), folder, log)


def _files(case: Case, folder: Path) -> None:
    """Files for ace-jax, the training set in random order: its POPS validates on the last fifth."""
    if not (folder / "test.extxyz").exists():
        train = list(pl.read(case.path("train")))
        order = np.random.default_rng(0).permutation(len(train))
        write(folder / "train.extxyz", [train[i] for i in order])
        write(folder / "test.extxyz", list(pl.read(case.path("test"))))


def fit_theirs(case: Case, method: str, folder: Path, size: tuple[int, int]) -> None:
    """Time a fit of theirs, and evaluate it where the fit does not."""
    out, log = folder / f"theirs_{method}", folder / f"theirs_{method}.time"
    if log.exists():
        return
    _files(case, folder)
    command = [peer() / "python", HERE / "ace_jax_predictions.py", "fit", "--train", "train.extxyz"]
    command += [
        "--test",
        "test.extxyz",
        "--elements",
        case.element,
        "--rcut",
        case.cutoff,
        "--order",
    ]
    command += [size[0], "--max-degree", size[1], "--e0", "lsq", "--out", out]
    _timed(list(map(str, command + THEIRS[method])), folder, log)
    if method == "ard":
        command = [peer() / "aj", "eval", "--model", out / "model.npz", "--data", "test.extxyz"]
        command += ["--posterior", out / "posterior.npz", "--per-atom", out / "atoms.extxyz"]
        command += ["--out", out / "predicted.extxyz"]
        _timed(list(map(str, command)), folder, out / "eval.time")


def _timed(command: list[str], folder: Path, log: Path) -> None:
    taken = timed(command, folder, peer_environment())
    np.savetxt(log, [taken], header="CPU s, wall s, MiB")


def _case(name: str, args: argparse.Namespace) -> Case:
    return CASES[name]._replace(folder=args.data.resolve() / CASES[name].folder)


def rows(name: str, args: argparse.Namespace) -> Iterator[str]:
    """A table of one data set, row by row, as the fits end."""
    case, notes = _case(name, args), []
    labels, size = Labels.of(case), (args.order, args.degree)
    folder = args.folder / f"{name}_{args.order}_{args.degree}"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [("ours", m) for m in args.ours] + [("theirs", m) for m in args.theirs]
    for side, method in wanted:
        if side == "ours":
            fit_ours(case, method, folder, size)
            found, title = ours(case, method, folder), f"potlearn, {method}"
        else:
            fit_theirs(case, method, folder, size)
            found, title = theirs(case, method, folder), f"ace-jax {VERSION}, {method}"
        cpu, wall, _ = np.loadtxt(folder / f"{side}_{method}.time")
        row = {"": title, **summary(labels, found), "CPU / wall": f"{cpu:.0f} / {wall:.0f} s"}
        if (side, method) == wanted[0]:
            yield "| " + " | ".join(row) + " |\n" + "|---" * len(row) + "|"
        yield "| " + " | ".join(row.values()) + " |"
        notes += [f"{title}: {note}" for note in further(labels, found)]
    yield from notes


def main() -> None:
    """Run the chosen sets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", nargs="*", choices=[*CASES], default=["Si"])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--order", type=int, default=3, help="of ace-jax's basis")
    parser.add_argument("--degree", type=int, default=13, help="of ace-jax's basis")
    parser.add_argument("--ours", nargs="*", choices=OURS, default=OURS)
    parser.add_argument("--theirs", nargs="*", choices=[*THEIRS], default=[*THEIRS])
    parser.add_argument("--folder", type=Path, default=HERE / "results" / "uncertainty_peer")
    parser.add_argument("--make", nargs=2, metavar=("METHOD", "FILE"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.make:
        make(_case(args.set[0], args), *args.make, (args.order, args.degree))
        return
    for name in args.set:
        print(f"\n{name}", flush=True)
        for line in rows(name, args):
            print(line, flush=True)


if __name__ == "__main__":
    main()
