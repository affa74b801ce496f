"""The view of a selection, from which its report and figure are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from potlearn.report.info import ReportInfo
from potlearn.report.page.sources import short_sources
from potlearn.report.selection.spread import Spread
from potlearn.typing import Array, Indices

# Rows drawn that were not selected, at most.
MOST_POINTS = 10_000


@dataclass(frozen=True)
class SelectionView:
    """A selection among rows of features.

    Attributes
    ----------
    title, summary : str
    sources, groups : sequence of str
        Of all rows, ``"file.extxyz:17"``.
    X : (n, F)
        Features as the selector saw them.
    chosen : (k,) int
        Selected rows, in their order.
    scores : (k,)
    inclusion : (n,) or None
        Probability that each row is selected, where the selector defines one.
    settings : mapping of str to mapping
        Settings to list, by heading.
    seed : int
        Of the rows that are drawn where there are too many, and of the random selection that the
        report compares with.
    """

    title: str
    summary: str
    sources: Sequence[str]
    groups: Sequence[str]
    X: Array
    chosen: Indices
    scores: Array
    inclusion: Array | None = None
    settings: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    seed: int = 0

    @property
    def info(self) -> ReportInfo:
        """Title, summary and settings."""
        return ReportInfo(self.title, self.summary, self.settings)

    @cached_property
    def spread(self) -> Spread:
        """How the selection covers the rows."""
        return Spread.of(self.X, self.chosen, self.seed, MOST_POINTS)

    @cached_property
    def names(self) -> list[str]:
        """Sources with short names of files."""
        return short_sources(self.sources)
