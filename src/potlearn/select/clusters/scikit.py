"""What selectors take from scikit-learn, on one thread: the same bits on any machine's cores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

from potlearn.errors import MissingExtraError


@contextmanager
def scikit(module: str, purpose: str) -> Iterator[Any]:
    """Give a module of scikit-learn, with its threads held to one.

    Raises
    ------
    MissingExtraError
        It is not installed.
    """
    from threadpoolctl import threadpool_limits

    try:
        found = import_module(f"sklearn.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "sklearn":
            raise
        raise MissingExtraError(
            f"{purpose} needs scikit-learn, which is not installed: pip install potlearn[select]"
        ) from error
    with threadpool_limits(limits=1):
        yield found


def legacy_seed(rng: np.random.Generator) -> int:
    """Seed for what takes an integer."""
    return int(rng.integers(2**31))
