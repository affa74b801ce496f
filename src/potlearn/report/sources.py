"""Names of files as a reader needs them: without the folder that they are all in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from potlearn.metrics import Evaluation
from potlearn.report.info import SuspiciousLabel


def without_folders(
    evaluations: Mapping[str, Evaluation], suspicious: Sequence[SuspiciousLabel]
) -> tuple[dict[str, Evaluation], list[SuspiciousLabel]]:
    """The same evaluations and records, with short names of files in their sources."""
    sources = [e.sources for e in evaluations.values()] + [tuple(r.source for r in suspicious)]
    short = short_names({_file(source) for part in sources for source in part})
    shown = {
        name: replace(e, sources=tuple(_renamed(source, short) for source in e.sources))
        for name, e in evaluations.items()
    }
    return shown, [replace(r, source=_renamed(r.source, short)) for r in suspicious]


def short_names(files: Iterable[str]) -> dict[str, str]:
    """The last parts of each path, as many as tell all of them apart."""
    parts = {file: PurePath(file).parts for file in files}
    longest = max(map(len, parts.values()), default=0)
    for kept in range(1, longest + 1):
        short = {file: str(PurePath(*p[-kept:])) if p else file for file, p in parts.items()}
        if len(set(short.values())) == len(short):
            return short
    return {file: file for file in parts}


def short_sources(sources: Sequence[str]) -> list[str]:
    """Sources with short names of files."""
    short = short_names({_file(source) for source in sources})
    return [_renamed(source, short) for source in sources]


def _file(source: str) -> str:
    """``"file.extxyz"`` of ``"file.extxyz:17"``."""
    return source.rpartition(":")[0]


def _renamed(source: str, short: Mapping[str, str]) -> str:
    """The source with the short name of its file."""
    file, colon, frame = source.rpartition(":")
    return f"{short[file]}{colon}{frame}"
