"""Reports of selections, comparisons and searches in a real headless Chromium."""

import re

import numpy as np
import pytest
from browsing import complaints, hover_text, opened, plots, requests
from selenium.webdriver.common.by import By

from potlearn.report import (
    ReportInfo,
    SelectionView,
    write_comparison_report,
    write_search_report,
    write_selection_report,
)
from potlearn.select import KDPP
from potlearn.studies import Cell, Estimate, Table

EVIL = "<script>alert(1)</script>"
N = 300


@pytest.fixture(scope="module")
def view():
    """Thirty of 300 rows in two groups, one of which has a name that is markup."""
    X = np.random.default_rng(0).normal(size=(N, 40)) * np.linspace(1, 0.1, 40)
    selector = KDPP(30, random_state=0).fit(X)
    return SelectionView(
        title="30 configurations chosen by kdpp",
        summary="A test.",
        sources=[f"/somewhere/all.extxyz:{i}" for i in range(N)],
        groups=[EVIL if i % 3 else "bulk" for i in range(N)],
        X=X,
        chosen=selector.selected_idx_,
        scores=selector.selection_.scores,
        inclusion=selector.inclusion_probabilities(X),
        settings={"Selection": {"method": "kdpp"}},
    )


def table():
    """Three methods, one of which has no numbers at the larger size."""
    rng = np.random.default_rng(0)
    records = {}
    for m, method in enumerate(("random", "k-DPP", EVIL)):
        for size in (10, 20, 40):
            for seed in range(5):
                cell = Cell(method, size, seed)
                error = (10 / size) * (1 - 0.3 * m) * rng.uniform(0.9, 1.1)
                record = {"energy_mae": 0.01 * error, "forces_mae": 0.1 * error}
                record |= {"condition": 1e6 / size, "atoms": 8 * size}
                failed = method == "k-DPP" and size == 40
                records[cell] = {"error": "k is above the rank"} if failed else record
    return Table(records)


def test_the_selection_shows_every_configuration(browser, view, tmp_path):
    write_selection_report(tmp_path / "report.html", view)
    address = (tmp_path / "report.html").as_uri()
    opened(browser, address)
    assert complaints(browser) == []
    assert {url for url in requests(browser) if not url.startswith(("data:", "blob:"))} == {address}
    shown = {key[2]: div for key, div in plots(browser).items()}
    assert set(shown) == {"map", "spectrum", "nearest", "inclusion"}
    count = "return arguments[0].querySelectorAll('.scatterlayer .point').length"
    assert browser.execute_script(count, shown["map"]) == N
    assert browser.execute_script(count, shown["inclusion"]) == N
    shown_text = hover_text(browser, shown["map"])
    match = re.match(r"all\.extxyz:(\d+)(.*)", shown_text)
    assert match, shown_text
    assert match[2].startswith(view.groups[int(match[1])])
    groups = browser.find_element(By.CSS_SELECTOR, "#coverage table").text
    assert EVIL in groups
    assert "100" in groups


def test_selected_points_show_order_and_score(browser, view, tmp_path):
    write_selection_report(tmp_path / "report.html", view)
    opened(browser, (tmp_path / "report.html").as_uri())
    texts = browser.execute_script(
        "return document.querySelector('.plot[data-quantity=map]').data[1].text"
    )
    first = int(view.chosen[0])
    assert len(texts) == 30
    assert texts[0].startswith(f"<b>all.extxyz:{first}</b>")
    assert re.search(r"number 1, score 0\.\d+", texts[0])
    assert "<script>" not in "".join(texts)


def test_a_comparison_draws_every_method(browser, tmp_path):
    info = ReportInfo("Compared", "A test.", {"Study": {"seeds": 5}})
    write_comparison_report(tmp_path / "report.html", table(), info)
    opened(browser, (tmp_path / "report.html").as_uri())
    assert complaints(browser) == []
    shown = {key[2]: div for key, div in plots(browser).items()}
    assert set(shown) == {"energy_mae", "forces_mae", "condition"}
    for div in shown.values():
        assert len(div.find_elements(By.CSS_SELECTOR, ".scatterlayer .js-line")) == 3
    savings = browser.find_element(By.CSS_SELECTOR, "#savings").text
    assert EVIL in savings
    tables = browser.find_element(By.CSS_SELECTOR, "#table").text
    assert "k above the rank" in tables


def test_a_search_shows_trials_and_the_test_set(browser, tmp_path):
    trials = [
        (i, 1.2 - 0.1 * i, {"method": ("kdpp", "fps")[i % 2], "features": "mean"}) for i in range(6)
    ]
    test = {"best": {"energy_mae": Estimate(1e-3, 0.9e-3, 1.1e-3)}}
    write_search_report(tmp_path / "report.html", trials, test, ReportInfo("Search", "A test.", {}))
    opened(browser, (tmp_path / "report.html").as_uri())
    assert complaints(browser) == []
    (div,) = plots(browser).values()
    assert len(div.find_elements(By.CSS_SELECTOR, ".scatterlayer .point")) >= 6
    assert "1.00 (0.900 to 1.10)" in browser.find_element(By.CSS_SELECTOR, "#test").text


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_sticks_out_of_the_page(browser, view, tmp_path, width):
    write_selection_report(tmp_path / "report.html", view)
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    opened(browser, (tmp_path / "report.html").as_uri())
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("n", [2, 3])
def test_a_tiny_selection(browser, tmp_path, n):
    made = SelectionView("Tiny", "", [f"a.xyz:{i}" for i in range(n)], ["all"] * n,
        np.arange(float(n))[:, None], np.array([0]), np.array([np.inf]))  # fmt: skip
    write_selection_report(tmp_path / "report.html", made)
    opened(browser, (tmp_path / "report.html").as_uri())
    assert complaints(browser) == []
    assert {key[2] for key in plots(browser)} == {"map", "spectrum", "nearest"}
