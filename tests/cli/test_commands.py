"""The commands, their files and their exit codes."""

import json
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest
from ase.io import read as ase_read

import potlearn
from potlearn import tasks
from potlearn.cli.config_file import load_config


def test_version(run):
    assert run("--version").stdout.strip() == f"potlearn {potlearn.__version__}"


@pytest.mark.parametrize("command", [(), ("inspect",), ("fit",), ("evaluate",), ("export",)])
def test_help_names_the_options(run, command):
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "Usage: " in result.stdout


def test_fit_writes_the_whole_folder(fitted):
    names = {path.name for path in fitted.iterdir()}
    assert names == {
        "config.yaml",
        "model.potl",
        "metrics.json",
        "predictions_test.extxyz",
        "lammps",
    }
    lammps = {path.name for path in (fitted / "lammps").iterdir()}
    assert lammps == {
        "Cu_param.pod",
        "Cu_coeff.pod",
        "Cu.wall.eam.fs",
        "Cu.potl-lammps",
        "example.data",
        "in.example",
        "in.potlearn",
    }


def test_an_ace_fit_writes_its_folder(copper):
    settings = "{family: ace, species: [Cu], cutoff: 4.5, order: 3, degree: 7}"
    config = load_config(
        copper / "fit.yaml", [f"descriptor={settings}", "output.report=false"], copper / "ace"
    )
    outcome = tasks.fit(config)
    names = {path.name for path in outcome.folder.iterdir()}
    files = {"config.yaml", "model.potl", "metrics.json", "predictions_test.extxyz"}
    assert names == files | {"lammps"}
    in_lammps = {path.name for path in (outcome.folder / "lammps").iterdir()}
    files = {"Cu.yace", "Cu.wall.eam.fs", "Cu.potl-lammps", "example.data"}
    assert in_lammps == files | {"in.example", "in.potlearn"}
    assert outcome.metrics["test"]["all"]["forces"]["mae"] < 0.05
    again = tasks.fit(load_config(outcome.folder / "config.yaml", (), copper / "again"))
    np.testing.assert_array_equal(again.potential.coefficients, outcome.potential.coefficients)
    loaded = potlearn.load(outcome.folder / "model.potl")
    assert loaded.descriptor == outcome.potential.descriptor


def test_metrics_file_has_the_agreed_shape(fitted):
    metrics = json.loads((fitted / "metrics.json").read_text())
    others = {"timing", "n_coefficients", "contradictions", "beyond"}
    assert set(metrics) == {"train", "test"} | others
    for name in ("train", "test"):
        assert set(metrics[name]) == {"all", "cubic", "primitive"}
        for quantity, values in metrics[name]["all"].items():
            expected = {"mae", "mse", "rmse", "rsq", "cov", "max", "n"}
            expected |= {"mean_cos"} if quantity == "forces" else set()
            assert set(values) == expected
    assert metrics["test"]["all"]["energy"]["n"] == 6
    assert metrics["n_coefficients"] == potlearn.load(fitted / "model.potl").coefficients.size
    assert metrics["timing"]["fit"] > 0


def test_metrics_are_those_of_the_saved_model(fitted):
    potential = potlearn.load(fitted / "model.potl")
    reference = [
        (atoms.info["REF_energy"], potential.predict(atoms).energy, len(atoms))
        for atoms in ase_read(fitted / "predictions_test.extxyz", ":")
    ]
    errors = [abs(a - b) / n for a, b, n in reference]
    metrics = json.loads((fitted / "metrics.json").read_text())
    assert metrics["test"]["all"]["energy"]["mae"] == pytest.approx(np.mean(errors), rel=1e-6)


def test_resolved_configuration_repeats_the_fit(fitted, tmp_path):
    config = load_config(fitted / "config.yaml", output=tmp_path)
    assert None not in config.descriptor.model_dump(exclude={"kept"}).values()
    again = tasks.fit(config)
    first = potlearn.load(fitted / "model.potl")
    np.testing.assert_array_equal(again.potential.coefficients, first.coefficients)


