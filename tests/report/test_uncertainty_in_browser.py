"""Panels of expected errors in a real headless Chromium."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from browsing import column, complaints, hover_text, opened, plots
from evaluations import evaluation, with_spreads
from selenium.webdriver.common.by import By

from potlearn.report import ReportInfo, write_report
from potlearn.uncertainty import Spectrum

QUANTITIES = ("energy", "forces", "stress")


@pytest.fixture(scope="module")
def sets():
    """A test set with an infinite grade, and the set of the fit."""
    test = with_spreads(evaluation(n=40, seed=2, file="test.extxyz"))
    gamma = test.spreads.gamma.copy()
    gamma[0], gamma[test.first[7]] = 3.0, np.inf
    test = replace(test, spreads=replace(test.spreads, gamma=gamma))
    return {"train": with_spreads(evaluation(n=200, seed=1)), "test": test}


@pytest.fixture(scope="module")
def report(tmp_path_factory, sets):
    """Address of the report on ``sets``."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    info = ReportInfo(spectrum=Spectrum(np.geomspace(1, 1e5, 80), 1e5))
    write_report(path, sets, info)
    return path.as_uri()


@pytest.fixture
def page(browser, report):
    """The report with every plot drawn."""
    opened(browser, report)
    return browser


def test_every_plot_is_drawn(page):
    shown = plots(page)
    figures = {key for kind, _, key in shown if kind == "figure"}
    assert figures == {"calibration-0", "calibration-1", "grades-0", "grades-1", "covariance"}
    for name in ("train", "test"):
        for quantity in QUANTITIES:
            div = shown["against", name, quantity]
            assert div.find_elements(By.CSS_SELECTOR, ".scatterlayer .point")
    for key in figures:
        assert shown["figure", "", key].find_elements(By.CSS_SELECTOR, ".js-line")
    assert complaints(page) == []


def test_many_components_are_shaded(page):
    dense = plots(page)["against", "train", "forces"]
    picture = dense.find_element(By.CSS_SELECTOR, ".heatmaplayer image")
    assert picture.size["width"] > 100
    count = "return arguments[0].querySelectorAll('.scatterlayer .point').length"
    assert page.execute_script(count, dense) == 300


def test_hovering_shows_where_a_point_comes_from(page, sets):
    text = hover_text(page, plots(page)["against", "test", "energy"])
    match = re.match(r"test\.extxyz:(\d+)\w+error (\S+) meV/atomstandard deviation (\S+) meV", text)
    assert match, text
    made, i = sets["test"], int(match[1])
    error = 1e3 * abs(made.energy_pred[i] - made.energy_ref[i])
    assert float(match[2]) == pytest.approx(error, rel=0.01)
    assert float(match[3]) == pytest.approx(1e3 * made.spreads.energy[i], rel=0.01)


def test_infinite_grades_sort_as_the_largest(page):
    table = page.find_elements(By.CSS_SELECTOR, "#grades table")[-1]
    heading = table.find_elements(By.CSS_SELECTOR, "thead th button")[4]
    heading.click()
    values = column(page, table, 4)
    assert values[:2] == ["∞", "3.00"]
    heading.click()
    assert column(page, table, 4)[-2:] == ["3.00", "∞"]


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_sticks_out_of_the_page(browser, report, width):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    opened(browser, report)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    cut = browser.execute_script(
        "return [...document.querySelectorAll('.plot')].filter((div) => {"
        "  const box = div.getBoundingClientRect();"
        "  return [...div.querySelectorAll('.xtick text, .ytick text, .legendtext, .xtitle')].some("
        "    (t) => { const b = t.getBoundingClientRect();"
        "      return b.left < box.left - 1 || b.right > box.right + 1"
        "        || b.bottom > box.bottom + 1; });"
        "}).map((div) => div.dataset.plot + div.dataset.set + div.dataset.quantity)"
    )
    assert cut == []
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("labelled", [("energy",), ()])
def test_a_tiny_report(browser, tmp_path, labelled):
    made = with_spreads(evaluation(n=1, atoms=(1, 2), labelled=labelled))
    write_report(tmp_path / "tiny.html", {"test": made})
    opened(browser, (tmp_path / "tiny.html").as_uri())
    assert complaints(browser) == []
    assert bool(browser.find_elements(By.ID, "expected")) == bool(labelled)
    assert browser.find_elements(By.ID, "grades")
