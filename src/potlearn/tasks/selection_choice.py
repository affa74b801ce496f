"""The choice: by a count, by quotas, or within a budget, after known configurations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.errors import SelectionError
from potlearn.tasks.progress import Stages
from potlearn.tasks.selection_cost import costs_of
from potlearn.tasks.selection_pool import Pool
from potlearn.tasks.selection_quotas import choose_by_quotas, members
from potlearn.tasks.settings.select import SelectConfig
from potlearn.typing import Indices

if TYPE_CHECKING:
    from potlearn.runtime import Executor, Report
    from potlearn.select import Hierarchical, Selection, Selector

Make = Callable[[int], "Selector"]


def choose(
    config: SelectConfig, make: Make, pool: Pool, executor: Executor, folder: Path, stages: Stages
) -> Selection:
    """Choose rows of a pool; ``make`` gives the selector of a number of rows."""
    with stages("choosing") as report:
        work = _Work(config, make, pool, executor, folder, report)
        if config.budget is not None:
            return work.within_budget(config.budget)
        if config.quotas:
            return work.by_quotas()
        return work.chosen(pool.candidates, config.number, np.zeros(0, np.int64))


class _Work:
    """Choices from one pool, each with a checkpoint of its own."""

    def __init__(
        self,
        config: SelectConfig,
        make: Make,
        pool: Pool,
        executor: Executor,
        folder: Path,
        report: Report | None,
    ) -> None:
        self.config, self.make, self.pool = config, make, pool
        self.executor, self.folder, self.report = executor, folder, report
        self.groups = np.array(pool.dataset.groups)[pool.owner]
        self.n_choices = 0

    def chosen(self, rows: Indices, count: int, before: Indices) -> Selection:
        """Choose a number of some rows, after known ones and others of the pool."""
        from potlearn.select import Selection
        from potlearn.select.given import Continues

        selector = self.make(count)
        continues = isinstance(selector, Continues)
        # Where the user names known files, a selector that cannot continue is refused.
        after = before if continues else before[:0]
        found = self._chooser(selector).select(
            self.pool.rows(rows), self.groups[rows], known=self.pool.known_and(after)
        )
        return Selection(rows[found.indices], found.scores)

    def by_quotas(self) -> Selection:
        """Choose until every quota is filled, then from all."""
        from potlearn.select.selector import Sized

        config, pool = self.config, self.pool
        if not isinstance(self.make(1), Sized):
            raise SelectionError(
                f"quotas need a method of a fixed number; {config.method} has none"
            )
        return choose_by_quotas(
            config.quotas,
            lambda name: members(pool.dataset, pool.owner, name, config.environments),
            pool.candidates,
            config.number,
            self.chosen,
        )

    def within_budget(self, budget: float) -> Selection:
        """Choose as many as the budget pays for."""
        from potlearn.select import Selection

        rows = self.pool.candidates
        costs = costs_of(self.pool.dataset, self.config.cost)[self.pool.owner]
        found = self._chooser(self.make(len(rows))).select(
            self.pool.rows(rows),
            self.groups[rows],
            known=self.pool.X_known,
            costs=costs[rows],
            budget=budget,
        )
        return Selection(rows[found.indices], found.scores)

    def _chooser(self, selector: Selector) -> Hierarchical:
        from potlearn.runtime import Runtime
        from potlearn.select import Hierarchical

        config, number = self.config, self.n_choices
        self.n_choices += 1
        checkpoint = self.folder / (f"selection{number}" if number else "selection")
        return Hierarchical(
            selector,
            config.chunk_size,
            config.oversampling,
            config.levels,
            Runtime(self.executor, progress=self.report, checkpoint=checkpoint),
        )
