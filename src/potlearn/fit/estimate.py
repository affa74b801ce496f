r"""What a fit will need, before its rows are made.

With m rows, K columns and k factors in the ledger:

.. math::
    \text{memory} = 8 K \left( (8 + k) K + 2 \max_i m_i \right), \qquad
    \text{flops} = 2.4\, m K^2 + 5 K^3

The terms in K² and K³ were measured: peaks of 8.9 to 10.8 K² numbers with two factors (944 to 4970
columns), and 5 K³ flops for a penalty chosen by the evidence.  The time of a row and of a flop is
measured here, on a configuration of middling size and a matrix of 768 columns.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from potlearn.fit.ledger.layout import Layout
from potlearn.fit.rows.file import row_counts
from potlearn.fit.rows.make import RowMaker
from potlearn.fit.settings import FitSettings
from potlearn.fit.weights import QUANTITIES
from potlearn.linalg.blas import one_blas_thread
from potlearn.linalg.triangular import factor
from potlearn.runtime import SERIAL, Runtime
from potlearn.typing import Indices

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.potentials import Potential

MEMORY, SECONDS = 10**9, 300.0
"""A fit that needs more than either says so."""
SOLVE_COPIES = 8
QR_FLOPS, SOLVE_FLOPS = 2.4, 5.0
SMALL_FLOPS, SMALL_ENTRIES = 1e11, 5e7
"""Fits below both take some seconds: nothing is timed for them."""
PROBE = (2048, 768)
REPEATS = 4
"""The fastest of so many counts: other work on the machine only adds time."""
LOGGER = logging.getLogger("potlearn")


@dataclass(frozen=True)
class Cost:
    """Rows, columns, bytes and seconds of a fit.

    Attributes
    ----------
    rows, columns : int
    memory : int
        Bytes, of all processes together.
    seconds : float
        Wall time; 0 where it was too small to be measured.
    """

    rows: int
    columns: int
    memory: int
    seconds: float

    @property
    def large(self) -> bool:
        """Whether it needs more than 1 GB or 5 min."""
        return self.memory > MEMORY or self.seconds > SECONDS

    def __str__(self) -> str:
        minutes = self.seconds / 60
        time = f"{minutes:.0f} min" if minutes >= 1 else f"{max(self.seconds, 1):.0f} s"
        return (
            f"this fit will need about {self.memory / 1e9:.1f} GB of memory and {time} "
            f"({self.rows} rows, {self.columns} coefficients); a smaller degree lowers both, "
            "more workers or fewer configurations (potlearn select) lower the time"
        )


def estimate_cost(
    dataset: Dataset,
    descriptor: Descriptor,
    settings: FitSettings | None = None,
    *,
    reference: Potential | None = None,
    runtime: Runtime = SERIAL,
) -> Cost:
    """What :func:`~potlearn.fit.fit_linear` of the same arguments will need, within a factor of 2.

    Raises
    ------
    FitError
        Settings that do not suit the dataset.
    """
    settings = settings or FitSettings()
    maker = RowMaker(dataset, descriptor, reference, settings.weights.used)
    layout = Layout.of(dataset, descriptor, settings)
    counts = row_counts(dataset, maker.quantities).sum(axis=1)
    m, k = int(counts.sum()), len(layout.columns) + 2
    workers = int(getattr(runtime.executor, "n_workers", 1))
    kinds = len(QUANTITIES) * len({*zip(layout.folds.tolist(), layout.groups, strict=True)})
    numbers = k * ((SOLVE_COPIES + kinds) * k + 2 * workers * int(counts.max(initial=0)))
    numbers += 4 * (workers - 1) * k**2
    flops = QR_FLOPS * m * k**2, SOLVE_FLOPS * k**3 * (1 + len(set(layout.folds.tolist())) // 2)
    seconds = 0.0
    if sum(flops) > SMALL_FLOPS or m * k > SMALL_ENTRIES:
        flop, row = _seconds_per_flop(), _seconds_per_row(maker, counts)
        seconds = (m * row + flops[0] * flop) / workers + flops[1] * flop
    return Cost(m, k - 2, 8 * numbers, seconds)


def announce(cost: Cost) -> None:
    """Say so where a fit is large: a line of the logger "potlearn", on stderr by default."""
    if cost.large:
        LOGGER.warning("%s", cost)


def _seconds_per_flop() -> float:
    """Of a QR."""
    n_rows, n = PROBE
    matrix = np.random.default_rng(0).normal(size=PROBE)
    times = []
    with one_blas_thread():
        for _ in range(REPEATS):
            copy = np.array(matrix, order="F")
            start = perf_counter()
            factor(copy)
            times.append(perf_counter() - start)
    return min(times) / (2 * n_rows * n**2 - 2 / 3 * n**3)


def _seconds_per_row(maker: RowMaker, counts: Indices) -> float:
    """Of the configuration with the median number of rows, after tables are made."""
    index = int(np.argsort(counts, kind="stable")[len(counts) // 2])
    maker.blocks(index)
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        maker.blocks(index)
        times.append(perf_counter() - start)
    return min(times) / max(int(counts[index]), 1)
