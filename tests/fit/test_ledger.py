"""The ledger answers from factors what the rows would answer."""

import numpy as np
import pytest

from potlearn.errors import FitError
from potlearn.fit import QR
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.rows.names import Key
from potlearn.fit.weights import Weights

C = 6
NAMES = [f"f{j}" for j in range(C)]
WEIGHTS = Weights(energy=100.0, forces=1.0, stress=0.1, groups={"b": {"forces": 5.0}})


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    blocks = {}
    for fold in range(3):
        for group in ("a", "b"):
            for quantity, m in (("energy", 2), ("forces", 25), ("stress", 7)):
                X = rng.normal(size=(m, C)) * np.logspace(0, -2, C)
                reference = rng.normal(size=m)
                y = X @ np.arange(1.0, C + 1) + reference + 0.1 * rng.normal(size=m)
                blocks[Key(fold, group, quantity)] = (X, y, reference)
    return blocks


@pytest.fixture
def ledger(data):
    ledger = Ledger(NAMES)
    for key, (X, y, reference) in data.items():
        ledger.add(key, X[:1], y[:1], reference[:1])
        ledger.add(key, X[1:], y[1:], reference[1:])
    return ledger


def stacked(data, weights, skip_fold=None, reference=True):
    X, y = [], []
    for key, (rows, labels, ref) in data.items():
        if key.fold != skip_fold:
            s = np.sqrt(weights.of(key.group, key.quantity))
            X.append(s * rows)
            y.append(s * (labels - ref if reference else labels))
    return np.vstack(X), np.concatenate(y)


@pytest.mark.parametrize("reference", [True, False])
@pytest.mark.parametrize("columns", [None, NAMES[:3], ["f5", "f1"], NAMES[2:]])
def test_weighted_fit(ledger, data, reference, columns):
    X, y = stacked(data, WEIGHTS, reference=reference)
    chosen = [NAMES.index(c) for c in columns or NAMES]
    found = QR().solve(ledger.problem(WEIGHTS, columns=columns, reference=reference))
    expected = np.linalg.lstsq(X[:, chosen], y)[0]
    np.testing.assert_allclose(found.coefficients, expected, rtol=1e-9)
    np.testing.assert_allclose(
        found.info.residual, np.sum((X[:, chosen] @ expected - y) ** 2), rtol=1e-9
    )


def test_fixed_coefficients(ledger, data):
    X, y = stacked(data, WEIGHTS)
    found = QR().solve(ledger.problem(WEIGHTS, fixed={"f0": 1.5, "f3": -2.0}))
    free = [1, 2, 4, 5]
    expected = np.linalg.lstsq(X[:, free], y - 1.5 * X[:, 0] + 2.0 * X[:, 3])[0]
    np.testing.assert_allclose(found.coefficients, expected, rtol=1e-9)


def test_leave_a_fold_out(ledger, data):
    problem = ledger.problem(WEIGHTS, n_folds=3)
    assert len(problem.folds) == 3
    for fold, (train, held) in enumerate(problem.folds):
        X, y = stacked(data, WEIGHTS, skip_fold=fold)
        c = QR().solve(train).coefficients
        np.testing.assert_allclose(c, np.linalg.lstsq(X, y)[0], rtol=1e-9)
        whole, target = stacked(data, WEIGHTS)
        out = np.sum((whole @ c - target) ** 2) - np.sum((X @ c - y) ** 2)
        np.testing.assert_allclose(held.residual(c), out, rtol=1e-9)
        assert train.n_rows == len(y)


def test_residuals_without_the_data(ledger, data):
    c = np.linspace(-1, 2, C)
    for key, residual in ledger.residuals(c).items():
        X, y, reference = data[key]
        e = X @ c + reference - y
        np.testing.assert_allclose(residual.sum_squares, e @ e, rtol=1e-12)
        np.testing.assert_allclose(residual.mean, e.mean(), rtol=1e-9)
        assert residual.n == len(y)
    table = ledger.rmse(c)
    e = np.concatenate([X @ c + r - y for k, (X, y, r) in data.items() if k.quantity == "forces"])
    np.testing.assert_allclose(table["all"]["forces"], np.sqrt(np.mean(e**2)), rtol=1e-12)
    assert set(table) == {"all", "a", "b"}


def test_merge_and_relabel_keep_every_row(ledger, data):
    other = Ledger(NAMES)
    other.merge(ledger)
    other.merge(ledger)
    assert other.count("forces") == 2 * ledger.count("forces") == 2 * 3 * 2 * 25
    flat = ledger.relabel(lambda key: Key(0, "all", key.quantity))
    assert len(flat.entries) == 3
    c = np.ones(C)
    np.testing.assert_allclose(flat.rmse(c)["all"]["energy"], ledger.rmse(c)["all"]["energy"])


def test_compact_changes_no_answer(ledger):
    before = ledger.rmse(np.ones(C))
    assert ledger.compact().rmse(np.ones(C)) == before


def test_group_called_all_counts_once(data):
    ledger = Ledger(NAMES)
    X, y, _ = data[Key(0, "a", "forces")]
    ledger.add(Key(0, "all", "forces"), X, y)
    np.testing.assert_allclose(
        ledger.rmse(np.zeros(C))["all"]["forces"], np.sqrt(np.mean(y**2)), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: Ledger(["a", "a"]), "same name"),
        (lambda: Ledger(["a"]).add(Key(0, "g", "forces"), np.ones((2, 2)), np.ones(2)), "rows of"),
        (lambda: Ledger(["a"]).add(Key(0, "g", "force"), np.ones((2, 1)), np.ones(2)), "unknown"),
        (lambda: Ledger(["a"]).merge(Ledger(["b"])), "different columns"),
        (lambda: Ledger(["a"]).problem(Weights(), columns=["z"]), "no column 'z'"),
        (lambda: Weights(energy=-1.0), "weight of energy is -1.0"),
        (lambda: Weights(groups={"g": {"force": 1.0}}), "name 'force'"),
        (lambda: Weights(groups={"g": {"forces": float("nan")}}), "in group 'g' is nan"),
    ],
)
def test_misuse(act, message):
    with pytest.raises(FitError, match=message):
        act()
