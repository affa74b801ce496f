"""Version, licence and citation agree wherever they stand."""

import tomllib
from pathlib import Path

import yaml

import potlearn

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_one_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert PROJECT["version"] == potlearn.__version__ == citation["version"]
    assert f"## {potlearn.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_one_licence_and_that_of_the_pair_style():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert PROJECT["license"] == "MIT AND GPL-2.0-only"
    assert citation["license"] == "MIT"
    own, pair_style = (ROOT / path for path in PROJECT["license-files"])
    assert "The potlearn developers" in own.read_text()
    assert pair_style.parent.relative_to(ROOT).as_posix() in own.read_text()
    assert "GNU GENERAL PUBLIC LICENSE\n                       Version 2" in pair_style.read_text()
    for path in pair_style.parent.rglob("*.cpp"):
        assert path.read_text().startswith("// SPDX-License-Identifier: GPL-2.0-only\n")


def test_all_brings_every_optional_part():
    extras = PROJECT["optional-dependencies"]
    parts = extras["all"][0].split("[")[1].rstrip("]").split(",")
    assert set(extras) - set(parts) == {"all", "test", "docs", "dev"}
