"""What a compression gives: the smaller potential, and how it compares with the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from potlearn.compress import Curve
    from potlearn.fit.beyond import BeyondCheck
    from potlearn.potentials import LinearPotential


@dataclass(frozen=True)
class Comparison:
    """The model and the smaller potential side by side.

    Attributes
    ----------
    functions : (int, int)
        Numbers of functions.
    metrics : mapping
        Errors by set (``"train, model"``, ``"train, compressed"`` and the same of the test set),
        group and quantity, as :func:`potlearn.metrics.metrics` gives them.
    times : (float, float)
        Energies and forces in µs/atom, on one thread, measured side by side.
    """

    functions: tuple[int, int]
    metrics: Mapping[str, Any]
    times: tuple[float, float]

    @property
    def summary(self) -> str:
        """Functions and force times in a sentence."""
        (before, after), (slow, fast) = self.functions, self.times
        return (
            f"{before} -> {after} functions; energies and forces {slow:.3g} -> {fast:.3g} µs/atom "
            f"on one thread ({slow / fast:.2f} times as fast)"
        )


@dataclass(frozen=True)
class CompressOutcome:
    """A compression.

    Attributes
    ----------
    potential : LinearPotential or None
        The smaller potential; None where only the curve was asked for.
    comparison : Comparison or None
    beyond : BeyondCheck or None
        What it does beyond the data.
    curve : Curve or None
    notes : tuple of str
        What a user should know.
    files : tuple of Path
        What was written.
    """

    potential: LinearPotential | None
    comparison: Comparison | None
    beyond: BeyondCheck | None
    curve: Curve | None
    notes: tuple[str, ...]
    files: tuple[Path, ...]
