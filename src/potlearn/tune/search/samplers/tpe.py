"""Tree-structured Parzen estimator."""

from __future__ import annotations

from optuna.samplers import BaseSampler, TPESampler

from potlearn.tune.search.samplers.mirrored import Mirrored
from potlearn.tune.search.samplers.versions import with_constraints

# Trials before the model is trusted.
STARTUP = 20


class TPE(Mirrored):
    """Densities of good and of other points; new points are where their ratio is large.

    Trials of a batch that are not done yet count as bad, so that a batch spreads.

    References
    ----------
    J. Bergstra et al., NeurIPS 24 (2011); Y. Ozaki et al., J. Artif. Intell. Res. 73 (2022), with
    several objectives.
    """

    def make(self, seed: int) -> BaseSampler:
        """As :meth:`Mirrored.make`."""
        return TPESampler(
            seed=seed,
            n_startup_trials=STARTUP,
            multivariate=True,
            group=True,
            constant_liar=True,
            **with_constraints(self.constrained),
        )
