"""Settings of a compression: the model, the data, and how small or how good it has to be."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from potlearn.compress import COMPRESSORS
from potlearn.compress.registry import DEFAULT
from potlearn.tasks.settings.data import LabelsConfig
from potlearn.tasks.settings.model import Files
from potlearn.tasks.settings.section import FilePath, Paths
from potlearn.tasks.settings.tables import NameIn
from potlearn.typing import NonNegative

LOSS = 0.1
"""Growth of the force error that is accepted where neither `k` nor `loss` is given."""


class CompressConfig(LabelsConfig):
    """A saved linear model with fewer functions, refitted."""

    model: Files
    """Saved model (.potl), X.yace, or the two POD files; it must be linear in its descriptors."""
    data: Files
    """File or files of the configurations that it was fitted to."""
    test: Paths = ()
    """File or files to test on; without them, held-out errors are those of five folds."""
    output: FilePath | None = None
    """Saved model (.potl) to write; needed unless only the curve is asked for."""
    method: Annotated[str, NameIn(lambda: COMPRESSORS)] = DEFAULT
    """backward: elimination from the full fit; omp: orthogonal forward selection; qr, cur,
    leverage: by the columns alone, without the labels; ard: by relevance; pca, active_subspace:
    directions of the coefficients, with all functions and no gain of speed."""
    by: Literal["error", "cost"] = "error"
    """What a function is weighed by: the error without it, or this error for the force time that
    it costs."""
    k: Annotated[int, Field(ge=1)] | None = None
    """Functions (or directions) to keep; at most so many where whole groups of them leave."""
    loss: NonNegative | None = None
    """In place of `k`: the largest growth of the held-out force error, as a part of it; the
    smallest potential within it is taken (`by: cost`: the fastest). 0.1 if neither is given."""
    curve: bool = False
    """Whether errors and force times of many sizes are printed and written, as JSON, CSV and
    figures, to the folder OUTPUT-curve."""
    protect: bool | None = None
    """Whether the potential is protected beyond the data; if absent, as in the fit of the model."""
    workers: Annotated[int, Field(ge=1)] = 1
    """Processes that make design rows."""

    @property
    def only_curve(self) -> bool:
        """Whether no potential is asked for."""
        return self.curve and self.output is None and self.k is None and self.loss is None

    @model_validator(mode="after")
    def _know_what_to_write(self) -> Self:
        if self.k is not None and self.loss is not None:
            raise PydanticCustomError("compress", "'k' and 'loss' are two wishes; give one of them")
        if self.output is None and not self.only_curve:
            raise PydanticCustomError("compress", "missing 'output', the saved model to write")
        if self.by == "cost" and self.method != DEFAULT:
            raise PydanticCustomError(
                "compress", "'by: cost' belongs to the method {name}", {"name": DEFAULT}
            )
        return self
