"""The compiled module (native/neighbors.cpp)."""

from typing import Any

def compute(
    positions: Any, cell: Any, inverse: Any, periodic: Any, cutoff: float
) -> tuple[Any, Any, Any, Any]: ...
