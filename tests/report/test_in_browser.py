"""The report in a real headless Chromium: what a reader sees and can do."""

from __future__ import annotations

import re

import pytest
from browsing import column, complaints, found, hover_text, opened, plots, requests
from evaluations import evaluation
from selenium.common.exceptions import NoAlertPresentException
from selenium.webdriver.common.by import By

from potlearn.report import ReportInfo, SuspiciousLabel, write_report

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def sets():
    """A fit of a usual size; one group has a name that is markup."""
    groups = ("bulk", "md", EVIL, "vacancy")
    test = evaluation(n=40, seed=2, file="test.extxyz", groups=groups)
    return {"train": evaluation(n=480, seed=1, groups=groups), "test": test}


@pytest.fixture(scope="module")
def report(tmp_path_factory, sets):
    """Address of the report on ``sets``."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    records = [SuspiciousLabel("train.extxyz:17", "energy", -5.1, 0.9, 0.03, EVIL)]
    info = ReportInfo("Silicon", "A test.", {"Fit": {"ridge": 1e-9}}, {"reading": 0.3})
    write_report(path, sets, info, suspicious=records)
    return path.as_uri()


@pytest.fixture
def fresh(browser, report):
    """The report just loaded, with every plot drawn, for a test that may change it."""
    opened(browser, report)
    return browser


@pytest.fixture
def page(browser, report):
    """The report with every plot drawn, for tests that leave its plots as they are."""
    if not browser.execute_script("return Boolean(window.unchanged)"):
        opened(browser, report)
        browser.execute_script("window.unchanged = true")
    return browser


def test_it_loads_without_errors_and_without_network(fresh, report):
    assert complaints(fresh) == []
    assert {url for url in requests(fresh) if not url.startswith(("data:", "blob:"))} == {report}


def test_every_plot_has_marks(page):
    kinds = plots(page)
    expected = {("parity", s, q) for s in ("train", "test") for q in ("energy", "forces", "stress")}
    expected |= {("errors", "", q) for q in ("energy", "forces", "stress")}
    expected |= {("angles", s, "") for s in ("train", "test")}
    assert set(kinds) == expected
    for (kind, _, _), div in kinds.items():
        marks = ".js-line" if kind == "errors" else ".scatterlayer .point"
        assert len(div.find_elements(By.CSS_SELECTOR, marks)) >= (2 if kind == "errors" else 40)


def test_point_counts_are_those_of_the_data(page, sets):
    counts = "return arguments[0].querySelectorAll('.scatterlayer .point').length"
    shown = plots(page)
    for name, made in sets.items():
        div = shown["parity", name, "energy"]
        assert page.execute_script(counts, div) == len(made)
    dense = shown["parity", "train", "forces"]
    assert page.execute_script(counts, dense) == 500
    picture = dense.find_element(By.CSS_SELECTOR, ".heatmaplayer image")
    assert picture.size["width"] > 100


def test_hovering_shows_the_configuration_and_its_numbers(page, sets):
    shown_text = hover_text(page, plots(page)["parity", "test", "energy"])
    match = re.match(
        r"test\.extxyz:(\d+)(.*)reference (.*) eV/atomprediction (.*) eV/atom", shown_text
    )
    assert match, shown_text
    made, i = sets["test"], int(match[1])
    assert match[2] == made.groups[i]
    shown = [float(match[k].replace("−", "-")) for k in (3, 4)]
    assert shown == pytest.approx([made.energy_ref[i], made.energy_pred[i]], rel=1e-5)


def test_hovering_shows_atom_and_component(page, sets):
    shown_text = hover_text(page, plots(page)["parity", "train", "forces"])
    match = re.match(
        r"train\.extxyz:(\d+).*, atom (\d+), ([xyz])reference (.*) eV/Åpre", shown_text
    )
    assert match, shown_text
    made = sets["train"]
    atom = made.first[int(match[1])] + int(match[2])
    value = made.forces_ref[atom, "xyz".index(match[3])]
    assert float(match[4].replace("−", "-")) == pytest.approx(value, rel=1e-4)


def test_names_from_files_are_shown_as_text(page):
    with pytest.raises(NoAlertPresentException):
        _ = page.switch_to.alert
    table = page.find_element(By.CSS_SELECTOR, "#groups table")
    assert EVIL in column(page, table, 0)
    assert EVIL in page.find_element(By.CSS_SELECTOR, "#suspicious").text


def test_names_in_hover_texts_are_shown_as_text(browser, tmp_path):
    made = evaluation(n=1, groups=(EVIL,), file="a & b.xyz", labelled=("energy",))
    write_report(tmp_path / "evil.html", {"test": made})
    opened(browser, (tmp_path / "evil.html").as_uri())
    shown_text = hover_text(browser, plots(browser)["parity", "test", "energy"])
    assert shown_text.startswith(f"a & b.xyz:0{EVIL}reference")
    with pytest.raises(NoAlertPresentException):
        _ = browser.switch_to.alert


def test_clicking_a_heading_sorts(page):
    table = page.find_element(By.CSS_SELECTOR, "#groups table")
    heading = table.find_elements(By.CSS_SELECTOR, "thead tr:last-child th")[3]
    for order, state in ((-1, "descending"), (1, "ascending")):
        heading.find_element(By.TAG_NAME, "button").click()
        values = [float(v.replace(",", "")) for v in column(page, table, 3)]
        assert values[1:] == sorted(values[1:], key=lambda v: order * v)
        assert column(page, table, 0)[0] == "All"
        assert heading.get_attribute("aria-sort") == state
    table.find_element(By.CSS_SELECTOR, "thead tr:last-child th button").click()
    names = column(page, table, 0)
    assert sorted(names[1:], key=str.lower) == names[1:]


def test_large_and_missing_numbers_sort_as_numbers(page):
    table = page.find_element(By.CSS_SELECTOR, "#worst table")
    table.find_elements(By.CSS_SELECTOR, "thead th button")[5].click()
    values = [float(text.replace(",", "")) for text in column(page, table, 5)]
    assert values == sorted(values, reverse=True)


def test_the_switch_shows_errors_instead(fresh):
    div = plots(fresh)["parity", "train", "forces"]
    title = "return arguments[0].querySelector('.ytitle').textContent"
    assert fresh.execute_script(title, div) == "Prediction (eV/Å)"
    fresh.find_element(By.CSS_SELECTOR, ".switch [data-view=error]").click()
    assert fresh.execute_script(title, div) == "Error (meV/Å)"
    assert div.find_elements(By.CSS_SELECTOR, ".heatmaplayer image")
    assert complaints(fresh) == []


def test_highlighting_fades_the_other_groups(fresh, sets):
    fresh.find_element(By.CSS_SELECTOR, "select.group option[value=md]").click()
    div = plots(fresh)["parity", "test", "energy"]
    opacities = fresh.execute_script(
        "return [...arguments[0].querySelectorAll('.point')].map((p) => +p.style.opacity)", div
    )
    assert [o > 0.5 for o in opacities] == [group == "md" for group in sets["test"].groups]


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_sticks_out_of_the_page(browser, report, width):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    opened(browser, report)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    frames = browser.execute_script(
        "return [...document.querySelectorAll('.plot .main-svg')]"
        ".map((svg) => svg.getBoundingClientRect().right)"
    )
    assert 0 < max(frames) <= width
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


WHERE = """
const box = document.querySelector('#groups .scroll');
const last = box.querySelector('thead tr:last-child th:last-child');
return {
  edge: last.getBoundingClientRect().right, inside: box.getBoundingClientRect().right,
  hint: getComputedStyle(box.previousElementSibling).display, more: box.dataset.more,
};
"""


@pytest.mark.parametrize(("width", "wide"), [(1300, False), (700, True)])
def test_the_table_of_groups_is_never_cut_off(browser, report, width, wide):
    """All columns are on the page, or the table scrolls to the last one and says so."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False},
    )
    opened(browser, report)
    place = browser.execute_script(WHERE)
    assert (place["edge"] > place["inside"]) == wide
    assert place["inside"] <= width
    assert (place["hint"] != "none") == wide
    assert place["more"] == ("right" if wide else "")
    browser.execute_script("document.querySelector('#groups .scroll').scrollLeft = 10000")
    browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    place = browser.execute_script(WHERE)
    assert place["edge"] <= place["inside"]
    assert place["more"] == ("left" if wide else "")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_plots_fit_on_paper_and_recover(fresh):
    widths = "return [...document.querySelectorAll('.plot .main-svg')].map((s) => s.clientWidth)"
    before = fresh.execute_script(widths)
    fresh.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert max(fresh.execute_script(widths)) < 340
    fresh.execute_script("dispatchEvent(new Event('afterprint'))")
    assert fresh.execute_script(widths) == before


@pytest.mark.parametrize("labelled", [("energy",), ("energy", "forces", "stress"), ()])
def test_a_tiny_report_without_test_set(browser, tmp_path, labelled):
    made = evaluation(n=1, atoms=(1, 2), labelled=labelled)
    write_report(tmp_path / "tiny.html", {"train": made})
    opened(browser, (tmp_path / "tiny.html").as_uri())
    assert complaints(browser) == []
    parity = [key for key in plots(browser) if key[0] == "parity"]
    assert parity == [("parity", "train", quantity) for quantity in labelled]
    for div in plots(browser).values():
        assert div.find_elements(By.CSS_SELECTOR, ".point, .js-line")


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail), ("", pytest.skip)])
def test_a_missing_browser_fails_in_ci_and_skips_elsewhere(monkeypatch, ci, outcome):
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome.Exception, match="apt-get install chromium chromium-driver"):
        found("no-such-browser")
