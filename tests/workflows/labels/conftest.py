"""Configurations to label, and calculators with faults in a module that any process finds."""

import sys
from pathlib import Path

import pytest
from ase.build import bulk

HERE = str(Path(__file__).parent)


@pytest.fixture(scope="session", autouse=True)
def _calculators():
    """The module ``calculators``; worker processes get the path of this one."""
    sys.path.append(HERE)
    yield
    sys.path.remove(HERE)


@pytest.fixture
def frames():
    """Copper cells; the one at place 2 is the one that faulty calculators do not like."""
    made = []
    for k in range(5):
        atoms = bulk("Cu", cubic=True) * ((4, 1, 1) if k == 2 else (1, 1, 1))
        atoms.rattle(0.05, seed=k)
        atoms.info["config_type"] = "rattled"
        made.append(atoms)
    return made


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """URL of a server that runs for these tests."""
    servers = pytest.importorskip("pgserver")
    server = servers.get_server(tmp_path_factory.mktemp("pg"))
    yield server.get_uri()
    server.cleanup()
