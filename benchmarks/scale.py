"""Large scale: energies and forces of up to 10^7 atoms, and rows of 10^6 environments.

    python benchmarks/scale.py [forces lammps rows] [--most ATOMS] [--environments N]
        [--picture FILE] [--output FILE]

Silicon, one thread.  ``forces``: CPU µs per atom from Python, neighbour lists apart; ``lammps``:
the same of a step of `pair_style potlearn` on one rank; ``rows``: a fit of ACE by every
executor, its factors compared with those of one process.  Every measurement has a process of its
own.  Results of parts that do not run are kept from before.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from common import HERE, one_thread, processor
from scale_forces import from_python, in_lammps, potential
from scale_rows import EXECUTORS, difference, reduced, write_configurations

SIZES = (1e4, 3e4, 1e5, 3e5, 1e6, 3e6, 1e7)
ONE: dict[str, Callable[..., dict[str, Any]]] = {
    "forces": lambda path, n: from_python(Path(path), float(n)),
    "lammps": lambda path, n: in_lammps(Path(path), float(n)),
    "rows": lambda path, name, output: reduced(name, Path(path), Path(output)),
}
LABELS = {
    "list": "neighbour list",
    "forces": "energies and forces, list given",
    "calculator": "step of the ASE calculator, list kept",
    "lammps": "pair_style potlearn, a step",
}


def alone(*what: Any) -> dict[str, Any]:
    """One measurement in a process of its own."""
    command = [sys.executable, __file__, "--one", *map(str, what)]
    done = subprocess.run(command, env=one_thread(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def forces(part: str, folder: Path, most: float) -> list[dict[str, Any]]:
    """Every size up to the largest."""
    potential().save(folder / "Si.potl")
    rows = []
    for n in (size for size in SIZES if size <= most):
        rows.append(alone(part, folder / "Si.potl", n))
        times = ", ".join(f"{LABELS[k]} {us:.2f}" for k, us in rows[-1]["µs"].items())
        memory = ", ".join(f"{k} {x:.0f}" for k, x in rows[-1]["bytes"].items())
        print(f"{rows[-1]['atoms']} atoms: µs per atom: {times}; bytes: {memory}", flush=True)
    return rows


def rows_of(folder: Path, n_atoms: int) -> list[dict[str, Any]]:
    """The same rows by every executor."""
    write_configurations(folder / "many.extxyz", n_atoms)
    found = []
    for k, name in enumerate(EXECUTORS):
        one = alone("rows", folder / "many.extxyz", name, folder / f"{k}.npz")
        one["difference"] = difference(folder / "0.npz", folder / f"{k}.npz")
        print(
            f"{name}: {one['atoms']} environments, {one['rows']} x {one['columns']}: "
            f"{one['wall']:.0f} s, {one['memory']:.2f} GB, factors differ by "
            f"{one['difference']:.1e}",
            flush=True,
        )
        found.append(one)
    return found


def picture(document: dict[str, Any], path: Path) -> None:
    """Time an atom against the number of atoms."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 4))
    for key, label in LABELS.items():
        rows = document.get("lammps" if key == "lammps" else "forces", [])
        if rows:
            times = [x["µs"][key] for x in rows]
            axes.semilogx([x["atoms"] for x in rows], times, "o-", label=label)
    axes.set(xlabel="atoms", ylabel="µs per atom, one thread", ylim=(0, None))
    axes.set_title("Silicon, ACE of 116 functions")
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=150)


def main() -> None:
    """Run the chosen parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=["forces", "lammps", "rows", []], default=[])
    parser.add_argument("--most", type=float, default=1e6, help="atoms of the largest crystal")
    parser.add_argument("--environments", type=int, default=100_000)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--output", type=Path, default=HERE / "results" / "scale.json")
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        part, *what = arguments.one
        print(json.dumps(ONE[part](*what)))
        return
    kept = json.loads(arguments.output.read_text()) if arguments.output.exists() else {}
    document: dict[str, Any] = {**kept, "processor": processor()}
    for part in arguments.parts or ["forces", "lammps", "rows"]:
        with tempfile.TemporaryDirectory() as name:
            document[part] = (
                rows_of(Path(name), arguments.environments)
                if part == "rows"
                else forces(part, Path(name), arguments.most)
            )
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(json.dumps(document, indent=1) + "\n")
    if arguments.picture:
        picture(document, arguments.picture)


if __name__ == "__main__":
    main()
