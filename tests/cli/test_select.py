"""``potlearn select`` and ``potlearn descriptors``: files, seeds, bad input, interrupts."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import numpy as np
import pytest
from alloys import labelled
from ase.io import read as ase_read
from ase.io import write

import potlearn as pl
from potlearn.errors import ConfigError
from potlearn.features import KINDS, configuration_features, scaled
from potlearn.select import KDPP, SELECTORS
from potlearn.tasks import SelectConfig, select
from potlearn.tasks.descriptor import completed

SMALL = ("--set", "degree=5", "--set", "order=2", "--set", "cutoff=4.2")


@pytest.fixture
def run(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files of 60 configurations, with labels and without."""
    folder = tmp_path_factory.mktemp("pool")
    write(folder / "labelled.extxyz", labelled())
    frames = [atoms.copy() for atoms in labelled()]
    write(folder / "all.extxyz", frames)
    write(folder / "first.extxyz", frames[:40])
    write(folder / "last.extxyz", frames[40:])
    return folder


def positions(path):
    return [atoms.positions.tolist() for atoms in ase_read(path, ":")]


def test_unlabelled_files_are_parted_into_chosen_and_rest(run, folder, tmp_path):
    files = folder / "first.extxyz", folder / "last.extxyz"
    arguments = ("-k", 12, *SMALL, "--output", "out/chosen.extxyz", "--rest", "out/rest.extxyz")
    done = run("select", *files, *arguments)
    assert done.exit_code == 0, done.output
    chosen, rest = positions("out/chosen.extxyz"), positions("out/rest.extxyz")
    assert (len(chosen), len(rest)) == (12, 48)
    every = positions(folder / "all.extxyz")
    assert sorted(map(str, chosen + rest)) == sorted(map(str, every))
    for atoms in ase_read("out/chosen.extxyz", ":"):
        file, _, frame = atoms.info["source"].rpartition(":")
        assert atoms.positions.tolist() == ase_read(file, int(frame)).positions.tolist()
    assert "12 of 60 configurations" in done.stdout
    assert sorted(os.listdir("out")) == ["chosen.extxyz", "rest.extxyz"]


def test_labels_are_kept(run, folder):
    done = run("select", folder / "labelled.extxyz", "-k", 5, *SMALL, "--output", "c.extxyz")
    assert done.exit_code == 0, done.output
    known = {round(a.get_potential_energy(), 6) for a in ase_read(folder / "labelled.extxyz", ":")}
    chosen = ase_read("c.extxyz", ":")
    assert {round(a.get_potential_energy(), 6) for a in chosen} <= known
    assert all(a.get_forces().shape == (len(a), 3) for a in chosen)


def test_the_choice_is_that_of_the_selector(run, folder):
    arguments = ("--method", "kdpp", "--parameter", "kernel=rbf", "--seed", 3, "-k", 9)
    done = run("select", folder / "all.extxyz", *arguments, *SMALL, "--output", "c.extxyz")
    assert done.exit_code == 0, done.output
    dataset = pl.read(folder / "all.extxyz")
    ace = pl.ACE(("Cu", "Ag"), cutoff=4.2, order=2, degree=5)
    X = scaled(configuration_features(dataset, ace, "mean"))
    expected = KDPP(9, kernel="rbf", random_state=3).fit(X).selected_idx_
    sources = [atoms.info["source"] for atoms in ase_read("c.extxyz", ":")]
    assert sources == [dataset.source(i) for i in expected]


@pytest.mark.parametrize("method", ["random", "kdpp", "fps", "kmeans", "stratified", "maxvol"])
def test_seeds_and_workers(run, folder, method):
    arguments = ("select", folder / "all.extxyz", "--method", method, "-k", 7, *SMALL, "--output")
    assert run(*arguments, "a.extxyz").exit_code == 0
    assert run(*arguments, "b.extxyz", "--workers", 2).exit_code == 0
    assert positions("a.extxyz") == positions("b.extxyz")
    assert run(*arguments, "c.extxyz", "--seed", 1).exit_code == 0
    if method in ("random", "kdpp", "stratified"):
        assert positions("a.extxyz") != positions("c.extxyz")


def test_levels_and_chunks(run, folder):
    arguments = ("--method", "fps", "--levels", "--chunk-size", 20, "--oversampling", 1.5)
    done = run("select", folder / "all.extxyz", "-k", 5, *arguments, *SMALL, "--output", "c.extxyz")
    assert done.exit_code == 0, done.output
    assert len(positions("c.extxyz")) == 5


