"""Short forms of numbers for the page's JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import numpy as np

Json: TypeAlias = Mapping[str, object]
"""Plain data that ``json.dumps`` takes."""


def short(values: Iterable[float], digits: int) -> list[float]:
    """Numbers rounded to significant digits."""
    listed = values.tolist() if isinstance(values, np.ndarray) else values
    return [float(f"{value:.{digits}g}") for value in listed]
