r"""How many eigenvectors of an ensemble take part in a draw, and with what probability."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from typing_extensions import override

from potlearn.errors import TooFewError
from potlearn.select.determinantal.symmetric import (
    draw_subset,
    log_elementary,
    subset_probabilities,
)
from potlearn.typing import Array, Indices


class Law(Protocol):
    """A law over subsets of eigenvectors."""

    @property
    def probabilities(self) -> Array:
        """Probability that each eigenvector takes part, (r,)."""

    def draw(self, rng: np.random.Generator) -> Indices:
        """Eigenvectors of one draw."""


@dataclass(frozen=True)
class FixedSize(Law):
    r"""k-DPP: :math:`P(J) \propto \prod_{j \in J} \lambda_j` over subsets of k eigenvectors.

    Raises
    ------
    TooFewError
        ``k`` is above the rank.
    """

    log_eigenvalues: Array
    k: int

    def __post_init__(self) -> None:
        rank = len(self.log_eigenvalues)
        if self.k > rank:
            raise TooFewError(
                f"n_to_select is {self.k}, above the rank of the kernel, {rank}: more rows have no "
                "volume; take a kernel of higher rank (rbf, imq), or more features",
                rank,
            )

    @cached_property
    def table(self) -> Array:
        """Elementary symmetric polynomials of the eigenvalues."""
        return log_elementary(self.log_eigenvalues, self.k)

    @override
    @cached_property
    def probabilities(self) -> Array:
        return subset_probabilities(self.log_eigenvalues, self.k)

    @override
    def draw(self, rng: np.random.Generator) -> Indices:
        return draw_subset(self.log_eigenvalues, self.table, rng)


@dataclass(frozen=True)
class AnySize(Law):
    r"""DPP: every eigenvector by itself, with probability :math:`\lambda_j / (1 + \lambda_j)`."""

    log_eigenvalues: Array

    @override
    @cached_property
    def probabilities(self) -> Array:
        return 1.0 / (1.0 + np.exp(-np.clip(self.log_eigenvalues, -700.0, 700.0)))

    @override
    def draw(self, rng: np.random.Generator) -> Indices:
        return np.flatnonzero(rng.random(len(self.probabilities)) < self.probabilities)
