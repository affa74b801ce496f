"""Fits by the thousand: one pass over the data for all that its ledger answers."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.descriptors import FAMILIES, descriptor_from_dict
from potlearn.errors import ExecutionError, FitError, OutputError, PotlearnError
from potlearn.fit.fit import check_input
from potlearn.fit.ledger.layout import compared_groups
from potlearn.fit.settings import FitSettings
from potlearn.linalg.blas import one_blas_thread
from potlearn.runtime import SERIAL, Runtime, content_key
from potlearn.tune.passes.cache import Cache
from potlearn.tune.passes.candidate import Candidate
from potlearn.tune.passes.files import Stored
from potlearn.tune.passes.made import Work
from potlearn.tune.passes.needs import Data
from potlearn.tune.passes.plan import Job, Planned, planned
from potlearn.tune.passes.worker import Worker

if TYPE_CHECKING:
    from potlearn.data import Dataset

LOGGER = logging.getLogger("potlearn")
SIZE = 5 * 10**9
"""Bytes of all passes in the folder."""
MOST_COLUMNS = 2500
"""Columns of a pass of several bases: a factor of 50 MB, and 20 times the work of 600 columns."""


@dataclass(frozen=True)
class Passes:
    """Passes over a dataset, kept in a folder, from which fits are answered without the data.

    ``passes.prepare(candidates, runtime)`` makes those that are missing;
    ``passes.worker()(candidate)`` answers.

    Parameters
    ----------
    train : Dataset
        What is fitted.
    validation : Dataset, optional
        What errors are measured on.
    folder : path
        Made if absent.
    size : int
        Most bytes of the folder; never more than half of the disk that there is.
    most_columns : int
        Widest design of a pass that several bases share.
    """

    train: Dataset
    validation: Dataset | None
    folder: Path
    size: int = SIZE
    most_columns: int = MOST_COLUMNS
    _checked: set[Path] = field(default_factory=set, init=False, repr=False, compare=False)

    @cached_property
    def data(self) -> Data:
        """Content keys of the data."""
        held_out = "" if self.validation is None else self.validation.content_key()
        return Data(self.train.content_key(), held_out)

    @property
    def cache(self) -> Cache:
        """The folder."""
        return Cache(Path(self.folder), self.size)

    def key(self, candidate: Candidate) -> str:
        """The same for candidates that one pass can serve: those to ask for together."""
        return self.data.shared(candidate)

    def worker(self, configurations: bool = False) -> Worker:
        """What answers candidates, in any process that sees the folder.

        ``configurations``: answers hold the errors of every validation configuration.
        """
        from potlearn.data import Dataset

        free = self.train.subset(np.flatnonzero(self.train.isolated_mask()))
        # Energies of free atoms are in the table: the files, or copies of them, need not travel.
        free = Dataset(replace(free.catalog, stores=()), free.keys)
        compared = frozenset(compared_groups(self.train, FitSettings()))
        return Worker(self.cache, self.data, free, compared, configurations)

    def prepare(
        self,
        candidates: Sequence[Candidate],
        runtime: Runtime = SERIAL,
        *,
        foreseen: Sequence[Candidate] = (),
    ) -> dict[int, PotlearnError]:
        """Make the passes that candidates miss; finished ones and parts of them are kept.

        Parameters
        ----------
        candidates : sequence of Candidate
        runtime : Runtime
            Workers and progress.
        foreseen : sequence of Candidate
            What may be asked for later: a pass that is made serves them, too, so that it need not
            be made again.  Of a space, some random points will do.

        Returns
        -------
        dict
            Why a pass cannot be made, by the place of the candidate.

        Raises
        ------
        OutputError
            The folder cannot be written.
        ExecutionError
            Workers that died.
        """
        failed: dict[int, PotlearnError] = {}
        asked = self._by_key(candidates, failed)
        expected = self._by_key(foreseen, {})
        used: list[Path] = []
        for n, (shared, jobs) in enumerate(asked.items(), 1):
            self._drop_damaged(shared)
            before = self.cache.of(shared)
            missing = [job for job in jobs.values() if not self._served(shared, job)]
            plans = self._planned(shared, missing, expected.get(shared, {}).values())
            for plan in plans:
                what = f"pass {n} of {len(asked)}, {plan.n_columns} columns"
                used += self._make(shared, plan, jobs, runtime, what, failed)
            self._replace(before, used)
            served = (self.cache.serving(shared, job.needs) for job in jobs.values())
            used += [stored.path for stored in served if stored is not None]
        for path in {*used}:
            self.cache.use(path)
        self.cache.shrink(used)
        return failed

    def _by_key(
        self, candidates: Sequence[Candidate], failed: dict[int, PotlearnError]
    ) -> dict[str, dict[int, Job]]:
        """Jobs by the key that they share, then by place."""
        found: dict[str, dict[int, Job]] = {}
        for place, candidate in enumerate(candidates):
            try:
                check_input(self.train, candidate.descriptor, candidate.settings.weights)
                found.setdefault(self.key(candidate), {})[place] = Job.of(candidate)
            except PotlearnError as error:
                failed[place] = error
        return found

    def _served(self, shared: str, job: Job) -> bool:
        return self.cache.serving(shared, job.needs) is not None

    def _planned(
        self, shared: str, missing: Sequence[Job], foreseen: Iterable[Job]
    ) -> list[Planned]:
        """Passes for what is missing, with what is stored and foreseen as far as they have room."""
        if not missing:
            return []
        stored = [job for pass_ in self.cache.of(shared) for job in _jobs_of(pass_, missing)]
        plans = planned(missing, [*stored, *foreseen], self.most_columns)
        return [plan for plan in plans if any(plan.needs.covers(job.needs) for job in missing)]

    def _make(
        self,
        shared: str,
        plan: Planned,
        jobs: Mapping[int, Job],
        runtime: Runtime,
        what: str,
        failed: dict[int, PotlearnError],
    ) -> list[Path]:
        """Make one pass; where it cannot be made, say so for all that need it."""
        path = self.cache.folder / f"{shared}-{_content(plan)}"
        work = Work(self.train, self.validation, path, shared)
        try:
            with one_blas_thread():
                work.make(plan, runtime, what)
        except (OutputError, ExecutionError):
            raise
        except PotlearnError as error:
            own = (place for place, job in jobs.items() if plan.needs.covers(job.needs))
            failed |= {place: error for place in own if not self._served(shared, jobs[place])}
            return []
        self._checked.add(path)
        return [path]

    def _replace(self, before: Sequence[Stored], new: Collection[Path]) -> None:
        """Remove passes that new ones of no more than the widest size serve as well."""
        for old in before:
            others = (stored for stored in self.cache.of(old.shared) if stored.path in new)
            if any(
                len(stored.columns) <= self.most_columns and stored.needs.covers(old.needs)
                for stored in others
            ):
                self.cache.remove(old.path)

    def _drop_damaged(self, shared: str) -> None:
        """Look at the files of stored passes once; a damaged pass is removed, and made again."""
        for path in self.cache.paths(shared):
            if path in self._checked:
                continue
            try:
                Stored.read(path).check(whole=True)
                self._checked.add(path)
            except FitError as error:
                LOGGER.warning("%s; it is made again", error)
                self.cache.remove(path)


def _jobs_of(stored: Stored, missing: Sequence[Job]) -> Iterator[Job]:
    """What a stored pass serves, so that one that replaces it does; needs a family in the table."""
    references = {job.needs.reference: job.reference for job in missing}
    reference = stored.needs.reference if stored.needs.reference in references else ""
    for settings in stored.members:
        if settings.get("family") in FAMILIES:
            descriptor = descriptor_from_dict(settings)
            functions = frozenset(descriptor.feature_names)
            needs = replace(stored.needs, functions=functions, reference=reference)
            yield Job(descriptor, references.get(reference), needs, missing[0].settings)


def _content(plan: Planned) -> str:
    """Key of what a pass serves and of the order of its columns."""
    return content_key([plan.descriptor.feature_names, plan.needs.to_dict()])
