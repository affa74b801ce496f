"""Gaussian process."""

from __future__ import annotations

from optuna.samplers import BaseSampler, GPSampler

from potlearn.errors import ConfigError
from potlearn.runtime import require
from potlearn.tune.search.samplers.mirrored import Mirrored
from potlearn.tune.search.samplers.versions import version, with_constraints

# First versions of Optuna in which the process has several objectives, and constraints beside them.
SEVERAL, SEVERAL_CONSTRAINED = (4, 4), (4, 5)


class GP(Mirrored):
    """Expected improvement of the logarithm (of the hypervolume) under a Gaussian process.

    For some hundred trials: its time grows with the third power of their number.

    References
    ----------
    S. Ament et al., NeurIPS 36 (2023), arXiv:2310.20708.
    """

    genes = True

    def check(self) -> None:
        """Find PyTorch, and a version of Optuna with several objectives.

        Raises
        ------
        MissingExtraError
            PyTorch is not installed.
        ConfigError
            Optuna is too old.
        """
        require("torch", None, "the sampler gp")
        needed = SEVERAL_CONSTRAINED if self.constrained else SEVERAL
        if self.n_objectives > 1 and version() < needed:
            raise ConfigError(
                f"the sampler gp with several objectives needs Optuna {needed[0]}.{needed[1]}: "
                "pip install -U optuna, or choose the sampler tpe"
            )

    def make(self, seed: int) -> BaseSampler:
        """As :meth:`Mirrored.make`."""
        return GPSampler(seed=seed, **with_constraints(self.constrained))
