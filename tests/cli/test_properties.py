"""The command ``potlearn properties``."""

import csv
import json
import sys

import pytest
from typer.testing import CliRunner

from potlearn.cli.app import app
from potlearn.runtime import working_alone

pytest.importorskip("spglib")
SMALL = ["--set", "structure={prototype: fcc, species: Cu}", "--set", "properties=[lattice, eos]"]


def run(*arguments):
    return CliRunner().invoke(app, ["properties", *map(str, arguments)])


def test_two_models_side_by_side(tmp_path):
    output = tmp_path / "out"
    module = "ase.calculators.emt:EMT"
    done = run("emt", *SMALL, "--reference", module, "--output", output)
    assert done.exit_code == 0, done.output
    assert "4 results calculated, 0 found" in done.output
    rows = list(csv.DictReader((output / "properties.csv").read_text().splitlines()))
    assert {row["property"] for row in rows} == {"lattice", "eos"}
    for row in rows:
        assert float(row["emt"]) == pytest.approx(float(row[module]))
    page = (output / "report.html").read_text()
    assert "Differences are those of emt" in page
    assert (output / "figures" / "equation_of_state.png").exists()
    assert set(json.loads((output / "properties.json").read_text())) == {"emt", module}


def test_the_same_command_finds_its_results(tmp_path):
    first, second = (
        run("emt", *SMALL, "--output", tmp_path / "out", "--set", "output.report=false")
        for _ in range(2)
    )
    assert "2 results calculated, 0 found" in first.output
    assert "0 results calculated, 2 found" in second.output


def test_workers_change_nothing(tmp_path):
    more = ["--set", "properties=[lattice, eos, elastic]", "--set", "output.report=false"]
    for workers in (1, 2):
        out = tmp_path / str(workers)
        done = run("emt", *SMALL, *more, "--workers", workers, "--output", out)
        assert done.exit_code == 0, done.output
        assert "3 results calculated, 0 found" in done.output
    for name in ("properties.json", "properties.csv", "crystals.extxyz"):
        one, two = ((tmp_path / workers / name).read_bytes() for workers in "12")
        assert one == two


def test_a_second_command_in_the_folder_is_refused(tmp_path):
    with working_alone(tmp_path / "out"):
        done = run("emt", *SMALL, "--output", tmp_path / "out")
    assert done.exit_code == 2
    assert "another process works in this folder (process" in " ".join(done.output.split())


def test_a_reference_may_be_in_another_python(tmp_path):
    there = ["--set", f"reference_python={sys.executable}"]
    output = tmp_path / "out"
    done = run("emt", *SMALL, "--reference", "emt", *there, "--output", output)
    assert done.exit_code == 0, done.output
    for row in csv.DictReader((output / "properties.csv").read_text().splitlines()):
        assert float(row["emt"]) == pytest.approx(float(row["emt (reference)"]))
    nowhere = ["--set", "reference_python=/nowhere/python"]
    done = run("emt", *SMALL, "--reference", "emt", *nowhere, "--output", tmp_path / "b")
    assert done.exit_code == 2
    assert "in /nowhere/python: no Python can be started there" in " ".join(done.output.split())


def test_a_configuration_file_names_structure_and_properties(tmp_path):
    from ase.build import bulk

    bulk("Cu").write(tmp_path / "cu.extxyz")
    (tmp_path / "c.yaml").write_text(
        "structure: cu.extxyz\nproperties: {elastic: {strain: 0.01}}\noutput: {report: false}\n"
    )
    done = run("emt", tmp_path / "c.yaml")
    assert done.exit_code == 0, done.output
    assert "C44" in done.output
    assert (tmp_path / "properties" / "properties.csv").exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--set", "properties=[heat]"], "expected one or several of lattice"),
        (
            ["--set", "properties={eos: {volumes: 2}}"],
            "eos: volumes: expected a number not below 5",
        ),
        (["--set", "structure={prototype: fc}"], "fcc"),
        ([], "expected a structure"),
    ],
)
def test_mistakes_in_words(tmp_path, given, words):
    import re

    done = run("emt", *given, "--output", tmp_path / "out")
    assert done.exit_code != 0
    assert re.search(words, done.output), done.output
