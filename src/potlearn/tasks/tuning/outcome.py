"""What a search gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.tasks.folder import OutputFolder

if TYPE_CHECKING:
    from potlearn.tune import Tuned


@dataclass(frozen=True)
class TuneOutcome:
    """The study of a search, and where it was written.

    Attributes
    ----------
    tuned : Tuned
        Trials, front, and questions to it.
    notes : tuple of str
        What a user should know.
    seconds : float
        Wall time of this run.
    output : OutputFolder
    """

    tuned: Tuned
    notes: tuple[str, ...]
    seconds: float
    output: OutputFolder

    @property
    def folder(self) -> Path:
        """The output folder."""
        return self.output.path

    @property
    def files(self) -> tuple[str, ...]:
        """Names of what was written."""
        return self.output.files

    @property
    def summary(self) -> str:
        """What was found, in a sentence."""
        trials, front = self.tuned.trials, self.tuned.front
        done = sum(trial.state == "done" for trial in trials)
        if not len(front):
            return f"{done} of {len(trials)} trials are done, none keeps the constraints."
        return f"{done} trials, {len(front)} points on the front. The knee: {self.tuned.knee()}"
