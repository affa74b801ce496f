"""Points of other codes for the picture of a front on silicon: measured here, or published.

The measured ones are those of `tune_peers.py`; without its results there are the published ones.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal, NamedTuple

RESULTS = Path(__file__).resolve().parent / "results" / "tune_peers.json"


class Point(NamedTuple):
    """A code on the test set of Zuo et al.; no time where none is published for this processor."""

    name: str
    energy_mae: float
    """meV/atom."""
    forces_mae: float
    """meV/Å."""
    us_per_atom: float | None
    """Of forces on one thread."""
    origin: Literal["measured", "published"]
    source: str


ZUO = "Zuo et al., J. Phys. Chem. A 124, 731 (2020)"
TABLE = f"{ZUO}, as in ACEpotentials.jl, examples/zuobench/error_table.jl"
PUBLISHED = (
    Point("GAP", 2.91, 70.0, None, "published", TABLE),
    Point("MTP", 2.21, 60.0, None, "published", TABLE),
    Point("POD", 2.56, 70.0, None, "published", "github.com/cesmix-mit/POD, examples/Si"),
    Point("FPOD", 4.34, 84.0, None, "published", "github.com/cesmix-mit/pod-examples, FastPOD/Si"),
)


def points(path: Path = RESULTS) -> list[Point]:
    """Other codes' points: those measured on this machine, then the published ones."""
    if not path.exists():
        return list(PUBLISHED)
    document = json.loads(path.read_text())
    source = f"benchmarks/tune_peers.py on {document['processor']}"
    measured = [
        Point(row["code"], row["energy"], row["forces"], row["us_per_atom"], "measured", source)
        for row in document["rows"]
        if row["forces"] is not None and row["code"] != "potlearn"
    ]
    return [*measured, *PUBLISHED]


def for_picture(path: Path = RESULTS) -> dict[str, tuple[float, float]]:
    """Time (µs/atom) and force error (eV/Å) by name, of the points that have both.

    As the front's figure and report take them (``published``).
    """
    return {
        p.name: (p.us_per_atom, 1e-3 * p.forces_mae)
        for p in points(path)
        if p.us_per_atom is not None
    }
