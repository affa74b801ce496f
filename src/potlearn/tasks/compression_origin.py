"""The fit that a model came from: its settings, and what lies under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from potlearn.errors import ConfigError, ModelFileError
from potlearn.tasks.data import split_sets
from potlearn.tasks.settings import FitConfig, LabelsConfig, SolverConfig, SplitConfig

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import LinearPotential, Potential

DEFAULT_SETTINGS = (
    "the model does not say how it was fitted: weights and solver are the defaults, its own pair "
    "potential stays under the fit"
)

FEWEST = 10
"""Configurations of a file that a fit may have split."""


@dataclass(frozen=True)
class Origin:
    """How a model was fitted.

    Attributes
    ----------
    potential : LinearPotential
        The model.
    config : FitConfig or None
        None: the model does not say.
    data_key : str
        Content key of its training data; empty where it is not known.
    """

    potential: LinearPotential
    config: FitConfig | None
    data_key: str

    @classmethod
    def of(cls, potential: Potential) -> Origin:
        """Origin of a linear potential.

        Raises
        ------
        ModelFileError
            The potential is not linear in descriptors.
        """
        from potlearn.potentials import LinearPotential
        from potlearn.potentials.neural import NeuralPotential

        if isinstance(potential, NeuralPotential):
            raise ModelFileError(
                "compression refits coefficients, and networks do not follow: compress a linear "
                "fit, and train networks on that (model: {kind: neural, start: SMALL.potl})"
            )
        if not isinstance(potential, LinearPotential):
            raise ModelFileError(
                f"expected a linear potential with its descriptor, got a "
                f"{type(potential).__name__}; compression needs the functions of a fit: compress "
                "the .potl of the fit, and export that"
            )
        metadata = potential.metadata
        return cls(potential, _config(metadata.get("fit")), str(metadata.get("train", "")))

    @property
    def solver(self) -> SolverConfig:
        """Weights and solver of the fit, or the defaults."""
        return self.config.fit if self.config else SolverConfig()

    @property
    def protects(self) -> bool:
        """Whether the model was protected beyond its data: it has a wall, or it does not say."""
        return self.config.reference.protects if self.config else has_wall(self.potential)

    @property
    def groups(self) -> str:
        """Key that names the group of a configuration."""
        return self.config.data.groups if self.config else "config_type"

    @property
    def reference(self) -> Potential | None:
        """The pair potentials under the fit, without the wall that protection added."""
        return _without_wall(self.potential.reference)

    def reading(self, given: LabelsConfig) -> LabelsConfig:
        """How labels are read: as given, and as in the fit where nothing is given."""
        if self.config is None:
            return given
        own = {name: getattr(self.config.data, name) for name in LabelsConfig.model_fields}
        said = {name: getattr(given, name) for name in LabelsConfig.model_fields}
        set_ = {name: said[name] for name in given.model_fields_set & set(said)}
        return LabelsConfig.model_construct(**{**own, **set_})

    def split_again(self, dataset: Dataset) -> dict[str, Dataset] | None:
        """The sets of the fit, where it had split this very file; else None."""
        if self.config is None or self.config.data.file is None or not self.data_key:
            return None
        if len(dataset) < FEWEST:
            return None
        sets = split_sets(dataset, self.config.data.split or SplitConfig())
        same = sets["train"].content_key() == self.data_key
        return {name: sets[name] for name in ("train", "test")} if same else None

    def notes(self, dataset: Dataset) -> list[str]:
        """What differs from the fit of the model."""
        notes = [] if self.config else [DEFAULT_SETTINGS]
        if self.data_key and dataset.content_key() != self.data_key:
            notes.append(
                "the data are not those that the model was fitted to: the refit follows the data "
                "given here"
            )
        return notes


def has_wall(potential: LinearPotential) -> bool:
    """Whether protection beyond the data put a wall under the fit."""
    from potlearn.potentials.wall import Wall

    return any(isinstance(term, Wall) for _, term in _terms(potential.reference))


def _config(settings: Mapping[str, Any] | None) -> FitConfig | None:
    if not isinstance(settings, Mapping):
        return None
    try:
        return FitConfig.of(settings, "settings in the model")
    except ConfigError:  # of another version; the notes say so
        return None


def _terms(reference: Potential | None) -> tuple[tuple[float, Potential], ...]:
    from potlearn.potentials.sum import SumPotential

    if reference is None:
        return ()
    return reference.terms if isinstance(reference, SumPotential) else ((1.0, reference),)


def _without_wall(reference: Potential | None) -> Potential | None:
    from potlearn.potentials.sum import SumPotential
    from potlearn.potentials.wall import Wall

    left = tuple(t for t in _terms(reference) if not isinstance(t[1], Wall))
    if not left:
        return None
    return left[0][1] if len(left) == 1 and left[0][0] == 1 else SumPotential(left)
