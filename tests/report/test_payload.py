"""The data behind the plots."""

from __future__ import annotations

import json

import numpy as np
import pytest
from evaluations import evaluation

from potlearn.report.fit.grids import Grid, histogram_edges, padded
from potlearn.report.fit.parity import MOST_POINTS, WORST
from potlearn.report.fit.report import PANELS
from potlearn.report.fit.view import FitView
from potlearn.report.page.panel import made


def payload(evaluations):
    """Data of all panels, as the page gets them; the first set is the headline."""
    view = FitView.of(evaluations)
    data = {"histograms": {}, "quantities": {}, "angles": {}}
    for panel in made(PANELS, view).values():
        data |= panel.data
    return data | {"sources": {name: source.written() for name, source in view.sources.items()}}


@pytest.fixture(scope="module")
def train():
    return evaluation(n=480, seed=1)


@pytest.fixture(scope="module")
def data(train):
    test = evaluation(n=40, seed=2, file="test.extxyz")
    return payload({"test": test, "train": train})


def test_few_components_are_all_points(data, train):
    points = data["quantities"]["energy"]["sets"]["train"]["points"]
    assert points["x"] == pytest.approx(train.energy_ref, rel=1e-7)
    assert points["e"] == pytest.approx(1e3 * (train.energy_pred - train.energy_ref), rel=1e-3)


def test_points_name_configuration_atom_and_component(data, train):
    part = data["quantities"]["forces"]["sets"]["train"]["points"]
    written = data["sources"]["train"]
    for k in (0, 3, WORST - 1):
        c = part["c"][k]
        assert written["files"][written["file"][c]] == "train.extxyz"
        i = int(written["frame"][c])
        assert written["groups"][written["group"][c]] == train.groups[i]
        value = train.forces_ref[train.first[i] + part["a"][k], part["k"][k]]
        assert part["x"][k] == pytest.approx(value, rel=1e-6)


def test_many_components_are_counts_and_the_worst(data, train):
    part = data["quantities"]["forces"]["sets"]["train"]
    error = np.abs(train.forces_pred - train.forces_ref).ravel()
    assert len(error) > MOST_POINTS
    assert len(part["points"]["e"]) == WORST
    expected = np.sort(error)[-WORST:]
    assert np.sort(np.abs(part["points"]["e"])) == pytest.approx(1e3 * expected, rel=1e-3)
    assert sum(part["parity"]["count"]) == len(error)
    assert sum(part["error"]["count"]) >= len(error) - WORST


def test_every_set_has_the_same_axes(data):
    part = data["quantities"]["forces"]
    low, high = part["range"]
    for points in (part["sets"][name]["points"] for name in ("train", "test")):
        assert low <= min(points["x"])
        assert max(points["x"]) <= high
        assert max(map(abs, points["e"])) <= part["largest"]


def test_histogram_shares_add_up(data):
    histogram = data["histograms"]["energy"]
    assert histogram["unit"] == "meV/atom"
    for shares in histogram["sets"].values():
        assert len(shares) == histogram["bins"]
        assert 0.9 < sum(shares) < 1.001


def test_angles_follow_the_forces(data, train):
    part = data["angles"]["train"]
    n = np.sum(np.linalg.norm(train.forces_ref, axis=1) > 0.01)
    assert sum(part["cells"]["count"]) == n
    points, written = part["points"], data["sources"]["train"]
    i = int(written["frame"][points["c"][0]])
    atom = train.first[i] + points["a"][0]
    y, p = train.forces_ref[atom], train.forces_pred[atom]
    angle = np.degrees(np.arccos(y @ p / np.linalg.norm(y) / np.linalg.norm(p)))
    assert points["y"][0] == pytest.approx(angle, rel=1e-3)
    assert np.all(np.less(part["bands"]["median"], part["bands"]["most"]))


def test_it_is_compact_and_strict_json(data):
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    assert len(text) < 1_000_000


def test_quantities_without_labels_are_left_out():
    data = payload({"train": evaluation(n=3, labelled=("energy",))})
    assert set(data["quantities"]) == {"energy"}
    assert data["angles"] == {}


def test_perfect_predictions_have_axes():
    made = evaluation(n=5, noise=0.0)
    data = payload({"train": made})
    assert data["quantities"]["energy"]["largest"] > 0
    assert data["histograms"]["energy"]["limit"] > 0


def test_grid_counts_points_within():
    grid = Grid((0.0, 2.0), (0.0, 1.0), 2, 2)
    x = np.array([0.0, 0.5, 1.5, 2.0, 2.1, np.nextafter(2.0, 0)])
    y = np.array([0.0, 0.6, 0.4, 1.0, 0.5, -0.1])
    assert grid.counts(x, y).tolist() == [[1, 1], [1, 1]]


def test_padded_intervals_have_a_length():
    assert padded(0.0, 1.0, 0.1) == (-0.1, 1.1)
    low, high = padded(-5.0, -5.0)
    assert low < -5.0 < high


def test_small_sets_get_wide_bins():
    rng = np.random.default_rng(0)
    few, many = rng.standard_normal(30), rng.standard_normal(40_000)
    assert len(histogram_edges([few, many])) < len(histogram_edges([many]))
    edges = histogram_edges([many])
    assert np.mean(np.abs(many) > edges[-1]) == pytest.approx(0.01, abs=1e-3)
    assert len(edges) % 2 == 0
