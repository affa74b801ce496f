"""What measured values are called, and the units in which they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from potlearn.metrics import MEASURES, QUANTITIES

FORCE_TIME, SIZE = "force_time", "n_coefficients"
COSTS = (FORCE_TIME, SIZE)
"""What a potential costs; the other values are taken for errors."""
_FOLDS = "folds."


@dataclass(frozen=True)
class Named:
    """Name, unit and factor to the shown unit of a value."""

    name: str
    unit: str = ""
    factor: float = 1.0

    @property
    def title(self) -> str:
        """``"Forces MAE (meV/Å)"``."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    @property
    def words(self) -> str:
        """The name within a sentence: ``"forces MAE"``."""
        return self.name[:1].lower() + self.name[1:]

    def number(self, value: float) -> str:
        """The value in its unit, with three significant digits and no exponent if possible."""
        shown = self.factor * value
        size = abs(shown)
        if not 1e-3 <= size < 1e6 and size:
            return f"{shown:.3g}"
        text = f"{shown:.3g}"
        return f"{shown:.0f}" if "e" in text else text

    def text(self, value: float) -> str:
        """``"forces MAE 61.3 meV/Å"``."""
        return f"{self.words} {self.number(value)} {self.unit}".rstrip()


_KNOWN = {
    FORCE_TIME: Named("Force time", "µs/atom"),
    SIZE: Named("Coefficients"),
    "n_functions": Named("Functions"),
}


def named(key: str) -> Named:
    """Name and unit of a measured value; of a user's own, its key in words."""
    if key in _KNOWN:
        return _KNOWN[key]
    of_folds = key.startswith(_FOLDS)
    quantity, _, measure = key.removeprefix(_FOLDS).rpartition("_")
    if quantity in QUANTITIES and measure in MEASURES:
        found, label = QUANTITIES[quantity], MEASURES[measure].label
        name = f"{found.name} {label}{' of folds' if of_folds else ''}"
        if MEASURES[measure].power == 1:
            return Named(name, found.error_unit, found.factor)
        return Named(name)
    return Named(key.rpartition(":")[2].replace("_", " "))
