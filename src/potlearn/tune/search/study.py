"""A study: trials are asked for, evaluated by somebody, and told; all of it is kept at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from potlearn.errors import ConfigError, MissingExtraError
from potlearn.runtime import require
from potlearn.tune.search.samplers.table import SAMPLERS
from potlearn.tune.search.space import Space
from potlearn.tune.search.storage.place import Shared
from potlearn.tune.trial import Asked, Outcome, Trial
from potlearn.typing import Settings

if TYPE_CHECKING:
    from potlearn.tune.search.desk import Desk


# Of Optuna: nsga3 gives its parents, gp has constraints beside several objectives.
OLDEST = (4, 6)


@dataclass(frozen=True)
class Study:
    """A search of a space, kept in a storage; made by :meth:`open`.

    Attributes
    ----------
    space : Space
    objectives : tuple of str
        Names of values; all are minimised.
    constraints : mapping of str to float
        Upper limits of values.
    """

    space: Space
    objectives: tuple[str, ...]
    constraints: Mapping[str, float]
    _desk: Desk = field(repr=False)

    @classmethod
    def open(
        cls,
        storage: Path | str | Shared,
        space: Space,
        objectives: Sequence[str],
        *,
        constraints: Mapping[str, float] | None = None,
        sampler: str = "tpe",
        seed: int = 0,
        content: Settings | None = None,
        name: str = "tune",
    ) -> Study:
        """The study in a storage, made if absent.

        Parameters
        ----------
        storage : path, str or Shared
            Path: a journal file; str: URL of a database; or either of them with the name of this
            driver, where several work on one study.
        space : Space
        objectives : sequence of str
            Names of values of an outcome, at least one.
        constraints : mapping of str to float, optional
            Upper limits of values.
        sampler : str
            Row of :data:`SAMPLERS`.
        seed : int
        content : mapping, optional
            What else the trials depend on, as plain data: a study of other content is refused.
        name : str
            Of the study in the storage.

        Raises
        ------
        ConfigError
            No objective, or an unknown sampler.
        DataError
            The storage has a study of other content, or does not hold trials.
        TuneError
            The storage is locked or does not answer.
        OutputError
            The file cannot be written.
        MissingExtraError
            Optuna is not installed, or what the sampler needs.
        """
        check_version(require("optuna", "tune", "the search"))
        from potlearn.tune.search.desk import Desk
        from potlearn.tune.search.storage.drivers import Drivers
        from potlearn.tune.search.storage.record import Record

        place, limits = Shared.of(storage), dict(constraints or {})
        objectives = _checked(objectives)
        chosen = SAMPLERS.load(sampler)(space, len(objectives), bool(limits), seed)
        chosen.check()
        fixed: Settings = {"objectives": objectives, "sampler": sampler, "seed": seed}
        fixed |= {f"space.{key}": part for key, part in space.to_dict().items()}
        fixed |= {f"constraints.{key}": float(limit) for key, limit in limits.items()}
        record = Record.open(place, name, len(objectives), {**(content or {}), **fixed})
        drivers = Drivers(record, place.driver, place.stale)
        drivers.beat()
        return cls(space, objectives, limits, Desk(space, record, chosen, drivers))

    def ask(self, n: int, new: int | None = None) -> list[Asked]:
        """At most n trials to evaluate, in one batch.

        Trials that a kill left without a result come first, with their number and parameters, and
        then alone: the next batch is proposed when they are told, as without the kill.  No point
        is proposed twice.

        Parameters
        ----------
        n : int
        new : int, optional
            At most so many trials are new.

        Returns
        -------
        list of Asked
            Empty where every point of the space was tried.
        """
        from potlearn.tune.search.storage.quiet import speaking

        with speaking(self._desk.record.place):
            return self._desk.ask(n, n if new is None else new)

    def tell(self, outcome: Outcome) -> bool:
        """Keep the outcome of a trial; of one that was told before, nothing is changed.

        A value of an objective or a constraint that is missing or not finite makes a failed trial.

        Returns
        -------
        bool
            Whether it is the first outcome of the trial.

        Raises
        ------
        DataError
            The trial was never asked for.
        """
        from potlearn.tune.search.storage.trials import notes_of, reason_of

        needed = [("objective", name) for name in self.objectives]
        needed += [("constraint", name) for name in self.constraints]
        reason = reason_of(outcome, needed)
        values = None if reason else [float(outcome.values[name]) for name in self.objectives]
        limits = (
            []
            if reason
            else [float(outcome.values[name]) - limit for name, limit in self.constraints.items()]
        )
        desk = self._desk
        first = desk.record.finish(outcome.number, values, notes_of(outcome, reason), limits)
        desk.in_hand.discard(outcome.number)
        desk.drivers.beat()
        return first

    def trials(self) -> list[Trial]:
        """All trials, by number."""
        from potlearn.tune.search.storage.quiet import speaking
        from potlearn.tune.search.storage.trials import trial_of

        record = self._desk.record
        with speaking(record.place):
            return [trial_of(self.space, trial) for trial in record.trials()]


def check_version(optuna: ModuleType) -> None:
    """Find out whether Optuna is new enough.

    Raises
    ------
    MissingExtraError
        It is not.
    """
    version = tuple(int(part) for part in optuna.__version__.split(".")[:2])
    if version < OLDEST:
        raise MissingExtraError(
            f"the search needs Optuna {OLDEST[0]}.{OLDEST[1]} or newer, got {optuna.__version__}: "
            "pip install -U 'potlearn[tune]'"
        )


def _checked(objectives: Sequence[str]) -> tuple[str, ...]:
    if isinstance(objectives, str) or not objectives:
        raise ConfigError(f"objectives: expected a list of names, got {objectives!r}")
    if len(set(objectives)) < len(objectives):
        raise ConfigError(f"objectives: a name occurs twice in {', '.join(objectives)}")
    return tuple(objectives)
