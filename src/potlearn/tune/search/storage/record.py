"""The trials of a study in a storage.

A trial is made in one step, and finished in one: a kill at any moment loses and doubles none.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import optuna
from optuna.distributions import BaseDistribution
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial

from potlearn.errors import DataError
from potlearn.runtime import require
from potlearn.runtime.store.content import check_content
from potlearn.tune.search.storage.journal import JournalFile
from potlearn.tune.search.storage.place import Shared
from potlearn.tune.search.storage.quiet import speaking
from potlearn.typing import Settings

# Seconds that a database which is locked by another process is waited for.
PATIENCE = 30.0
# Times to try where another driver makes the tables of a database at the same moment.
ATTEMPTS = 5


class Draft(NamedTuple):
    """A trial to make: what Optuna keeps of it, and what we add."""

    params: Mapping[str, Any]
    distributions: Mapping[str, BaseDistribution]
    notes: Settings
    system: Settings


@dataclass(frozen=True)
class Record:
    """A study in a storage.

    Attributes
    ----------
    storage : BaseStorage
        Of Optuna.
    study : int
        Number of the study in the storage.
    place : str
        The storage in messages.
    """

    storage: BaseStorage
    study: int
    place: str

    @classmethod
    def open(cls, place: Shared, name: str, n_objectives: int, content: Settings) -> Record:
        """The study of that name, made if absent.

        Raises
        ------
        DataError
            It is another study, or the storage does not hold trials.
        TuneError
            The storage does not answer.
        OutputError
            The file cannot be written.
        """
        with speaking(place.name):
            storage = _storage(place)
            study = _study(storage, name, n_objectives)
            record = cls(storage, study, place.name)
            record._check(name, n_objectives, content)
        return record

    def _check(self, name: str, n_objectives: int, content: Settings) -> None:
        wanted = json.loads(json.dumps(content))
        found = self.storage.get_study_user_attrs(self.study).get("content")
        if found is None:
            if self.storage.get_all_trials(self.study, deepcopy=False):
                raise DataError(f"{self.place}: its study {name!r} was not made by potlearn")
            # What optuna-dashboard calls the objectives; written first, since the content ends it.
            names = wanted.get("objectives", [])
            self.storage.set_study_system_attr(self.study, "study:metric_names", names)
            self.storage.set_study_user_attr(self.study, "content", wanted)
            found = self.storage.get_study_user_attrs(self.study)["content"]
        kind = "database" if "://" in self.place and "sqlite" not in self.place else "file"
        check_content(f"{self.place}: this {kind}", found, wanted, "search", DataError)
        n_found = len(self.storage.get_study_directions(self.study))
        if n_found != n_objectives:
            raise DataError(f"{self.place}: expected {n_objectives} objectives, got {n_found}")

    def trials(self) -> list[FrozenTrial]:
        """All trials, by number."""
        with speaking(self.place):
            return self.storage.get_all_trials(self.study, deepcopy=False)

    def add(self, draft: Draft) -> int:
        """Make a running trial with its parameters, in one step; its number."""
        trial = create_trial(
            state=TrialState.RUNNING,
            params=dict(draft.params),
            distributions=dict(draft.distributions),
            user_attrs=draft.notes,
            system_attrs=draft.system,
        )
        with speaking(self.place):
            made = self.storage.create_new_trial(self.study, template_trial=trial)
            return self.storage.get_trial_number_from_id(made)

    def finish(
        self, number: int, values: Sequence[float] | None, notes: Settings, limits: Sequence[float]
    ) -> bool:
        """Finish a trial: failed without values; False where it was finished before.

        What belongs to it is written first, the state last: a kill between leaves it running.
        """
        with speaking(self.place):
            trial = self._id(number)
            if self.storage.get_trial(trial).state.is_finished():
                return False
            try:
                for key, note in notes.items():
                    self.storage.set_trial_user_attr(trial, key, note)
                if limits:
                    self.storage.set_trial_system_attr(trial, "constraints", list(limits))
                state = TrialState.FAIL if values is None else TrialState.COMPLETE
                return self.storage.set_trial_state_values(trial, state, values)
            except optuna.exceptions.UpdateFinishedTrialError:
                return False  # another driver was faster

    def note(self, number: int, key: str, note: object) -> None:
        """Keep something with a running trial."""
        with speaking(self.place):
            self.storage.set_trial_user_attr(self._id(number), key, note)

    def attributes(self) -> dict[str, Any]:
        """What is kept with the study."""
        with speaking(self.place):
            return dict(self.storage.get_study_user_attrs(self.study))

    def keep(self, key: str, value: object) -> None:
        """Keep something with the study."""
        with speaking(self.place):
            self.storage.set_study_user_attr(self.study, key, value)

    def _id(self, number: int) -> int:
        try:
            return self.storage.get_trial_id_from_study_id_trial_number(self.study, number)
        except KeyError as error:
            raise DataError(f"{self.place}: there is no trial {number} in this study") from error


def _storage(place: Shared) -> BaseStorage:
    if isinstance(place.where, Path):
        return optuna.storages.JournalStorage(JournalFile(place.where))
    require("sqlalchemy", "tune", "a database of trials")
    arguments = {"timeout": PATIENCE} if place.where.startswith("sqlite") else {}
    engine = {"connect_args": arguments, "pool_pre_ping": True}
    try:
        storage = _database(place.where, engine)
    except ImportError as error:
        raise DataError(f"{place.name}: the driver of this database is missing: {error}") from error
    return optuna.storages.get_storage(storage)


def _database(url: str, engine: Settings) -> BaseStorage:
    """A database; its tables are made, which two drivers may do at the same time."""
    from sqlalchemy.exc import IntegrityError, SQLAlchemyError

    for attempt in range(ATTEMPTS):
        try:
            return optuna.storages.RDBStorage(url, engine_kwargs=engine)
        except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
            made = "exists" in str(error) or isinstance(error, IntegrityError)
            if not made or attempt == ATTEMPTS - 1:
                raise
            time.sleep(0.2 * (attempt + 1))
    raise AssertionError("not reached")


def _study(storage: BaseStorage, name: str, n_objectives: int) -> int:
    try:
        return storage.get_study_id_from_name(name)
    except KeyError:
        pass
    try:
        return storage.create_new_study([StudyDirection.MINIMIZE] * n_objectives, name)
    except optuna.exceptions.DuplicatedStudyError:  # another driver was faster
        return storage.get_study_id_from_name(name)
