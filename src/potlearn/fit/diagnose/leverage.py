r"""Leverages and leave-one-out residuals: what the fit would say of a label that it had not seen.

With weighted rows :math:`X`, penalised factor :math:`T^T T = X^T X + \lambda S^2` and residuals
``e``, the rows of a block ``b`` have

.. math::
   H_b = Z^T Z, \quad Z = T^{-T} X_b^T, \qquad
   \tilde e_b = (I - H_b)^{-1} e_b, \qquad
   t_b^2 = e_b^T (I - H_b)^{-1} e_b

(Cook & Weisberg, Residuals and Influence in Regression, 1982, equations 2.2.8 and 3.2.3):
:math:`\tilde e_b` are the residuals of the fit without the block, and :math:`t_b^2` is chi squared
times the noise if the labels are right.  A block is a configuration for its energy and its stress,
and an atom for its forces.  A label that is not in the fit has :math:`\tilde e = e` and the spread
:math:`I + H` in place of :math:`(I - H)^{-1}`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from potlearn.fit.diagnose.hat import ROUNDING, Hat
from potlearn.fit.result import FitResult
from potlearn.fit.rows.make import Block
from potlearn.fit.rows.names import COLLAPSED, Label, in_fit
from potlearn.fit.settings import FitSettings
from potlearn.fit.weights import QUANTITIES
from potlearn.linalg.blas import one_blas_thread
from potlearn.runtime import Progress, reporting
from potlearn.typing import Array, Indices


class Influence(NamedTuple):
    """One block of labels.

    ``residual`` and ``left_out`` are prediction minus label with and without the block in the fit:
    eV/atom for an energy, the length of the vector in eV/Å for an atom's forces, the norm of the
    six components in eV/atom for a virial.  ``leverage`` is the mean diagonal of ``H``;
    ``studentised`` is :math:`t_b` over the root of the number of rows, in the weighted unit.
    """

    configuration: int
    quantity: str
    atom: int
    residual: float
    leverage: float
    left_out: float
    studentised: float


@dataclass(frozen=True)
class Judge:
    """What a fit says of the labels of single configurations.

    Attributes
    ----------
    hat : Hat
    settings : FitSettings
        Weights of the fit.
    groups : tuple of str
        Group of every configuration.
    excluded : set of (configuration, quantity, atom)
        Labels that are not in the fit.
    """

    hat: Hat
    settings: FitSettings
    groups: tuple[str, ...]
    excluded: frozenset[Label]

    @classmethod
    def of(cls, result: FitResult, hat: Hat) -> Judge:
        """The judge of a result; ``hat`` is its hat matrix."""
        groups = tuple(result.rows.maker.dataset.groups)
        return cls(hat, result.settings, groups, frozenset(result.settings.exclude))

    def influences(self, index: int, blocks: Mapping[str, Block]) -> list[Influence]:
        """Influence of every label of configuration ``index`` that has a weight."""
        weights = self.weights(index)
        used = [q for q in ("energy", "stress", "forces") if q in blocks and weights[q] > 0]
        if not used:
            return []
        sizes = [len(blocks[q].rows) for q in used]
        roots = np.repeat([np.sqrt(weights[q]) for q in used], sizes)
        rows = np.concatenate([blocks[q].rows for q in used])
        rows *= roots[:, None]
        errors = np.concatenate([self.hat.residuals(blocks[q]) for q in used])
        seen = np.concatenate([in_fit(self.excluded, index, q, blocks[q]) for q in used])
        labels = _Labels(self.hat.half(rows), errors, roots, seen.astype(float))
        ends = np.cumsum(sizes).tolist()
        spans = {q: slice(end - n, end) for q, n, end in zip(used, sizes, ends, strict=True)}
        atoms = blocks["forces"].atoms[::3] if "forces" in used else None
        return [*_whole(index, labels, spans), *_atoms(index, labels, spans, atoms)]

    def without(self, labels: Collection[Label], rows: Mapping[int, Mapping[str, Block]]) -> Judge:
        """The judge of the fit without ``labels``; ``rows`` has those of their configurations."""
        parts, errors = [], []
        excluded = self.excluded | frozenset(labels)
        for index in sorted({label[0] for label in labels}):
            weights = self.weights(index)
            for quantity, block in rows[index].items():
                gone = in_fit(self.excluded, index, quantity, block)
                gone &= ~in_fit(excluded, index, quantity, block)
                root = np.sqrt(weights[quantity])
                parts.append(root * block.rows[gone])
                errors.append(root * self.hat.residuals(block)[gone])
        hat = self.hat.without(np.concatenate(parts), np.concatenate(errors))
        return replace(self, hat=hat, excluded=excluded)

    def weights(self, index: int) -> dict[str, float]:
        """Weight of each quantity's rows of a configuration."""
        weights, own = self.settings.weights, self.settings.configuration_weights
        group = self.groups[index] if self.groups[index] in weights.groups else COLLAPSED
        mine = np.broadcast_to(1.0 if own is None else np.asarray(own, float)[index], 3).tolist()
        return {q: f * weights.of(group, q) for q, f in zip(QUANTITIES, mine, strict=True)}


