"""Linear fits: from labelled configurations and a descriptor to coefficients."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from potlearn.errors import FitError
from potlearn.fit.core.inequalities import with_repulsive_core
from potlearn.fit.ledger.file import LedgerCheckpoint
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.ledger.reduction import ChunkWork, reduce_dataset
from potlearn.fit.one_body import INTERCEPT, OneBody, one_body
from potlearn.fit.rows.layout import Label, Layout, column_penalties, fingerprint
from potlearn.fit.rows.make import RowMaker
from potlearn.fit.rows.store import RowStore, row_counts
from potlearn.fit.solve.problem import LinearProblem, Solution, SolveInfo, Solver
from potlearn.fit.solve.solvers import Ridge, make_solver
from potlearn.fit.weights import QUANTITIES, Weights
from potlearn.linalg.blas import one_blas_thread
from potlearn.runtime import Executor, Progress, make_executor, reporting

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.fit.core.constraints import CoreConstraints
    from potlearn.potentials import Potential

DEFAULT_SOLVER = "evidence"


@dataclass(frozen=True)
class FitResult:
    """What a linear fit gives.

    Attributes
    ----------
    coefficients : (n_species, 1 + M)
        In eV; the first column is the one-body energy.
    info : SolveInfo
        How the solution was found.
    ledger : Ledger
        Factors of all rows: other weights, solvers and sub-bases need no data.
    columns : tuple of str
        Identity of every design column, in the order of ``coefficients.ravel()``.
    one_body : OneBody
        Whether the one-body energies were given or fitted.
    weights : Weights
        Weights of the fit.
    n_rows : dict
        Number of rows of energy, forces and stress.
    configuration_weights : (n,) or None
        Further weight of every configuration.
    timing : dict
        Seconds: ``rows_wall`` and ``rows_cpu`` (design rows and their reduction; CPU of this
        process), ``solve_wall`` and ``solve_cpu``.
    notes : tuple of str
        What a user should know.
    excluded : set of (configuration, quantity, atom)
        Labels that were left out.
    """

    coefficients: NDArray[np.float64]
    info: SolveInfo
    ledger: Ledger = field(repr=False)
    columns: tuple[str, ...] = field(repr=False)
    one_body: OneBody
    weights: Weights
    n_rows: dict[str, int]
    configuration_weights: NDArray[np.float64] | None
    timing: dict[str, float]
    notes: tuple[str, ...] = ()
    excluded: frozenset[Label] = frozenset()

    def rmse(self) -> dict[str, dict[str, float]]:
        """Training errors {"all" or group: {quantity: rmse}}: eV/atom, eV/Å, eV/atom (virial)."""
        return self.ledger.rmse(self.coefficients.ravel())


def fit_linear(
    dataset: Dataset,
    descriptor: Descriptor,
    *,
    reference: Potential | None = None,
    weights: Weights | None = None,
    solver: str | Solver | None = None,
    ridge: float | None = None,
    smoothness: bool = True,
    e0: str | Mapping[str, float] = "auto",
    intercept: bool = False,
    core: CoreConstraints | None = None,
    n_folds: int | None = None,
    keep_groups: bool = False,
    configuration_weights: ArrayLike | None = None,
    exclude: Collection[Label] = (),
    workers: int | Executor = 1,
    checkpoint: str | Path | None = None,
    row_store: str | Path | None = None,
    progress: Progress = None,
) -> FitResult:
    r"""Fit :math:`\min_c \sum w\,(x c - y + y_{\rm ref})^2` over energies, forces and stresses.

    Rows are made chunk by chunk and reduced to triangular factors: memory does not depend on the
    number of configurations.  The same data give the same bits with any number of workers.

    Parameters
    ----------
    dataset, descriptor :
        Labelled configurations; what makes their design rows.
    reference : Potential, optional
        Potential whose energies, forces and virials are taken off the labels.
    weights : Weights, optional
        Weights per quantity and group.
    solver : str or Solver, optional
        Name in :data:`~potlearn.fit.SOLVERS` or a solver; by default the penalty is chosen by the
        evidence.
    ridge : float, optional
        Penalty of the solver ``"ridge"`` (which it implies), without unit.
    smoothness : bool
        Whether a penalty weighs coefficients by the descriptor's smoothness, where it states one;
        else by the norms of their columns.
    e0 : str or mapping
        ``"isolated"``: energies of the dataset's isolated atoms; ``"fitted"``: free coefficients;
        ``"auto"``: the first where every species has one, else the second; or eV by species.
    intercept : bool
        Add a free constant per atom to given one-body energies.
    core : CoreConstraints, optional
        Inequalities that make the core repel (:mod:`potlearn.fit.core.constraints`).
    n_folds : int, optional
        Folds of configurations kept apart in the ledger; by default what the solver wants.
    keep_groups : bool
        Keep every group apart in the ledger, not only those with weights of their own.
    configuration_weights : array, optional
        Further weight of every configuration, (n,).
    exclude : collection of (configuration, quantity, atom)
        Labels to leave out; atom -1 stands for the whole quantity of the configuration.
    workers : int or Executor
        Processes that make and reduce rows, or an executor (:mod:`potlearn.runtime`).
    checkpoint : path, optional
        File from which an interrupted fit of the same rows goes on.
    row_store : path, optional
        Folder in which the rows are kept.
    progress : bool or function, optional
        True: a progress bar; a function: called with (configurations done, all).

    Raises
    ------
    FitError
        No rows, dependent columns without regularisation, NaN, a checkpoint of another fit, or a
        core that no coefficients make repulsive.
    SpeciesError
        The dataset holds an element that the descriptor does not know.
    ExecutionError
        No workers, or workers that died.
    """
    weights = weights or Weights()
    executor = make_executor(workers) if isinstance(workers, int) else workers
    chosen = _solver(solver, ridge)
    _check_input(dataset, descriptor, weights)
    bodies = one_body(e0, dataset, descriptor.species, intercept)
    folds = _n_folds(chosen.n_folds if n_folds is None else n_folds, dataset)
    layout = Layout.of(
        dataset,
        descriptor,
        weights,
        n_folds=folds,
        keep_groups=keep_groups,
        configuration_weights=configuration_weights,
        exclude=exclude,
    )
    maker = RowMaker(dataset, descriptor, reference, _quantities(weights))
    content = _content(maker, layout) if checkpoint or row_store else {}
    store = _store(row_store, maker, layout, content) if row_store else None
    saved = LedgerCheckpoint.of(checkpoint, content) if checkpoint else None
    clock = _Clock()
    with reporting(progress, "design rows") as report:
        ledger = reduce_dataset(
            ChunkWork(maker, layout, store), executor, checkpoint=saved, report=report
        )
    ledger.penalties = column_penalties(descriptor) if smoothness else None
    timing = clock.lap("rows")
    coefficients, info = solve_ledger(
        ledger, descriptor.species, weights=weights, solver=chosen, one_body=bodies, core=core
    )
    return FitResult(
        coefficients=coefficients,
        info=info,
        ledger=ledger,
        columns=layout.columns,
        one_body=bodies,
        weights=weights,
        n_rows={quantity: ledger.count(quantity) for quantity in QUANTITIES},
        configuration_weights=None if configuration_weights is None else layout.scales**2,
        timing={**timing, **clock.lap("solve")},
        notes=tuple(note for note in (bodies.note, *info.notes) if note),
        excluded=layout.excluded,
    )


def solve_ledger(
    ledger: Ledger,
    species: Sequence[str],
    *,
    weights: Weights,
    solver: Solver,
    one_body: OneBody,
    columns: Sequence[str] | None = None,
    core: CoreConstraints | None = None,
) -> tuple[NDArray[np.float64], SolveInfo]:
    """Coefficients (n_species, 1 + M) from a ledger alone; those of absent columns are zero.

    ``columns`` names a sub-basis; one-body columns always belong to it.  ``core`` holds
    inequalities on all coefficients: the solution is then the nearest one that keeps them.
    """
    with one_blas_thread():
        options = one_body.options(ledger, weights, species)
        fixed, offset = options.get("fixed", {}), options.get("offset", {})
        if columns is not None:
            free = {*columns, *offset} - set(fixed)
            options["columns"] = tuple(name for name in ledger.columns if name in free)
        problem = ledger.problem(weights, n_folds=solver.n_folds, **options)
        solution = solver.solve(problem)
        if core is not None:
            solution = with_repulsive_core(problem, solution, core, ledger.columns)
    flat = all_coefficients(ledger, problem, solution, fixed, offset)
    return flat.reshape(len(species), -1), solution.info


def all_coefficients(
    ledger: Ledger,
    problem: LinearProblem,
    solution: Solution,
    fixed: Mapping[str, float],
    offset: Mapping[str, float],
) -> NDArray[np.float64]:
    """Coefficients of all design columns (C,): solved, given, counted from an offset, or zero."""
    values = dict(zip(problem.names, solution.coefficients.tolist(), strict=True))
    common = values.pop(INTERCEPT, 0.0)
    for name in offset:
        values[name] += offset[name]
    for name in fixed:
        values[name] = fixed[name] + common
    return np.array([values.get(name, 0.0) for name in ledger.columns])


def _solver(solver: str | Solver | None, ridge: float | None) -> Solver:
    if ridge is None:
        return make_solver(DEFAULT_SOLVER if solver is None else solver)
    if solver not in (None, "ridge"):
        raise FitError(f"'ridge' is the penalty of the solver 'ridge', not of {solver!r}")
    return Ridge(ridge=ridge)


def _check_input(dataset: Dataset, descriptor: Descriptor, weights: Weights) -> None:
    if len(dataset) == 0:
        raise FitError("the dataset is empty")
    dataset.check_species(descriptor.species)
    unknown = [g for g in weights.groups if g not in dataset.groups]
    if unknown:
        known = ", ".join(sorted(set(dataset.groups)))
        raise FitError(f"weights name the group {unknown[0]!r}; the dataset has {known}")


def _quantities(weights: Weights) -> tuple[str, ...]:
    """Quantities that have a weight above zero somewhere."""
    groups = [*weights.groups, ""]
    return tuple(q for q in QUANTITIES if any(weights.of(g, q) > 0 for g in groups))


def _n_folds(wanted: int, dataset: Dataset) -> int:
    usable = int((~dataset.isolated_mask()).sum())
    if wanted and usable < 2:
        raise FitError(f"folds need at least two configurations, got {usable}")
    return min(wanted, usable)


def _content(maker: RowMaker, layout: Layout) -> dict[str, str]:
    return {
        "data": maker.dataset.content_key(),
        "descriptor": fingerprint(maker.descriptor.to_dict()),
        "reference": fingerprint(maker.reference.to_dict() if maker.reference else None),
        "layout": layout.fingerprint(),
        "quantities": " ".join(maker.quantities),
    }


def _store(
    folder: str | Path, maker: RowMaker, layout: Layout, content: dict[str, str]
) -> RowStore:
    counts = row_counts(maker.dataset, maker.quantities)
    return RowStore(folder, len(layout.columns), counts, layout.chunks, content)


class _Clock:
    """Wall and CPU seconds between laps."""

    def __init__(self) -> None:
        self.start = (perf_counter(), process_time())

    def lap(self, name: str) -> dict[str, float]:
        """Seconds since the last lap, as ``NAME_wall`` and ``NAME_cpu``."""
        now = (perf_counter(), process_time())
        wall, cpu = (b - a for a, b in zip(self.start, now, strict=True))
        self.start = now
        return {f"{name}_wall": wall, f"{name}_cpu": cpu}
