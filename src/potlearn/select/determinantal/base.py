"""What determinantal selectors share: a kernel, and one set-up for many draws."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from numpy.typing import ArrayLike
from typing_extensions import override

from potlearn.linalg.blas import one_blas_thread
from potlearn.select.determinantal.ensemble import Ensemble, check_rank, ensemble_of
from potlearn.select.determinantal.laws import Law
from potlearn.select.determinantal.sampler import DeterminantalSampler
from potlearn.select.given import known_rows
from potlearn.select.kernels.base import Precomputed
from potlearn.select.kernels.conditioned import conditioned
from potlearn.select.kernels.named import KernelLike, kernel_of_chunks, make_kernel
from potlearn.select.limits import check_memory
from potlearn.select.rows import Rows, as_rows, check_numbers
from potlearn.select.run import Run
from potlearn.select.seeds import Seed, seed_sequence
from potlearn.select.selection import Selection
from potlearn.select.selector import Labels, Selector
from potlearn.typing import Array


@dataclass(frozen=True)
class Determinantal(Selector):
    """A selector that draws from an L-ensemble.

    Parameters
    ----------
    kernel : str, Kernel or function
        ``"linear"``, ``"cosine"``, ``"rbf"``, ``"imq"``, ``"precomputed"`` (X is then the kernel
        matrix), a :class:`~potlearn.select.Kernel`, or a function of two matrices.
    rank : int, optional
        Landmarks of Nyström features, which a kernel without explicit features has above 4000
        rows; by default twice the number of rows to choose, at least 500.
    random_state : int, Generator or SeedSequence
        Fixes the draw.
    """

    kernel: KernelLike = field(default="linear", kw_only=True)
    rank: int | None = field(default=None, kw_only=True)
    random_state: Seed = field(default=0, kw_only=True)

    streams: ClassVar[bool] = True
    copies: ClassVar[bool] = False

    @property
    @abstractmethod
    def landmarks(self) -> int:
        """Number of landmarks that the number of rows to choose asks for."""

    @abstractmethod
    def law(self, ensemble: Ensemble) -> Law:
        """Law over the eigenvectors."""

    @override
    def check(self, n: int) -> None:
        super().check(n)
        check_rank(self.rank)
        if isinstance(make_kernel(self.kernel), Precomputed):
            remedy = "give fewer rows, or features in place of a kernel matrix"
            check_memory(3.0 * n**2, f"the eigenvectors of a kernel matrix of {n} rows", remedy)

    @override
    def fitted(self, rows: Rows) -> Self:
        return replace(self, kernel=kernel_of_chunks(self.kernel, rows))

    @override
    def choose(self, rows: Rows, labels: Labels | None, run: Run) -> Selection:
        return self._set_up(rows, run).select(run.rng(0))

    def choose_beyond(self, rows: Rows, known: Rows, labels: Labels | None, run: Run) -> Selection:
        """Draw from the process given that the known rows are in the draw, exactly."""
        kernel = conditioned(self.kernel, rows, known)
        return replace(self, kernel=kernel).choose(rows, labels, run)

    def sampler(
        self, X: ArrayLike | Rows, known: ArrayLike | Rows | None = None
    ) -> DeterminantalSampler:
        """Set-up alone, for many draws from the same rows, given known rows if there are any."""
        rows, run = self._checked(X)
        with one_blas_thread():
            return self._given(rows, known)._set_up(rows, run)

    def inclusion_probabilities(
        self, X: ArrayLike | Rows, known: ArrayLike | Rows | None = None
    ) -> Array:
        """Probability that each row is drawn, (N,), given known rows if there are any."""
        rows, run = self._checked(X)
        with one_blas_thread():
            return self._given(rows, known)._set_up(rows, run).inclusion_probabilities(run)

    def _given(self, rows: Rows, known: ArrayLike | Rows | None) -> Self:
        if known is None:
            return self
        return replace(self, kernel=conditioned(self.kernel, rows, known_rows(known, rows)))

    def _set_up(self, rows: Rows, run: Run) -> DeterminantalSampler:
        ensemble = ensemble_of(rows, self.kernel, self.rank, self.landmarks, run)
        return DeterminantalSampler(ensemble, self.law(ensemble))

    def _checked(self, X: ArrayLike | Rows) -> tuple[Rows, Run]:
        rows = as_rows(X)
        self.check(rows.shape[0])
        check_numbers(rows)
        return rows, Run(seed_sequence(self.random_state))