@dataclass(frozen=True)
class _Labels:
    """Labels of a configuration: ``Z`` (C', m), residuals, roots of weights, 1 where in the fit."""

    half: Array
    errors: Array
    roots: Array
    seen: Array

    @cached_property
    def gram(self) -> Array | None:
        """``Z^T Z`` (m, m); None where there are more rows than columns."""
        c, m = self.half.shape
        return self.half.T @ self.half if m <= c else None

    def hats(self, span: slice, n: int) -> Array:
        """Hat matrices of ``n`` atoms, whose forces are at ``span``, (n, 3, 3)."""
        if self.gram is None:
            thirds = self.half[:, span].reshape(len(self.half), n, 3)
            return np.asarray(np.einsum("cai,caj->aij", thirds, thirds))
        blocks = self.gram[span, span].reshape(n, 3, n, 3)
        return blocks[np.arange(n), :, np.arange(n)]


def influences(result: FitResult, *, progress: Progress = None) -> list[Influence]:
    """Leverage and leave-one-out residual of every energy, stress and atom's forces in the fit.

    The rows are those that the result keeps; others are made again.
    """
    rows, found = result.rows, []
    with one_blas_thread(), reporting(progress, "leverages") as report:
        judge = Judge.of(result, Hat.of(result))
        for index in range(len(rows)):
            found += judge.influences(index, rows.blocks(index))
            if report:
                report(index + 1, len(rows))
    return found


def _whole(index: int, labels: _Labels, spans: Mapping[str, slice]) -> Iterable[Influence]:
    """Energy and stress, each left out together with all labels of the configuration."""
    whole = {q: span for q, span in spans.items() if q != "forces"}
    n = max((span.stop for span in whole.values()), default=0)
    spread, left_out = _without_all(labels, n)
    diagonal = np.sum(labels.half[:, :n] ** 2, axis=0)
    for q, span in whole.items():
        score = float(left_out[span] @ np.linalg.solve(spread[span, span], left_out[span]))
        yield Influence(
            configuration=index,
            quantity=q,
            atom=-1,
            residual=_size(labels.errors[span]),
            leverage=float(np.mean(diagonal[span])),
            left_out=_size(left_out[span] / labels.roots[span]),
            studentised=float(np.sqrt(max(score, 0.0) / (span.stop - span.start))),
        )


def _size(errors: Array) -> float:
    """The error where there is one, else the length of the vector."""
    return float(errors[0] if len(errors) == 1 else np.linalg.norm(errors))


def _without_all(labels: _Labels, n: int) -> tuple[Array, Array]:
    r"""First ``n`` rows and columns of the spread, and of the residuals, without the block.

    With ``D`` = diag(``seen``): :math:`K = Z^T (I - Z D Z^T)^{-1} Z = H (I - D H)^{-1}`, by the
    smaller of the two; the spread is :math:`I + K`, the residuals are :math:`e + K D e`.
    """
    half, seen, errors = labels.half, labels.seen, labels.roots * labels.errors
    c, m = half.shape
    if labels.gram is not None:
        inner = (1 + ROUNDING) * np.eye(m) - seen[:, None] * labels.gram
        gain = np.linalg.solve(inner.T, labels.gram[:, :n]).T
    else:
        inner = (1 + ROUNDING) * np.eye(c) - (half * seen) @ half.T
        gain = np.linalg.solve(inner, half[:, :n]).T @ half
    return np.eye(n) + gain[:, :n], errors[:n] + gain @ (seen * errors)


def _atoms(
    index: int, labels: _Labels, spans: Mapping[str, slice], atoms: Indices | None
) -> Iterable[Influence]:
    """Blocks of three force rows, all atoms at once."""
    if atoms is None:
        return
    span, n = spans["forces"], len(atoms)
    errors, root = labels.errors[span].reshape(n, 3), labels.roots[-1]
    hats = labels.hats(span, n)
    weighted, kept = root * errors[:, :, None], labels.seen[span][::3, None, None]
    gain = np.linalg.solve((1 + ROUNDING) * np.eye(3) - kept * hats, hats)
    left_out = weighted + kept * gain @ weighted
    scores = np.sum(left_out * np.linalg.solve(np.eye(3) + gain, left_out), axis=(1, 2))
    columns = (
        np.linalg.norm(errors, axis=1),
        np.einsum("aii->a", hats) / 3,
        np.linalg.norm(left_out[:, :, 0], axis=1) / root,
        np.sqrt(np.maximum(scores, 0.0) / 3),
    )
    for atom, *values in zip(atoms.tolist(), *(column.tolist() for column in columns), strict=True):
        yield Influence(index, "forces", atom, *values)
