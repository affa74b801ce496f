"""What a fit gives: the potential, how it was found, and how good it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from potlearn.tasks.folder import OutputFolder
from potlearn.tasks.settings import FitConfig
from potlearn.tasks.uncertainty import coverage_numbers
from potlearn.typing import Settings

if TYPE_CHECKING:
    from potlearn.fit import FitResult
    from potlearn.fit.beyond import BeyondCheck
    from potlearn.metrics import Evaluation
    from potlearn.tasks.networks import Networks, Trainable


@dataclass(frozen=True)
class Fitted:
    """A potential, and how its coefficients were found.

    Attributes
    ----------
    config : FitConfig
        The configuration with every default filled in.
    potential : LinearPotential or NeuralPotential
    result : FitResult
        Coefficients, solver, ledger, settings of the linear fit.
    beyond : BeyondCheck
        What the potential does beyond its data.
    remarks : tuple of str
        What protection beyond the data cost.
    networks : Networks, optional
        Training of the networks, and what the potential was before.
    """

    config: FitConfig
    potential: Trainable
    result: FitResult
    beyond: BeyondCheck
    remarks: tuple[str, ...]
    networks: Networks | None

    @classmethod
    def of(
        cls,
        config: FitConfig,
        result: FitResult,
        data_key: str,
        potential: Trainable,
        beyond: BeyondCheck,
        remarks: tuple[str, ...] = (),
    ) -> Fitted:
        """The potential of a fit; its saved form says where it came from.

        That is the configuration, with the names of its files but not their folders, and the
        content key of the training data.
        """
        from potlearn import __version__

        origin = {"fit": config.for_others(), "train": data_key}
        metadata = {"potlearn": __version__, **origin}
        return cls(config, replace(potential, metadata=metadata), result, beyond, remarks, None)

    @property
    def n_coefficients(self) -> int:
        """Number of coefficients, one-body energies included."""
        return self.potential.n_coefficients


@dataclass(frozen=True)
class FitOutcome(Fitted):
    """A potential, how good it is, and where it was written.

    Attributes
    ----------
    evaluations : dict
        Reference and predicted values of each set, by name.
    metrics : dict
        Errors by set, group and quantity, as :func:`potlearn.metrics.metrics` gives them.
    timing : dict
        Wall seconds of each stage.
    notes : tuple of str
        What a user should know.
    output : OutputFolder
        The folder, which knows what was written.
    """

    evaluations: Mapping[str, Evaluation]
    metrics: Mapping[str, Any]
    timing: Mapping[str, float]
    notes: tuple[str, ...]
    output: OutputFolder

    @classmethod
    def of_fit(
        cls,
        fitted: Fitted,
        evaluations: Mapping[str, Evaluation],
        timing: Mapping[str, float],
        about_data: Sequence[str],
        notes: Sequence[str],
        output: OutputFolder,
    ) -> Self:
        """The outcome of a fit and its evaluations."""
        from potlearn.metrics import metrics

        return cls(
            **vars(fitted),
            evaluations=evaluations,
            metrics={name: metrics(evaluation) for name, evaluation in evaluations.items()},
            timing=timing,
            notes=(
                *about_data,
                *fitted.result.notes,
                *fitted.remarks,
                *(fitted.networks.result.notes if fitted.networks else ()),
                *fitted.beyond.warnings(),
                *notes,
            ),
            output=output,
        )

    @property
    def folder(self) -> Path:
        """The output folder."""
        return self.output.path

    @property
    def files(self) -> tuple[str, ...]:
        """Names of what was written there."""
        return self.output.files

    def numbers(self) -> Settings:
        """What ``metrics.json`` holds: errors, contradictions, the check beyond the data."""
        return {
            **self.metrics,
            **({} if self.networks is None else self.networks.numbers()),
            "contradictions": [item.to_dict() for item in self.result.contradictions],
            "beyond": self.beyond.to_dict(),
            **coverage_numbers(self.evaluations),
            "timing": {**self.timing, **self.result.timing},
            "n_coefficients": self.n_coefficients,
        }