def test_fit_command_takes_overrides_and_says_where_things_are(run, copper, tmp_path):
    result = run(
        *("fit", copper / "fit.yaml", "--output", tmp_path / "out", "--no-report"),
        *("--set", "fit.solver=svd", "--set", "fit.weights.forces=2"),
    )
    assert result.exit_code == 0, result.output
    assert "meV/atom" in result.stdout
    assert str(tmp_path / "out") in result.stdout.replace("\n", "")
    written = load_config(tmp_path / "out" / "config.yaml")
    assert (written.fit.solver, written.fit.weights.forces) == ("svd", 2.0)


def test_fit_on_named_files_with_a_validation_set(copper, tmp_path):
    items = ["data.file=", "data.split=", "data.train=copper.extxyz", "output.report=false"]
    items += ["data.validation=[copper.extxyz]"]
    outcome = tasks.fit(load_config(copper / "fit.yaml", items, tmp_path))
    assert set(outcome.metrics) == {"train", "validation"}
    assert (tmp_path / "predictions_validation.extxyz").exists()


def test_a_part_of_the_training_set_may_be_the_validation_set(copper):
    from potlearn.tasks.data import load_datasets

    items = ["data.file=", "data.split=", "data.train=copper.extxyz", "data.validation=0.25"]
    config = load_config(copper / "fit.yaml", items).data
    sets = load_datasets(config)
    sources = [dataset.source(i) for dataset in sets.values() for i in range(len(dataset))]
    assert len(sources) == len(set(sources)) == 24
    groups = [set(dataset.groups) for dataset in sets.values()]
    assert groups[0] == groups[1]
    assert 4 <= len(sets["validation"]) <= 8


@pytest.mark.parametrize("kind", ["random", "stratified", "grouped"])
def test_splits_hold_every_configuration_once(copper, kind):
    from potlearn.tasks.data import load_datasets

    items = [f"data.split={{test: 0.25, validation: 0.25, seed: 2, kind: {kind}}}"]
    if kind == "grouped":
        items = ["data.split={test: 0.25, kind: grouped}"]
    sets = load_datasets(load_config(copper / "fit.yaml", items).data)
    sources = [dataset.source(i) for dataset in sets.values() for i in range(len(dataset))]
    assert len(sources) == len(set(sources)) == 24


def test_groups_may_come_from_another_key(copper, tmp_path):
    from potlearn.tasks.data import load_datasets

    text = (copper / "copper.extxyz").read_text().replace("config_type=", "phase=")
    (tmp_path / "copper.extxyz").write_text(text)
    (tmp_path / "fit.yaml").write_text((copper / "fit.yaml").read_text())
    config = load_config(tmp_path / "fit.yaml", ["data.groups=phase"])
    sets = load_datasets(config.data)
    assert set(sets["train"].groups) == {"cubic", "primitive"}


def test_evaluate_prints_and_writes(run, copper, fitted, tmp_path):
    result = run(
        *("evaluate", fitted / "model.potl", copper / "copper.extxyz"),
        *("--output", tmp_path / "out", "--no-report"),
    )
    assert result.exit_code == 0, result.output
    assert "primitive" in result.stdout
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["test"]["all"]["energy"]["n"] == 24
    assert len(ase_read(tmp_path / "out" / "predictions.extxyz", ":")) == 24


def test_export_and_import_give_the_model_back(run, fitted, copper, tmp_path):
    assert (
        run("export", fitted / "model.potl", "--to", "pod", "--output", tmp_path / "Cu").exit_code
        == 0
    )
    files = tmp_path / "Cu_param.pod", tmp_path / "Cu_coeff.pod"
    assert run("import", *files, "--output", tmp_path / "back.potl").exit_code == 0
    first, back = potlearn.load(fitted / "model.potl"), potlearn.load(tmp_path / "back.potl")
    np.testing.assert_array_equal(back.coefficients, first.coefficients)


def test_inspect_prints_words_and_json(run, copper):
    result = run("inspect", copper / "copper.extxyz")
    assert result.exit_code == 0, result.output
    assert "24 configurations, 60 atoms: 60 Cu" in result.stdout
    result = run("inspect", copper / "copper.extxyz", "--json")
    assert json.loads(result.stdout)["n_configurations"] == 24


