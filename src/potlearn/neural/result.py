"""What training gives."""

from __future__ import annotations

from dataclasses import dataclass

from potlearn.neural.curve import LearningCurve
from potlearn.neural.settings import NeuralSettings
from potlearn.potentials.linear import LinearPotential
from potlearn.potentials.neural import NeuralPotential


@dataclass(frozen=True)
class NeuralResult:
    """What training gives.

    Attributes
    ----------
    potential : NeuralPotential or LinearPotential
        The start where no epoch had a smaller validation loss.
    curve : LearningCurve
    settings : NeuralSettings
    notes : tuple of str
        What a user should know.
    timing : dict
        Wall seconds: ``features``, ``training``.
    """

    potential: NeuralPotential | LinearPotential
    curve: LearningCurve
    settings: NeuralSettings
    notes: tuple[str, ...]
    timing: dict[str, float]
