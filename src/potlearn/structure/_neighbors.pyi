"""The compiled module (native/neighbors.cpp)."""

from typing import Any

def compute(
    positions: Any, cell: Any, inverse: Any, periodic: Any, cutoff: float, closest: float = 0.0
) -> tuple[Any, Any, Any, Any]: ...
