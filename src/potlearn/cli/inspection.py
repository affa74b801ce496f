"""An inspection on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from potlearn.cli.console import show_table

if TYPE_CHECKING:
    from potlearn.data import Inspection


def show_inspection(inspection: Inspection) -> None:
    """Print counts, labels, groups, distances and findings."""
    atoms = ", ".join(f"{count} {symbol}" for symbol, count in inspection.species.items())
    typer.echo(f"{inspection.n_configurations} configurations, {inspection.n_atoms} atoms: {atoms}")
    typer.echo(str(inspection.labels))
    _show_groups(inspection)
    distances = [f"{pair} {d:.3f}" for pair, d in inspection.shortest.items() if d is not None]
    typer.echo(f"shortest distances (Å): {', '.join(distances) or 'no neighbours'}")
    for finding in inspection.findings:
        typer.echo(f"{finding.severity}: {finding.source}: {finding.message}")
    if not inspection.findings:
        typer.echo("nothing suspicious found")


def _show_groups(inspection: Inspection) -> None:
    columns = ("group", "n", "atoms", "energy (eV/atom)", "volume (Å³/atom)", "max force (eV/Å)")
    rows = [
        (
            name,
            group.n_configurations,
            _range(group.atoms, "d"),
            _range(group.energy, ".3f"),
            _range(group.volume, ".2f"),
            "" if group.max_force is None else f"{group.max_force:.2f}",
        )
        for name, group in inspection.groups.items()
    ]
    show_table(columns, rows)


def _range(values: tuple[float, float] | None, style: str) -> str:
    if values is None:
        return ""
    low, high = (format(value, style) for value in values)
    return low if low == high else f"{low} to {high}"
