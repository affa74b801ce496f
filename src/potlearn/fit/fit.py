"""Linear fits: from labelled configurations and a descriptor to coefficients."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from potlearn.errors import FitError
from potlearn.fit.contradictions.contradiction import Contradiction, sentences
from potlearn.fit.contradictions.find import find_contradictions
from potlearn.fit.contradictions.trial import without_stress
from potlearn.fit.estimate import announce, estimate_cost
from potlearn.fit.ledger.file import LedgerCheckpoint
from potlearn.fit.ledger.layout import Layout
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.ledger.reduction import reduce_dataset
from potlearn.fit.noise import noise_levels
from potlearn.fit.posed import solve_ledger
from potlearn.fit.result import FitResult
from potlearn.fit.rows.kept import KeptRows, RowBudget
from potlearn.fit.rows.make import RowMaker
from potlearn.fit.rows.names import COLLAPSED, column_penalties
from potlearn.fit.rows.store import RowStore
from potlearn.fit.settings import FitSettings
from potlearn.fit.weights import Weights
from potlearn.runtime import SERIAL, Runtime

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor
    from potlearn.potentials import Potential


def fit_linear(
    dataset: Dataset,
    descriptor: Descriptor,
    settings: FitSettings | None = None,
    *,
    reference: Potential | None = None,
    rows: RowBudget | RowStore | None = None,
    runtime: Runtime = SERIAL,
) -> FitResult:
    r"""Fit :math:`\min_c \sum w\,(x c - y + y_{\rm ref})^2` over energies, forces and stresses.

    Rows are made chunk by chunk and reduced to triangular factors: memory does not depend on the
    number of configurations.  The same data give the same bits with any number of workers.
    A fit that will need more than 1 GB or 5 min says so first (:func:`~potlearn.fit.estimate_cost`)
    by a warning of the logger ``potlearn``, which is on stderr unless logging is set up otherwise.

    Parameters
    ----------
    dataset, descriptor :
        Labelled configurations; what makes their design rows.
    settings : FitSettings, optional
        Weights, solver, one-body energies, labels to leave out.
    reference : Potential, optional
        Potential whose energies, forces and virials are taken off the labels.
    rows : RowBudget or RowStore, optional
        How many rows the result keeps for what factors cannot give, such as
        :func:`~potlearn.fit.find_suspicious`; by default none.  A store: rows made before.
    runtime : Runtime
        Workers, progress, and the checkpoint from which an interrupted fit of the same rows
        continues.

    Raises
    ------
    FitError
        No rows, dependent columns without regularisation, NaN, or a checkpoint of another fit.
    SpeciesError
        The dataset holds an element that the descriptor does not know.
    ExecutionError
        Workers that died.
    """
    settings = settings or FitSettings()
    _check_input(dataset, descriptor, settings.weights)
    settings, note = settings.resolved(dataset, descriptor.species, descriptor.cutoff)
    if not isinstance(rows, RowStore):
        announce(estimate_cost(dataset, descriptor, settings, reference=reference, runtime=runtime))
    clock = _Clock()
    maker = RowMaker(dataset, descriptor, reference, settings.weights.used)
    ledger, kept = _reduced(maker, settings, rows, runtime)
    timing = clock.lap("rows")
    found, settings = _contradictions(ledger, settings)
    timing |= clock.lap("contradictions")
    settings, levels = _with_noise(ledger, settings)
    coefficients, info = solve_ledger(ledger, settings)
    notes = (note, *sentences(found), levels, *info.notes)
    return FitResult(
        coefficients=coefficients,
        info=info,
        ledger=ledger,
        settings=settings,
        rows=kept,
        timing={**timing, **clock.lap("solve")},
        notes=tuple(text for text in notes if text),
        contradictions=found,
    )


def _contradictions(
    ledger: Ledger, settings: FitSettings
) -> tuple[tuple[Contradiction, ...], FitSettings]:
    """Stress that contradicts energies and forces, and the settings of a fit without it."""
    if settings.contradictions == "keep":
        return (), settings
    found = find_contradictions(ledger, settings)
    out = [item.group for item in found if item.left_out]
    return found, replace(settings, weights=without_stress(settings.weights, out))


def _with_noise(ledger: Ledger, settings: FitSettings) -> tuple[FitSettings, str]:
    """Settings with the weights of noise levels by evidence, if asked for, and a note on them."""
    if settings.noise == "fixed":
        return settings, ""
    found = noise_levels(ledger, settings, settings.noise)
    return replace(settings, weights=found.weights), found.note


def _reduced(
    maker: RowMaker, settings: FitSettings, rows: RowBudget | RowStore | None, runtime: Runtime
) -> tuple[Ledger, KeptRows]:
    """Ledger of all rows, and those that are kept."""
    layout = Layout.of(maker.dataset, maker.descriptor, settings)
    kept = KeptRows.of(maker, len(layout.columns), rows)
    checkpoint = None
    if runtime.checkpoint is not None:
        content = {**maker.content(), "layout": layout.content()}
        checkpoint = LedgerCheckpoint.of(runtime.checkpoint, content)
    with runtime.reporting("design rows") as report:
        ledger = reduce_dataset(
            kept, layout, runtime.executor, checkpoint=checkpoint, report=report
        )
    ledger.penalties = column_penalties(maker.descriptor) if settings.smoothness else None
    return ledger, kept


def _check_input(dataset: Dataset, descriptor: Descriptor, weights: Weights) -> None:
    if len(dataset) == 0:
        raise FitError("the dataset is empty")
    dataset.check_species(descriptor.species)
    unknown = [g for g in weights.groups if g not in dataset.groups and g != COLLAPSED]
    if unknown:
        known = ", ".join(sorted(set(dataset.groups)))
        raise FitError(f"weights name the group {unknown[0]!r}; the dataset has {known}")


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
