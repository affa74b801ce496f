"""The table of `tune_peers.py`: rows of this package, and its speed beside `pair_style pod`."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

from peer_ours import Ours
from peer_rows import GIVEN, LISTED, Row


def our_rows(ours: list[Ours], rows: list[Row]) -> list[Row]:
    """Rows of this package: medians of its times over the sessions."""
    found = []
    for kind in (LISTED, GIVEN):
        sessions = [row.ours for row in rows if row.neighbors == kind and row.ours]
        for one in ours if sessions else []:
            us = median(session[one.name] for session in sessions if one.name in session)
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
