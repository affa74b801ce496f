"""What a file is, judged by what is in it, whatever its name."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from potlearn.errors import ModelFileError

BYTES = 1 << 20
"""How much of a file is looked at."""
LINES = 64
"""How many of its lines."""
_KEY = re.compile(r"^[\"']?([A-Za-z_]\w*)[\"']?[ \t]*:(?=\s|$)", re.MULTILINE)


@dataclass(frozen=True)
class Content:
    """The beginning of a file."""

    path: Path

    @cached_property
    def start(self) -> bytes:
        """Its first bytes.

        Raises
        ------
        ModelFileError
            No such file, a folder, a file that cannot be read.
        """
        try:
            with self.path.open("rb") as stream:
                return stream.read(BYTES)
        except FileNotFoundError:
            raise ModelFileError(f"{self.path}: no such file") from None
        except OSError as error:
            raise ModelFileError(f"{self.path}: cannot be read: {error.strerror}") from None

    @cached_property
    def text(self) -> str:
        """The first bytes as text; empty if they are none."""
        if b"\0" in self.start:
            return ""
        try:
            return self.start.decode("utf-8-sig", "strict" if len(self.start) < BYTES else "ignore")
        except UnicodeDecodeError:
            return ""

    @cached_property
    def lines(self) -> list[str]:
        """First lines, without their ends."""
        return [line.rstrip() for line in self.text.split("\n", LINES)[:LINES]]

    @cached_property
    def words(self) -> list[list[str]]:
        """Words of the first lines; lines that are empty or a comment (``#``) are left out."""
        split = (line.split("#")[0].split() for line in self.lines)
        return [words for words in split if words]

    @cached_property
    def keys(self) -> frozenset[str]:
        """Keys at the top level of a YAML mapping; none of other text."""
        lines = (line for line in self.lines if line and not line.startswith(("#", "---", "%")))
        is_mapping = _KEY.match(next(lines, "")) is not None
        return frozenset(_KEY.findall(self.text)) if is_mapping else frozenset()

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Names in a zip archive; none of any other file."""
        if not self.start.startswith(b"PK"):
            return ()
        try:
            with zipfile.ZipFile(self.path) as archive:
                return tuple(archive.namelist())
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
            return ()
