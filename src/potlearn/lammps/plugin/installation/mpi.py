"""Headers and libraries of the MPI that a LAMMPS was built with."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from potlearn.errors import LammpsError
from potlearn.lammps.plugin.installation.found import Lammps, mpich_wheel

_WRAPPERS = ("mpicxx", "mpic++", "mpicxx.openmpi", "mpicxx.mpich", "mpiicpc")
_MODULES = ("mpi-cxx", "ompi-cxx", "ompi", "mpich", "mpi")
_SECONDS = 60
_NAMES = {"openmpi": "Open MPI", "mpich": "MPICH", "stubs": "LAMMPS's own STUBS (no MPI)"}


@dataclass(frozen=True)
class Mpi:
    """Options that find ``mpi.h``, and those that link the library."""

    compile: tuple[str, ...]
    link: tuple[str, ...]


def find_mpi(lammps: Lammps, compiler: str) -> Mpi:
    """Find the headers of the MPI library that ``lammps`` was built with.

    Handles of MPI differ between libraries, and so do the classes of LAMMPS that hold them: what
    is found is taken only if it is of the same family.

    Raises
    ------
    LammpsError
        There is no ``mpi.h``, or only one of another library.
    """
    others: set[str] = set()
    for candidate in _candidates(lammps):
        family = _family(compiler, candidate)
        if family == lammps.about.mpi_family:
            return candidate
        if family:
            others.add(_NAMES[family])
    wanted = _NAMES[lammps.about.mpi_family]
    got = f"got those of {', '.join(sorted(others))}" if others else "got none"
    raise LammpsError(
        f"{lammps.program} was built with {lammps.about.mpi or wanted}: expected the headers of "
        f"{wanted}, {got}; install them (pip install mpich; Debian: apt-get install libopenmpi-dev "
        "or libmpich-dev), or put its mpicxx on the path"
    )


def _candidates(lammps: Lammps) -> Iterator[Mpi]:
    given = (folder for folder in lammps.mpi if (folder / "mpi.h").is_file())
    yield from (_in_folder(folder, lammps) for folder in given)
    for wrapper in _WRAPPERS:
        if shutil.which(wrapper):
            yield from _of_wrapper(wrapper)
    if shutil.which("pkg-config"):
        for module in _MODULES:
            options = (
                _words("pkg-config", "--cflags", module),
                _words("pkg-config", "--libs", module),
            )
            if options[0] is not None:
                yield _sorted([*options[0], *(options[1] or [])])
    yield Mpi((), ("-lmpi",))
    libraries, headers = mpich_wheel()
    yield from (_in_folder(folder, lammps, libraries) for folder in headers)


def _in_folder(folder: Path, lammps: Lammps, libraries: Sequence[Path] = ()) -> Mpi:
    links = (f"-L{p}" for p in (*lammps.libraries, *libraries))
    return Mpi(("-isystem", str(folder)), (*links, "-lmpi"))


def _of_wrapper(wrapper: str) -> Iterator[Mpi]:
    """What Open MPI's and MPICH's compiler wrappers would pass to the compiler."""
    for option in ("--showme", "-show"):
        words = _words(wrapper, option)
        if words:
            yield _sorted(words[1:])


def _sorted(words: list[str]) -> Mpi:
    include = [w for w in words if w.startswith(("-I", "-D"))]
    compile_ = [x for w in include for x in (("-isystem", w[2:]) if w[:2] == "-I" else (w,))]
    return Mpi(tuple(compile_), tuple(w for w in words if w.startswith(("-L", "-l", "-Wl,"))))


def _words(*command: str) -> list[str] | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return shlex.split(done.stdout) if done.returncode == 0 else None


def _family(compiler: str, mpi: Mpi) -> str | None:
    """Family of the ``mpi.h`` that these options find, by the macros that it defines."""
    command = [*shlex.split(compiler), "-E", "-dM", "-x", "c++", *mpi.compile, "-"]
    source = "#include <mpi.h>\n"
    done = subprocess.run(command, input=source, capture_output=True, text=True, timeout=_SECONDS)
    if done.returncode:
        return None
    macros = {line.split()[1] for line in done.stdout.splitlines() if line.startswith("#define ")}
    if "MPI_STUBS" in macros:
        return "stubs"
    return "openmpi" if "OPEN_MPI" in macros or "OMPI_MAJOR_VERSION" in macros else "mpich"
