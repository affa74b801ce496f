"""Short names of files: without the folder that they are all in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath


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
    short = short_names({file_of(source) for source in sources})
    return [renamed(source, short) for source in sources]


def file_of(source: str) -> str:
    """``"file.extxyz"`` of ``"file.extxyz:17"``."""
    return source.rpartition(":")[0]


def renamed(source: str, short: Mapping[str, str]) -> str:
    """The source with the short name of its file."""
    file, colon, frame = source.rpartition(":")
    return f"{short[file]}{colon}{frame}"
