"""Networks of a trial: trained on what the linear fit of its pass leaves.

The validation set of a search judges trials, so that it must not choose the epoch: a part of the
training set does.  The saved potential of a trial is made in the same way (``validate_on:
training`` in its ``fit.yaml``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.runtime import Runtime, content_key
from potlearn.tasks.tuning.errors import errors_of

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.neural import NeuralSettings
    from potlearn.potentials.neural import NeuralPotential
    from potlearn.tasks.networks import Trainable
    from potlearn.tune import Answer, Trial

MODEL = "model"
"""Note of a trial that has trained networks: what its potential is."""
MOST = 10
"""Trials that a note names."""


def trained(
    answer: Answer, settings: NeuralSettings, train: Dataset, folder: Path
) -> tuple[Trainable, tuple[str, ...]]:
    """The potential with networks, or the linear fit where they are not better; and notes.

    A training that was stopped continues from its checkpoint in the folder.

    Raises
    ------
    PotlearnError
        As training does.
    """
    from potlearn.neural import fit_neural

    start = answer.potential
    path = folder / content_key([start.to_dict(), asdict(settings)], size=8)
    folder.mkdir(parents=True, exist_ok=True)
    runtime = Runtime(checkpoint=path)
    found = fit_neural(train, start, settings, fit=answer.settings, runtime=runtime)
    path.unlink(missing_ok=True)
    return found.potential, found.notes


def kind_of(potential: Trainable) -> str:
    """What a trial is, as ``model.kind`` names it."""
    from potlearn.potentials.neural import NeuralPotential

    return "neural" if isinstance(potential, NeuralPotential) else "linear"


def networks_notes(trials: Sequence[Trial]) -> Iterator[str]:
    """Of how many trials networks were trained, and where the linear fit was better."""
    done = [trial for trial in trials if MODEL in trial.notes]
    linear = [str(trial.number) for trial in done if trial.notes[MODEL] == "linear"]
    if not done:
        return
    text = f"networks were trained in {len(done)} of {len(trials)} trials"
    if linear:
        more = ", ..." if len(linear) > MOST else ""
        text += (
            f"; in {len(linear)} of them no epoch was better than the linear fit, which is then "
            f"the potential: {', '.join(linear[:MOST])}{more}"
        )
    yield text


def measured(potential: NeuralPotential, validation: Dataset) -> dict[str, float]:
    """Errors on the validation set, and the number of coefficients and parameters."""
    from potlearn.metrics import evaluate

    values, _ = errors_of(evaluate(potential, validation))
    return values | {"n_coefficients": float(potential.n_coefficients)}
