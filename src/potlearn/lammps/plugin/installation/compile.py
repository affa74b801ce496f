"""The pair style, compiled against the headers of one LAMMPS."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from potlearn.errors import LammpsError
from potlearn.lammps.plugin.installation.about import environment
from potlearn.lammps.plugin.installation.found import Lammps
from potlearn.lammps.plugin.installation.mpi import Mpi, find_mpi

_COMPILERS = ("c++", "g++", "clang++")
_SOURCES = Path(__file__).parents[1] / "source"
_COMMON = ("pair_potlearn.cpp", "pair_potlearn_errors.cpp", "host.cpp")
_SECONDS = 600
_MAC = sys.platform == "darwin"


@dataclass(frozen=True)
class Build:
    """One compilation: the command without its output, the file's name, and the compiler's words.

    ``plugin`` is false for a LAMMPS that loads no plugins: a program of its own is built then.
    """

    command: tuple[str, ...]
    name: str
    compiler: str
    plugin: bool

    def run(self, folder: Path, libraries: Sequence[Path]) -> Path:
        """Compile into ``folder``, where ``libpotlearn.so`` is already.

        Raises
        ------
        LammpsError
            The compiler's first errors, and its command.
        """
        output = folder / self.name
        command = [*self.command, f"-L{folder}", "-lpotlearn", "-o", str(output)]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_SECONDS,
                env=environment(libraries),
            )
        except subprocess.TimeoutExpired as error:
            raise LammpsError(f"{self.compiler}: not done within {_SECONDS} s") from error
        except OSError as error:
            words = error.strerror or error
            raise LammpsError(f"{self.compiler}: cannot be run: {words}") from error
        if done.returncode or not output.is_file():
            lines = [line for line in done.stderr.splitlines() if "error" in line.lower()]
            words = "\n  ".join((lines or done.stderr.splitlines())[:8])
            raise LammpsError(
                f"the pair style does not compile with {self.compiler}:\n  {words}\n"
                f"the command was: {shlex.join(command)}"
            )
        return output


def sources() -> tuple[Path, ...]:
    """Every file of the pair style."""
    return tuple(sorted(p for p in _SOURCES.rglob("*") if p.suffix in (".h", ".cpp")))


def find_compiler() -> str:
    """The C++ compiler: ``CXX``, or the first on the path.

    Raises
    ------
    LammpsError
        There is none.
    """
    given = os.environ.get("CXX")
    if given:
        if shutil.which((shlex.split(given) or [""])[0]):
            return given
        raise LammpsError(f"CXX={given}: no such compiler")
    found = next(filter(None, map(shutil.which, _COMPILERS)), None)
    if found is None:
        raise LammpsError(
            f"no C++ compiler: expected one of {', '.join(_COMPILERS)} on the path or in CXX; "
            "install one (Debian: apt-get install g++; conda: conda install cxx-compiler)"
        )
    return found


def plan(lammps: Lammps, interface: Path) -> Build:
    """Choose what to build for this LAMMPS and how; ``interface`` is the folder of potlearn.h.

    Raises
    ------
    LammpsError
        No compiler, no MPI headers, or a LAMMPS that can neither load a plugin nor be linked.
    """
    compiler = find_compiler()
    mpi = find_mpi(lammps, compiler)
    plugin = "PLUGIN" in lammps.about.packages
    if not plugin and lammps.library is None:
        raise LammpsError(
            f"{lammps.program} has no package PLUGIN and no shared library (liblammps.so) to link: "
            "build LAMMPS with -D PKG_PLUGIN=on or -D BUILD_SHARED_LIBS=on"
        )
    command = (
        *shlex.split(compiler),
        *_options(lammps, mpi, interface),
        *(str(_SOURCES / name) for name in _COMMON),
        *(_plugin() if plugin else _driver(lammps, mpi)),
        *_runtime_path("$ORIGIN"),
    )
    name = "potlearnplugin.so" if plugin else "lmp_potlearn"
    return Build(command, name, compiler, plugin)


def _options(lammps: Lammps, mpi: Mpi, interface: Path) -> list[str]:
    names = lammps.headers / "fmt" / "format.h"
    return [
        *("-std=c++17", "-O2", "-fPIC", "-Wall", "-Wextra"),
        f"-DLAMMPS_{lammps.about.integers}",
        f'-DPOTLEARN_LAMMPS_VERSION="{lammps.about.version}"',
        *("-isystem", str(lammps.headers)),
        # Some installations lack a header that the others include.
        *([] if names.is_file() else ["-isystem", str(_SOURCES / "fmt_names")]),
        *mpi.compile,
        f"-I{interface}",
    ]


def _plugin() -> list[str]:
    """Symbols of LAMMPS and MPI are those of the program that loads the plugin."""
    undefined = ["-undefined", "dynamic_lookup"] if _MAC else []
    return [str(_SOURCES / "plugin.cpp"), "-shared", *undefined, "-ldl"]


def _driver(lammps: Lammps, mpi: Mpi) -> list[str]:
    assert lammps.library is not None
    folder = str(lammps.library.parent)
    library = str(lammps.library)
    return [str(_SOURCES / "driver.cpp"), library, *mpi.link, "-ldl", *_runtime_path(folder)]


def _runtime_path(folder: str) -> list[str]:
    return [f"-Wl,-rpath,{folder.replace('$ORIGIN', '@loader_path') if _MAC else folder}"]
