"""The numbers that studies compare: errors of quantities, and the condition number."""

from __future__ import annotations

from dataclasses import dataclass

from potlearn.metrics import MEASURES, QUANTITIES
from potlearn.report.page.numbers import significant
from potlearn.studies import Estimate, Table


@dataclass(frozen=True)
class Compared:
    """Name, unit and factor of a number that studies record; ``geometric``: so are its means."""

    name: str
    unit: str = ""
    factor: float = 1.0
    geometric: bool = False

    @property
    def title(self) -> str:
        """Name and unit, for axes and headings."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    def scaled(self, found: Estimate) -> Estimate:
        """An estimate in the shown unit."""
        return Estimate(*(self.factor * value for value in found))

    def estimate(self, table: Table, method: str, size: int, key: str) -> Estimate:
        """Mean and interval of a cell, in the shown unit."""
        return self.scaled(table.mean(method, size, key, self.geometric))


def _error(quantity: str, measure: str) -> Compared:
    of, found = QUANTITIES[quantity], MEASURES[measure]
    return Compared(f"{of.name} {found.label}", of.error_unit, found.factor(quantity))


COMPARED: dict[str, Compared] = {
    "energy_mae": _error("energy", "mae"),
    "forces_mae": _error("forces", "mae"),
    "condition": Compared("Condition number", geometric=True),
    "energy_rmse": _error("energy", "rmse"),
    "forces_rmse": _error("forces", "rmse"),
}
"""Numbers of a study's records, in the order of the report."""


def recorded(table: Table) -> list[str]:
    """Those of :data:`COMPARED` that the records have."""
    names = {name for record in table.records.values() for name in record}
    return [key for key in COMPARED if key in names]


def words(found: Estimate) -> str:
    """``"3.21 (3.05 to 3.37)"``, or a dash."""
    if found.mean != found.mean:
        return significant(None)
    bounds = span(found)
    return f"{significant(found.mean)} ({bounds})" if bounds else significant(found.mean)


def span(found: Estimate) -> str:
    """``"3.05 to 3.37"``; nothing without an interval."""
    if found.low != found.low:
        return ""
    return f"{significant(found.low)} to {significant(found.high)}"


def reason(failure: str) -> str:
    """Why a cell is empty, in few words."""
    return "k above the rank" if "rank" in failure else failure[:40]
