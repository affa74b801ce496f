"""``potlearn inspect``: what is in files of configurations, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from potlearn.data import Inspection


def command(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Anything that ASE reads.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    labels: Annotated[
        bool | None,
        typer.Option(
            "--labels/--no-labels",
            help="Look for wrong labels by a small fit [default: up to 50000 atoms].",
        ),
    ] = None,
) -> None:
    """Say what is in FILE, and what is wrong with it."""
    import json

    from potlearn.cli.console import progress_bar
    from potlearn.data import inspect, read
    from potlearn.tasks.label_check import label_findings

    dataset = read(files)
    with progress_bar("inspecting") as progress:
        inspection = inspect(dataset, progress=progress)
    with progress_bar("checking labels") as progress:
        inspection = inspection.with_findings(label_findings(dataset, labels, progress))
    if as_json:
        typer.echo(json.dumps(inspection.to_dict(), indent=2))
    else:
        _show(inspection)


def _show(inspection: Inspection) -> None:
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
    from potlearn.cli.console import show_table

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
