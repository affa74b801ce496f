"""Numbers behind the report of a selection, against NumPy and scikit-learn."""

import numpy as np
import pytest
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from potlearn.report import SelectionView, comparison_figure, markdown_table, selection_figure
from potlearn.report.selection.spread import Spread
from potlearn.studies import Cell, Table


@pytest.fixture
def rows():
    return np.random.default_rng(0).normal(size=(5000, 6)) * [5, 3, 2, 1, 1, 0.5] + 7.0


def test_the_map_is_that_of_principal_components(rows):
    chosen = np.arange(0, 5000, 50)
    spread = Spread.of(rows, chosen, 0, 1000)
    pca = PCA(6).fit(rows)
    expected = pca.transform(rows)[:, :2]
    signs = np.sign((expected * spread.map).sum(axis=0))
    np.testing.assert_allclose(spread.map * signs, expected, atol=1e-8)
    np.testing.assert_allclose(spread.shares, pca.explained_variance_ratio_, rtol=1e-8)
    np.testing.assert_allclose(spread.variances, pca.explained_variance_ * 4999 / 5000, rtol=1e-8)
    own = (pca.transform(rows[chosen]) ** 2).mean(axis=0)
    np.testing.assert_allclose(spread.chosen_variances, own, rtol=1e-8)


def test_distances_are_those_to_the_nearest_chosen_row(rows):
    chosen = np.arange(0, 5000, 9)
    spread = Spread.of(rows[:1500], chosen[chosen < 1500], 0, 1000)
    tree = NearestNeighbors(n_neighbors=1).fit(rows[chosen[chosen < 1500]])
    expected = np.sort(tree.kneighbors(rows[:1500])[0].ravel())
    np.testing.assert_allclose(np.sort(spread.nearest), expected, atol=1e-6)


def test_chosen_rows_are_never_left_out(rows):
    chosen = np.arange(100)
    spread = Spread.of(rows, chosen, 0, 1000)
    assert len(spread.shown) == 1000
    assert not set(spread.shown) & set(chosen)
    assert spread.n_hidden == 3900


@pytest.mark.parametrize("inclusion", [False, True])
def test_the_figure_of_a_selection(rows, tmp_path, inclusion):
    n = 200
    groups = [f"group {i % 20}" for i in range(n)]
    view = SelectionView(
        *("Title", "", [f"a.xyz:{i}" for i in range(n)], groups, rows[:n]),
        *(np.arange(20), np.ones(20), np.linspace(0, 0.2, n) if inclusion else None),
    )
    paths = selection_figure(view, tmp_path)
    assert [path.name for path in paths] == ["selection.png", "selection.pdf"]
    with Image.open(paths[0]) as image:
        pixels = np.asarray(image.convert("L"))
    assert pixels.shape[1] > 1500
    assert 0.02 < (pixels < 200).mean() < 0.5


def test_the_figure_of_a_comparison(tmp_path):
    records = {
        Cell(m, k, s): {"energy_mae": 1e-3 * (s + 1) / k, "forces_mae": 0.1 / k, "condition": 1e5}
        for m in ("random", "other")
        for k in (10, 20)
        for s in range(3)
    }
    comparison_figure({"A": Table(records), "B": Table(records)}, tmp_path / "c.png")
    with Image.open(tmp_path / "c.png") as image:
        assert image.size[1] > 500
    lines = markdown_table(Table(records), "energy_mae").split("\n")
    assert lines[0] == "| Energy MAE (meV/atom) | k = 10 | k = 20 |"
    # 0.2 ± t(0.975, 2) 0.1 / 3^(1/2)
    assert lines[2].startswith("| random | 0.200 (−0.0484 to 0.448) |")
