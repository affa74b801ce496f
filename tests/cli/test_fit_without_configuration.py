"""``potlearn fit DATA``: a configuration is found, or the defaults are taken, and it is said."""

import shutil

import pytest

from potlearn.cli.config_file import load_config

QUICK = ("--no-report", "--set", "reference.repulsive=false", "--set", "descriptor.cutoff=4")


@pytest.fixture
def data(copper, tmp_path, monkeypatch):
    """Copy of the copper file in the working directory."""
    monkeypatch.chdir(tmp_path)
    return shutil.copy(copper / "copper.extxyz", tmp_path / "mine.extxyz")


def test_a_fit_finds_its_configuration_and_says_what_and_why(run, data, tmp_path):
    weights = ("--set", "fit.weights.energy=1000")
    result = run("fit", "mine.extxyz", *QUICK, *weights)
    assert result.exit_code == 0, result.output
    assert "Found by held-out errors (five folds of 22 of 22 training" in result.stdout
    assert "settings of this fit: potential/fit.yaml" in result.stdout
    text = (tmp_path / "potential" / "fit.yaml").read_text()
    assert "# ->" in text
    assert "# Weights, compared" not in text
    order = load_config(tmp_path / "potential" / "fit.yaml").descriptor.order
    assert load_config(tmp_path / "potential" / "config.yaml").descriptor.order == order
    again = run("fit", "mine.extxyz", *QUICK, *weights)
    assert again.exit_code == 0, again.output
    assert "Found by" not in again.stdout


def test_the_defaults_are_one_flag_away(run, data, tmp_path):
    small = ("--set", "descriptor.degree=5", "--set", "descriptor.order=2")
    result = run("fit", "mine.extxyz", "--quick", *QUICK, *small)
    assert result.exit_code == 0, result.output
    assert "Found by" not in result.stdout
    assert run("init", "mine.extxyz", "--output", "init.yaml").exit_code == 0
    quick = (tmp_path / "potential" / "fit.yaml").read_text().splitlines()
    differ = {*quick} ^ {*(tmp_path / "init.yaml").read_text().splitlines()}
    assert all(any(word in line for word in ("file:", "folder:", "potlearn")) for line in differ)


def test_a_basis_that_is_given_is_not_searched(run, data):
    result = run("fit", "mine.extxyz", *QUICK, "--set", "descriptor.max_functions=20")
    assert result.exit_code == 0, result.output
    assert "Not searched: descriptor.max_functions given. These are the defaults." in result.stdout


def test_quick_is_for_data(run, data):
    assert run("init", "mine.extxyz").exit_code == 0
    result = run("fit", "fit.yaml", "--quick")
    assert result.exit_code == 2
    assert "--quick is for data" in result.stderr


def test_init_searches_if_asked(run, data, tmp_path):
    few = (tmp_path / "mine.extxyz").read_text().splitlines(keepends=True)
    (tmp_path / "few.extxyz").write_text("".join(few[: 6 * 3]))
    result = run("init", "few.extxyz", "--search")
    assert result.exit_code == 0, result.output
    assert "too few to compare settings by" in result.stdout
    assert "# Not searched: " in (tmp_path / "fit.yaml").read_text()
