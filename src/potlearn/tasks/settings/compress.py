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
    """error: the fewest functions; cost: the functions that take the least force time, of those
    within `loss` and, if given, of at most `k`."""
    k: Annotated[int, Field(ge=1)] | None = None
    """Functions (or directions) to keep."""
    loss: NonNegative | None = None
    """Largest growth of the held-out force error, as a part of it, if `k` is not given or `by` is
    cost; 0.1 if absent. Where no `k` functions are within it: of the best such potential."""
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
        if self.k is not None and self.loss is not None and self.by == "error":
            problem = "'k' and 'loss' go together with 'by: cost' alone; give one of them"
            raise PydanticCustomError("compress", problem)
        if self.output is None and not self.only_curve:
            raise PydanticCustomError("compress", "missing 'output', the saved model to write")
        if self.by == "cost" and self.method != DEFAULT:
            raise PydanticCustomError(
                "compress", "'by: cost' belongs to the method {name}", {"name": DEFAULT}
            )
        return self
