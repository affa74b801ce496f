"""Compressed files as one-pass streams, and a spool for their content."""

from __future__ import annotations

import io
import os
import tempfile
import weakref
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from potlearn.errors import DataError
from potlearn.runtime import require, writing

COMPRESSIONS = (".xz", ".gz", ".bz2", ".zst")
# Beyond this many bytes a spool moves from memory to a temporary file.
SPOOL_MEMORY = 256 * 2**20


def inner_suffix(path: Path) -> str:
    """Suffix of the file inside the compression: ``.extxyz`` for ``a.extxyz.xz``."""
    path = path.with_suffix("") if path.suffix.lower() in COMPRESSIONS else path
    return path.suffix.lower()


@contextmanager
def open_stream(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for one pass, decompressed by its suffix.

    Raises
    ------
    DataError
        The file does not exist, cannot be read, or its compressed stream is cut or corrupt.
    """
    import lzma

    try:
        with _opener(path) as stream:
            yield io.BufferedReader(stream, 2**20)
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file") from error
    except (EOFError, lzma.LZMAError, zlib.error) as error:
        raise DataError(f"{path}: compressed stream is cut or corrupt: {error}") from error
    except DataError:
        raise
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error}") from error


def _opener(path: Path) -> Any:
    """The standard library's opener for the suffix."""
    suffix = path.suffix.lower()
    if suffix == ".xz":
        import lzma

        return lzma.open(path, "rb")
    if suffix == ".gz":
        import gzip

        return gzip.open(path, "rb")
    if suffix == ".bz2":
        import bz2

        return bz2.open(path, "rb")
    return _open_zstd(path) if suffix == ".zst" else path.open("rb")


@contextmanager
def _open_zstd(path: Path) -> Iterator[IO[bytes]]:
    """Decompress a Zstandard file into a temporary file, checking that it is whole."""
    zstandard = require("zstandard", None, f"{path}: reading .zst")
    with path.open("rb") as source, tempfile.TemporaryFile() as plain:
        decoder = zstandard.ZstdDecompressor().decompressobj()
        try:
            while block := source.read(2**20):
                while block:
                    with writing(Path(tempfile.gettempdir())):
                        plain.write(decoder.decompress(block))
                    block = decoder.unused_data if decoder.eof else b""
                    if block:
                        decoder = zstandard.ZstdDecompressor().decompressobj()
        except zstandard.ZstdError as error:
            raise DataError(f"{path}: compressed stream is cut or corrupt: {error}") from error
        if not decoder.eof:
            raise DataError(f"{path}: compressed stream is cut or corrupt: no end of frame")
        plain.seek(0)
        yield plain


class Spool:
    """Append-only bytes: in memory while small, then in a temporary file removed at the end.

    A pickled copy shares the temporary file, so it must not outlive the process that read the
    data.
    """

    def __init__(self, memory: int = SPOOL_MEMORY) -> None:
        self.memory = memory
        self.size = 0
        self.path: str | None = None
        self._buffer = bytearray()

    def append(self, data: bytes) -> int:
        """Store ``data``; return its offset."""
        offset = self.size
        self._buffer += data
        self.size += len(data)
        if self.path is not None or self.size > self.memory:
            self._spill()
        return offset

    def _spill(self) -> None:
        """Move the data in memory to the temporary file."""
        if self.path is None:
            handle, self.path = tempfile.mkstemp(prefix="potlearn-")
            os.close(handle)
            weakref.finalize(self, _remove, self.path, os.getpid())
        if len(self._buffer) >= 2**22:
            self.flush()

    def flush(self) -> None:
        """Write the rest of a spilled spool from memory to the file."""
        if self.path is not None and self._buffer:
            with writing(Path(self.path)), open(self.path, "ab") as file:
                file.write(self._buffer)
            self._buffer = bytearray()

    def read(self, offset: int, size: int) -> bytes:
        """Bytes stored at ``offset``."""
        if self.path is None:
            return bytes(memoryview(self._buffer)[offset : offset + size])
        self.flush()
        with open(self.path, "rb") as file:
            file.seek(offset)
            return file.read(size)


def _remove(path: str, owner: int) -> None:
    """Delete the temporary file, in the process that made it."""
    if os.getpid() == owner:
        with suppress(FileNotFoundError):
            os.unlink(path)