def test_schema_is_json(run):
    schema = json.loads(run("fit", "--schema").stdout)
    sections = {"data", "descriptor", "reference", "fit", "model", "uncertainty", "output"}
    assert set(schema["properties"]) == sections


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("inspect", "nowhere.extxyz"), "error: nowhere.extxyz: no such file"),
        (("fit", "nowhere.yaml"), "error: nowhere.yaml: cannot be read: No such file"),
        (("evaluate", "nowhere.potl", "x.extxyz"), "error: nowhere.potl: no such file"),
        (("export", "nowhere.potl", "--to", "pod", "--output", "x"), "error: nowhere.potl"),
        (("import", "a.pod", "b.pod", "--output", "x"), "error: a.pod"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_errors_are_one_line_and_exit_with_2(run, arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith(message)
    assert len(result.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_traceback_option_lets_the_error_through(run, tmp_path):
    result = run("--traceback", "inspect", tmp_path / "nowhere.extxyz")
    assert isinstance(result.exception, potlearn.errors.DataError)


def test_fit_without_a_configuration_says_what_to_give(run):
    result = run("fit")
    assert result.exit_code == 2
    assert "--schema" in result.stderr


def test_an_unknown_element_names_the_configuration(run, copper, tmp_path):
    result = run(
        "fit", copper / "fit.yaml", "--set", "descriptor.species=[Ag]", "--output", tmp_path
    )
    assert result.exit_code == 2
    assert "copper.extxyz:" in result.stderr
    assert "element Cu" in result.stderr


def test_interrupt_exits_with_130_and_says_how_to_go_on(copper, tmp_path):
    code = (
        "import os, signal, potlearn.fit as f\n"
        # A shell's background job starts with this signal ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def interrupted(*_, **__): os.kill(os.getpid(), signal.SIGINT)\n"
        "f.fit_linear = interrupted\n"
        "from potlearn.cli import main; main()"
    )
    command = [
        sys.executable,
        "-c",
        code,
        "fit",
        str(copper / "fit.yaml"),
        "--output",
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 130
    assert "the same command continues" in done.stderr
    assert "Traceback" not in done.stderr


class Seen:
    """Progress that notes what is done, and may interrupt."""

    def __init__(self, interrupt_at=None):
        self.done, self.interrupt_at = [], interrupt_at

    @contextmanager
    def __call__(self, stage):
        yield self.note if stage == "fitting" else None

    def note(self, done, total):
        self.done.append(done)
        if self.interrupt_at is not None and done >= self.interrupt_at:
            raise KeyboardInterrupt


def test_an_interrupted_fit_goes_on_where_it_was(copper, tmp_path):
    items = ["data.file=", "data.split=", "output.report=false"]
    items += [f"data.train={[str(copper / 'copper.extxyz')] * 20}"]
    config = load_config(copper / "fit.yaml", items, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        tasks.fit(config, progress=Seen(interrupt_at=200))
    assert len(list(tmp_path.glob("checkpoint-*"))) == 1
    going_on, whole = Seen(), Seen()
    continued = tasks.fit(config, progress=going_on)
    fresh = tasks.fit(load_config(copper / "fit.yaml", items, tmp_path / "fresh"), progress=whole)
    assert going_on.done[0] > whole.done[0]
    assert not list(tmp_path.glob("checkpoint-*"))
    np.testing.assert_array_equal(continued.potential.coefficients, fresh.potential.coefficients)


def test_other_settings_do_not_meet_an_old_checkpoint(copper, tmp_path):
    items = ["output.report=false"]
    with pytest.raises(KeyboardInterrupt):
        tasks.fit(load_config(copper / "fit.yaml", items, tmp_path), progress=Seen(interrupt_at=0))
    other = load_config(copper / "fit.yaml", [*items, "descriptor.cutoff=4.2"], tmp_path)
    assert tasks.fit(other).potential.descriptor.cutoff == 4.2
    assert not list(tmp_path.glob("checkpoint-*"))
