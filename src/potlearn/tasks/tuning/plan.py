"""What a search searches, complete: a configuration and its data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from potlearn.tasks.settings.tune import TuneConfig
from potlearn.tasks.tuning.candidates import Candidates, Sets, with_validation
from potlearn.tasks.tuning.defaults import filled_base, usual_space, with_family
from potlearn.tasks.tuning.goals import check_networks, judgeable, unguarded
from potlearn.tasks.tuning.trials import TrialSettings, base_of, has_networks, space_of
from potlearn.tune import Space, Study
from potlearn.tune.objectives import check_objectives, is_own
from potlearn.typing import Settings

JOURNAL, RANDOM = "trials.journal", "random.journal"


@dataclass(frozen=True)
class Plan:
    """What a study searches.

    Attributes
    ----------
    config : TuneConfig
        With everything that was left to the data.
    base : dict
        Plain data of a fit, without what is searched.
    space : Space
    candidates : Candidates
        Makes fits of trials.
    notes : tuple of str
        What a user should know of what is searched.
    """

    config: TuneConfig
    base: Settings
    space: Space
    candidates: Candidates
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, config: TuneConfig) -> Plan:
        """The plan of a configuration; its data are read.

        Raises
        ------
        ConfigError
            Keys of the space that no fit has, objectives that nothing measures, values that do not
            go together.
        DataError
            As reading does.
        """
        config = config.model_copy(update={"data": with_validation(config.data, config.validation)})
        check_objectives([*config.objectives, *config.constraints], config.folds)
        candidates, space = Candidates(config.folds), config.space
        base = base_of(config)
        if has_networks(base, space or {}):
            check_networks(config)
        if space is not None:
            base = with_family(base, set(space))
            space_of(space, base)  # mistakes before the data are read
        first = candidates.read(config.data, base)
        config, note = judgeable(config, first.train, first.judged)
        if space is None:
            base, space = usual_space(base, first.train)
        base = filled_base(base, set(space), first.train)
        first.validation.check_species(base["descriptor"]["species"])
        found = space_of(space, base)
        TrialSettings(base).of(found.applying(found.at(np.zeros(len(found.order)))))
        update = {"space": space, "descriptor": base["descriptor"]}
        config = config.model_copy(update=update)
        notes = tuple(text for text in (note, *unguarded(config)) if text)
        return cls(config, base, found, candidates, (*notes, *first.notes))

    @property
    def sets(self) -> Sets:
        """The data of the configuration."""
        return next(iter(self.candidates.known.values()))

    @property
    def networks(self) -> bool:
        """Whether trials may have networks."""
        return has_networks(self.base, self.config.space or {})

    @property
    def names(self) -> tuple[str, ...]:
        """Objectives, and quantities with a limit."""
        return tuple(dict.fromkeys((*self.config.objectives, *self.config.constraints)))

    @property
    def own(self) -> tuple[str, ...]:
        """Those that are functions of the user."""
        return tuple(name for name in self.names if is_own(name))

    def study(self, folder: Path) -> Study:
        """The study in a folder, or in the database of the configuration.

        Raises
        ------
        TuneError
            It is of another search.
        """
        search = self.config.search
        return self._open(search.storage or folder / JOURNAL, search.sampler, search.seed)

    def baseline(self, folder: Path) -> Study:
        """The study of random values beside it."""
        return self._open(folder / RANDOM, "random", self.config.search.seed + 1)

    def _open(self, storage: str | Path, sampler: str, seed: int) -> Study:
        return Study.open(
            storage,
            self.space,
            self.config.objectives,
            constraints=self.config.constraints,
            sampler=sampler,
            seed=seed,
            content={"fit": self.base, "folds": self.config.folds, "data": self.sets.content()},
        )
