"""What a report of properties is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from potlearn.report.info import ReportInfo


class Number(Protocol):
    """A value with its unit and, if it has one, its standard deviation."""

    @property
    def value(self) -> float: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def error(self) -> float | None: ...  # noqa: D102


class Lines(Protocol):
    """Lines over one axis."""

    @property
    def x_title(self) -> str: ...  # noqa: D102
    @property
    def y_title(self) -> str: ...  # noqa: D102
    @property
    def x(self) -> Sequence[float]: ...  # noqa: D102
    @property
    def lines(self) -> Sequence[Sequence[float]]: ...  # noqa: D102
    @property
    def errors(self) -> Sequence[float]: ...  # noqa: D102
    @property
    def points(self) -> Sequence[Sequence[float]]: ...  # noqa: D102
    @property
    def ticks(self) -> Sequence[tuple[float, str]]: ...  # noqa: D102


class Found(Protocol):
    """A property of one model."""

    @property
    def values(self) -> Mapping[str, Number]: ...  # noqa: D102
    @property
    def curves(self) -> Mapping[str, Lines]: ...  # noqa: D102
    @property
    def notes(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def problem(self) -> str: ...  # noqa: D102


@dataclass(frozen=True)
class PropertiesView:
    """Properties of one or several models.

    Attributes
    ----------
    results : mapping of str to mapping of str to result
        By model, the first one compared with the others, then by property.
    info : ReportInfo
        Title, summary and settings.
    """

    results: Mapping[str, Mapping[str, Found]]
    info: ReportInfo = field(default_factory=ReportInfo)

    @property
    def models(self) -> list[str]:
        """Names of the models."""
        return list(self.results)

    def rows(self) -> Iterator[tuple[str, str, str, list[Number | None]]]:
        """Property, quantity, unit, and the value of every model."""
        first = next(iter(self.results.values()))
        for name in first:
            of_models = [results[name].values for results in self.results.values()]
            quantities = dict.fromkeys(q for values in of_models for q in values)
            for quantity in quantities:
                found = [values.get(quantity) for values in of_models]
                unit = next(v.unit for v in found if v is not None)
                yield name, quantity, unit, found

    def curves(self) -> dict[str, dict[str, Lines]]:
        """By title, the curve of each model that has it."""
        found: dict[str, dict[str, Lines]] = {}
        for model, results in self.results.items():
            for result in results.values():
                for title, curve in result.curves.items():
                    found.setdefault(title, {})[model] = curve
        return found

    def notes(self) -> list[str]:
        """What a user should know, with model and property."""
        return [
            f"{model}, {name}: {text}"
            for model, results in self.results.items()
            for name, result in results.items()
            for text in ([result.problem] if result.problem else result.notes)
        ]


def difference(values: Sequence[Number | None]) -> float | None:
    """The first value less the second, as a part of the second; None without two."""
    if len(values) < 2 or values[0] is None or values[1] is None or values[1].value == 0:
        return None
    return values[0].value / values[1].value - 1
