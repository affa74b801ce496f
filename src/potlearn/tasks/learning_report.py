"""The page and the figure of active learning."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.runtime import check_installed

if TYPE_CHECKING:
    from potlearn.report import LearningView
    from potlearn.workflows.learning import History, Trigger

PAGE, FIGURE = "report.html", "learning.png"


def check_packages() -> None:
    """Refuse a report before the work for it is done, if its packages are not installed.

    Raises
    ------
    MissingExtraError
        Naming the package.
    """
    instead = "set output.report to false"
    check_installed("plotly", "matplotlib", extra="report", what="the report", instead=instead)


def report_of(folder: Path, history: History, triggers: Mapping[str, Trigger]) -> list[str]:
    """Write ``report.html`` and ``learning.png``; their names."""
    from potlearn.report import ReportInfo, learning_figure, write_learning_report

    view = view_of(history, {name: trigger.limit for name, trigger in triggers.items()})
    end = f"It ended: {history.reason}." if history.reason else "It has not ended."
    failed = sum(len(each.failed) for each in history.rounds)
    summary = (
        f"{len(history.finished)} potentials, {history.spent} labels spent, {failed} of them "
        f"failed, {history.size} configurations in the set. {end}"
    )
    info = ReportInfo(title="Active learning", summary=summary)
    write_learning_report(folder / PAGE, info, view)
    learning_figure(view, folder, ("png",))
    return [PAGE, FIGURE]


def view_of(history: History, limits: Mapping[str, float]) -> LearningView:
    """The rounds as the report shows them."""
    from potlearn.report import LearningView
    from potlearn.report.learning.view import Row

    rows, spent = [], 0
    for each in history.rounds:
        spent += each.asked
        rows.append(
            Row(
                number=each.number,
                labels=spent,
                asked=each.asked,
                failed=len(each.failed),
                candidates=each.candidates,
                time=each.time,
                largest=each.largest,
                new={q: found["rmse"] for q, found in each.new.items()},
                validation={q: found["rmse"] for q, found in each.validation.items()},
                ends=each.ends,
            )
        )
    return LearningView(rows, limits)
