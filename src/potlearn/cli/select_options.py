"""Options of ``potlearn select``; the names are keys of its configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Files: TypeAlias = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILE...",
        help="Anything that ASE reads, without labels or with; or a configuration (.yaml).",
    ),
]
Count: TypeAlias = Annotated[
    int | None, typer.Option("-k", "--count", help="Number of configurations to select.")
]
Method: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="Selector, such as kdpp or fps [default: kmeans, which covers rare states; where the "
        "pool looks like what you will simulate, random has force errors as small or smaller]."
    ),
]
Parameters: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--parameter", metavar="KEY=VALUE", help="Parameter of the selector."),
]
Output: TypeAlias = Annotated[
    Path | None, typer.Option(help="File of the selected configurations (.extxyz).")
]
Rest: TypeAlias = Annotated[
    Path | None, typer.Option(help="File of the other configurations (.extxyz).")
]
Known: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(help="Labelled configurations, which the selection continues from."),
]
Budget: TypeAlias = Annotated[
    float | None,
    typer.Option(
        help="Cost of all selected configurations, instead of -k; 1 is the mean configuration."
    ),
]
Cost: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="natoms^P, or an info key with the cost in its own unit [default: natoms^3]."
    ),
]
Quotas: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--quota",
        metavar="NAME=N",
        help="At least N configurations of a group or with an element.",
    ),
]
Distinct: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--distinct/--no-distinct", help="Leave out copies of a configuration [default: distinct]."
    ),
]
IndexFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(help="File and frame of each selected configuration (.json, .csv or .txt)."),
]
Seed: TypeAlias = Annotated[
    int | None, typer.Option(min=0, help="Seed of random selectors [default: 0].")
]
Descriptor: TypeAlias = Annotated[
    Path | None,
    typer.Option(help="YAML file of the descriptor [default: ACE of some 100 functions]."),
]
Overrides: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Descriptor setting, or a key of the configuration."
    ),
]
Features: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(help="Features of a configuration; several are concatenated [default: mean]."),
]
Scaling: TypeAlias = Annotated[
    str | None, typer.Option(help="standard, whiten or none [default: standard].")
]
Environments: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--environments/--no-environments", help="Select atoms; whole configurations are written."
    ),
]
ChunkSize: TypeAlias = Annotated[
    int | None, typer.Option(min=1, help="Rows of a chunk [default: by the selector].")
]
Oversampling: TypeAlias = Annotated[
    float | None, typer.Option(help="How many times COUNT each chunk keeps [default: 2].")
]
Levels: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--levels/--no-levels",
        help="Read the rows once, level by level: faster for huge files, a similar result.",
    ),
]
Workers: TypeAlias = Annotated[
    int | None, typer.Option(min=1, help="Number of processes [default: 1].")
]
Scheduler: TypeAlias = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler to work on.")
]
Report: TypeAlias = Annotated[
    Path | None, typer.Option(help="Folder for report.html, figures and selection.json.")
]
Schema: TypeAlias = Annotated[
    bool, typer.Option("--schema", help="Print the JSON schema of a configuration and exit.")
]
Moved: TypeAlias = Annotated[Path | None, typer.Option(hidden=True)]
