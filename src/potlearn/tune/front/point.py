"""A point of the front: a trial, its numbers with intervals, its potential, its command."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from potlearn.errors import TuneError
from potlearn.potentials import load
from potlearn.tune.front.names import named
from potlearn.tune.trial import Value


class Uncertain(NamedTuple):
    """A measured value, its 95 % interval and its standard error; None where nothing says."""

    value: float
    low: float | None = None
    high: float | None = None
    error: float | None = None


@dataclass(frozen=True)
class Point:
    """A point of the front of a study.

    Attributes
    ----------
    trial : int
    parameters : mapping of str to value
        Keys of the space, such as ``descriptor.cutoff``.
    objectives : mapping of str to Uncertain
        Errors in eV/atom, eV/Å and eV/Å³, force time in µs per atom.
    values : mapping of str to float
        All that was measured, in the same units.
    model, config : path or None
        The saved potential, and the configuration whose ``fit`` makes it again; None until the
        study saves its front.
    survival : mapping or None
        What dimer scans and hot runs gave.
    why : str
        Why it was chosen, in a sentence; empty where it was not.
    """

    trial: int
    parameters: Mapping[str, Value]
    objectives: Mapping[str, Uncertain]
    values: Mapping[str, float] = field(default_factory=dict)
    model: Path | None = None
    config: Path | None = None
    survival: Mapping[str, Any] | None = None
    why: str = ""

    @property
    def command(self) -> str:
        """What makes the potential again: ``"potlearn fit DIR/front/trial_0012/fit.yaml"``.

        Raises
        ------
        TuneError
            The study has not saved its front.
        """
        return f"potlearn fit {shlex.quote(str(self._saved(self.config)))}"

    def load(self) -> Any:
        """The saved potential.

        Raises
        ------
        TuneError
            The study has not saved its front.
        ModelFileError
            The file is missing or damaged.
        """
        return load(self._saved(self.model))

    def _saved(self, path: Path | None) -> Path:
        if path is None:
            raise TuneError(
                f"trial {self.trial} is not saved: the study has not ended; run the same "
                "`potlearn tune` command again, which finishes it and saves the front"
            )
        return path

    def __str__(self) -> str:
        """Numbers of the trial, and why it was chosen."""
        numbers = ", ".join(named(name).text(u.value) for name, u in self.objectives.items())
        text = f"trial {self.trial}: {numbers}"
        return f"{text}. {self.why[0].upper()}{self.why[1:]}." if self.why else text