def test_environments_mark_the_chosen_atoms(run, folder):
    arguments = ("--environments", "--method", "fps", "-k", 20, "--rest", "r.extxyz")
    done = run("select", folder / "all.extxyz", *arguments, *SMALL, "--output", "c.extxyz")
    assert done.exit_code == 0, done.output
    chosen, rest = ase_read("c.extxyz", ":"), ase_read("r.extxyz", ":")
    assert len(chosen) + len(rest) == 60
    assert sum(int(atoms.arrays["chosen"].sum()) for atoms in chosen) == 20
    assert all(atoms.arrays["chosen"].any() for atoms in chosen)
    assert "20 atoms in" in done.stdout


def test_descriptor_files_and_families(run, folder, tmp_path):
    (tmp_path / "desc.yaml").write_text("family: pod\ncutoff: 4.0\nrin: 0.8\n")
    (tmp_path / "fit.yaml").write_text("descriptor: {family: pod, cutoff: 4.0, rin: 0.8}\n")
    for name in ("desc", "fit"):
        arguments = ("--descriptor", f"{name}.yaml", "--report", name, "--features", "species_mean")
        output = ("--output", f"{name}.extxyz")
        done = run("select", folder / "all.extxyz", "-k", 4, *arguments, *output)
        assert done.exit_code == 0, done.output
    record = json.loads((tmp_path / "desc" / "selection.json").read_text())
    assert record["descriptor"]["family"] == "pod"
    assert record["descriptor"]["species"] == ["Cu", "Ag"]
    assert record["features"] == ["species_mean"]
    assert positions("desc.extxyz") == positions("fit.extxyz")


def test_the_report(run, folder, tmp_path):
    arguments = ("--method", "kdpp", "-k", 10, *SMALL, "--report", "report")
    done = run("select", folder / "all.extxyz", *arguments, "--output", "c.extxyz")
    assert done.exit_code == 0, done.output
    names = sorted(os.listdir(tmp_path / "report"))
    assert names == ["figures", "report.html", "selection.json"]
    page = (tmp_path / "report" / "report.html").read_text()
    assert "10 configurations chosen by kdpp" in page
    assert "Inclusion probability" in page
    assert str(folder) not in page
    record = json.loads((tmp_path / "report" / "selection.json").read_text())
    assert len(set(record["configurations"])) == 10
    assert all(0 < score <= 1 for score in record["scores"])


