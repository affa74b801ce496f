"""A page in a real headless Chromium: what is drawn, told and asked for."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
)


def found(*names):
    """Path of the first program that is installed; if none is, a failure in CI, else a skip."""
    for name in names:
        if path := shutil.which(name):
            return path
    missing = f"no {names[0]}: apt-get install chromium chromium-driver"
    return pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)


def opened(browser, address):
    """Load a page, forget what was logged before, and draw every plot."""
    browser.get("about:blank")
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(address)
    result = browser.execute_async_script(
        "const done = arguments[0], { ready, drawAll } = potlearnReport;"
        "ready.then(drawAll).then(() => done('drawn'), (error) => done(String(error)));"
    )
    assert result == "drawn"


def plots(browser):
    """Places of plots by kind, set and quantity."""
    return {
        tuple(div.get_attribute(f"data-{name}") for name in ("plot", "set", "quantity")): div
        for div in browser.find_elements(By.CSS_SELECTOR, ".plot")
    }


def hover_text(browser, div):
    """Text that appears with the pointer on the first of a plot's points, or on one over it."""
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", div)
    marks = div.find_elements(By.CSS_SELECTOR, ".scatterlayer .point")
    ActionChains(browser).move_to_element(marks[0]).perform()
    shown = div.find_elements(By.CSS_SELECTOR, ".hoverlayer .hovertext")
    return "".join(element.text for element in shown)


def column(browser, table, index):
    """Texts of a column, first lines only."""
    cells = browser.execute_script(
        "const [table, index] = arguments;"
        "return [...table.tBodies[0].rows].map((row) => row.cells[index].firstChild.data)",
        table,
        index,
    )
    return list(cells)


def complaints(browser):
    """Console messages, without those of the browser about itself."""
    return [entry["message"] for entry in browser.get_log("browser")]


def requests(browser):
    """Addresses that the page asked for."""
    messages = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
    sent = (m["params"] for m in messages if m["method"] == "Network.requestWillBeSent")
    return [p["request"]["url"] for p in sent if not p["documentURL"].startswith("chrome")]
