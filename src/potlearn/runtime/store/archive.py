"""Files of nested settings and arrays: JSON and ``.npy`` members in a zip.  Never a pickle.

Saved models, ledgers and checkpoints are such files.  The JSON document holds the settings; an
array is ``{"array": "NAME"}`` in it, and a member ``NAME.npy``.  The same settings give the same
bytes.
"""

from __future__ import annotations

import json
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import PotlearnError
from potlearn.runtime.fields import shown
from potlearn.runtime.store.files import replacing
from potlearn.runtime.store.npy import entry, read_array, write_array
from potlearn.runtime.store.zips import allowed, announced, check_sizes, read_member
from potlearn.typing import Settings

Arrays = dict[str, NDArray[Any]]

REFERENCE = "array"
# What zipfile, zlib and json raise on bytes that are not such a file.
_MALFORMED = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    KeyError,
    ValueError,
    OverflowError,
    OSError,
    EOFError,
    struct.error,
)


@dataclass(frozen=True)
class Archive:
    """A kind of file.

    Parameters
    ----------
    kind : str
        What it is called, such as ``"ledger"``.
    error : type
        Error for a file that cannot be read.
    format : int
        Version of the layout; files of newer ones are refused.
    document : str
        Name of the JSON member.
    compressed : bool
        Whether members are compressed; triangular factors do not get smaller by it.
    """

    kind: str
    error: type[PotlearnError]
    format: int = 2
    document: str = "header.json"
    compressed: bool = False

    def write(self, path: str | Path, settings: Settings) -> None:
        """Write nested settings; an existing file is replaced when the new one is complete."""
        arrays: Arrays = {}
        document = {"format": self.format, "kind": self.kind, **detach(settings, arrays)}
        method = zipfile.ZIP_DEFLATED if self.compressed else zipfile.ZIP_STORED
        with replacing(path) as temporary:
            size = self._pack(temporary, document, arrays, method)
            if size > allowed(temporary.stat().st_size):  # such as zeros: no reader takes it
                self._pack(temporary, document, arrays, zipfile.ZIP_STORED)

    def _pack(self, path: Path, document: Settings, arrays: Arrays, method: int) -> int:
        """Write the zip; number of bytes before compression."""
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.writestr(entry(archive, self.document), json.dumps(document, indent=1))
            for name, array in arrays.items():
                write_array(archive, f"{name}.npy", array)
            return announced(archive)

    def read(self, path: str | Path) -> Settings:
        """Nested settings of a file, with its ``format``.

        Raises
        ------
        PotlearnError
            No such file, another kind, a newer format, or a damaged file; the class is ``error``.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                return self._settings(path, archive)
        except FileNotFoundError:
            raise self.error(f"{path}: no such file") from None
        except PotlearnError:
            raise
        except _MALFORMED as cause:
            reason = str(cause)[:300]  # zipfile quotes names of any length
            raise self.error(
                f"{path}: not a potlearn {self.kind}, or damaged ({reason})"
            ) from cause

    def _settings(self, path: str | Path, archive: zipfile.ZipFile) -> Settings:
        check_sizes(archive)
        document = json.loads(read_member(archive, archive.getinfo(self.document)))
        if not isinstance(document, dict):
            raise ValueError(f"{self.document}: expected an object")
        kind, version = document.pop("kind", self.kind), document.get("format")
        if kind != self.kind or not isinstance(version, int) or version > self.format:
            raise self.error(
                f"{path}: expected a potlearn {self.kind} of format {self.format} or older, got "
                f"{shown(kind)} of format {shown(version)}"
            )
        members = {info.filename: info for info in archive.infolist()}
        arrays = {
            name[:-4]: read_array(archive, info)
            for name, info in members.items()
            if name.endswith(".npy")
        }
        beside = arrays if version < self.format else {}  # format 1 did not name them
        return {**beside, **attach(document, arrays)}


def detach(value: Any, arrays: Arrays) -> Any:
    """Settings as JSON values; arrays go to ``arrays`` under the names that replace them.

    Raises
    ------
    ValueError
        A mapping with the only key ``"array"``: that is how an array is written.
    """
    if isinstance(value, np.ndarray):
        name = f"array{len(arrays)}"
        arrays[name] = value
        return {REFERENCE: name}
    if isinstance(value, dict):
        if set(value) == {REFERENCE}:
            raise ValueError(f"settings cannot have {REFERENCE!r} as their only key: {value}")
        return {str(k): detach(v, arrays) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [detach(v, arrays) for v in value]
    return value.item() if isinstance(value, np.generic) else value


def attach(value: Any, arrays: Arrays) -> Any:
    """Settings with their arrays again.

    Raises
    ------
    ValueError
        An array that is not there.
    """
    if isinstance(value, dict):
        if set(value) == {REFERENCE}:
            name = value[REFERENCE]
            if not isinstance(name, str) or name not in arrays:
                raise ValueError(f"the array {shown(name)} is missing")
            return arrays[name]
        return {k: attach(v, arrays) for k, v in value.items()}
    if isinstance(value, list):
        return [attach(v, arrays) for v in value]
    return value
