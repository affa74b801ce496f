"""Saved potentials: one zip file of JSON and arrays.  Opening one runs no code.

``potential.json`` holds nested settings; an array stands there as ``{"array": "NAME"}`` and in the
archive as ``NAME.npy``.
"""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.errors import ModelFileError, PotlearnError
from potlearn.potentials.kinds import potential_from_dict

FORMAT = 1
_DOCUMENT = "potential.json"
# What zipfile, json and NumPy raise on bytes that are no such archive.
_MALFORMED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    AttributeError,
    KeyError,
    ValueError,
    TypeError,
    OverflowError,
    OSError,
    EOFError,
)


def save(potential: Any, path: str | Path) -> None:
    """Write ``potential`` to ``path``; an existing file is replaced when the new one is whole."""
    arrays: dict[str, np.ndarray] = {}
    document = {"format": FORMAT, "potential": _detach(potential.to_dict(), arrays)}
    partial = Path(f"{path}.part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_DOCUMENT, json.dumps(document, indent=1))
        for name, array in arrays.items():
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            archive.writestr(f"{name}.npy", buffer.getvalue())
    os.replace(partial, path)


def load(path: str | Path) -> Any:
    """The potential saved at ``path``.

    Raises
    ------
    ModelFileError
        No such file, not a potlearn archive, a newer format, or missing or malformed parts.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            document = json.loads(archive.read(_DOCUMENT))
            return _rebuild(document, archive)
    except FileNotFoundError:
        raise ModelFileError(f"{path}: no such file") from None
    except PotlearnError as error:
        raise ModelFileError(f"{path}: {error}") from error
    except _MALFORMED as error:
        raise ModelFileError(f"{path}: not a potlearn model ({error})") from error


def _rebuild(document: Any, archive: zipfile.ZipFile) -> Any:
    if document["format"] > FORMAT:
        raise ModelFileError(
            f"written in format {document['format']}, this version reads up to {FORMAT}"
        )
    return potential_from_dict(_attach(document["potential"], archive))


def _detach(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(value, np.ndarray):
        name = f"array{len(arrays)}"
        arrays[name] = value
        return {"array": name}
    if isinstance(value, dict):
        return {str(k): _detach(v, arrays) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_detach(v, arrays) for v in value]
    if isinstance(value, np.generic):
        return value.item()
    return value


def _attach(value: Any, archive: zipfile.ZipFile) -> Any:
    if isinstance(value, dict):
        if set(value) == {"array"}:
            with archive.open(f"{value['array']}.npy") as stream:
                return np.load(io.BytesIO(stream.read()), allow_pickle=False)
        return {k: _attach(v, archive) for k, v in value.items()}
    if isinstance(value, list):
        return [_attach(v, archive) for v in value]
    return value
