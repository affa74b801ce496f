"""Files of a JSON header and arrays in a zip, written whole or not at all.  Never a pickle.

The header stands in the archive as ``header.json`` with its format and kind; an array as
``NAME.npy``.  Arrays are stored without compression: factors are noise to a compressor.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import PotlearnError

FORMAT = 1


def write_archive(
    path: str | Path, kind: str, header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write to a temporary file beside ``path``, flush it to the disk, then replace ``path``."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                document = {"format": FORMAT, "kind": kind, **header}
                archive.writestr("header.json", json.dumps(document))
                for name, array in arrays.items():
                    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                        np.lib.format.write_array(member, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_archive(
    path: str | Path, kind: str, error: type[PotlearnError]
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Header and arrays of a file.

    Raises
    ------
    PotlearnError
        The file is not such an archive, is damaged, or comes from a newer version; the class is
        ``error``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            header = json.loads(archive.read("header.json"))
            arrays = {}
            for name in archive.namelist():
                if name.endswith(".npy"):
                    with archive.open(name) as member:
                        arrays[name[:-4]] = np.lib.format.read_array(member, allow_pickle=False)
    except FileNotFoundError:
        raise error(f"{path}: no such file") from None
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError) as cause:
        raise error(f"{path}: not a potlearn {kind}, or damaged ({cause})") from cause
    if header.get("kind") != kind or header.get("format", FORMAT + 1) > FORMAT:
        raise error(
            f"{path}: expected a potlearn {kind} of format {FORMAT} or older, got "
            f"{header.get('kind')!r} of format {header.get('format')!r}"
        )
    return header, arrays
