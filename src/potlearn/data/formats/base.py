"""What a format is: how its files are recognised, and how they give configurations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from potlearn.data.frames import Frame

HEAD = 4096
"""Bytes at the start of a file by which it is recognised."""


@dataclass(frozen=True)
class LeftOut:
    """A configuration of a file that is not used, and why."""

    reason: str


@dataclass(frozen=True)
class Partial:
    """A configuration of which a label is not used, and why."""

    frame: Frame
    reason: str


Item: TypeAlias = Frame | LeftOut | Partial


@dataclass(frozen=True)
class Opened:
    """A file or folder to read.

    Attributes
    ----------
    path : Path
        The file, decompressed, or the folder.
    name : str
        As the user gave it, for messages and for what lies beside it.
    elements : sequence of str
        Elements of integer types, where the file has types instead of elements; may be empty.
    """

    path: Path
    name: str
    elements: tuple[str, ...] = ()


@dataclass(frozen=True)
class Format:
    """A format.

    Attributes
    ----------
    claims : function
        Whether a file (its path, and its first bytes, decompressed) or a folder (and no bytes) is
        of this format.
    items : function
        The configurations of a file, one after the other.  Raises
        :class:`~potlearn.errors.DataError` with the place of what cannot be read.
    """

    claims: Callable[[Path, bytes], bool]
    items: Callable[[Opened], Iterator[Item]]
