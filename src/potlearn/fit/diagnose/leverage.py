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

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import FitError
from potlearn.fit.linear import FitResult
from potlearn.fit.one_body import INTERCEPT
from potlearn.fit.rows.layout import COLLAPSED, Label, in_fit, one_body_names
from potlearn.fit.rows.make import Block, RowMaker, Vector
from potlearn.fit.rows.store import RowStore
from potlearn.fit.solve.penalised import RidgeFactor
from potlearn.fit.solve.spectrum import column_scales
from potlearn.linalg.blas import one_blas_thread
from potlearn.linalg.lapack import solve_triangular
from potlearn.linalg.triangular import Matrix
from potlearn.runtime import Progress, reporting

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.potentials import Potential

ROUNDING = 1e-13


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
class Hat:
    """Hat matrix of a finished fit, by rows.

    Attributes
    ----------
    triangle : (C', C')
        Penalised factor of the free columns.
    free : (C, C') or (C',)
        Indices of the free columns, or the combination of columns that they are.
    coefficients : (C,)
        All coefficients.
    """

    triangle: Matrix
    free: Vector | NDArray[np.intp]
    coefficients: Vector

    @classmethod
    def of(cls, result: FitResult) -> Hat:
        """Hat matrix from a result's ledger; a fit without penalty gets one of rounding's size."""
        species = tuple(name.split(":")[0] for name in result.columns)
        distinct = tuple(dict.fromkeys(species))
        options = result.one_body.options(result.ledger, result.weights, distinct)
        problem = result.ledger.problem(result.weights, **options)
        scales = column_scales(problem, result.info.scaling)
        rounding = ROUNDING * float(np.max((problem.column_norms() / scales) ** 2))
        factor = RidgeFactor.of(problem, max(result.info.ridge, rounding), scales)
        names = [name for name in problem.names if name != INTERCEPT]
        free = result.ledger.positions(names)
        if INTERCEPT in problem.names:
            combined = np.zeros((len(result.columns), len(problem.names)))
            combined[free, np.arange(len(free))] = 1.0
            combined[result.ledger.positions(one_body_names(distinct)), -1] = 1.0
            return cls(factor.triangle, combined, result.coefficients.ravel())
        return cls(factor.triangle, free, result.coefficients.ravel())

    def half(self, rows: Matrix) -> Matrix:
        """``Z`` (C', m) of weighted rows (m, C)."""
        free = rows[:, self.free] if self.free.ndim == 1 else rows @ self.free
        return solve_triangular(self.triangle, free.T, transposed=True)

    def residuals(self, block: Block) -> Vector:
        """Prediction minus label of rows, (m,)."""
        return np.asarray(block.rows @ self.coefficients + block.reference - block.labels)


def influences(
    result: FitResult,
    dataset: Dataset,
    descriptor: Descriptor,
    *,
    reference: Potential | None = None,
    row_store: RowStore | None = None,
    progress: Progress = None,
) -> list[Influence]:
    """Leverage and leave-one-out residual of every energy, stress and atom's forces in the fit.

    A second pass over the rows, configuration by configuration: they are made again, or come from
    ``row_store``.  ``dataset``, ``descriptor`` and ``reference`` are those of the fit.

    Raises
    ------
    FitError
        The result is of another number of configurations or of other columns.
    """
    maker = RowMaker(dataset, descriptor, reference)
    if 1 + descriptor.n_features != result.coefficients.shape[1]:
        raise FitError("the result is of another descriptor")
    groups = dataset.groups
    found: list[Influence] = []
    with one_blas_thread(), reporting(progress, "leverages") as report:
        hat = Hat.of(result)
        for index in range(len(dataset)):
            blocks = maker.blocks(index) if row_store is None else row_store.blocks(index)
            weights = _weights(result, groups[index], index)
            found += _configuration(hat, index, blocks, weights, result.excluded)
            if report:
                report(index + 1, len(dataset))
    return found


def _weights(result: FitResult, group: str, index: int) -> dict[str, float]:
    """Weight of each quantity's rows of a configuration."""
    group = group if group in result.weights.groups else COLLAPSED
    own = result.configuration_weights
    factor = 1.0 if own is None else float(own[index])
    return {q: factor * result.weights.of(group, q) for q in ("energy", "forces", "stress")}


