"""``potlearn learn`` from the command line."""

import re
import resource
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from ase.build import bulk

import potlearn as pl
from potlearn.cli.config_file import load_section
from potlearn.runtime import packages, working_alone
from potlearn.tasks import LearnConfig

QUICK = (
    *("--set", "explore.steps=20", "--set", "explore.atoms=8", "--set", "start.count=6"),
    *("--set", "protect=false", "--set", "triggers=[{kind: interval, every: 10}]"),
    *("--set", "descriptor={family: ace, cutoff: 4.0, order: 2, degree: [6, 5]}"),
)


def test_an_element_and_a_calculator_are_enough(run, tmp_path):
    folder = tmp_path / "learned"
    command = ("learn", "--element", "Si", "--calculator", "stillinger-weber", "--labels", 9)
    done = run(*command, "--output", folder, *QUICK)
    assert done.exit_code == 0, done.output
    assert "ended by budget: 9 of 9 labels were spent" in done.output
    assert len(pl.read(folder / "set.extxyz")) == 9
    assert pl.load(folder / "model.potl").species == ("Si",)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "9 labels spent" in page
    assert (folder / "learning.png").stat().st_size > 1000
    shown = run("learn", folder, "--show")
    assert shown.exit_code == 0, shown.output
    assert "ended by budget" in shown.output
    assert "a candidate: interval 0.5." in (folder / "report.html").read_text(encoding="utf-8")
    with hidden("plotly"):
        shown = run("learn", folder, "--show")
    assert shown.exit_code == 0, shown.output
    assert "no page: " in shown.output
    assert "pip install 'potlearn[report]'" in " ".join(shown.output.split())


@contextmanager
def hidden(module):
    """A machine on which a package is not installed."""
    with pytest.MonkeyPatch.context() as patch:
        find = packages.find_spec
        patch.setattr(packages, "find_spec", lambda name: None if name == module else find(name))
        yield


def test_the_second_command_in_a_folder_is_refused(run, tmp_path):
    with working_alone(tmp_path / "learned"):
        command = ("learn", "--element", "Si", "--calculator", "stillinger-weber", "--labels", 9)
        done = run(*command, "--output", tmp_path / "learned", *QUICK)
    assert done.exit_code == 2, done.output
    assert "another process works in this folder (process" in " ".join(done.output.split())


def test_a_structure_and_a_calculator_are_enough(run, tmp_path):
    file = tmp_path / "start.xyz"
    atoms = bulk("Cu", cubic=True)
    del atoms[0]
    atoms.write(file, format="extxyz")
    command = ("learn", file, "--calculator", "emt", "--labels", 7)
    done = run(*command, "--output", tmp_path / "learned", *QUICK)
    assert done.exit_code == 0, done.output
    assert re.search(r"budget: 7 of 7", done.output)


def test_labels_may_come_from_another_python(run, tmp_path):
    command = ("learn", "--element", "Cu", "--calculator", "emt", "--labels", 7)
    python = ("--set", f"calculator.python={sys.executable}")
    done = run(*command, *python, "--output", tmp_path / "learned", *QUICK)
    assert done.exit_code == 0, done.output
    assert re.search(r"budget: 7 of 7", done.output)
    none = ("--set", f"calculator.python={tmp_path / 'none'}")
    done = run(*command, *none, "--output", tmp_path / "other", *QUICK)
    assert done.exit_code == 2
    assert str(tmp_path / "none") in done.output


def test_the_example_with_gpaw_is_a_configuration():
    file = Path(__file__).parents[2] / "examples" / "learn_gpaw.yaml"
    config = load_section(LearnConfig, file, (), None)
    assert config.calculator.python == "/usr/bin/python3"


def test_a_number_of_labels_replaces_the_budget_alone():
    stop = [{"kind": "budget", "labels": 50}, {"kind": "rounds", "most": 3}]
    given = {"start": {"elements": ["Cu"]}, "calculator": {"name": "emt"}, "stop": stop}
    config = LearnConfig.of(given).with_budget(7)
    assert [(rule.kind, rule.model_dump()) for rule in config.stop] == [
        ("budget", {"kind": "budget", "labels": 7}),
        ("rounds", {"kind": "rounds", "most": 3}),
    ]
    assert config.start == LearnConfig.of(given).start


def test_the_schema_has_every_part(run):
    done = run("learn", "--schema")
    assert done.exit_code == 0
    for word in ("stein_langevin", "committee", "converged"):
        assert word in done.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--element", "Si"), "--calculator: missing"),
        (("--element", "Sx", "--calculator", "emt"), "not a chemical symbol"),
        (("--element", "Cu", "--calculator", "emt", "--set", "triggers=[{kind: x}]"), "expected"),
        (
            (
                "--element",
                "Cu",
                "--calculator",
                "emt",
                "--set",
                "triggers=[{kind: gamma, stop: 1.0}]",
            ),
            "expected at least limit",
        ),
        (("--element", "Cu", "--calculator", "emt", "--labels", "0"), "nothing to fit to"),
        (("--element", "Cu", "--calculator", "vasp"), "calculator vasp: CalculatorSetupError"),
        (("--element", "Si", "--calculator", "emt"), "NotImplementedError: No EMT-potential for"),
        (
            ("--element", "Cu", "--calculator", "emt", "--set", "explore.timestep=90"),
            "explore: Cu 0, 1000 K: dynamics: timestep: in 90 fs an atom of Cu moves",
        ),
        (
            ("--element", "Cu", "--calculator", "emt", "--set", "fit.weights.key=w"),
            "no weights of their own",
        ),
    ],
)
def test_what_is_wrong_is_said(run, tmp_path, arguments, words):
    done = run("learn", *arguments, "--output", tmp_path / "learned")
    assert done.exit_code == 2, done.output
    assert words in " ".join(done.output.split())


def test_structures_whose_atoms_overlap_are_refused(run, tmp_path):
    atoms = bulk("Cu", cubic=True)
    atoms.positions[1] = atoms.positions[0]
    atoms.write(tmp_path / "start.xyz", format="extxyz")
    given = ("learn", tmp_path / "start.xyz", "--calculator", "emt", "--labels", 7)
    done = run(*given, "--output", tmp_path / "learned", *QUICK)
    assert done.exit_code == 2, done.output
    assert "atoms 0 and 1 are 0 Å apart" in " ".join(done.output.split())


def test_a_full_disk_is_named_and_the_same_command_continues(tmp_path):
    command = [sys.executable, "-m", "potlearn.cli", "learn", "--element", "Si"]
    command += ["--calculator", "stillinger-weber", "--labels", "9", *QUICK, "--output", "learned"]

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    for options, code in (({"preexec_fn": limit}, 2), ({}, 0)):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, **options)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        assert ("cannot be" in done.stderr) == (code == 2)
    assert len(pl.read(tmp_path / "learned" / "set.extxyz")) == 9


def test_a_folder_without_learning_is_refused(run, tmp_path):
    done = run("learn", tmp_path, "--show")
    assert done.exit_code == 2
    assert "expected the folder of potlearn learn" in " ".join(done.output.split())
