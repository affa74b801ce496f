"""Files of a study's folder, read and checked; nothing in them is believed."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict, TypeVar

import numpy as np
from annotated_types import Ge

from potlearn.errors import DataError
from potlearn.runtime import check_fields
from potlearn.runtime.fields import shown
from potlearn.runtime.store.npy import read_array
from potlearn.runtime.store.zips import check_sizes
from potlearn.tune.trial import Trial
from potlearn.typing import Array

Number = Annotated[int, Ge(0)]
FRONT, TRIALS, ERRORS, SPEED = "front.json", "trials.json", "errors.npz", "speed.json"
_MALFORMED = (
    ValueError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)


class DimerEntry(TypedDict, total=False):
    """Energies of two atoms (eV, relative to the atoms apart) by distance (Å)."""

    pair: Sequence[str]
    distances: Sequence[float]
    energies: Sequence[float]
    reason: str


class HotEntry(TypedDict, total=False):
    """A hot run: temperature (K), picoseconds survived, how and why it ended."""

    temperature: float
    picoseconds: float
    state: str
    reason: str


class SurvivalEntry(TypedDict, total=False):
    """What dimer scans and hot runs of a potential gave."""

    dimers: Sequence[DimerEntry]
    hot: Sequence[HotEntry]


class PointEntry(TypedDict, total=False):
    """A point in ``front.json``."""

    trial: Number
    objectives: Mapping[str, float]
    parameters: Mapping[str, Any]
    model: str
    config: str
    values: Mapping[str, float | None]
    survival: SurvivalEntry | None


class TrialEntry(TypedDict, total=False):
    """A trial in ``trials.json``."""

    number: Number
    parameters: Mapping[str, Any]
    state: Literal["running", "done", "failed"]
    values: Mapping[str, float | None]
    reason: str
    seconds: float
    notes: Mapping[str, Any]


@dataclass(frozen=True)
class FrontFile:
    """``front.json``."""

    objectives: Sequence[str] = ()
    constraints: Mapping[str, float] = field(default_factory=dict)
    points: Sequence[PointEntry] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class TrialsFile:
    """``trials.json``; objectives and constraints serve while there is no ``front.json``."""

    trials: Sequence[TrialEntry] = ()
    random: Sequence[TrialEntry] = ()
    objectives: Sequence[str] = ()
    constraints: Mapping[str, float] = field(default_factory=dict)


File = TypeVar("File", FrontFile, TrialsFile)


def read_front(folder: Path) -> FrontFile:
    """``front.json`` of a folder; an empty one if there is none.

    Raises
    ------
    DataError
        Naming file and place of what is malformed.
    """
    path = folder / FRONT
    found = _read(path, FrontFile)
    for i, point in enumerate(found.points):
        _complete(point, ("trial", "objectives", "parameters"), f"{path}: points[{i}]")
        missing = [name for name in found.objectives if name not in point["objectives"]]
        if missing:
            raise DataError(f"{path}: points[{i}]: objectives: no value of {missing[0]!r}")
    return found


def read_trials(folder: Path) -> TrialsFile:
    """``trials.json`` of a folder; an empty one if there is none.  Errors as above."""
    path = folder / TRIALS
    found = _read(path, TrialsFile)
    for part, entries in (("trials", found.trials), ("random", found.random)):
        for i, entry in enumerate(entries):
            _complete(entry, ("number", "parameters", "state"), f"{path}: {part}[{i}]")
    return found


def trials_of(entries: Sequence[TrialEntry]) -> tuple[Trial, ...]:
    """Trials in the order of their numbers."""
    made = [
        Trial(
            entry["number"],
            entry["parameters"],
            entry["state"],
            numbers(entry.get("values", {})),
            entry.get("reason", ""),
            float(entry.get("seconds", 0.0)),
            {key: str(note) for key, note in entry.get("notes", {}).items()},
        )
        for entry in entries
    ]
    return tuple(sorted(made, key=lambda trial: trial.number))


def numbers(values: Mapping[str, float | None]) -> dict[str, float]:
    """Values without those that are not there."""
    return {name: float(value) for name, value in values.items() if value is not None}


def read_errors(folder: Path) -> dict[str, Array]:
    """Arrays of ``errors.npz`` by name; none if there is no such file.

    Raises
    ------
    DataError
        The file is damaged, or an array is not of numbers.
    """
    path = folder / ERRORS
    if not path.exists():
        return {}
    try:
        with zipfile.ZipFile(path) as archive:
            check_sizes(archive)
            arrays = {
                info.filename.removesuffix(".npy"): read_array(archive, info)
                for info in archive.infolist()
            }
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
    except _MALFORMED as error:
        raise DataError(f"{path}: not a file of arrays, or damaged ({str(error)[:300]})") from error
    for name, array in arrays.items():
        if array.ndim != 1 or array.dtype.kind not in "iuf":
            raise DataError(
                f"{path}: {shown(name)}: expected a list of numbers, got {array.dtype} of shape "
                f"{array.shape}"
            )
    return {name: array.astype(np.float64) for name, array in arrays.items()}


def _read(path: Path, kind: type[File]) -> File:
    """A JSON file as the dataclass of its fields; unknown ones are left alone."""
    if not path.exists():
        return kind()
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not JSON, or damaged ({str(error)[:200]})") from error
    if not isinstance(document, dict):
        raise DataError(f"{path}: expected a section (keys and values), got {shown(document)}")
    found = kind(**{f.name: document[f.name] for f in fields(kind) if f.name in document})
    check_fields(found, str(path), DataError)
    return found


def _complete(entry: Mapping[str, Any], names: Sequence[str], place: str) -> None:
    missing = [name for name in names if name not in entry]
    if missing:
        raise DataError(f"{place}: no {missing[0]!r}")
