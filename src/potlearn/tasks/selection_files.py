"""Files of a selection: names that are checked before the work, frames, and lists of frames."""

from __future__ import annotations

import csv
import glob
import io
import json
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path

from potlearn.errors import ConfigError, OutputError
from potlearn.runtime import check_output, replacing, write_text
from potlearn.tasks.settings.select import SelectConfig
from potlearn.typing import Atoms, Settings

# Suffixes of extended XYZ; other formats of ASE lose columns and information.
XYZ = (".extxyz", ".xyz", ".exyz", "")
LISTS = (".json", ".csv", ".txt")


def check_outputs(config: SelectConfig) -> None:
    """Find out before the work whether the files of a selection can be written.

    Raises
    ------
    ConfigError
        A suffix is of another format, two names are of one file, an output is one of the files that
        are read, or a file cannot be made.
    """
    frames = {"output": config.output, "rest": config.rest}
    for key, path in frames.items():
        if path is not None and path.suffix.lower() not in XYZ:
            raise ConfigError(
                f"{key}: {path} has the suffix {path.suffix}; expected .extxyz or .xyz: other "
                "formats lose labels and sources; ase convert writes them from that file"
            )
    if config.indices is not None and config.indices.suffix.lower() not in LISTS:
        raise ConfigError(f"indices: {config.indices}: expected {', '.join(LISTS)} as suffix")
    written = {**frames, "indices": config.indices}
    given = {key: path for key, path in written.items() if path is not None}
    if config.report is not None and config.report.resolve() in {
        path.resolve() for path in given.values()
    }:
        raise ConfigError(f"report: {config.report} is another output; expected another name")
    for (first, a), (second, b) in combinations(given.items(), 2):
        if a.resolve() == b.resolve():
            raise ConfigError(f"{second}: {b} is the file of {first}, too; expected another one")
    read = {path.resolve() for path in _files([*config.files, *(config.known or ())])}
    for key, path in given.items():
        if path.resolve() in read:
            raise ConfigError(f"{key}: {path} is a file that is read; expected another one")
        _check_writable(key, path)
    if config.report is not None:
        _check_report(config.report)


def _check_report(path: Path) -> None:
    """ConfigError where the folder of the report cannot be made."""
    if path.exists() and not path.is_dir():
        raise ConfigError(f"report: {path} is a file; expected the name of a folder")
    _check_writable("report", path / "report.html")


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    """Files of names and patterns."""
    for path in paths:
        if path.exists():
            yield path
        else:
            yield from map(Path, glob.glob(str(path), recursive=True))


def _check_writable(key: str, path: Path) -> None:
    """ConfigError where no file can be made."""
    try:
        check_output(path)
    except OutputError as error:
        raise ConfigError(f"{key}: {error}") from error


def write_frames(path: Path, frames: Iterable[Atoms]) -> None:
    """Write extended XYZ frame by frame."""
    from ase.io.extxyz import write_extxyz

    from potlearn.data.writing import writable

    with replacing(path) as partial, partial.open("w", encoding="utf-8") as file:
        for atoms in frames:
            write_extxyz(file, [writable(atoms)])


def write_list(path: Path, entries: Sequence[Settings]) -> None:
    """Write file, frame and more of each selected configuration.

    ``.json``: a list of objects; ``.csv``: a table; ``.txt``: a line ``file:frame`` for each.
    """
    suffix = path.suffix.lower()
    if suffix == ".json":
        text = json.dumps(entries, indent=1, allow_nan=False) + "\n"
    elif suffix == ".csv":
        buffer = io.StringIO()
        table = csv.DictWriter(buffer, [*entries[0]], lineterminator="\n")
        table.writeheader()
        table.writerows(
            {k: " ".join(map(str, v)) if isinstance(v, list) else v for k, v in entry.items()}
            for entry in entries
        )
        text = buffer.getvalue()
    else:
        text = "".join(f"{entry['file']}:{entry['frame']}\n" for entry in entries)
    write_text(path, text)
