"""Configurations in xz-compressed extended XYZ files."""

from __future__ import annotations

import io
import lzma
from pathlib import Path

from ase import Atoms
from ase.io import read, write


def read_frames(path: Path) -> list[Atoms]:
    """Return the configurations of a compressed file."""
    with lzma.open(path, "rt") as stream:
        return read(io.StringIO(stream.read()), index=":", format="extxyz")


def write_frames(frames: list[Atoms], path: Path) -> None:
    """Write a compressed file, replacing the old one in one step."""
    text = io.StringIO()
    write(text, frames, format="extxyz")
    partial = path.with_suffix(".partial")
    partial.write_bytes(lzma.compress(text.getvalue().encode(), preset=9 | lzma.PRESET_EXTREME))
    partial.replace(path)
    print(f"{path.name}: {len(frames)} configurations, {path.stat().st_size} bytes")
