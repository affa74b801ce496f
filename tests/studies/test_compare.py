"""Comparisons: the same cells whoever does them, resumable, and honest statistics."""

import json

import numpy as np
import pytest
from alloys import ACE
from scipy import stats

from potlearn.data import held_out
from potlearn.errors import BasisError, DataError, SelectionError
from potlearn.features import configuration_features
from potlearn.fit import FitSettings
from potlearn.runtime import Runtime
from potlearn.studies import (
    Cell,
    Comparison,
    Method,
    Results,
    Split,
    SubsetFits,
    Table,
    content_of,
    interval,
    run_comparison,
)

METHODS = (
    Method("random", "random"),
    Method("stratified", "stratified"),
    Method("k-DPP", "kdpp"),
    Method("k-DPP, RBF", "kdpp", {"kernel": "rbf"}),
    Method("DPP", "dpp", {}, ("species_mean",)),
    Method("FPS", "fps", {}, ("mean", "forces"), "whiten"),
    Method("chunks", "fps", chunk_size=30, oversampling=1.0),
)


@pytest.fixture(scope="module")
def comparison(dataset, store):
    """Seven methods, two sizes, three seeds."""
    fits = SubsetFits.of(dataset, ACE, store, FitSettings(ridge=1e-6, e0="fitted"))
    rows = {method.rows for method in METHODS}
    features = {r: configuration_features(dataset, ACE, r[1:]) for r in rows}
    every = np.arange(len(dataset))
    tests = (held_out(dataset, "stratified", 0.2, seed) for seed in range(3))
    splits = [Split(np.setdiff1d(every, test), test) for test in tests]
    return Comparison(fits, features, dataset.n_atoms, METHODS, (5, 12), splits)


def without_times(records):
    return {c: {k: v for k, v in r.items() if k != "select_s"} for c, r in records.items()}


@pytest.fixture(scope="module")
def results(comparison, tmp_path_factory):
    """Done in this process."""
    path = tmp_path_factory.mktemp("comparison") / "results.jsonl"
    return run_comparison(comparison, Results(path, content_of(comparison)))


def test_every_cell_has_its_numbers(comparison, results):
    assert list(results.records) == comparison.cells()
    assert len(results.records) == 7 * 2 * 3
    for cell, record in results.records.items():
        assert "error" not in record
        assert record["n"] == cell.size or cell.method == "DPP"
        expected = {f"{q}_{m}" for q in ("energy", "forces", "stress") for m in ("mae", "rmse")}
        assert expected | {"condition", "atoms", "select_s"} <= set(record)


def test_a_cell_is_the_fit_of_what_the_method_chooses(comparison, results):
    cell = Cell("k-DPP, RBF", 12, 2)
    chosen = comparison.choose(METHODS[3], 12, 2)
    pool, test = comparison.splits[2]
    assert len(set(chosen)) == 12
    assert set(chosen) <= set(pool)
    assert not set(pool) & set(test)
    errors = comparison.fits.held_out(test).errors(comparison.fits.fit(chosen).coefficients)
    record = results.records[cell]
    for name, value in errors.items():
        assert record[name] == pytest.approx(value, rel=1e-5)
    assert record["atoms"] == comparison.n_atoms[chosen].sum()


def test_workers_give_the_same_numbers(comparison, results, tmp_path):
    done = []
    other = run_comparison(
        comparison,
        Results(tmp_path / "r.jsonl", content_of(comparison)),
        Runtime(2, progress=lambda n, total: done.append((n, total))),
    )
    assert without_times(other.records) == without_times(results.records)
    assert done[-1] == (42, 42)


def test_a_stopped_comparison_is_continued(comparison, results, tmp_path):
    path = tmp_path / "results.jsonl"

    def stop(done, total):
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_comparison(comparison, Results(path, content_of(comparison)), Runtime(progress=stop))
    with path.open("a") as file:
        file.write('{"method": "k-DPP", "si')  # torn by a kill
    done = []
    continued = run_comparison(
        comparison,
        Results(path, content_of(comparison)),
        Runtime(progress=lambda n, _: done.append(n)),
    )
    assert done[0] == 12
    assert without_times(continued.records) == without_times(results.records)
    done.clear()
    run_comparison(
        comparison,
        Results(path, content_of(comparison)),
        Runtime(progress=lambda n, _: done.append(n)),
    )
    assert done == []


def test_a_changed_method_is_done_again_and_others_are_not(comparison, results, tmp_path):
    from dataclasses import replace

    path = tmp_path / "results.jsonl"
    path.write_text(results.path.read_text())
    changed = Method("random", "stratified")
    other = replace(comparison, methods=(changed, *METHODS[1:]))
    done = []
    runtime = Runtime(progress=lambda n, _: done.append(n))
    found = run_comparison(other, Results(path, content_of(other)), runtime)
    assert done == [38, 40, 42]
    key = Cell("random", 5, 0), Cell("stratified", 5, 0)
    assert found.records[key[0]]["energy_mae"] == found.records[key[1]]["energy_mae"]


