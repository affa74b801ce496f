"""``potlearn descriptors``: of atoms, and features of configurations, for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    context: typer.Context,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Anything that ASE reads.")
    ],
    output: Annotated[Path, typer.Option(help="Arrays to write (.npz).")],
    family: Annotated[
        str | None, typer.Option(help="Descriptor family, such as ace or pod [default: ace].")
    ] = None,
    descriptor: Annotated[
        Path | None, typer.Option(help="YAML file of the descriptor's settings.")
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Descriptor setting; the value in YAML."),
    ] = None,
    features: Annotated[
        list[str] | None,
        typer.Option(help="Features of a configuration; of several, the columns are joined."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
) -> None:
    """Write descriptors of every atom and features of every configuration of FILE.

    OUTPUT holds `atoms` (N, M), `configurations` (n, F), `first` (n + 1: the first atom of each
    configuration, and N), `numbers` (N: atomic numbers), `names` and `atom_names` (of the columns)
    and `sources` (file:frame of each configuration).
    """
    from potlearn import tasks
    from potlearn.cli.descriptor_file import descriptor_settings, source_of

    settings = {
        "files": files,
        "output": output,
        "descriptor": descriptor_settings(descriptor, family, overrides or ()),
        "features": features or ["mean"],
        "workers": workers,
    }
    outcome = tasks.descriptors(settings, progress=True, source=source_of(descriptor))
    for name, shape in outcome.shapes.items():
        typer.echo(f"{name}: {' x '.join(map(str, shape))}")
    typer.echo(f"written to {output}")
