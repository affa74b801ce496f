"""README, Makefile and CI speak of the same commands."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[0].split())
DOCUMENTS = ["README.md", "CONTRIBUTING.md", ".ci/run", "docs/index.md"]


def commands(text: str) -> set[str]:
    """Targets of every ``make TARGET`` in a text."""
    return set(re.findall(r"\bmake ([a-z][a-z-]*)\b", text))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_name_targets_that_exist(name):
    assert commands((ROOT / name).read_text()) <= TARGETS


def test_the_readme_shows_demo_and_test():
    readme = (ROOT / "README.md").read_text()
    assert {"demo", "test"} <= commands(readme)


def test_ci_runs_what_the_readme_and_contributing_promise():
    ci = (ROOT / ".ci" / "run").read_text()
    assert {"test", "lint", "demo", "sanitize", "docs"} <= commands(ci)


def test_every_target_has_a_rule():
    for target in TARGETS:
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target
