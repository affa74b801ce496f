"""The panel of what a potential does beyond its data."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from evaluations import evaluation

from potlearn.fit.beyond import ApproachCheck, BeyondCheck, CrystalCheck
from potlearn.report import ReportInfo, write_report

EVIL = "<b>Si</b> fcc"
SCALES = (1.1, 1.0, 0.9, 0.8, 0.7)
FINE = CrystalCheck("Si diamond", -5.0, 1.0, 210.0, 0.7, True, SCALES, (-4.9, -5, -4, -2, 3))
BAD = CrystalCheck(EVIL, -4.0, 1.0, 31.0, 0.8, False, SCALES, (-3.9, -4, -3.5, -3, -900))
REPELS = ApproachCheck("Si-Si dimer", 0.36, True)
PASSED = BeyondCheck((FINE,), (REPELS,), {0.0: (16, 0), 300.0: (16, 0)})
FALLEN = BeyondCheck(
    (FINE, BAD),
    (
        REPELS,
        ApproachCheck("Si-O dimer", 1.25, False),
        ApproachCheck("Si-O bent trimer", 0.3, True),
    ),
    {0.0: (16, 0), 300.0: (16, 3)},
)
MOLECULES = BeyondCheck((), (REPELS,), {})


@pytest.fixture
def panel(tmp_path):
    """Writes a report with a check; gives the panel as text, and its figure."""

    def write(check):
        path = tmp_path / "report.html"
        write_report(path, {"test": evaluation(n=5)}, ReportInfo(beyond=check))
        page = path.read_text(encoding="utf-8")
        found = re.search(r'<section id="beyond">.*?</section>', page, re.DOTALL)
        data = json.loads(re.search(r'id="data"[^>]*>([^<]*)<', page).group(1))
        return found and found.group(), data.get("figures", {}).get("beyond")

    return write


def rows(panel):
    """Texts of the cells of every row of every table."""
    found = re.findall(r"<tr>(<th scope=\"row\".*?)</tr>", panel, re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>([^<]*)<", row) for row in found]


def test_without_a_check_there_is_no_panel(panel):
    assert panel(None) == (None, None)


def test_what_passes_is_said_in_a_sentence(panel):
    shown, figure = panel(PASSED)
    assert "<b>Nothing falls</b>" in shown
    assert rows(shown) == [
        ["0", "16", "0"],
        ["300", "16", "0"],
        ["Si diamond", "rises", "−5.000", "210", "0.70"],
        ["Si-Si", "repels"],
    ]
    (curve,) = figure["traces"]
    assert curve["x"] == list(SCALES)
    assert curve["y"] == [0.1, 0, 1, 3, 8]


def test_what_falls_comes_first_with_what_to_do(panel):
    shown, figure = panel(FALLEN)
    assert "Something falls" in shown
    assert "Nothing falls" not in shown
    assert "compression of &lt;b&gt;Si&lt;/b&gt; fcc" in shown
    assert shown.count("<li>") == 3
    assert EVIL not in shown
    assert [row[0] for row in rows(shown)] == [
        *("0", "300", "&lt;b&gt;Si&lt;/b&gt; fcc", "Si diamond", "Si-O", "Si-Si")
    ]
    assert ["Si-O", "attracts below 1.25 Å", "repels"] in rows(shown)
    first, second = figure["traces"]
    assert first["name"].endswith("fcc, falls")
    assert second["name"] == "Si diamond"
    assert EVIL not in first["name"]
    low, high = figure["y"]["range"]
    assert -5 < low < 0 < 8 < high < 9  # the fall is cut off, so that the rises can be seen


def test_molecules_have_no_crystals(panel):
    shown, figure = panel(MOLECULES)
    assert figure is None
    assert "no crystals and packings to look at" in shown
    assert rows(shown) == [["Si-Si", "repels"]]


def test_states_that_are_not_numbers_are_not_drawn(panel):
    bad = replace(FINE, energies=(-4.9, -5, float("inf"), float("nan"), 3))
    _, figure = panel(replace(PASSED, crystals=(bad,)))
    assert figure["traces"][0]["x"] == [1.1, 1.0, 0.7]
    _, figure = panel(replace(PASSED, crystals=(replace(FINE, scales=(), energies=()),)))
    assert figure is None
