"""scikit-learn's habits: fit keeps what was chosen; parameters are read and set by name."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from potlearn.errors import SelectionError
from potlearn.select.labels import Labels
from potlearn.select.rows import as_rows, column_names
from potlearn.select.selection import Selection
from potlearn.typing import Indices, Settings

# scikit-learn's mark of a parameter of a parameter: ``selector__n_to_select``.
DEEPER = "__"


@dataclass(frozen=True)
class Estimator(ABC):
    """What scikit-learn's tools ask of an object that is fitted.

    Attributes
    ----------
    selected_idx_ : (k,) int
        Numbers of the rows that the last :meth:`fit` chose.
    selection_ : Selection
        The same with their scores.
    n_rows_, n_features_in_ : int
        Shape of X.
    feature_names_in_ : (D,) str
        Names of the columns, where X has such (a data frame).
    """

    selected_idx_: Indices = field(init=False, repr=False, compare=False)
    selection_: Selection = field(init=False, repr=False, compare=False)
    n_rows_: int = field(init=False, repr=False, compare=False)
    n_features_in_: int = field(init=False, repr=False, compare=False)
    feature_names_in_: NDArray[Any] = field(init=False, repr=False, compare=False)

    @abstractmethod
    def select(self, X: ArrayLike, y: Labels | None = None) -> Selection:
        """Choose rows of ``X`` (N, D)."""

    def fit(self, X: ArrayLike, y: Labels | None = None) -> Self:
        """Choose rows and keep them; errors are those of :meth:`select`."""
        selection, names = self.select(X, y), column_names(X)
        n, d = as_rows(X).shape
        found = {
            "selection_": selection,
            "selected_idx_": selection.indices,
            "n_rows_": n,
            "n_features_in_": d,
            "feature_names_in_": names,
        }
        vars(self).pop("feature_names_in_", None)
        vars(self).update({name: value for name, value in found.items() if value is not None})
        return self

    def get_support(self, indices: bool = False) -> NDArray[Any]:
        """Mask of the rows that the last fit chose, or their numbers.

        Raises
        ------
        SelectionError
            Nothing was fitted.
        """
        if "selected_idx_" not in vars(self):
            raise SelectionError(f"{type(self).__name__} is not fitted: call fit(X) first")
        if indices:
            return self.selected_idx_
        mask = np.zeros(self.n_rows_, bool)
        mask[self.selected_idx_] = True
        return mask

    def get_params(self, deep: bool = True) -> Settings:
        """Parameters by name; with ``deep`` also those of parameters that have such."""
        found = {f.name: getattr(self, f.name) for f in fields(self) if f.init}
        for name, value in list(found.items()) if deep else []:
            if isinstance(value, Estimator):
                inner = value.get_params()
                found |= {f"{name}{DEEPER}{key}": inner[key] for key in inner}
        return found

    def set_params(self, **parameters: Any) -> Self:
        """Change parameters by name, in place; ``selector__n_to_select`` is a selector's own.

        They are checked when rows are chosen.

        Raises
        ------
        SelectionError
            Unknown name; nothing is changed then.
        """
        known = self.get_params()
        for name in parameters:
            if name not in known:
                raise SelectionError(
                    f"{type(self).__name__} has no parameter {name!r}; it has {', '.join(known)}"
                )
        for name, value in sorted(parameters.items(), key=lambda item: item[0].count(DEEPER)):
            outer, _, inner = name.partition(DEEPER)
            if inner:
                getattr(self, outer).set_params(**{inner: value})
            else:
                object.__setattr__(self, name, value)
        return self

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn may expect of it."""
        from sklearn.utils import InputTags, Tags, TargetTags

        return Tags(
            estimator_type=None,
            target_tags=TargetTags(required=False),
            input_tags=InputTags(two_d_array=True, allow_nan=False),
        )

    def __sklearn_is_fitted__(self) -> bool:
        """Whether fit was called."""
        return "selected_idx_" in vars(self)
