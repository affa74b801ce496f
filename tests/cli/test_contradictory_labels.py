"""Stress in another unit is told by fit, inspect, metrics and report, and the user may keep it."""

import json

import pytest
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import read, write

KBAR = 1602.1766208


@pytest.fixture(scope="module")
def kbar(copper, tmp_path_factory):
    """The copper data, stress of the group cubic in kbar."""
    folder = tmp_path_factory.mktemp("unit")
    frames = read(copper / "copper.extxyz", ":")
    for atoms in frames:
        results = dict(atoms.calc.results)
        if atoms.info["config_type"] == "cubic":
            results["stress"] = results["stress"] * KBAR
        atoms.calc = SinglePointCalculator(atoms, **results)
    write(folder / "copper.extxyz", frames)
    (folder / "fit.yaml").write_text((copper / "fit.yaml").read_text())
    return folder


def test_a_fit_says_what_it_leaves_out(kbar, run):
    done = run("fit", kbar / "fit.yaml", "--output", kbar / "out")
    assert "note: stress of group cubic looks like kbar" in done.stdout
    assert "left out of the fit" in done.stdout
    metrics = json.loads((kbar / "out" / "metrics.json").read_text())
    assert metrics["test"]["all"]["forces"]["rmse"] < 0.2
    (item,) = metrics["contradictions"]
    assert (item["group"], item["kind"], item["left_out"]) == ("cubic", "unit", True)
    assert item["scale"] == pytest.approx(KBAR, rel=0.1)
    page = (kbar / "out" / "report.html").read_text(encoding="utf-8")
    panel = page[page.index('<section id="contradictions">') :]
    panel = panel[: panel.index("</section>")]
    assert "Contradictory labels" in panel
    assert "looks like kbar" in panel
    assert "left out" in panel


def test_the_user_may_keep_it(kbar, run):
    keep = ("--set", "fit.contradictions=keep")
    done = run("fit", kbar / "fit.yaml", "--no-report", "--output", kbar / "kept", *keep)
    assert "looks like kbar" not in done.stdout
    metrics = json.loads((kbar / "kept" / "metrics.json").read_text())
    assert metrics["contradictions"] == []
    assert metrics["test"]["all"]["forces"]["rmse"] > 1.0


def test_inspect_finds_it(kbar, copper, run):
    assert "stress of group cubic looks like kbar" in run("inspect", kbar / "copper.extxyz").stdout
    assert "energies and forces" not in run("inspect", copper / "copper.extxyz").stdout
