"""Picture of `tune_peers.py`: error of the forces against time, of this package and of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

GIVEN = "given"
MARKERS = "^vDPX*<>"


def picture(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Points of all rows that have an error; rows without one are vertical lines."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    for listed, style in (("rebuilt", "o-"), (GIVEN, "o:")):
        own = [r for r in rows if r["code"] == "potlearn" and r["neighbors"] == listed]
        _own(axes, own, style, "list given" if listed == GIVEN else "list made each time")
    others = [r for r in rows if r["code"] != "potlearn"]
    for k, row in enumerate(r for r in others if r["forces"] is not None):
        label = f"{short(row['code'])}{' (list given)' if row['neighbors'] == GIVEN else ''}"
        form = {"marker": MARKERS[k % len(MARKERS)], "ms": 9, "ls": "", "color": f"C{k + 1}"}
        axes.plot(row["us_per_atom"], row["forces"], label=label, **form)
    for row in (r for r in others if r["forces"] is None and r["neighbors"] != GIVEN):
        label = f"{short(row['code'])}: time alone, not fitted"
        axes.axvline(row["us_per_atom"], color="0.6", ls="--", label=label)
    axes.set(xscale="log", xlabel="µs per atom, energy and forces, one thread")
    axes.set_ylabel("mean absolute error of forces, meV/Å")
    axes.set_title("Silicon, test set of Zuo et al. 2020")
    axes.legend(fontsize=7)
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=150)


def _own(axes: Any, rows: Sequence[Mapping[str, Any]], style: str, lists: str) -> None:
    """ACE as a line, POD and networks as points."""
    kinds = {
        "ACE": ("tab:blue", style),
        "POD": ("tab:cyan", "s"),
        "neural ACE": ("midnightblue", "h"),
    }
    for kind, (color, form) in kinds.items():
        found = sorted(
            (r["us_per_atom"], r["forces"]) for r in rows if r["settings"].startswith(kind)
        )
        if found:
            fill = "none" if lists == "list given" else color
            label = f"potlearn {kind}, {lists}"
            axes.plot(*zip(*found, strict=True), form, color=color, mfc=fill, label=label)


def short(code: str) -> str:
    """Name of a code in the legend."""
    names = {
        "quippy-ase": "GAP, quippy-ase",
        "calorine": "NEP, calorine",
        "LAMMPS": "LAMMPS pair_style pod",
    }
    first, *others = code.split()
    return names.get(first, first) + ("" if first == "LAMMPS" else "".join(f" {x}" for x in others))