def test_default_descriptors_know_every_number_of_species():
    for species in (["Si"], ["W", "Be"], ["H", "C", "N", "O"], ["Li", "P", "S", "Cl", "Ge"]):
        config = completed({}, species)
        made = pl.descriptors.descriptor_from_dict(config.model_dump(exclude_none=True))
        assert 50 < made.n_features <= 200
    assert completed({"degree": 4}, ["Si"]).order is None
    with pytest.raises(ConfigError, match=r"cutoff: expected a number not below 0\.001"):
        completed({"cutoff": -1}, ["Si"])
    with pytest.raises(ConfigError, match=r"expected 'ace' or 'pod', got 'soap'"):
        completed({"family": "soap"}, ["Si"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-k", 61), "count (-k) is 61, but all.extxyz has only 60 configurations"),
        (("-k", 0), "count (-k) is 0; expected a positive number"),
        (("-k", 201, "--environments"), "has only 200 atoms"),
        (("-k", 5, "--method", "best"), "method: expected 'random', 'stratified'"),
        (("-k", 5, "--parameter", "kernel"), "--parameter kernel: expected KEY=VALUE"),
        (("-k", 5, "--parameter", "kernel=rbf"), "has no parameter 'kernel'"),
        (("-k", 5, "--method", "kdpp", "--parameter", "kernel=odd"), "unknown kernel 'odd'"),
        (("-k", 40, "--method", "kdpp", "--set", "max_functions=10"), "above the rank"),
        (("-k", 5, "--features", "median"), "expected some of mean"),
        (
            ("-k", 5, "--scaling", "log"),
            "scaling: expected 'standard', 'whiten' or 'none', got 'log'",
        ),
        (("-k", 5, "--set", "degre=4"), "did you mean 'degree'?"),
        (("-k", 5, "--set", "species=[Cu]"), "element Ag; expected only Cu"),
        (("-k", 5, "--descriptor", "nowhere.yaml"), "nowhere.yaml: cannot be read"),
        (("-k", 5, "--chunk-size", 8, "--levels"), "expected at least 20 rows"),
    ],
    ids=lambda value: "_".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_line_and_leaves_nothing(
    run, folder, arguments, message, tmp_path, monkeypatch
):
    (tmp_path / "all.extxyz").write_bytes((folder / "all.extxyz").read_bytes())
    small = () if "--set" in arguments else SMALL
    done = run("select", "all.extxyz", *arguments, *small, "--output", "c.extxyz")
    assert done.exit_code == 2, done.output
    assert message in done.stderr
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 1
    assert os.listdir(tmp_path) == ["all.extxyz"]


def test_files_that_cannot_be_read(run, tmp_path):
    (tmp_path / "empty.extxyz").write_text("")
    for name, message in (("empty", "file is empty"), ("nowhere", "no such file")):
        done = run("select", f"{name}.extxyz", "-k", 3, "--output", "c.extxyz")
        assert done.exit_code == 2
        assert f"{name}.extxyz: {message}" in done.stderr
    assert run("select", "-k", 3).exit_code == 2


def test_a_scheduler_that_is_not_there(run, folder):
    arguments = ("-k", 5, "--scheduler", "tcp://127.0.0.1:9", *SMALL)
    done = run("select", folder / "all.extxyz", *arguments, "--output", "c.extxyz")
    assert done.exit_code == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in done.stderr
    assert "dask scheduler" in done.stderr


def test_duplicates_are_counted_and_never_fill_the_choice(run, folder, tmp_path):
    frames = ase_read(folder / "all.extxyz", ":10")
    write(tmp_path / "twice.extxyz", [*frames, *frames])
    arguments = ("--method", "fps", "--output", "c.extxyz", *SMALL)
    done = run("select", "twice.extxyz", "-k", 10, *arguments)
    assert done.exit_code == 0, done.output
    assert "10 configurations are duplicates of others" in done.stdout
    assert len(set(map(str, positions("c.extxyz")))) == 10
    done = run("select", "twice.extxyz", "-k", 11, *arguments)
    assert done.exit_code == 2
    assert "only 10 of 20 configurations are distinct" in done.stderr
    done = run("select", "twice.extxyz", "-k", 11, "--no-distinct", *arguments)
    assert done.exit_code == 2
    assert "only 10 rows are distinct" in done.stderr


def test_configurations_that_are_all_alike(run, folder, tmp_path):
    write(tmp_path / "same.extxyz", [ase_read(folder / "all.extxyz", 0)] * 4)
    arguments = ("select", "same.extxyz", "-k", 2, "--method", "kdpp", *SMALL)
    done = run(*arguments, "--output", "c.extxyz")
    assert done.exit_code == 2
    assert "only 1 of 4 configurations are distinct" in done.stderr
    done = run(*arguments, "--no-distinct", "--output", "c.extxyz")
    assert done.exit_code == 2
    assert "nothing to tell them by" in done.stderr


class Interrupting:
    """Progress that interrupts a stage, and notes the stages."""

    def __init__(self, stage=None):
        self.stage, self.seen = stage, []

    @contextmanager
    def __call__(self, stage):
        yield lambda done, total: self.note(stage, done)

    def note(self, stage, done):
        self.seen.append((stage, done))
        if stage == self.stage and done >= 30:
            raise KeyboardInterrupt


@pytest.mark.parametrize("stage", ["descriptors", "choosing"])
def test_an_interrupted_selection_goes_on(folder, tmp_path, monkeypatch, stage):
    monkeypatch.setattr("potlearn.features.matrix.CONFIGURATIONS", 10)
    settings = SelectConfig(
        files=(folder / "all.extxyz",), count=8, method="kdpp", chunk_size=10,
        output=tmp_path / "c.extxyz", descriptor={"degree": 5.0, "order": 2, "cutoff": 4.2},
    )  # fmt: skip
    with pytest.raises(KeyboardInterrupt):
        select(settings, progress=Interrupting(stage))
    assert not (tmp_path / "c.extxyz").exists()
    assert len(list(tmp_path.glob("c.extxyz.*.work"))) == 1
    going_on = Interrupting()
    first = select(settings, progress=going_on)
    # What was done since the last checkpoint of a choice is done again.
    name, done = going_on.seen[0]
    assert name == stage
    assert done >= {"descriptors": 40, "choosing": 20}[stage]
    assert not list(tmp_path.glob("c.extxyz.*.work"))
    again = select(settings)
    np.testing.assert_array_equal(first.indices, again.indices)


def test_an_interrupt_exits_with_130(folder, tmp_path):
    code = (
        "import os, signal, potlearn.features as f\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        f"def interrupted(*_, **__): os.kill(os.getpid(), {int(signal.SIGINT)})\n"
        "f.configuration_features = interrupted\n"
        "from potlearn.cli import main; main()"
    )
    arguments = ["select", str(folder / "all.extxyz"), "-k", "3", "--output", "c.extxyz"]
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 130
    assert "the same command continues" in done.stderr


def test_descriptors_are_written(run, folder, tmp_path):
    arguments = ("--family", "ace", *SMALL, "--features", "mean", "--features", "composition")
    done = run("descriptors", folder / "all.extxyz", *arguments, "--output", "d.npz")
    assert done.exit_code == 0, done.output
    dataset = pl.read(folder / "all.extxyz")
    ace = pl.ACE(("Cu", "Ag"), cutoff=4.2, order=2, degree=5)
    with np.load(tmp_path / "d.npz", allow_pickle=False) as found:
        arrays = dict(found)
    np.testing.assert_array_equal(
        arrays["atoms"], np.concatenate([ace.features(atoms) for atoms in dataset])
    )
    np.testing.assert_array_equal(
        arrays["configurations"], configuration_features(dataset, ace, ["mean", "composition"])
    )
    assert arrays["first"].tolist() == [0, *np.cumsum(dataset.n_atoms)]
    assert arrays["numbers"].tolist() == [z for atoms in dataset for z in atoms.numbers]
    assert arrays["atom_names"].tolist() == list(ace.feature_names)
    assert arrays["names"].tolist()[-2:] == ["share of Cu", "share of Ag"]
    assert arrays["sources"][3] == dataset.source(3)
    assert os.listdir(tmp_path) == ["d.npz"]


def test_descriptors_of_pod(run, folder, tmp_path):
    arguments = ("--family", "pod", "--set", "cutoff=4.0", "--set", "rin=0.8")
    done = run("descriptors", folder / "all.extxyz", *arguments, "--output", "d.npz")
    assert done.exit_code == 0, done.output
    with np.load(tmp_path / "d.npz") as found:
        pod = pl.POD(("Cu", "Ag"), cutoff=4.0, rin=0.8)
        assert found["atoms"].shape == (200, pod.n_features)


CONFIGURATION = """\
files: all.extxyz
count: 6
output: chosen.extxyz
method: kdpp
parameters: {kernel: rbf}
seed: 3
descriptor: {degree: 5, order: 2, cutoff: 4.2}
report: report
"""


def test_a_configuration_file_says_what_options_say(run, folder, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "select.yaml").write_text(CONFIGURATION)
    (tmp_path / "sub" / "all.extxyz").write_bytes((folder / "all.extxyz").read_bytes())
    done = run("select", "sub/select.yaml", "--output", "a.extxyz", "--set", "seed=4")
    assert done.exit_code == 0, done.output
    assert sorted(os.listdir("sub/report")) == ["figures", "report.html", "selection.json"]
    options = ("--method", "kdpp", "--parameter", "kernel=rbf", "--seed", 4, *SMALL)
    assert run("select", "sub/all.extxyz", "-k", 6, *options, "--output", "b.extxyz").exit_code == 0
    assert positions("a.extxyz") == positions("b.extxyz")
    done = run("select", "sub/select.yaml", "--set", "methode=fps")
    assert done.exit_code == 2
    assert "sub/select.yaml: methode: unknown key; did you mean 'method'?" in done.stderr


def test_python_selects_as_the_command_line_does(run, folder, tmp_path):
    descriptor = {"degree": 5, "order": 2, "cutoff": 4.2}
    outcome = pl.tasks.select(
        {
            "files": folder / "all.extxyz",
            "count": 7,
            "output": tmp_path / "python.extxyz",
            "method": "fps",
            "descriptor": descriptor,
        }
    )
    arguments = ("-k", 7, "--method", "fps", *SMALL, "--output", "line.extxyz")
    assert run("select", folder / "all.extxyz", *arguments).exit_code == 0
    assert positions("python.extxyz") == positions("line.extxyz")
    assert len(outcome.indices) == 7
    assert outcome.files == (tmp_path / "python.extxyz",)


def test_the_schema(run):
    schema = json.loads(run("select", "--schema").stdout)
    assert schema["required"] == ["files", "output"]
    assert "kdpp" in schema["properties"]["method"]["enum"]


@pytest.mark.parametrize("option", ["--compare", "--tune"])
def test_studies_have_a_command_of_their_own(run, option):
    done = run("select", option, "x.yaml")
    assert done.exit_code == 2
    assert "potlearn study x.yaml" in done.stderr


def test_a_selector_and_a_feature_are_a_class_and_a_row(run, folder, monkeypatch):
    for table, name, row in (
        (SELECTORS, "last", "toy_selection:Last"),
        (KINDS, "size", "toy_selection:Size"),
    ):
        monkeypatch.setattr(table, "_rows", dict(table._rows))
        table.add(name, row)
    arguments = ("--method", "last", "--features", "size", "--report", "report", *SMALL)
    done = run("select", folder / "all.extxyz", "-k", 4, *arguments, "--output", "c.extxyz")
    assert done.exit_code == 0, done.output
    every = positions(folder / "all.extxyz")
    assert positions("c.extxyz") == every[-4:]
    assert "by last in 1 features" in done.stdout
    assert "last" in json.loads(run("select", "--schema").stdout)["properties"]["method"]["enum"]