def test_results_of_something_else_are_refused(comparison, results, tmp_path):
    with pytest.raises(DataError, match="this journal belongs to another comparison"):
        Results(results.path, content_of(comparison, more="else"))
    (tmp_path / "odd").write_text("no JSON")
    with pytest.raises(DataError, match="odd: not a journal"):
        Results(tmp_path / "odd", content_of(comparison))


def test_a_size_above_the_rank_is_told_in_the_cell(comparison):
    record = comparison([Cell("k-DPP", 47, 0)])[0]
    assert "above the rank of the kernel" in record["error"]
    table = Table({Cell("k-DPP", 47, 0): record})
    assert np.isnan(table.mean("k-DPP", 47, "energy_mae").mean)
    assert "above the rank" in table.failure("k-DPP", 47)


def test_wrong_methods_are_told_at_once():
    with pytest.raises(SelectionError, match="unknown selector 'best'"):
        Method("x", "best")
    with pytest.raises(SelectionError, match="has no parameter 'kernels'"):
        Method("x", "kdpp", {"kernels": "rbf"})
    with pytest.raises(SelectionError, match="unknown scaling 'log'"):
        Method("x", "kdpp", scaling="log")
    with pytest.raises(BasisError, match="got 'median'"):
        Method("x", "kdpp", features=("median",))


def test_intervals_are_students():
    x = np.random.default_rng(0).normal(3.0, 1.0, 12)
    low, high = stats.t.interval(0.95, 11, x.mean(), x.std(ddof=1) / 12**0.5)
    assert interval(x) == pytest.approx((x.mean(), low, high))
    found = interval(np.exp(x), logarithmic=True)
    assert found == pytest.approx(np.exp([x.mean(), low, high]))
    assert interval([2.0]).mean == 2.0
    assert np.isnan(interval([2.0]).low)
    assert np.isnan(interval([]).mean)


def test_intervals_cover_the_mean_as_often_as_they_say():
    rng = np.random.default_rng(0)
    found = [interval(rng.normal(size=8)) for _ in range(2000)]
    assert np.mean([e.low < 0 < e.high for e in found]) == pytest.approx(0.95, abs=0.015)


def table_of(errors, atoms=None):
    """Table of (method, size): errors of the seeds."""
    records = {}
    for (method, size), values in errors.items():
        for seed, value in enumerate(values):
            cell = Cell(method, size, seed)
            count = (atoms or {}).get((method, size), size)
            records[cell] = {"energy_mae": value, "forces_mae": value, "atoms": count}
    return Table(records)


def test_savings_and_worth():
    table = table_of(
        {
            ("random", 10): (8.0, 8.0),
            ("random", 20): (4.0, 4.0),
            ("random", 40): (2.0, 2.0),
            ("good", 10): (3.0, 5.0),
            ("good", 20): (1.0, 1.0),
            ("good", 40): (1.0, 1.0),
            ("bad", 10): (9.0, 9.0),
            ("bad", 20): (4.5, 4.5),
        }
    )
    assert table.methods == ["random", "good", "bad"]
    assert table.savings(["energy_mae", "forces_mae"]) == [("good", 10, 20), ("good", 20, 40)]
    assert table.savings(["energy_mae"], 4) == []
    assert table.worth("good", 20, "energy_mae") == (2.0, np.inf)
    assert table.worth("bad", 10, "energy_mae") == (0.0, 1.0)
    low, high = table.worth("good", 10, "energy_mae")
    assert low == high
    # Halving of the error for twice the configurations: e ~ 1 / k, so worth is 8 / e at k = 10.
    assert low == pytest.approx(8.0 / 15**0.5)
    assert table.ratio("good", 10, "energy_mae", 20).mean == pytest.approx(15**0.5 / 4)


def test_errors_for_as_many_atoms():
    errors = {("random", k): (8.0 * 10 / k,) * 2 for k in (10, 20, 40)}
    errors |= {("large cells", 10): (4.0, 4.0), ("large cells", 40): (1.0, 1.0)}
    atoms = {("random", k): 8 * k for k in (10, 20, 40)}
    atoms |= {("large cells", 10): 160, ("large cells", 40): 1000}
    table = table_of(errors, atoms)
    assert table.ratio("large cells", 10, "energy_mae").mean == pytest.approx(0.5)
    assert table.equal_atoms("large cells", 10, "energy_mae") == pytest.approx(1.0)
    assert np.isnan(table.equal_atoms("large cells", 40, "energy_mae"))


def test_records_are_plain_json(results):
    lines = [json.loads(line) for line in results.path.read_text().split("\n") if line]
    assert len(lines) == 1 + 42
