"""The report of a study in a real headless Chromium: drawn, hovered over, clicked, resized."""

import pytest
from browsing import complaints, hover_text, opened, plots, requests
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from study_folders import write_study

import potlearn as pl
from potlearn.report import ReportInfo, write_tune_report

THREE = ("energy_mae", "forces_mae", "force_time")


def long_names(trials):
    for i, trial in enumerate(trials):
        trial["parameters"]["descriptor.radial"] = f"radial <b>functions</b> number {i % 30} " * 6


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    """Addresses of reports by kind of study."""
    folder = tmp_path_factory.mktemp("studies")
    kinds = {
        "two": {"n": 300, "n_random": 60},
        "one": {"objectives": ("forces_mae",)},
        "three": {"n": 500, "objectives": THREE},
        "empty": {"constraints": {"force_time": 1e-3}},
        "limited": {"constraints": {"force_time": 5.0}},
        "unfinished": {"saved": False},
        "long": {"change": long_names},
    }
    addresses = {}
    for name, settings in kinds.items():
        tuned = pl.tune.load(write_study(folder / name, **settings))
        path = folder / name / "report.html"
        write_tune_report(path, tuned, ReportInfo(name, "A test."), {"NEP": (30.0, 0.1)})
        addresses[name] = path.as_uri()
    return addresses


def click_front(browser, place):
    """Click the first point of the front; the trial in the text under the pointer."""
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", place)
    marks = place.find_elements(By.CSS_SELECTOR, ".scatterlayer .trace")
    points = marks[1].find_elements(By.CSS_SELECTOR, ".point")
    ActionChains(browser).move_to_element(points[0]).pause(0.2).click().perform()


@pytest.mark.parametrize("name", ["two", "one", "three", "empty", "limited", "unfinished", "long"])
def test_it_is_drawn_without_complaints_or_network(browser, studies, name):
    opened(browser, studies[name])
    assert complaints(browser) == []
    sent = {url for url in requests(browser) if not url.startswith(("data:", "blob:"))}
    assert sent == {studies[name]}
    shown = {key[2] for key in plots(browser)}
    assert any(key.startswith("front-") for key in shown)
    assert ("parallel" in shown) or name == "empty"


def test_a_click_shows_the_command_of_the_point(browser, studies):
    opened(browser, studies["two"])
    place = plots(browser)["figure", "", "front-forces_mae-force_time"]
    command = browser.find_element(By.CSS_SELECTOR, ".command")
    assert not command.is_displayed()
    click_front(browser, place)
    assert command.is_displayed()
    first = browser.find_element(By.CSS_SELECTOR, "#points tbody th").text.split()[0]
    shown = command.find_element(By.TAG_NAME, "code").text
    assert shown.startswith("potlearn fit ")
    assert shown.endswith(f"front/trial_{int(first):04d}/fit.yaml")


def test_hovering_shows_the_configuration(browser, studies):
    opened(browser, studies["two"])
    place = plots(browser)["figure", "", "front-forces_mae-force_time"]
    text = hover_text(browser, place)
    assert text.startswith("trial ")
    assert "cutoff: " in text
    assert "µs/atom" in text


def test_an_unfinished_study_has_no_command(browser, studies):
    opened(browser, studies["unfinished"])
    click_front(browser, plots(browser)["figure", "", "front-forces_mae-force_time"])
    assert not browser.find_element(By.CSS_SELECTOR, ".command").is_displayed()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", ["two", "three", "long"])
def test_nothing_sticks_out_of_the_page(browser, studies, name, width):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    opened(browser, studies[name])
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
