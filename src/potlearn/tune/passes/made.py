"""A pass over the data: the ledger of the training rows, and the rows of the validation data."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.errors import FitError
from potlearn.fit.ledger.file import LedgerCheckpoint
from potlearn.fit.ledger.layout import Layout
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.ledger.reduction import reduce_dataset
from potlearn.fit.rows.kept import KeptRows
from potlearn.fit.rows.make import RowMaker
from potlearn.fit.rows.store import store_rows
from potlearn.fit.settings import FitSettings
from potlearn.fit.weights import QUANTITIES, Weights
from potlearn.runtime import Runtime, writing
from potlearn.tune.passes.cache import PART
from potlearn.tune.passes.files import ROWS, write_pass
from potlearn.tune.passes.held_out import table_of
from potlearn.tune.passes.plan import Planned
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.data import Dataset

LOGGER = logging.getLogger("potlearn")


@dataclass(frozen=True)
class Work:
    """The making of one pass.

    Attributes
    ----------
    train : Dataset
    validation : Dataset or None
    path : path
        Folder of the pass; until it is finished, its work is in a folder beside it.
    shared : str
        Key of what its candidates have in common.
    """

    train: Dataset
    validation: Dataset | None
    path: Path
    shared: str

    def make(self, plan: Planned, runtime: Runtime, what: str) -> None:
        """Make the pass; work that a kill cut off is continued.

        Parameters
        ----------
        plan : Planned
        runtime : Runtime
        what : str
            What it is called in progress.

        Raises
        ------
        FitError
            NaN in a row, or labels that make no rows.
        SpeciesError
            An element that the descriptor does not know.
        OutputError
            The disk is full.
        """
        work = self.path.with_name(f"{self.path.name}{PART}")
        begun = work.exists()
        try:
            self._fill(work, plan, runtime, what)
        except FitError as error:
            shutil.rmtree(work, ignore_errors=True)
            if not begun:
                raise
            LOGGER.warning("%s; this pass is begun anew", error)
            self._fill(work, plan, runtime, what)
        with writing(self.path):
            shutil.rmtree(self.path, ignore_errors=True)
            work.rename(self.path)

    def _fill(self, work: Path, plan: Planned, runtime: Runtime, what: str) -> None:
        """Make all files of the pass in a folder that is not yet its own."""
        with writing(work):
            work.mkdir(parents=True, exist_ok=True)
        checkpoint = work / "training.checkpoint"
        ledger = self._ledger(plan, runtime.saving(checkpoint), what)
        held_out: dict[str, Array] = {}
        if self.validation is not None:
            rows = runtime.saving(None)
            store_rows(
                self.validation,
                plan.descriptor,
                work / ROWS,
                reference=plan.reference,
                runtime=rows,
            )
            held_out = table_of(self.validation)
        with writing(work):
            write_pass(work, ledger, held_out, plan, self.shared)
            checkpoint.unlink(missing_ok=True)

    def _ledger(self, plan: Planned, runtime: Runtime, what: str) -> Ledger:
        """Ledger of the training rows, groups and folds apart as needed."""
        self.train.check_species(plan.descriptor.species)
        quantities = tuple(q for q in QUANTITIES if q in plan.needs.quantities)
        maker = RowMaker(self.train, plan.descriptor, plan.reference, quantities)
        layout = Layout.of(self.train, plan.descriptor, layout_settings(plan))
        rows = KeptRows.of(maker, len(layout.columns), None)
        content = {**maker.content(), "layout": layout.content()}
        assert runtime.checkpoint is not None
        checkpoint = LedgerCheckpoint.of(runtime.checkpoint, content)
        with runtime.reporting(what) as report:
            return reduce_dataset(
                rows, layout, runtime.executor, checkpoint=checkpoint, report=report
            )


def layout_settings(plan: Planned) -> FitSettings:
    """Settings of a fit whose ledger keeps apart what a pass is to tell."""
    needs = plan.needs
    return replace(
        plan.settings,
        weights=Weights(groups={group: {} for group in needs.groups}),
        solver=None,
        ridge=None,
        n_folds=needs.folds,
        keep_groups=needs.all_groups,
        contradictions="report" if needs.judged else "keep",
    )
