"""Peers from PyPI, each in an environment of its own: made on first use, asked through a pipe."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from common import HERE, one_thread

ENVIRONMENTS = HERE / "results" / "peers"
SIDE = HERE / "peers" / "side.py"


class Peer(NamedTuple):
    """A package, and what its side of the bench does with it.

    ``first`` are packages that must be there before it is built.  ``predicts``: its model is fitted
    to the data.  ``every``: it sees one of so many configurations, since its fit is slow.
    ``given``: it is timed with a neighbour list that is given.
    """

    package: str
    version: str
    settings: str
    first: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    predicts: bool = True
    every: int = 1
    given: bool = False

    @property
    def title(self) -> str:
        """Package and version."""
        return f"{self.package} {self.version}"

    @property
    def name(self) -> str:
        """Of its file in `peers/`."""
        return {"quippy-ase": "gap", "ace-jax": "ace_jax"}.get(self.package, self.package)


PEERS = (
    Peer(
        "calorine",
        "4.1",
        "NEP4 of the sizes of GPUMD's Si_2022_NEP4_4body: cutoff 5 Å, 50 neurons; random numbers",
        predicts=False,
    ),
    Peer(
        "uf3",
        "0.4.0",
        "2+3 bodies, cutoffs 5.5 and 4.25 Å, 25 and 8 x 8 x 16 knots",
        others=("numpy<2.4",),  # it makes numbers of arrays of one element
        every=12,
    ),
    Peer(
        "quippy-ase",
        "0.10.3",
        "GAP: distances and SOAP n_max 8, l_max 8, cutoff 5 Å, 500 sparse points",
        every=4,
    ),
    Peer(
        "pypolymlp",
        "0.22.1",
        "model 4, max_p 2, gtinv order 4, maxl 6 4 2, 7 Gaussians, cutoff 5.5 Å",
        first=("cmeel-eigen",),
        others=("phonopy",),
    ),
    Peer(
        "ace-jax",
        "0.4.1",
        "order 3, degree 12, cutoff 5.5 Å, weights 30 and 1 of energies and forces; C++ kernel",
        given=True,
    ),
)


class MissingPeerError(RuntimeError):
    """A peer cannot be had here; the message says why."""


def python(peer: Peer) -> Path:
    """Python of the peer's environment.

    Raises
    ------
    MissingPeerError
        It cannot be installed.
    """
    folder = ENVIRONMENTS / f"{peer.package}-{peer.version}"
    done = folder / "installed"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        if peer.first:
            _install(folder, peer, *peer.first)
        _install(folder, peer, f"{peer.package}=={peer.version}", "ase", *peer.others)
        done.touch()
    return folder / "bin" / "python"


def _install(folder: Path, peer: Peer, *packages: str) -> None:
    """Install packages; what the ones before brought is found by CMake."""
    prefixes = ":".join(map(str, folder.glob("lib/python*/site-packages/cmeel.prefix")))
    command = [str(folder / "bin" / "pip"), "install", "--quiet", *packages]
    environment = one_thread() | ({"CMAKE_PREFIX_PATH": prefixes} if prefixes else {})
    found = subprocess.run(command, env=environment, capture_output=True, text=True)
    if found.returncode:
        lines = [x for x in found.stderr.splitlines() if "rror" in x] or ["no message"]
        raise MissingPeerError(f"{peer.title} cannot be installed: {lines[-1].strip()}")


def ask_once(peer: Peer, verb: str, folder: Path, limit: float) -> None:
    """Let the peer fit or predict, for ``limit`` seconds at most.

    Raises
    ------
    MissingPeerError
        It fails, or takes longer.
    """
    command = [str(python(peer)), str(SIDE), peer.name, verb, str(folder)]
    try:
        found = subprocess.run(
            command, env=one_thread(), capture_output=True, text=True, timeout=limit
        )
    except subprocess.TimeoutExpired as error:
        raise MissingPeerError(f"{peer.title}: {verb} takes more than {limit:.0f} s") from error
    if found.returncode:
        last = (found.stderr.strip() or found.stdout.strip() or "no message").splitlines()[-1]
        raise MissingPeerError(f"{peer.title}: {verb} fails: {last}")


@contextmanager
def timer(peer: Peer, folder: Path) -> Iterator[Callable[[], float]]:
    """A function that gives the CPU seconds of one evaluation of the peer.

    Raises
    ------
    MissingPeerError
        The peer's process ends before it is asked.
    """
    command = [str(python(peer)), str(SIDE), peer.name, "time", str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=one_thread()
    ) as process:
        assert process.stdin
        assert process.stdout
        if not _answer(process.stdout, "ready"):
            raise MissingPeerError(f"{peer.title}: its force evaluation fails")

        def ask() -> float:
            process.stdin.write("\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        yield ask
        process.stdin.close()


def _answer(stream: Iterator[str], expected: str) -> bool:
    """Whether the line comes; packages may greet before."""
    return any(line.strip() == expected for line in stream)
