"""Everything that changes during training, and its saved form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from potlearn.errors import FitError
from potlearn.neural.curve import LearningCurve
from potlearn.typing import Settings

Tree = Any
"""Nested containers of arrays, as JAX has them."""


@dataclass
class State:
    """Where training is.

    Attributes
    ----------
    parameters, average, best : dict of arrays (K, ...)
        Present ones, their running mean, and those of the least validation loss.
    optimiser : tree
        State of the optimiser.
    epoch : int
        Epochs that are done.
    curve : LearningCurve
    """

    parameters: dict[str, Any]
    average: dict[str, Any]
    best: dict[str, Any]
    optimiser: Tree
    epoch: int
    curve: LearningCurve

    def to_dict(self, flatten: Any) -> Settings:
        """Arrays by name; ``flatten`` gives the leaves of a tree (JAX's)."""
        return {
            **{name: _arrays(getattr(self, name)) for name in ("parameters", "average", "best")},
            "optimiser": [np.asarray(leaf) for leaf in flatten(self.optimiser)],
            "epoch": self.epoch,
            "curve": self.curve.to_dict(),
        }

    def restored(self, saved: Mapping[str, Any], unflatten: Any) -> State:
        """The saved state; ``unflatten`` makes a tree like the present one from leaves.

        Raises
        ------
        FitError
            The checkpoint is of another architecture.
        """
        for name, array in self.parameters.items():
            found = saved["parameters"].get(name)
            if found is None or np.shape(found) != np.shape(array):
                raise FitError(
                    f"the checkpoint is of another architecture: {name} is "
                    f"{None if found is None else np.shape(found)}; expected {np.shape(array)}"
                )
        return State(
            *(dict(saved[name]) for name in ("parameters", "average", "best")),
            unflatten(saved["optimiser"]),
            int(saved["epoch"]),
            LearningCurve.from_dict(saved["curve"]),
        )


def _arrays(tree: Mapping[str, Any]) -> Settings:
    return {name: np.asarray(array) for name, array in tree.items()}
