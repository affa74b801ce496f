"""A configuration that is found: its text, what it says, and the same again."""

import shutil

import numpy as np
import pytest
from ase.build import molecule
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import read, write
from copper_fit import copper

from potlearn import tasks
from potlearn.cli.config_file import load_config
from potlearn.errors import ConfigError
from potlearn.tasks.data import load
from potlearn.tasks.descriptor import make_descriptor

__all__ = ["copper"]


@pytest.fixture(scope="module")
def found(copper, tmp_path_factory):
    """Outcome of a search on the copper file, and its settings."""
    folder = tmp_path_factory.mktemp("found")
    shutil.copy(copper / "copper.extxyz", folder / "mine.extxyz")
    settings = {"files": folder / "mine.extxyz", "output": folder / "fit.yaml"}
    settings |= given(descriptor={"cutoff": 4.0})
    return tasks.find(settings), settings


def given(**sections):
    return {"given": sections}


def test_the_file_holds_what_was_chosen_and_why(found):
    outcome, _ = found
    config = load_config(outcome.path)
    degrees = ", ".join(f"{d:g}" for d in config.descriptor.degree)
    assert any(f"order {config.descriptor.order}, degrees {degrees}" in s for s in outcome.summary)
    assert f"# cutoff {config.descriptor.cutoff:g} Å" in outcome.text
    assert "Found by held-out errors (five folds of 22 of 22 training" in outcome.text
    assert "# Cutoffs, compared with" in outcome.text
    assert config.descriptor.cutoff == 4
    assert "saves less than 10 %" in outcome.text
    assert "# Weights, compared with" in outcome.text
    assert max(map(len, outcome.summary)) < 130


def test_alternatives_are_valid_settings(found):
    outcome, _ = found
    lines = outcome.text.splitlines()
    starts = [i for i, line in enumerate(lines) if "of the force time, held-out" in line]
    assert starts
    for i in starts:
        changed = [line for line in lines if not line.startswith(("  order:", "  degree:"))]
        at = changed.index(lines[i])
        for k in (at + 1, at + 2):
            changed[k] = changed[k].replace("# ", "", 1)
        outcome.path.with_name("other.yaml").write_text("\n".join(changed))
        other = load_config(outcome.path.with_name("other.yaml")).descriptor
        assert other.degree != load_config(outcome.path).descriptor.degree


def test_the_same_again_is_the_file_that_is_there(found):
    outcome, settings = found
    again = tasks.find(settings)
    assert again.text == outcome.text
    assert again.summary == ()


@pytest.mark.parametrize("change", ["data", "text"])
def test_a_file_of_another_search_or_with_changes_stays(found, change):
    outcome, settings = found
    if change == "text":
        changed = outcome.text.replace("seed: 0", "seed: 1")
        outcome.path.with_name("text.yaml").write_text(changed)
        settings = settings | {"output": outcome.path.with_name("text.yaml")}
    else:
        other = outcome.path.with_name("half.extxyz")
        write(other, read(settings["files"], "::2"), format="extxyz")
        settings = settings | {"files": other}
    with pytest.raises(ConfigError, match="exists and has other content"):
        tasks.find(settings)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        (given(descriptor={"degree": 5.0}), "Not searched: descriptor.degree given"),
        (given(descriptor={"family": "pod"}), "Not searched: descriptor.family given"),
        (given(data={"split": {"test": 0.5}}), "12 different configurations, too few"),
    ],
)
def test_what_cannot_be_searched_has_the_defaults_and_says_so(found, tmp_path, settings, reason):
    files = found[1]["files"]
    outcome = tasks.find({"files": files, "output": tmp_path / "fit.yaml"} | settings)
    assert reason in outcome.summary[0]
    assert reason in outcome.text
    first = tasks.init({"files": files, "output": tmp_path / "init.yaml"})
    kept = [line for line in outcome.text.splitlines() if not line.startswith("#")]
    assert kept == [line for line in first.text.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("first", ["init", "find"])
def test_an_unchanged_file_of_other_settings_is_written_again(found, tmp_path, first):
    settings = {"files": found[1]["files"], "output": tmp_path / "fit.yaml"}
    if first == "init":
        tasks.init(settings)
    else:
        tasks.find(settings | given(descriptor={"degree": 6.0}))
    outcome = tasks.find(settings | given(descriptor={"order": 2}))
    assert "descriptor.order given" in outcome.summary[0]
    outcome.path.write_text(outcome.text + "# mine\n")
    with pytest.raises(ConfigError, match="other content"):
        tasks.find(settings)


def test_workers_and_the_output_are_no_other_search(found):
    outcome, settings = found
    more = {"fit": {"workers": 2}, "output": {"report": False}}
    again = tasks.find(settings | {"given": {**settings["given"], **more}})
    assert again.text == outcome.text


def test_a_mistake_in_the_given_settings_is_an_error(found, tmp_path):
    settings = {"files": found[1]["files"], "output": tmp_path / "fit.yaml"}
    with pytest.raises(ConfigError, match="did you mean 'weights'"):
        tasks.find(settings | given(fit={"wieghts": 1}))
    assert not settings["output"].exists()


def test_the_default_of_molecules_is_that_of_their_bonds(tmp_path):
    rng = np.random.default_rng(0)
    frames = []
    for _ in range(30):
        atoms = molecule("H2O")
        atoms.rattle(0.05, rng=rng)
        atoms.calc = SinglePointCalculator(
            atoms, energy=rng.normal(), forces=rng.normal(size=(3, 3))
        )
        frames.append(atoms)
    write(tmp_path / "water.xyz", frames, format="extxyz")
    settings = {"files": tmp_path / "water.xyz", "output": tmp_path / "fit.yaml"}
    outcome = tasks.find(settings | given(descriptor={"cutoff": 5.0}))
    config = load_config(outcome.path)
    descriptor = make_descriptor(config.descriptor, load(config.data).sets["train"])
    assert descriptor.order <= 3
    assert descriptor.pairs["H-O"]["kind"] == "agnesi_jacobi"
    assert f"  # {descriptor.n_features} functions" in outcome.text
