"""Tasks from Python: plain settings in, a folder and a result out, as from the command line."""

import json
from contextlib import contextmanager

import numpy as np
import pytest
import yaml
from typer.testing import CliRunner

import potlearn as pl
from potlearn.cli.app import app
from potlearn.descriptors import POD
from potlearn.errors import ConfigError


@pytest.fixture
def settings(copper, tmp_path):
    """The settings of the small fit, as plain data."""
    given = yaml.safe_load((copper / "fit.yaml").read_text())
    given["data"]["file"] = str(copper / "copper.extxyz")
    given["output"] = {"folder": str(tmp_path / "out"), "report": False}
    return given


def content(folder):
    """Files of a folder by name, without what differs by time and place."""
    found = {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    numbers = json.loads(found.pop(next(p for p in found if p.name == "metrics.json")))
    del numbers["timing"]
    for name in ("config.yaml", "model.potl"):
        del found[next(p for p in found if p.name == name)]
    return found, numbers


def test_a_fit_is_that_of_the_command_line(settings, fitted):
    outcome = pl.tasks.fit(settings)
    assert content(outcome.folder) == content(fitted)
    assert {p.name for p in outcome.folder.iterdir()} == set(outcome.files)
    first = pl.load(fitted / "model.potl")
    np.testing.assert_array_equal(outcome.potential.coefficients, first.coefficients)
    assert outcome.metrics["test"]["all"]["energy"]["n"] == 6
    again = pl.tasks.fit(pl.tasks.FitConfig.of(settings))
    np.testing.assert_array_equal(again.potential.coefficients, first.coefficients)


def test_a_report_is_there_when_it_is_announced_and_gone_when_it_is_not(settings):
    settings["output"]["report"] = True
    outcome = pl.tasks.fit(settings)
    names = {"report.html", "figures"}
    assert names < set(outcome.files) == {p.name for p in outcome.folder.iterdir()}
    (outcome.folder / "notes.txt").write_text("mine")
    settings["output"]["report"] = False
    outcome = pl.tasks.fit(settings)
    assert {p.name for p in outcome.folder.iterdir()} == {*outcome.files, "notes.txt"}
    assert not names & set(outcome.files)


def test_what_the_data_decide_is_noted_and_written(settings):
    basis = {"family": "ace", "cutoff": 9.0, "order": 2, "degree": 5}
    settings["descriptor"] = {"species": settings["descriptor"]["species"], **basis}
    outcome = pl.tasks.fit(settings)
    written = yaml.safe_load((outcome.folder / "config.yaml").read_text())["descriptor"]
    assert written["pairs"]["Cu-Cu"]["kind"] == "agnesi_jacobi"
    assert written["degree"] == [5, 5]
    assert any("agnesi_jacobi for Cu-Cu" in note for note in outcome.notes)
    assert (outcome.folder / "lammps").is_dir()
    settings["descriptor"]["radial"] = {"kind": "sbessel"}
    assert not any("agnesi" in note for note in pl.tasks.fit(settings).notes)


@pytest.mark.parametrize(
    ("output", "keeps"), [({}, True), ({"check_labels": False}, False), ({"report": False}, False)]
)
def test_rows_are_made_once_and_kept_for_the_label_check(settings, monkeypatch, output, keeps):
    made = []

    class Counted(POD):
        def rows(self, atoms, *args, **kwargs):
            made.append(len(atoms))
            return super().rows(atoms, *args, **kwargs)

    monkeypatch.setitem(pl.descriptors.FAMILIES._loaded, "pod", Counted)
    settings |= {"reference": "none", "output": settings["output"] | {"report": True} | output}
    outcome = pl.tasks.fit(settings)
    assert len(made) == 18
    assert outcome.result.rows.keeps is keeps
    assert not any(outcome.result.rows.has(i) for i in range(18))  # closed with the task


@pytest.mark.parametrize(
    ("reference", "stage", "key"),
    [
        ("zbl", "protecting beyond the data", "protect"),
        ({"repulsive": False}, "checking beyond the data", "check beyond"),
        ("none", "checking beyond the data", "check beyond"),
    ],
)
def test_protection_beyond_the_data_is_a_stage_of_its_own(settings, reference, stage, key):
    seen = {}

    @contextmanager
    def stages(name):
        yield lambda done, total: seen.setdefault(name, []).append((done, total))
        seen.setdefault(name, [])

    outcome = pl.tasks.fit(settings | {"reference": reference}, progress=stages)
    assert list(seen) == ["fitting", stage, "evaluating train", "evaluating test"]
    assert list(outcome.timing) == ["read", "fit", key, "evaluate"]
    written = json.loads((outcome.folder / "metrics.json").read_text())
    assert written["timing"][key] == outcome.timing[key]
    assert {"name", "rises", "pressure"} < set(written["beyond"]["crystals"][0])
    assert "energies" not in written["beyond"]["crystals"][0]
    if key == "protect":
        assert seen[stage][-1] == (16, 16)


def test_environment_clusters_are_found_in_the_data(settings):
    settings["descriptor"]["number_of_environment_clusters"] = 2
    descriptor = pl.tasks.fit(settings).potential.descriptor
    assert descriptor.clusters.centroids.shape == (1, 2, 1)


def test_relative_paths_start_from_the_working_directory(settings, copper, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "copper.extxyz").write_bytes((copper / "copper.extxyz").read_bytes())
    settings["data"]["file"], settings["output"]["folder"] = "copper.extxyz", "here"
    pl.tasks.fit(settings)
    written = yaml.safe_load((tmp_path / "here" / "config.yaml").read_text())
    assert written["data"]["file"] == str(tmp_path / "copper.extxyz")


def test_evaluate(fitted, copper, tmp_path):
    given = {"model": fitted / "model.potl", "data": copper / "copper.extxyz"}
    outcome = pl.tasks.evaluate(given)
    assert outcome.files == ()
    assert len(outcome.evaluation) == 24
    written = pl.tasks.evaluate(given | {"output": tmp_path / "new", "report": False})
    assert [path.name for path in written.files] == ["metrics.json", "predictions.extxyz"]
    assert all(path.exists() for path in written.files)
    assert json.loads(written.files[0].read_text()) == written.metrics == outcome.metrics


def test_inspect(copper):
    inspection = pl.tasks.inspect({"files": str(copper / "copper.extxyz")})
    assert inspection.n_configurations == 24
    assert {finding.severity for finding in inspection.findings} == {"info"}


def test_export_and_import(fitted, tmp_path):
    given = {"model": fitted / "model.potl", "output": tmp_path / "Cu", "to": "pod"}
    outcome = pl.tasks.export(given)
    *files, wall, commands = outcome.files
    assert [path.name for path in files] == ["Cu_param.pod", "Cu_coeff.pod"]
    assert wall.name == "Cu.wall.eam.fs"
    assert "pair_style" in commands.read_text()
    back = pl.tasks.import_({"files": files, "output": tmp_path / "back.potl"})
    first = pl.load(fitted / "model.potl").coefficients
    np.testing.assert_array_equal(back.coefficients, first)
    np.testing.assert_array_equal(pl.load(tmp_path / "back.potl").coefficients, first)


def test_descriptors_are_those_of_the_command_line(copper, tmp_path):
    data = copper / "copper.extxyz"
    given = {"files": [data], "output": tmp_path / "a.npz", "descriptor": {"degree": 5}}
    outcome = pl.tasks.descriptors(given | {"features": ["mean", "composition"]})
    arguments = ["descriptors", data, "--output", tmp_path / "b.npz", "--set", "degree=5"]
    arguments += ["--features", "mean", "--features", "composition"]
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    assert done.exit_code == 0, done.output
    with np.load(outcome.file) as ours, np.load(tmp_path / "b.npz") as theirs:
        assert {name: ours[name].shape for name in ours} == outcome.shapes
        for name in ours:
            np.testing.assert_array_equal(ours[name], theirs[name])


@pytest.mark.parametrize(
    ("task", "settings", "message"),
    [
        ("fit", {}, "settings: data: missing"),
        ("fit", 5, r"settings: expected a section \(keys and values\), got 5 \(a number\)"),
        ("evaluate", {"model": "x", "date": "y"}, "date: unknown key; did you mean 'data'"),
        ("evaluate", {"model": 5, "data": "y"}, "model: expected a list, got 5"),
        ("inspect", {"files": []}, r"files: expected at least 1 item, got \[\]"),
        (
            "export",
            {"model": "m", "output": "o", "to": "xyz"},
            r"to: expected 'pod', 'yace', 'lammps' or 'table', got 'xyz' \(text\)",
        ),
        ("import_", {"files": "x.yace"}, "output: missing"),
        ("descriptors", {"files": "x", "output": "y", "workers": 0}, "workers: expected a number"),
    ],
)
def test_mistakes_in_settings(task, settings, message):
    with pytest.raises(ConfigError, match=message):
        getattr(pl.tasks, task)(settings)


def test_tasks_are_functions_in_any_order_of_imports():
    import subprocess
    import sys

    code = (
        "import potlearn.tasks.fitting, potlearn.tasks.evaluation, potlearn.tasks.inspection\n"
        "import potlearn as pl\n"
        "for name in ('fit', 'evaluate', 'inspect', 'export', 'import_', 'descriptors'):\n"
        "    assert callable(getattr(pl.tasks, name)), name\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
