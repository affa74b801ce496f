"""The compiled module (native/neighbors.cpp)."""

from typing import Any

def compute(
    positions: Any,
    cell: Any,
    inverse: Any,
    periodic: Any,
    cutoff: float,
    closest: float = 0.0,
    farthest: float = ...,
) -> tuple[Any, Any, Any, Any, Any]: ...
def compute_side_by_side(
    positions: Any,
    sizes: Any,
    cells: Any,
    inverses: Any,
    periodic: Any,
    cutoff: float,
) -> tuple[Any, Any, Any, Any, Any]: ...
