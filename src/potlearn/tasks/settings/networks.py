"""Section of the model: what makes energies of descriptors, a linear function or networks."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeGuard

import numpy as np
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from potlearn.engine import ACTIVATIONS
from potlearn.errors import PotlearnError
from potlearn.neural import OPTIMISERS, NeuralSettings
from potlearn.potentials.neural import HEADS
from potlearn.tasks.settings.from_class import section_of
from potlearn.tasks.settings.section import FilePath, Section
from potlearn.tasks.settings.tables import NameIn, SectionOf


class ModelConfig(Section):
    """What makes energies of descriptors."""

    kind: str
    """linear: coefficients; neural: coefficients and networks."""


class LinearModelConfig(ModelConfig):
    """Energies that are linear in the descriptors."""

    kind: Literal["linear"] = "linear"
    """Coefficients alone."""

    @model_validator(mode="before")
    @classmethod
    def _name_the_kind(cls, data: Any) -> Any:
        for key in data if isinstance(data, dict) else ():
            if key in NeuralModelConfig.model_fields and key not in cls.model_fields:
                raise PydanticCustomError("kind", "{key} belongs to kind: neural", {"key": key})
        return data


class NeuralModel(ModelConfig):
    """Networks of the descriptors beside a linear fit, trained on energies, forces and stress."""

    kind: Literal["neural"]
    """Coefficients and networks."""
    head: Annotated[str, NameIn(lambda: HEADS)] | None = None
    optimiser: Annotated[str, NameIn(lambda: OPTIMISERS)] | None = None
    activation: Annotated[str, NameIn(lambda: ACTIVATIONS)] | None = None
    start: FilePath | None = None
    """Saved potential (.potl), linear or neural, from which training continues on these data; by
    default the linear fit of these data."""
    validate_on: Literal["validation", "training"] = "validation"
    """What chooses the epoch: the validation set, or a part of the training set (`validation`), so
    that errors on the validation set are those of new configurations."""

    @property
    def settings(self) -> NeuralSettings:
        """Settings of the training; what is absent has its default."""
        own = {"kind", "start", "validate_on"}
        return NeuralSettings(**self.model_dump(exclude=own, exclude_none=True))

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        """Refuse what the classes of the settings and of the head would refuse."""
        try:
            given = self.settings
            rng = np.random.default_rng(0)
            HEADS.load(given.head).initial(1, 1, given.layers, rng, given.activation)
        except PotlearnError as error:
            raise PydanticCustomError("neural", "{problem}", {"problem": str(error)}) from error
        return self


def is_neural(model: ModelConfig) -> TypeGuard[NeuralModel]:
    """Whether there are networks."""
    return isinstance(model, NeuralModel)


NeuralModelConfig: Any = section_of(NeuralSettings, "NeuralModelConfig", NeuralModel)
DEFAULT_KIND = "linear"
KINDS: dict[str, type[ModelConfig]] = {
    "linear": LinearModelConfig,
    "neural": NeuralModelConfig,
}


AnyModel = Annotated[ModelConfig, SectionOf("kind", lambda: KINDS, KINDS.__getitem__, DEFAULT_KIND)]
"""The section of any kind of model, chosen by ``kind``."""
