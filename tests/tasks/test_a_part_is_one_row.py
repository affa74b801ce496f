"""A family, a solver, a pair potential: a class and one row are enough for the command line."""

import json

import numpy as np
import pytest
from toy_family import Powers
from typer.testing import CliRunner

import potlearn as pl
from potlearn.cli.app import app
from potlearn.descriptors import FAMILIES
from potlearn.fit import SOLVERS
from potlearn.potentials.kinds import KINDS, PAIRS
from potlearn.tasks.settings import FitConfig

SECTION = {"family": "powers", "species": ["Cu"], "cutoff": 4.5, "n_powers": 4}


@pytest.fixture
def toys(monkeypatch):
    """Rows of the toys in tables that forget them again."""
    for table in (FAMILIES, SOLVERS, PAIRS, KINDS):
        monkeypatch.setattr(table, "_rows", dict(table._rows))
        monkeypatch.setattr(table, "_loaded", {})
    FAMILIES.add("powers", "toy_family:Powers")
    SOLVERS.add("halved", "toy_family:Halved")


def run(*arguments):
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    assert done.exit_code == 0, done.output
    return done


def settings(copper, **changes):
    data = {"file": str(copper / "copper.extxyz"), "split": {"test": 0.25, "seed": 1}}
    return {"data": data, "descriptor": SECTION, "output": {"folder": "out"}} | changes


@pytest.mark.usefixtures("toys")
def test_a_family_goes_through_the_command_line(copper, tmp_path):
    config = settings(copper, reference="none", fit={"solver": "qr"})
    (tmp_path / "fit.yaml").write_text(json.dumps(config))
    done = run("fit", tmp_path / "fit.yaml")
    assert "no files for LAMMPS" in done.stdout
    out = tmp_path / "out"
    assert "powers" in (out / "report.html").read_text()
    found = pl.load(out / "model.potl")
    assert isinstance(found.descriptor, Powers)
    assert found.descriptor.scale > 0  # found in the data
    assert f"scale: {found.descriptor.scale!r}" in (out / "config.yaml").read_text()
    errors = json.loads((out / "metrics.json").read_text())
    assert errors["test"]["all"]["forces"]["rmse"] < 0.5
    run("evaluate", out / "model.potl", copper / "copper.extxyz", "--output", tmp_path / "new")
    errors = json.loads((tmp_path / "new" / "metrics.json").read_text())
    assert errors["test"]["all"]["energy"]["n"] == 24


@pytest.mark.usefixtures("toys")
def test_a_family_is_in_schema_and_messages(copper):
    schema = FitConfig.model_json_schema()["$defs"]["PowersConfig"]["properties"]
    assert schema["n_powers"]["anyOf"][0] == {"type": "integer", "minimum": 1}
    assert schema["n_powers"]["description"] == "Number of powers."
    for changes, message in (
        ({"n_powers": 0}, r"descriptor\.n_powers: expected a number not below 1, got 0"),
        ({"n_power": 1}, r"descriptor\.n_power: unknown key; did you mean 'n_powers'"),
        ({"family": "power"}, r"descriptor\.family: expected 'ace', 'pod' or 'powers'"),
    ):
        with pytest.raises(pl.errors.ConfigError, match=message):
            FitConfig.of(settings(copper, descriptor=SECTION | changes))


@pytest.mark.usefixtures("toys")
def test_a_solver_goes_through_the_command_line(copper, tmp_path):
    quiet = {"folder": "out", "report": False}
    config = settings(copper, reference="none", output=quiet, fit={"e0": {"Cu": 0.0}})
    (tmp_path / "fit.yaml").write_text(json.dumps(config))
    found = {}
    for solver in ("qr", "halved"):
        items = ("--set", f"fit.solver={solver}", "--output", tmp_path / solver)
        run("fit", tmp_path / "fit.yaml", *items)
        found[solver] = pl.load(tmp_path / solver / "model.potl").coefficients
    np.testing.assert_allclose(found["halved"][:, 1:], found["qr"][:, 1:] / 2, rtol=1e-12)
    schema = FitConfig.model_json_schema()["$defs"]["SolverConfig"]["properties"]["solver"]
    assert "halved" in schema["anyOf"][0]["enum"]


@pytest.mark.usefixtures("toys")
def test_a_pair_potential_goes_under_a_fit(copper, tmp_path):
    for table in (PAIRS, KINDS):
        table.add("morse_too", "potlearn.potentials.pair.shifted:Morse")
    pair = {"kind": "morse_too", "cutoff": 4.0, "depth": 0.3, "alpha": 1.4, "r0": 2.6}
    pair["repulsive"] = False
    output = {"folder": str(tmp_path), "report": False}
    found = pl.tasks.fit(settings(copper, reference=pair, output=output))
    assert found.potential.reference.depth == 0.3
