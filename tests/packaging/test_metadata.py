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


def test_one_licence():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert PROJECT["license"] == citation["license"] == "MIT"
    assert "The potlearn developers" in (ROOT / "LICENSE").read_text()


def test_all_brings_every_optional_part():
    extras = PROJECT["optional-dependencies"]
    parts = extras["all"][0].split("[")[1].rstrip("]").split(",")
    assert set(extras) - set(parts) == {"all", "test", "docs", "dev"}
