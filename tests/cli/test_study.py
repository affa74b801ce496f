"""``potlearn study``: files, resumption, bad input."""

import json
import os
import sys
from contextlib import contextmanager

import numpy as np
import pytest
from alloys import labelled
from ase.io import write

import potlearn as pl
from potlearn.cli.config_file import load_section
from potlearn.errors import ConfigError
from potlearn.studies import Cell
from potlearn.tasks.comparison import compare
from potlearn.tasks.search import search_method
from potlearn.tasks.settings.study import CompareConfig, SearchConfig, kind_of_study
from potlearn.tasks.study_data import StudyData

COMPARE = """\
data: {files: pool.extxyz}
descriptor: {family: ace, species: [Cu, Ag], cutoff: 4.2, order: 2, degree: 5}
fit: {solver: ridge, ridge: 1e-6, e0: fitted}
methods:
  - {method: random}
  - {method: kdpp, parameters: {kernel: rbf}}
  - {method: fps, features: [mean, forces], name: far}
sizes: [4, 0.2]
seeds: 3
output: {folder: compared, report: false}
"""
TUNE = """\
data: {files: pool.extxyz}
descriptor: {family: ace, species: [Cu, Ag], cutoff: 4.2, order: 2, degree: 5}
fit: {solver: ridge, ridge: 1e-6, e0: fitted}
size: 8
trials: 6
seeds: 2
space:
  methods: [kdpp, fps, kmeans]
  kernels: [linear, rbf]
  features: [[mean], [species_mean]]
  degrees: [4, 5]
  cutoffs: [4.2]
  chunk_sizes: [0, 32]
output: {folder: tuned, report: false}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A pool, a test file and the two configurations."""
    folder = tmp_path_factory.mktemp("studies")
    write(folder / "pool.extxyz", labelled())
    write(folder / "test.extxyz", labelled(12, seed=1))
    (folder / "compare.yaml").write_text(COMPARE)
    (folder / "tune.yaml").write_text(TUNE)
    return folder


@pytest.fixture
def run(run, folder, monkeypatch):
    monkeypatch.chdir(folder)
    return run


class Stopping:
    """Progress that stops a stage at a number, and notes what is done."""

    def __init__(self, stage, at=None):
        self.stage, self.at, self.seen = stage, at, []

    @contextmanager
    def __call__(self, stage):
        yield self.note if stage == self.stage else None

    def note(self, done, total):
        self.seen.append(done)
        if self.at is not None and done >= self.at:
            raise KeyboardInterrupt


def compared(folder, output, *items):
    return load_section(CompareConfig, folder / "compare.yaml", items, output)


def tuned(folder, output, *items):
    return load_section(SearchConfig, folder / "tune.yaml", items, output)


def test_a_comparison_writes_its_folder(run, folder, tmp_path):
    done = run("study", "compare.yaml", "--output", tmp_path / "out")
    assert done.exit_code == 0, done.output
    names = sorted(os.listdir(tmp_path / "out"))
    assert names == ["config.yaml", "results.jsonl", "rows", "table.json"]
    rows = json.loads((tmp_path / "out" / "table.json").read_text())["rows"]
    assert [(r["method"], r["size"]) for r in rows] == [
        (m, k) for m in ("random", "kdpp, rbf", "far") for k in (4, 10)
    ]
    for row in rows:
        low, high = row["energy_mae"]["interval"]
        assert low < row["energy_mae"]["mean"] < high
    assert "energy, MAE on the test set (meV/atom)" in done.stdout
    assert "k = 10" in done.stdout
    again = load_section(CompareConfig, tmp_path / "out" / "config.yaml")
    assert again.methods == compared(folder, tmp_path).methods


def test_a_comparison_is_what_its_parts_give(folder, tmp_path):
    outcome = compare(compared(folder, tmp_path))
    dataset = pl.read(folder / "pool.extxyz")
    train, test = pl.stratified_split(dataset, test=0.2, seed=1)
    ace = pl.ACE(("Cu", "Ag"), cutoff=4.2, order=2, degree=5)
    X = pl.features.configuration_features(train, ace, ["mean", "forces"])
    chosen = pl.select.FPS(10).fit(pl.features.scaled(X)).selected_idx_
    fit = pl.fit_linear(train.subset(chosen), ace, pl.FitSettings(ridge=1e-6, e0="fitted"))
    potential = pl.LinearPotential(ace, fit.coefficients)
    several = test.subset(test.n_atoms > 1)  # single atoms have no forces
    energies, forces = (
        pl.metrics.metrics(pl.evaluate(potential, part))["all"] for part in (test, several)
    )
    record = outcome.table.records[Cell("far", 10, 1)]
    assert record["energy_mae"] == pytest.approx(energies["energy"]["mae"], rel=1e-5)
    assert record["forces_rmse"] == pytest.approx(forces["forces"]["rmse"], rel=1e-5)


