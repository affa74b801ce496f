"""The files that the documentation shows run, and the documentation shows files that exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
PAGES = sorted((ROOT / "docs").rglob("*.md"))


def run(folder, *command):
    done = subprocess.run(
        [sys.executable, *map(str, command)], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the Python example has run and left its model."""
    folder = tmp_path_factory.mktemp("examples")
    output = run(folder, EXAMPLES / "fit_in_python.py")
    assert re.search(r"energy [\d.]+ meV/atom\nforces \d+ meV/Å", output)
    return folder


def test_python_example_saves_a_potential(folder):
    assert (folder / "silicon.potl").exists()


def test_ace_example_takes_the_basis_that_is_best_on_held_out_folds(tmp_path):
    output = run(tmp_path, EXAMPLES / "ace_in_python.py")
    held_out = [int(x) for x in re.findall(r"held out: (\d+) meV/Å", output)]
    assert len(held_out) == 3
    assert held_out == sorted(held_out, reverse=True)
    assert float(re.search(r"energy ([\d.]+) meV/atom", output).group(1)) < 8
    assert (tmp_path / "silicon_ace.potl").exists()


def test_selection_example_chooses_the_same_rows_over_processes(tmp_path):
    output = run(tmp_path, EXAMPLES / "select_rows.py")
    assert "same rows: True" in output
    assert float(re.search(r"extrapolation grade: ([\d.]+)", output).group(1)) > 1


def test_dynamics_example_conserves_energy(folder):
    output = run(folder, EXAMPLES / "md_in_ase.py")
    drift = float(re.search(r"drift (-?[\d.]+) µeV/atom", output).group(1))
    assert abs(drift) < 1000


def test_command_line_example_fits(tmp_path):
    command = ("-m", "potlearn.cli", "fit", EXAMPLES / "silicon.yaml", "--output", tmp_path)
    output = run(tmp_path, *command, "--no-report")
    assert "meV/atom" in output
    assert (tmp_path / "lammps" / "in.example").exists()


def test_yace_example_adds_a_core_and_writes_files(tmp_path):
    output = run(tmp_path, EXAMPLES / "yace_in_python.py")
    assert re.search(r"energy -?[\d.]+ eV/atom\npressure -?[\d.]+ eV/Å³\n", output)
    assert "pair_style hybrid/overlay pace zbl 0.8" in output
    assert (tmp_path / "copper.yace").exists()


@pytest.mark.parametrize(
    ("option", "name", "told"),
    [
        ("--compare", "compare_choices.yaml", r"kmeans +[\d.]+ ± [\d.]+"),
        ("--tune", "tune_choice.yaml", r"test, MAE, best: energy [\d.]+ meV/atom"),
    ],
)
def test_study_examples_run(tmp_path, option, name, told):
    command = (
        "-m",
        "potlearn.cli",
        "select",
        option,
        EXAMPLES / name,
        "--output",
        tmp_path / "out",
    )
    output = run(tmp_path, *command, "--set", "output.report=false")
    assert re.search(told, output)


def test_choice_example_pays(tmp_path):
    output = run(tmp_path, EXAMPLES / "choose_configurations.py")
    assert "950 to choose from" in output
    chosen = re.search(r"chosen: energy ([\d.]+) meV/atom, forces ([\d.]+) meV/Å", output)
    random = re.search(r"random: energy ([\d.]+) ± .* forces ([\d.]+) ±", output)
    energy, forces = (float(chosen[k]) / float(random[k]) for k in (1, 2))
    assert energy < 0.5
    assert forces < 0.8
    assert (tmp_path / "copper.potl").exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_include_files_that_exist(page):
    for name in re.findall(r"\{(?:literal)?include\} (\S+)", page.read_text(encoding="utf-8")):
        assert (page.parent / name).resolve().is_file(), name


def test_every_example_is_shown_in_the_documentation():
    shown = " ".join(page.read_text(encoding="utf-8") for page in PAGES)
    for name in os.listdir(EXAMPLES):
        assert f"examples/{name}" in shown or name.startswith("__"), name
