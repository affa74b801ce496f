"""A fit with an uncertainty shows it in its report; a fit without one shows nothing of it."""

import re

import numpy as np
import pytest
import yaml
from ase.io import read, write

import potlearn as pl

PANELS = ["expected", "against", "grades", "spectrum"]
WERE_IN = "were in the fit: says nothing of new configurations"


def panels(folder):
    """Panels of uncertainty of a report, by name."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    found = re.findall(r'<section id="(\w+)">(.*?)</section>', page, re.DOTALL)
    return {name: panel for name, panel in found if name in PANELS}


@pytest.fixture(scope="module")
def outcome(copper, tmp_path_factory):
    """A small fit of copper with an uncertainty."""
    given = yaml.safe_load((copper / "fit.yaml").read_text())
    given["data"]["file"] = str(copper / "copper.extxyz")
    given["fit"] = {"solver": "bayesian"}
    given["output"] = {"folder": str(tmp_path_factory.mktemp("out") / "fit")}
    return pl.tasks.fit(given)


def test_a_fit_with_an_uncertainty_has_panels_and_figures(outcome):
    found = panels(outcome.folder)
    assert list(found) == PANELS
    assert f"<b>Train</b>: all configurations {WERE_IN}." in found["expected"]
    assert "6 configurations say little" in found["expected"]
    names = {path.name for path in (outcome.folder / "figures").iterdir()}
    assert {"calibration.pdf", "error_against_std.pdf"} < names


def test_the_spectrum_gives_the_effective_number_of_parameters(outcome):
    spectrum = pl.uncertainty.Spectrum.of(outcome.result)
    info = outcome.result.info
    assert spectrum.effective == pytest.approx(info.effective_parameters, rel=1e-6)
    assert len(spectrum.stds) == outcome.potential.coefficients.size
    assert np.all(np.diff(spectrum.stds) >= 0)
    words = f"The data decide <b>{spectrum.decided} of {len(spectrum.stds)}</b> combinations"
    assert words in panels(outcome.folder)["spectrum"]


def test_an_evaluation_says_what_was_in_the_fit(outcome, copper, tmp_path):
    model, data = outcome.folder / "model.potl", tmp_path / "some.extxyz"
    new = [atoms for atoms in read(outcome.folder / "predictions_test.extxyz", ":")]
    old = read(copper / "copper.extxyz", ":")
    write(data, old)
    settings = {"model": [str(model)], "data": str(data), "output": str(tmp_path / "out")}
    pl.tasks.evaluate(settings)
    found = panels(tmp_path / "out")
    assert list(found) == PANELS[:3]
    assert f"{len(old) - len(new)} of {len(old)} configurations {WERE_IN}" in found["expected"]


def test_a_fit_without_an_uncertainty_has_none_of_it(copper, tmp_path):
    given = yaml.safe_load((copper / "fit.yaml").read_text())
    given["data"]["file"] = str(copper / "copper.extxyz")
    given["output"] = {"folder": str(tmp_path / "fit")}
    outcome = pl.tasks.fit(given)
    assert panels(outcome.folder) == {}
    assert not (outcome.folder / "figures" / "calibration.pdf").exists()