def _configuration(
    hat: Hat,
    index: int,
    blocks: Mapping[str, Block],
    weights: Mapping[str, float],
    excluded: Collection[Label],
) -> Iterable[Influence]:
    used = [q for q in ("energy", "stress", "forces") if q in blocks and weights[q] > 0]
    if not used:
        return
    roots = np.concatenate([np.full(len(blocks[q].rows), np.sqrt(weights[q])) for q in used])
    half = hat.half(np.concatenate([blocks[q].rows for q in used]) * roots[:, None])
    errors = np.concatenate([hat.residuals(blocks[q]) for q in used])
    seen = np.concatenate([in_fit(excluded, index, q, blocks[q]) for q in used]).astype(float)
    n_whole = sum(len(blocks[q].rows) for q in used if q != "forces")
    spread, left_out = _without_all(half, roots * errors, seen, n_whole)
    start = 0
    for q in used:
        if q != "forces":
            span = slice(start, start + len(blocks[q].rows))
            start = span.stop
            score = float(left_out[span] @ np.linalg.solve(spread[span, span], left_out[span]))
            leverage = float(np.mean(np.sum(half[:, span] ** 2, axis=0)))
            outside = left_out[span] / roots[span]
            yield _influence(index, q, -1, errors[span], leverage, outside, score)
    if "forces" in used:
        atoms = blocks["forces"].atoms[::3].tolist()
        yield from _atoms(index, atoms, half[:, start:], errors[start:], roots[-1], seen[start:])


def _without_all(half: Matrix, errors: Vector, seen: Vector, n: int) -> tuple[Matrix, Vector]:
    r"""First ``n`` rows and columns of the spread, and of the residuals, without the block.

    With ``D`` = diag(``seen``): :math:`K = Z^T (I - Z D Z^T)^{-1} Z = H (I - D H)^{-1}`, by the
    smaller of the two; the spread is :math:`I + K`, the residuals are :math:`e + K D e`.
    """
    c, m = half.shape
    first, kept = half[:, :n], half * seen
    if m <= c:
        inner = (1 + ROUNDING) * np.eye(m) - kept.T @ half
        gain = np.linalg.solve(inner.T, half.T @ first).T
    else:
        inner = (1 + ROUNDING) * np.eye(c) - kept @ half.T
        gain = np.linalg.solve(inner, first).T @ half
    return np.eye(n) + gain[:, :n], errors[:n] + gain @ (seen * errors)


def _atoms(
    index: int, atoms: Sequence[int], half: Matrix, errors: Vector, root: float, seen: Vector
) -> Iterable[Influence]:
    """Blocks of three force rows, all atoms at once."""
    n = len(atoms)
    thirds = half.reshape(len(half), n, 3)
    hats = np.einsum("cai,caj->aij", thirds, thirds)
    weighted, kept = root * errors.reshape(n, 3, 1), seen[::3, None, None]
    gain = np.linalg.solve((1 + ROUNDING) * np.eye(3) - kept * hats, hats)
    left_out = weighted + kept * gain @ weighted
    scores = np.sum(left_out * np.linalg.solve(np.eye(3) + gain, left_out), axis=(1, 2))
    leverages = np.einsum("aii->a", hats) / 3
    for k, atom in enumerate(atoms):
        inside, outside = errors[3 * k : 3 * k + 3], left_out[k, :, 0] / root
        yield _influence(
            index, "forces", atom, inside, float(leverages[k]), outside, float(scores[k])
        )


def _influence(
    index: int,
    quantity: str,
    atom: int,
    errors: Vector,
    leverage: float,
    left_out: Vector,
    score: float,
) -> Influence:
    signed = len(errors) == 1
    return Influence(
        configuration=index,
        quantity=quantity,
        atom=atom,
        residual=float(errors[0] if signed else np.linalg.norm(errors)),
        leverage=leverage,
        left_out=float(left_out[0] if signed else np.linalg.norm(left_out)),
        studentised=float(np.sqrt(max(score, 0.0) / len(errors))),
    )
