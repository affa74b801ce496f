"""Gaussian process."""

from __future__ import annotations

from optuna.samplers import BaseSampler, GPSampler

from potlearn.runtime import require
from potlearn.tune.search.samplers.mirrored import Mirrored
from potlearn.tune.search.samplers.versions import with_constraints


class GP(Mirrored):
    """Expected improvement of the logarithm (of the hypervolume) under a Gaussian process.

    For some hundred trials: its time grows with the third power of their number.

    References
    ----------
    S. Ament et al., NeurIPS 36 (2023), arXiv:2310.20708.
    """

    genes = True

    def check(self) -> None:
        """Find PyTorch.

        Raises
        ------
        MissingExtraError
            It is not installed.
        """
        require("torch", None, "the sampler gp")

    def make(self, seed: int) -> BaseSampler:
        """As :meth:`Mirrored.make`."""
        return GPSampler(seed=seed, **with_constraints(self.constrained))
