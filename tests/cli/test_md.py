"""``potlearn md`` on the command line: files, stops, mistakes in the configuration."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from argon import ARGON, RUN, solid
from ase.io import read, write

from potlearn import tasks
from potlearn.errors import ConfigError

BASE = RUN | {"steps": 60, "every": 20, "output": {"folder": "out"}}


@pytest.fixture
def write_config(tmp_path):
    """Writes ``md.yaml`` beside the potential."""

    def write_config(**changes):
        ARGON.save(tmp_path / "argon.potl")
        path = tmp_path / "md.yaml"
        given = {k: v for k, v in (BASE | changes).items() if v is not None}
        path.write_text(yaml.safe_dump(given))
        return path

    return write_config


def test_a_run_writes_what_it_says(run, write_config, tmp_path):
    output = {"folder": "out", "formats": ["extxyz", "traj"]}
    done = run("md", write_config(output=output))
    assert done.exit_code == 0, done.output
    assert "0.3 ps (60 steps) without a stop" in done.output
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        *("trajectory.extxyz", "trajectory.traj", "thermo.csv", "last.extxyz", "config.yaml"),
        *("checkpoint", "md.png", "md.pdf"),
    }
    plain, ases = (read(tmp_path / "out" / f"trajectory.{e}", ":") for e in ("extxyz", "traj"))
    assert len(plain) == len(ases) == 4
    for a, b in zip(plain, ases, strict=True):
        np.testing.assert_array_equal(a.positions, b.positions)
        np.testing.assert_array_equal(a.get_momenta(), b.get_momenta())
        assert a.get_potential_energy() == b.get_potential_energy()
    again = run("md", tmp_path / "out" / "config.yaml")
    assert again.exit_code == 0, again.output
    assert again.output == done.output


def test_a_run_that_is_stopped_says_why(run, write_config):
    done = run(
        "md", write_config(watch={"exploding": {"temperature": 1.0}}, output={"figure": False})
    )
    assert done.exit_code == 3
    assert "stopped after 0 ps (step 0): atom" in done.output
    assert "the temperature rose to" in done.output


def test_a_start_from_a_file(write_config, tmp_path):
    frames = [solid(), solid(1)]
    write(tmp_path / "start.extxyz", frames)
    config = yaml.safe_load(write_config(start=str(tmp_path / "start.extxyz")).read_text())
    config["potential"] = str(tmp_path / "argon.potl")
    config["output"] = {"folder": str(tmp_path / "file"), "figure": False}
    assert len(tasks.simulate(config).simulated.atoms) == 4
    config["start"] = {"file": str(tmp_path / "start.extxyz"), "index": 0, "repeat": [1, 1, 2]}
    config["output"] = {"folder": str(tmp_path / "other"), "figure": False}
    assert len(tasks.simulate(config).simulated.atoms) == 64


MISTAKES = {
    "ensembel: unknown key; did you mean 'ensemble'": {"ensembel": "nve"},
    "expected a 'potential', or else a 'calculator'": {"potential": None},
    "expected a 'file', or else a 'crystal'": {"start": {"repeat": 2}},
    "unknown ensemble 'nvx'": {"ensemble": "nvx"},
    "timestep": {"timestep": 1000.0},
    "steps: missing": {"steps": None},
    "unknown watch 'grade'": {"watch": {"grade": 3}},
    "watch: gamma: limit: expected": {"watch": {"gamma": "high"}},
    "absent.potl": {"potential": "absent.potl"},
    "has no frame 7": {"start": {"file": "one.extxyz", "index": 7}},
    "no such file": {"start": "absent.extxyz"},
    "crystal: ArX": {"start": {"crystal": "ArX"}},
    "the potential does not know|Kr": {"start": {"crystal": "Kr", "repeat": 2}},
    "has no uncertainty": {"watch": {"gamma": 3.0}},
}


@pytest.mark.parametrize("words", MISTAKES)
def test_mistakes_are_named_before_the_first_step(run, write_config, tmp_path, words):
    write(tmp_path / "one.extxyz", solid())
    done = run("md", write_config(**MISTAKES[words]))
    assert done.exit_code == 2
    assert any(word in done.stderr for word in words.split("|")), done.stderr
    assert not (tmp_path / "out" / "trajectory.extxyz").exists()


def test_another_run_in_the_folder_is_refused(run, write_config, tmp_path):
    path = write_config(output={"folder": "out", "figure": False})
    assert run("md", path).exit_code == 0
    before = (tmp_path / "out" / "trajectory.extxyz").read_bytes()
    done = run("md", path, "--set", "temperature=50")
    assert done.exit_code == 2
    assert "belongs to another run (other settings)" in done.stderr
    assert (tmp_path / "out" / "trajectory.extxyz").read_bytes() == before
    assert run("md", path, "--set", "temperature=50", "--output", tmp_path / "b").exit_code == 0


FAULTS = {
    "NotImplementedError: No EMT-potential for Si": {"name": "emt"},
    "the calculator failed after step 0: FileNotFoundError: [Errno 2]": {"fault": "no_binary"},
    "the calculator failed after step 0: CalculatorSetupError: no command": {"fault": "no_engine"},
    "the energy of the start is nan": {"fault": "nan"},
    "is inf eV/Å": {"fault": "infinite_force"},
    "no result within 5 s, the timeout": {"fault": "hangs", "timeout": 5.0},
}
"""What a calculator does, and what is said."""


@pytest.mark.parametrize("words", FAULTS)
def test_a_calculator_that_fails_is_named(run, write_config, words, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "workflows" / "labels")
    given = dict(FAULTS[words])
    calculator = {"name": given.pop("name", "calculators:faulty")}
    if "timeout" in given:
        calculator["timeout"] = given.pop("timeout")
    calculator["settings"] = given
    start = {"crystal": "Si" if "EMT" in words else "Cu", "repeat": 3}
    path = write_config(potential=None, start=start, calculator=calculator, timestep=1.0)
    done = run("md", path)
    assert done.exit_code == 2, done.output
    assert words in " ".join(done.stderr.split())


def test_the_schema_has_every_key_with_a_text(run):
    schema = json.loads(run("md", "--schema").output)
    for key in ("start", "potential", "ensemble", "temperature", "timestep", "watch", "output"):
        assert schema["properties"][key]["description"]
    with pytest.raises(ConfigError, match="start"):
        tasks.simulate({"potential": "x.potl"})


def test_files_are_relative_to_the_configuration(run, write_config, tmp_path, monkeypatch):
    path = write_config(output={"figure": False})
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert run("md", Path("..") / path.name).exit_code == 0
    assert (tmp_path / "md" / "thermo.csv").exists()


def test_any_calculator_of_ase_gives_forces(run, write_config, tmp_path):
    changes = {"potential": None, "start": {"crystal": "Cu", "repeat": 2}, "timestep": 2.0}
    output = {"folder": "out", "figure": False}
    path = write_config(**changes, calculator={"name": "emt"}, output=output)
    done = run("md", path)
    assert done.exit_code == 0, done.output
    assert "0.12 ps (60 steps) without a stop" in done.output
    assert len(read(tmp_path / "out" / "trajectory.extxyz", ":")) == 4
    other = write_config(**changes, calculator={"name": "nothing"}, output=output)
    done = run("md", other)
    assert done.exit_code == 2
    assert "nothing" in done.stderr
