"""What a LAMMPS program says about itself."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from potlearn.errors import LammpsError

_SECONDS = 120
_VERSION = re.compile(r"Simulator - (\d{1,2} [A-Z][a-z]{2} \d{4})")
_INTEGERS = re.compile(r"-DLAMMPS_(SMALLSMALL|SMALLBIG|BIGBIG)\b")
_MPI = re.compile(r"^MPI v[^:\n]*: (.*)$", re.M)
_PACKAGES = re.compile(r"^Installed packages:\s*\n\n?(.*?)(?:\n\s*\n|\Z)", re.M | re.S)


@dataclass(frozen=True)
class About:
    """Version ("22 Jul 2025"), integers ("SMALLBIG"), MPI library and packages of a LAMMPS."""

    version: str
    integers: str
    mpi: str
    packages: frozenset[str]

    @classmethod
    def of(cls, text: str, program: str | Path) -> About:
        """Read the text of ``lmp -h``.

        Raises
        ------
        LammpsError
            The text is not that of a LAMMPS.
        """
        version = _VERSION.search(text)
        if version is None:
            raise LammpsError(
                f"{program}: expected the help text of LAMMPS from '{program} -h', got "
                f"{text.strip()[:200]!r}"
            )
        integers, mpi, packages = (p.search(text) for p in (_INTEGERS, _MPI, _PACKAGES))
        return cls(
            version[1],
            integers[1] if integers else "SMALLBIG",
            mpi[1].strip() if mpi else "",
            frozenset(packages[1].split() if packages else ()),
        )

    @property
    def mpi_family(self) -> str:
        """``openmpi``, ``mpich`` (whose binary interface many share) or ``stubs`` (no MPI)."""
        if "Open MPI" in self.mpi:
            return "openmpi"
        return "stubs" if "STUBS" in self.mpi.upper() else "mpich"

    @property
    def name(self) -> str:
        """Short name of the version and the MPI library: ``22Jul2025-mpich``."""
        return f"{self.version.replace(' ', '')}-{self.mpi_family}"


def environment(libraries: Iterable[Path]) -> dict[str, str]:
    """The variables of this process, with folders of shared libraries in front."""
    variable = "LD_LIBRARY_PATH"
    folders = [*map(str, libraries), *filter(None, [os.environ.get(variable)])]
    return os.environ | ({variable: os.pathsep.join(folders)} if folders else {})


def ask(program: Path, libraries: Iterable[Path]) -> About:
    """Run ``lmp -h``.

    Raises
    ------
    LammpsError
        The program does not run, or is not LAMMPS.
    """
    try:
        done = subprocess.run(
            [program, "-h"],
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            env=environment(libraries),
        )
    except subprocess.TimeoutExpired as error:
        raise LammpsError(f"{program} -h: no answer within {_SECONDS} s") from error
    except OSError as error:
        raise LammpsError(f"{program}: cannot be run: {error.strerror or error}") from error
    if done.returncode and not _VERSION.search(done.stdout):
        words = (done.stderr or done.stdout).strip()
        raise LammpsError(f"{program} -h: exit code {done.returncode}: {words[-500:]}")
    return About.of(done.stdout, program)
