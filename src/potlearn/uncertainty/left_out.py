r"""Residuals and variances of labels whose block the fit had not seen.

With the half solves :math:`Z = T^{-T} X^T` of a block's weighted rows, S those of them that are in
the fit, :math:`A = Z_S^T Z` and residuals e in the fit,

.. math::
   \tilde e &= e + A^T (1 - Z_S^T Z_S)^{-1} e_S \\
   \tilde v_i &= |z_i|^2 + a_i^T (1 - Z_S^T Z_S)^{-1} a_i

are those of the fit without the block (Woodbury; Cook & Weisberg, Residuals and Influence in
Regression, 1982, section 3.2), exact for a fixed penalty.  A block is a configuration with its
copies, or a trajectory: rows within it are not independent.  Where a block has more rows than
there are coefficients the same follows from :math:`(1 - Z_S Z_S^T)^{-1}`.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from potlearn.data.copies import members_of
from potlearn.errors import PotlearnWarning, UncertaintyError
from potlearn.fit.diagnose.leverage import Judge
from potlearn.fit.result import FitResult
from potlearn.fit.rows.make import Block
from potlearn.fit.rows.names import in_fit
from potlearn.fit.weights import QUANTITIES
from potlearn.linalg.blas import one_blas_thread
from potlearn.runtime import Progress, reporting
from potlearn.typing import Array, Indices, Mask
from potlearn.uncertainty.calibration import Scores
from potlearn.uncertainty.origin import Origin
from potlearn.uncertainty.posterior import Posterior

ROUNDING = 1e-12
"""Added to what a block leaves of a direction to the others."""
LEAST_LEFT = 1e-10
"""Part of a direction below which a block leaves nothing: the rest is rounding."""


MOST_ALONE = 0.1
"""Part of the blocks that may decide coefficients alone; of the others there are residuals."""


class _AloneError(UncertaintyError):
    """A block alone decides some coefficients: no fit without it."""


class _Rows(NamedTuple):
    """Rows of one quantity of a configuration, as the fit weighs them."""

    quantity: str
    block: Block
    weight: float
    seen: Mask


@dataclass(frozen=True)
class LeftOut:
    """Blocks of a fit's configurations, each judged by the fit without it.

    Attributes
    ----------
    result : FitResult
    posterior : Posterior
        Of the same fit.
    sets : (C, R)
        Coefficient sets whose squared predictions, summed, estimate the variance of forces and
        virials; C: as many as there are coefficients.
    spread : Posterior, optional
        Of a sub-basis, where its variances are wanted and not those of the whole fit.
    """

    result: FitResult
    posterior: Posterior
    sets: Array
    spread: Posterior | None = None

    @cached_property
    def origin(self) -> Origin | None:
        """Origin of fitted one-body energies, which depends on the configurations, too."""
        return Origin.of(self.result, self.posterior.hat)

    @cached_property
    def wrong(self) -> frozenset[tuple[str, str]]:
        """Groups and quantities whose labels contradict the others: they say nothing of errors."""
        left_out = (item for item in self.result.contradictions if item.left_out)
        return frozenset((item.group, item.quantity) for item in left_out)

    def scores(self, label: Indices, progress: Progress = None) -> dict[str, Scores]:
        """Residuals, variances and blocks by quantity.

        Parameters
        ----------
        label : (n,)
            Block of every configuration.
        progress : callable or bool, optional
            As elsewhere; counts blocks.
        """
        judge = Judge.of(self.result, self.posterior.hat)
        members = members_of(label)
        found: dict[str, list[Scores]] = {}
        alone = 0
        with one_blas_thread(), reporting(progress, "leave-one-out residuals") as report:
            for k, block in enumerate(members):
                rows = [row for i in block.tolist() for row in self._rows(judge, i)]
                try:
                    for quantity, scores in self._block(rows, k):
                        found.setdefault(quantity, []).append(scores)
                except _AloneError:
                    alone += 1
                if report:
                    report(k + 1, len(members))
        _say_alone(alone, len(members))
        return {q: Scores.joined(found[q]) for q in QUANTITIES if q in found}

    def _rows(self, judge: Judge, index: int) -> Iterable[_Rows]:
        weights, group = judge.weights(index), judge.groups[index]
        for quantity, block in self.result.rows.blocks(index).items():
            if (group, quantity) in self.wrong:
                continue
            weight = weights[quantity]
            seen = in_fit(judge.excluded, index, quantity, block) & (weight > 0)
            yield _Rows(quantity, block, weight, seen)

    def _block(self, rows: list[_Rows], number: int) -> Iterable[tuple[str, Scores]]:
        if not rows:
            return
        hat, noise = self.posterior.hat, self.posterior.noise
        # A label that is not in the fit is judged all the same: its weight is then without effect.
        roots = [np.sqrt(r.weight) if r.weight > 0 else 1.0 for r in rows]
        weighted = np.concatenate([s * r.block.rows for s, r in zip(roots, rows, strict=True)])
        errors = [s * hat.residuals(r.block) for s, r in zip(roots, rows, strict=True)]
        seen = np.concatenate([r.seen for r in rows])
        half, error = hat.half(weighted), np.concatenate(errors)
        if self.origin is not None:
            used = [(r.weight, r.block.take(r.seen)) for r in rows if r.quantity == "energy"]
            error += half.T @ self.origin.pull(used)
        error, own, whole = _without(half, error, seen)
        variance = whole
        if self.spread is not None:
            none = np.zeros(len(error))
            _, own, variance = _without(self.spread.hat.half(weighted), none, seen)
        ends = np.cumsum([len(r.block.rows) for r in rows])
        for r, root, end in zip(rows, roots, ends.tolist(), strict=True):
            span = slice(end - len(r.block.rows), end)
            unit, owner = (noise / root) ** 2, np.full(len(r.block.rows), number)
            exact = unit * variance[span]
            if r.quantity != "energy":
                exact = self._estimated(r.block.rows, own[span], variance[span])
            yield r.quantity, Scores(error[span] / root, exact, owner, unit * whole[span])

    def _estimated(self, rows: Array, own: Array, variance: Array) -> Array:
        """Estimates by the coefficient sets, as much larger as variances are without the block."""
        with np.errstate(divide="ignore", invalid="ignore"):
            grown = np.where(own > 0, variance / own, 1.0)
        return np.asarray(grown * np.sum((rows @ self.sets) ** 2, axis=1))


def _without(half: Array, errors: Array, seen: Mask) -> tuple[Array, Array, Array]:
    """Residuals without the block, variances with it and without it, (m,) each, weighted."""
    inside = half[:, seen]
    own = np.sum(half**2, axis=0)
    c, m = inside.shape
    if m <= c:
        cross = inside.T @ half
        root = _root(np.eye(m) - cross[:, seen])
        gain = np.linalg.solve(root, cross)
        moved = gain.T @ np.linalg.solve(root, errors[seen])
        return errors + moved, own, own + np.sum(gain**2, axis=0)
    root = _root(np.eye(c) - inside @ inside.T)
    gain = np.linalg.solve(root, half)
    moved = gain.T @ np.linalg.solve(root, inside @ errors[seen])
    return errors + moved, own, np.sum(gain**2, axis=0)


def _root(rest: Array) -> Array:
    """Cholesky factor of what a block leaves to the others."""
    rest[np.diag_indices_from(rest)] += ROUNDING
    try:
        root = np.asarray(np.linalg.cholesky(rest), np.float64)
    except np.linalg.LinAlgError:
        root = np.zeros_like(rest)
    if len(root) and np.diag(root).min() ** 2 < LEAST_LEFT:
        raise _AloneError
    return root


def _say_alone(n: int, blocks: int) -> None:
    """Warn of blocks that alone decide coefficients; refuse where they are many."""
    if not n:
        return
    one = n == 1
    what = f"{n} of {blocks} blocks of configurations alone {'decides' if one else 'decide'}"
    remedy = "choose a smaller basis (fewer environments), smaller blocks, or give more data like"
    text = f"uncertainty: {what} some coefficients; {remedy} {'it' if one else 'them'}"
    if n > MOST_ALONE * blocks:
        raise UncertaintyError(
            f"{text}, or ask for the uncertainty 'posterior', which needs no residuals"
        )
    text += "; their residuals are not in the expected errors, which are a little too small for it"
    warnings.warn(text, PotlearnWarning, stacklevel=4)
