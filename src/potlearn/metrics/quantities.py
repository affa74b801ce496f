"""The predicted quantities: names, units and components, in one place for everything shown."""

from __future__ import annotations

from dataclasses import dataclass

from potlearn.structure.units import GPA as GPA


@dataclass(frozen=True)
class Quantity:
    """A predicted quantity; numbers are kept in ``unit``, errors are shown in ``error_unit``.

    Attributes
    ----------
    key : str
        Its name in files and in Python.
    name, noun : str
        In a heading (``"Forces"``) and before another word (``"force error"``).
    unit : str
        Unit of labels and predictions.
    components : tuple of str
        Names of the components; one empty name for a scalar.
    one : str
        What a single value belongs to.
    factor, prefix : float, str
        Errors are shown ``factor`` times larger, in the unit with that prefix.
    """

    key: str
    name: str
    noun: str
    unit: str
    components: tuple[str, ...] = ("",)
    one: str = "component"
    factor: float = 1e3
    prefix: str = "m"

    @property
    def error_unit(self) -> str:
        """Unit in which errors are shown, ``"meV/atom"``."""
        return f"{self.prefix}{self.unit}"


_VOIGT = ("xx", "yy", "zz", "yz", "xz", "xy")

QUANTITIES: dict[str, Quantity] = {
    quantity.key: quantity
    for quantity in (
        Quantity("energy", "Energy", "energy", "eV/atom", one="configuration"),
        Quantity("forces", "Forces", "force", "eV/Å", ("x", "y", "z")),
        Quantity("stress", "Stress", "stress", "eV/Å³", _VOIGT),
    )
}
"""Quantities of an evaluation by name."""

VIRIAL = Quantity("virial", "Virial", "virial", "eV/atom", _VOIGT)
"""What a fit works with in place of the stress: minus stress times volume, per atom."""
