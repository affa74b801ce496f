"""Options of ``potlearn label``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Files: TypeAlias = Annotated[
    list[Path] | None,
    typer.Argument(metavar="FILE... | DATABASE", help="Configurations; with --show, labels."),
]
Calculator: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--calculator",
        metavar="NAME",
        help="emt, gpaw, mace, vasp, ... (any of ASE's), module:callable, or a potential.",
    ),
]
Overrides: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Argument of the calculator; the value in YAML."
    ),
]
SettingsFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE.yaml", help="Arguments of the calculator."),
]
Output: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="LABELLED.db", help="Database of ASE, postgresql://..., or .extxyz as well."
    ),
]
Database: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="DATABASE", help="Keeps the labels where the output is .extxyz."),
]
Python: TypeAlias = Annotated[
    str | None, typer.Option(metavar="PROGRAM", help="Python that has the calculator.")
]
Timeout: TypeAlias = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS", min=1e-3, help="Kill a calculation that takes longer, as failed."
    ),
]
Properties: TypeAlias = Annotated[
    str | None, typer.Option(metavar="NAMES", help="What to calculate [energy,forces,stress].")
]
Retry: TypeAlias = Annotated[bool, typer.Option("--retry", help="Calculate again what failed.")]
Keep: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Keep the files of every calculation.")
]
Workers: TypeAlias = Annotated[int, typer.Option(min=1, help="Number of processes.")]
Scheduler: TypeAlias = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler to work on.")
]
Show: TypeAlias = Annotated[
    bool, typer.Option("--show", help="Show what a database holds, and exit.")
]
