"""Speed beside other codes, in one run: one table, and benchmarks/results/speed.json.

python benchmarks/run.py [forces design neighbors threads evaluators sets nve fits memory ace
    ace-fits selection] [--long]
"""

from __future__ import annotations

import os

# NumPy reads these when it is loaded.
os.environ.update(
    dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
)

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import ace
import dynamics
import evaluators
import fits
import forces
import selection
from common import HERE, Row, processor

PARTS: dict[str, Callable[[Path, bool], list[Row]]] = {
    "forces": lambda folder, _: forces.energy_forces(folder),
    "design": lambda folder, _: forces.design_rows(folder),
    "neighbors": lambda _folder, _: forces.neighbor_lists(),
    "threads": lambda _folder, _: forces.threads(),
    "evaluators": lambda _folder, _: [*evaluators.sharing(), *evaluators.pruning()],
    "sets": lambda _folder, _: evaluators.sets(),
    "nve": lambda _folder, _: dynamics.nve(),
    "fits": lambda folder, long: fits.fits(folder, ["small", "medium", *(["large"] * long)]),
    "memory": lambda folder, _: fits.memory(folder),
    "ace": lambda folder, _: ace.energy_forces(folder),
    "ace-fits": lambda folder, long: ace.fits(folder, ["evidence", *(["lstsq"] * long)]),
    "selection": lambda folder, _: selection.selection(folder),
}


def show(rows: Sequence[Row]) -> None:
    """The table, as Markdown."""
    print("\n| | theirs | potlearn | unit | ratio | asked | |\n|---|---|---|---|---|---|---|")
    for row in rows:
        asked = "" if row.target is None else f"{row.target:.3g}"
        met = "" if row.target is None else ("yes" if row.ratio >= row.target else "no")
        print(
            f"| {row.name} | {row.theirs:.4g} | {row.ours:.4g} | {row.unit} | {row.ratio:.2f} "
            f"| {asked} | {met} |"
        )


def main() -> None:
    """Run the chosen parts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--long", action="store_true", help="fits of up to 15 minutes too")
    parser.add_argument("--output", type=Path, default=HERE / "results" / "speed.json")
    arguments = parser.parse_args()
    rows: list[Row] = []
    for part in arguments.parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            rows += PARTS[part](Path(folder), arguments.long)
        print(f"{part}: done", flush=True)
    show(rows)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    document = {"processor": processor(), "rows": [row.to_dict() for row in rows]}
    arguments.output.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