def test_a_stopped_comparison_goes_on_and_may_grow(folder, tmp_path):
    config = compared(folder, tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        compare(config, progress=Stopping("fits", at=8))
    going_on = Stopping("fits")
    first = compare(config, progress=going_on)
    assert going_on.seen == [10, 12, 14, 16, 18]
    more = compared(folder, tmp_path / "out", "seeds=4")
    growing = Stopping("fits")
    second = compare(more, progress=growing)
    assert growing.seen == [20, 22, 24]
    for cell, record in first.table.records.items():
        assert second.table.records[cell] == record


def test_given_test_files_and_a_report(run, folder, tmp_path):
    items = ("--set", "data.test=test.extxyz", "--set", "output.report=true", "--set", "seeds=2")
    done = run("study", "compare.yaml", *items, "--output", tmp_path / "out")
    assert done.exit_code == 0, done.output
    page = (tmp_path / "out" / "report.html").read_text()
    assert "Ways to choose, compared" in page
    assert str(folder) not in page
    assert (tmp_path / "out" / "comparison.png").stat().st_size > 10_000


def test_splits_of_a_study_hold_no_isolated_atom(folder, tmp_path):
    from ase import Atoms
    from ase.calculators.singlepoint import SinglePointCalculator

    frames = labelled(20)
    for symbol in ("Cu", "Ag"):
        atom = Atoms(symbol, info={"config_type": "IsolatedAtom"})
        atom.calc = SinglePointCalculator(atom, energy=0.1)
        frames.append(atom)
    write(tmp_path / "with.extxyz", frames)
    config = compared(folder, tmp_path, f"data.files={tmp_path / 'with.extxyz'}")
    data = StudyData.of(config.data)
    for split in data.splits(3):
        both = np.concatenate([split.pool, split.test])
        assert sorted(both) == list(range(20))
        inner = data.inner(split.pool, 0.25, 0)
        assert sorted(np.concatenate(inner)) == sorted(split.pool)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (["methods=[{method: best}]"], "methods.0: unknown selector 'best'"),
        (["methods=[{method: kdpp, parameters: {rang: 3}}]"], "has no parameter 'rang'"),
        (["methods=[{method: fps}]"], "the baseline 'random' is not among the methods"),
        (["methods=[{method: random}, {method: random}]"], "two methods are called 'random'"),
        (["sizes=[0]"], "sizes.0: expected"),
        (["data.files="], "data.files: expected a list"),
        (["data.split={test: 2}"], "data.split.test: expected a number below 1"),
        (["fit={solver: gcv, ridge: 1}"], "'ridge' is the penalty of the solver 'ridge'"),
        (["fit.solver=cv"], "fit.solver: expected"),
        (["seed=3"], "seed: unknown key; did you mean 'seeds'?"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_mistakes_in_a_comparison_are_told_by_key(folder, tmp_path, items, message):
    with pytest.raises(ConfigError) as caught:
        compared(folder, tmp_path, *items)
    assert message in str(caught.value)


def test_sizes_above_the_pool_are_told(run, tmp_path):
    items = ("--set", "sizes=[49]", "--output", tmp_path / "out")
    done = run("study", "compare.yaml", *items)
    assert done.exit_code == 2
    assert "size 49: 49 of 48 configurations in the pool" in done.stderr


@pytest.mark.parametrize(
    ("items", "kind"),
    [
        (("study=search",), "search"),
        (("study=comparison",), "comparison"),
        ((), "comparison"),
    ],
)
def test_the_kind_of_study(items, kind):
    raw = {"data": {}, "methods": []} | dict(item.split("=") for item in items)
    assert kind_of_study(raw) is {"search": SearchConfig, "comparison": CompareConfig}[kind]


def test_a_study_of_no_kind_is_refused(run, folder):
    (folder / "odd.yaml").write_text("data: {files: pool.extxyz}\n")
    done = run("study", "odd.yaml")
    assert done.exit_code == 2
    assert "odd.yaml: study: missing; expected comparison or search" in done.stderr
    with pytest.raises(ConfigError, match="study: expected comparison or search, got 'fit'"):
        pl.tasks.study({"study": "fit"})


def test_schemas_of_studies(run):
    found = json.loads(run("study", "--schema", "search").stdout)
    assert "trials" in found["properties"]
    assert "seeds" in json.loads(run("study", "--schema", "comparison").stdout)["properties"]


def test_a_search_writes_its_folder(run, tmp_path):
    done = run("study", "tune.yaml", "--output", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "test, MAE, best: energy" in done.stdout
    found = json.loads((tmp_path / "out" / "tune.json").read_text())
    assert found["size"] == 8
    assert found["best"]["selector"] in ("kdpp", "fps", "kmeans")
    assert set(found["test"]) == {"best", "random"}
    assert {"study.db", "features", "rows"} < set(os.listdir(tmp_path / "out"))


def test_a_stopped_search_goes_on_and_a_finished_one_is_kept(folder, tmp_path):
    config = tuned(folder, tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        search_method(config, progress=Stopping("trials", at=3))
    going_on = Stopping("trials")
    first = search_method(config, progress=going_on)
    assert going_on.seen == [4, 5, 6]
    kept = Stopping("trials")
    second = search_method(config, progress=kept)
    assert kept.seen == []
    assert (second.value, second.method, second.test) == (first.value, first.method, first.test)


def test_the_value_is_that_of_the_best_method_on_validation_sets(folder, tmp_path):
    config = tuned(folder, tmp_path / "out", "output.report=true")
    outcome = search_method(config)
    data = StudyData.of(config.data)
    outer = data.splits(1)[0]
    dataset, logs = data.dataset, []
    degree = float(outcome.method.descriptor.split()[2].rstrip(","))
    ace = pl.ACE(("Cu", "Ag"), cutoff=4.2, order=2, degree=degree)
    X = pl.features.configuration_features(dataset, ace, outcome.method.features)
    groups = np.array(dataset.groups)
    basis = pl.ACE(("Cu", "Ag"), cutoff=4.2, order=2, degree=5)
    for seed in range(2):
        pool, held = data.inner(outer.pool, 0.2, seed)
        assert not set(outer.test) & {*pool, *held}
        ours = pool[outcome.method.choose(X[pool], groups[pool], 8, seed).indices]
        random = np.random.default_rng(seed).permutation(pool)[:8]
        errors = []
        for chosen in (ours, random):
            fit = pl.fit_linear(
                dataset.subset(chosen), basis, pl.FitSettings(ridge=1e-6, e0="fitted")
            )
            potential = pl.LinearPotential(basis, fit.coefficients)
            numbers = pl.metrics.metrics(pl.evaluate(potential, dataset.subset(held)))["all"]
            errors.append([numbers[q]["mae"] for q in ("energy", "forces")])
        logs.append(np.mean(np.log(np.array(errors[0]) / errors[1])))
    assert outcome.value == pytest.approx(np.exp(np.mean(logs)), rel=1e-5)
    assert "The best way to choose" in (tmp_path / "out" / "report.html").read_text()


def test_a_search_of_something_else_is_refused(run, tmp_path):
    output = ("--output", tmp_path / "out", "--set", "trials=1")
    assert run("study", "tune.yaml", *output).exit_code == 0
    done = run("study", "tune.yaml", *output, "--set", "size=9")
    assert done.exit_code == 2
    assert "study.db: this file belongs to another search (other size" in done.stderr


def test_a_search_without_a_possible_trial_says_why(run, tmp_path):
    items = ("--set", "space.methods=[kdpp]", "--set", "space.kernels=[linear]")
    items += ("--set", "space.degrees=[1.5]", "--set", "space.order=1", "--set", "trials=2")
    items += ("--set", "space.features=[[mean]]", "--set", "space.chunk_sizes=[0]")
    items += ("--output", tmp_path / "out")
    done = run("study", "tune.yaml", *items)
    assert done.exit_code == 2
    assert "no trial could be done" in done.stderr
    assert "above the rank" in done.stderr


def test_a_missing_optuna_says_what_to_install(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    done = run("study", "tune.yaml", "--output", tmp_path / "out")
    assert done.exit_code == 2
    assert "the search needs optuna, which is not installed: pip install 'potlearn[tune]'" in (
        done.stderr
    )
    assert not (tmp_path / "out").exists()
