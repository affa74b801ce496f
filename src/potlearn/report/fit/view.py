"""The view of a fit: predictions and errors, from which its panels are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from potlearn.errors import DataError
from potlearn.metrics import (
    EVERYTHING,
    QUANTITIES,
    Evaluation,
    Intervals,
    Measured,
    Number,
    Quantity,
    bootstrap,
    metrics,
)
from potlearn.report.info import ReportInfo, SuspiciousLabel
from potlearn.report.page.compact import Json
from potlearn.report.page.sources import file_of, renamed, short_names


class Sources:
    """Names of the configurations that some point refers to, each written once."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._number: dict[int, int] = {}

    def __call__(self, configurations: Iterable[int]) -> list[int]:
        """Positions in the written list; configurations that are new to it are added."""
        return [self._number.setdefault(int(c), len(self._number)) for c in configurations]

    def written(self) -> Json:
        """Sources as file and frame, and groups."""
        files: dict[str, int] = {}
        groups: dict[str, int] = {}
        file, frame, group = list[int](), list[str](), list[int]()
        for c in self._number:
            name, _, number = self._evaluation.sources[c].rpartition(":")
            file.append(files.setdefault(name, len(files)))
            frame.append(number)
            group.append(groups.setdefault(self._evaluation.groups[c], len(groups)))
        return {
            "files": list(files),
            "groups": list(groups),
            "file": file,
            "frame": frame,
            "group": group,
        }


@dataclass(frozen=True)
class FitView:
    """Predictions, their errors, and what else to report.

    Attributes
    ----------
    evaluations : mapping of str to Evaluation
        By name of the set, the one of the headline numbers first.
    measures : mapping of str to Measured
        Errors of each set.
    intervals : mapping of str to Intervals
        Their 95 % intervals.
    info : ReportInfo
    suspicious : sequence of SuspiciousLabel
    sources : mapping of str to Sources
        Collects, for each set, the configurations that points of any panel refer to.
    """

    evaluations: Mapping[str, Evaluation]
    measures: Mapping[str, Measured]
    intervals: Mapping[str, Intervals]
    info: ReportInfo
    suspicious: Sequence[SuspiciousLabel]
    sources: Mapping[str, Sources]

    @classmethod
    def of(
        cls,
        evaluations: Mapping[str, Evaluation],
        info: ReportInfo | None = None,
        suspicious: Sequence[SuspiciousLabel] = (),
        seed: int = 0,
    ) -> FitView:
        """Errors and intervals of all sets; sets without configurations are left out.

        Raises
        ------
        DataError
            There is no configuration in any set.
        """
        shown, records = without_folders(_ordered(evaluations), suspicious)
        return cls(
            evaluations=shown,
            measures={name: metrics(e) for name, e in shown.items()},
            intervals={name: bootstrap(e, seed=seed) for name, e in shown.items()},
            info=info or ReportInfo(),
            suspicious=records,
            sources={name: Sources(e) for name, e in shown.items()},
        )

    @property
    def first(self) -> str:
        """The set of the headline numbers."""
        return next(iter(self.evaluations))

    def numbers(self, name: str, quantity: str) -> Mapping[str, Number]:
        """Measures of a quantity over a whole set."""
        return self.measures[name][EVERYTHING][quantity]

    def labelled(self, name: str) -> list[Quantity]:
        """Quantities of a set that have labels."""
        return [q for q in QUANTITIES.values() if self.numbers(name, q.key)["n"]]


def _ordered(evaluations: Mapping[str, Evaluation]) -> dict[str, Evaluation]:
    """Sets with configurations, that of the headline numbers first."""
    present = {name: e for name, e in evaluations.items() if len(e)}
    if not present:
        raise DataError("no configurations to report on: every evaluation is empty")
    first = "test" if "test" in present else list(present)[-1]
    return {first: present[first]} | present


def without_folders(
    evaluations: Mapping[str, Evaluation], suspicious: Sequence[SuspiciousLabel]
) -> tuple[dict[str, Evaluation], list[SuspiciousLabel]]:
    """The same evaluations and records, with short names of files in their sources."""
    sources = [e.sources for e in evaluations.values()] + [tuple(r.source for r in suspicious)]
    short = short_names({file_of(source) for part in sources for source in part})
    shown = {
        name: replace(e, sources=tuple(renamed(source, short) for source in e.sources))
        for name, e in evaluations.items()
    }
    return shown, [replace(r, source=renamed(r.source, short)) for r in suspicious]
