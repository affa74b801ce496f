"""Networks of a trial: trained on what the linear fit of its pass leaves.

The validation set of a search judges trials, so that it must not choose the epoch: a part of the
training set does.  The saved potential of a trial is made in the same way (``validate_on:
training`` in its ``fit.yaml``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from potlearn.tasks.tuning.errors import errors_of

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.neural import NeuralSettings
    from potlearn.potentials.neural import NeuralPotential
    from potlearn.tasks.networks import Trainable
    from potlearn.tune import Answer


def trained(
    answer: Answer, settings: NeuralSettings, train: Dataset
) -> tuple[Trainable, tuple[str, ...]]:
    """The potential with networks, or the linear fit where they are not better; and notes.

    Raises
    ------
    PotlearnError
        As training does.
    """
    from potlearn.neural import fit_neural

    found = fit_neural(train, answer.potential, settings, fit=answer.settings)
    return found.potential, found.notes


def kind_of(potential: Trainable) -> str:
    """What a trial is, as ``model.kind`` names it."""
    from potlearn.potentials.neural import NeuralPotential

    return "neural" if isinstance(potential, NeuralPotential) else "linear"


def measured(potential: NeuralPotential, validation: Dataset) -> dict[str, float]:
    """Errors on the validation set, and the number of coefficients and parameters."""
    from potlearn.metrics import evaluate

    values, _ = errors_of(evaluate(potential, validation))
    return values | {"n_coefficients": float(potential.n_coefficients)}
