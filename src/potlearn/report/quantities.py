"""Names and units of the quantities, the same in tables, plots and figures."""

from __future__ import annotations

from dataclasses import dataclass

MILLI = 1e3
GPA = 160.21766208
"""GPa in one eV/Å³."""


@dataclass(frozen=True)
class Quantity:
    """A predicted quantity; its errors are shown in thousandths of its unit."""

    key: str
    name: str
    noun: str
    unit: str
    components: tuple[str, ...]
    one: str

    @property
    def error_unit(self) -> str:
        """Unit of errors, ``"meV/atom"``."""
        return f"m{self.unit}"


ALL = (
    Quantity("energy", "Energy", "energy", "eV/atom", ("",), "configuration"),
    Quantity("forces", "Forces", "force", "eV/Å", ("x", "y", "z"), "component"),
    Quantity(
        "stress", "Stress", "stress", "eV/Å³", ("xx", "yy", "zz", "yz", "xz", "xy"), "component"
    ),
)
