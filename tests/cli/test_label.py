"""``potlearn label``: files in, a database out, which the other commands read."""

import json

import pytest
from ase.build import bulk
from ase.io import read, write

import potlearn as pl


@pytest.fixture
def run(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frames = [bulk("Cu", a=3.5 + 0.02 * k, cubic=True) for k in range(12)]
    for k, atoms in enumerate(frames):
        atoms.rattle(0.05, seed=k)
        atoms.info["config_type"] = "strained"
    write("pool.extxyz", [*frames, bulk("Si")])
    return run


LABEL = ("label", "pool.extxyz", "--calculator", "emt", "--output")


def test_labels_in_a_database(run):
    done = run(*LABEL, "a.db")
    assert done.exit_code == 0, done.output
    assert "no label: pool.extxyz:12: NotImplementedError: No EMT-potential for Si" in done.output
    assert "12 of 13 configurations have labels: 13 calculated now, 0 were there" in done.output
    assert "0 calculated now, 13 were there" in run(*LABEL, "a.db").output
    shown = run("label", "--show", "a.db").output
    assert "12 labels, 1 failed, 0 not calculated yet" in shown
    assert "No EMT-potential for Si" in shown


def test_other_commands_read_the_database(run):
    run(*LABEL, "a.db")
    inspected = json.loads(run("inspect", "a.db", "--json", "--no-labels").output)
    assert inspected["n_configurations"] == 12
    fit = ("--set", "output.report=false", "--output", "fit")
    done = run("fit", "a.db", *fit)
    assert done.exit_code == 0, done.output
    assert pl.load("fit/model.potl").predict(pl.read("a.db")[0]).energy is not None


def test_labels_in_extended_xyz(run):
    done = run(*LABEL, "a.extxyz")
    assert "written: a.extxyz, a.db" in done.output
    data = pl.read("a.extxyz")
    assert len(data) == 12
    assert data.labels(3).energy == pytest.approx(pl.read("a.db").labels(3).energy)
    assert {"REF_energy", "REF_stress", "config_type"} <= set(read("a.extxyz").info)
    elsewhere = run(*LABEL, "b.extxyz", "--database", "labels.db")
    assert "written: b.extxyz, labels.db" in elsewhere.output


def test_settings_of_a_file_and_of_the_command_line(run, tmp_path):
    (tmp_path / "lj.yaml").write_text("sigma: 2.3\nepsilon: 0.4\n")
    lj = ("label", "pool.extxyz", "--calculator", "lj", "--output", "a.db")
    assert run(*lj, "--settings", "lj.yaml").exit_code == 0
    same = run(*lj, "--set", "sigma=2.3", "--set", "epsilon=0.4")
    assert "0 calculated now" in same.output
    other = run(*lj, "--settings", "lj.yaml", "--set", "sigma=2.4")
    assert "13 calculated now" in other.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("label", "pool.extxyz"), "--calculator and --output: missing"),
        ((*LABEL, "a.txt"), "expected a name in .db or .extxyz, or postgresql://..., got a.txt"),
        ((*LABEL, "pool.extxyz"), "pool.extxyz is a file that is read"),
        ((*LABEL, "a.db", "--database", "b.db"), "this output is a database itself"),
        ((*LABEL, "a.db", "--properties", "energy,spin"), "properties"),
        (("label", "pool.extxyz", "--calculator", "gpow", "--output", "a.db"), "did you mean gpaw"),
        (("label", "--show", "absent.db"), "absent.db: no such database"),
        ((*LABEL, "a.db", "--set", "colour"), "expected key.path=value"),
    ],
)
def test_mistakes_are_named(run, tmp_path, arguments, message):
    done = run(*arguments)
    assert done.exit_code == 2
    assert message in " ".join(done.output.replace("│", " ").split())
    assert not (tmp_path / "a.db").exists()
