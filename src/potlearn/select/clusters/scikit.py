"""What selectors take from scikit-learn, on one thread: the same bits on any machine's cores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from potlearn.runtime import require


@contextmanager
def scikit(module: str, purpose: str) -> Iterator[Any]:
    """Give a module of scikit-learn, with its threads held to one.

    Raises
    ------
    MissingExtraError
        It is not installed.
    """
    from threadpoolctl import threadpool_limits

    found = require(f"sklearn.{module}", "select", purpose)
    with threadpool_limits(limits=1):
        yield found


def legacy_seed(rng: np.random.Generator) -> int:
    """Seed for what takes an integer."""
    return int(rng.integers(2**31))
