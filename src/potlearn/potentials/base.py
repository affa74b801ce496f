"""What every potential of the package can do beside predicting: be saved, run, and added up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .calculator import PotlearnCalculator
    from .protocol import Potential
    from .sum import SumPotential


class PotentialBase:
    """Archive, calculator, and the arithmetic of ``a * p + b * q``."""

    __array_ufunc__ = None  # a NumPy number times a potential is ours to work out

    def calculator(self: Any, skin: float = 0.5) -> PotlearnCalculator:
        """ASE calculator that keeps its neighbour list while no atom moves more than skin/2 Å."""
        from .calculator import PotlearnCalculator

        return PotlearnCalculator(self, skin=skin)

    def save(self, path: str | Path) -> None:
        """Write one file: JSON and arrays in a zip, no pickle."""
        from .archive import save

        save(self, path)

    def __mul__(self: Any, weight: float) -> SumPotential:
        from .sum import SumPotential

        return SumPotential(((float(weight), self),))

    __rmul__ = __mul__

    def __add__(self: Any, other: Potential) -> SumPotential:
        from .sum import SumPotential

        return SumPotential(((1.0, self), (1.0, other)))

    def __sub__(self: Any, other: Potential) -> SumPotential:
        from .sum import SumPotential

        return SumPotential(((1.0, self), (-1.0, other)))

    def __neg__(self: Any) -> SumPotential:
        from .sum import SumPotential

        return SumPotential(((-1.0, self),))
