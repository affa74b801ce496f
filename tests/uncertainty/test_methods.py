"""Committee and pointwise fits against fits made one by one; every method by its name."""

import numpy as np
import pytest
from pair_descriptor import PairDescriptor, configurations
from uncertain_fits import CASES, FEW, Case, dense, placement

import potlearn as pl
from potlearn.errors import UncertaintyError
from potlearn.fit import FitSettings, Ridge, fit_linear
from potlearn.uncertainty import METHODS, Posterior, quantify


class Recorded:
    """A generator whose multinomial draws are remembered."""

    def __init__(self, seed):
        self.rng, self.drawn = np.random.default_rng(seed), None

    def multinomial(self, *args, **kwargs):
        self.drawn = self.rng.multinomial(*args, **kwargs)
        return self.drawn


@pytest.mark.parametrize("name", ["fitted e0", "alloy, intercept", "wide"])
@pytest.mark.parametrize("blocks", [np.arange(12), np.arange(12) // 3])
def test_a_committee_is_fits_of_repeated_configurations(name, blocks):
    from potlearn.uncertainty.methods.committee import Committee
    from potlearn.uncertainty.methods.table import Task

    case, rng = CASES[name], Recorded(3)
    result = case.fit()
    factor = Committee(members=5).factor(Task(result, blocks, 8, rng))
    members = []
    for counts in rng.drawn:
        chosen = np.repeat(np.arange(12), counts[blocks])
        members.append(case.fit(chosen).coefficients.ravel())
    steps = np.array(members) - np.mean(members, axis=0)
    expected = steps.T @ steps / 4
    scale = 1e-5 * np.abs(expected).max()
    np.testing.assert_allclose(factor @ factor.T, expected, rtol=1e-4, atol=scale)


@pytest.mark.parametrize("name", ["fitted e0", "given e0", "wide", "weights of configurations"])
@pytest.mark.parametrize("quantile", [0.0, 0.5, 0.9])
def test_pointwise_fits_are_a_loop_over_rows(name, quantile):
    from potlearn.uncertainty.methods.pops import PointwiseOptimal
    from potlearn.uncertainty.methods.table import Task

    case = CASES[name]
    result = case.fit()
    rows, errors, _ = dense(result)
    place = placement(result, case)
    x = rows @ place
    inverse = np.linalg.inv(x.T @ x + case.ridge * np.eye(x.shape[1]))
    leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
    decide = leverage > 1e-12 * leverage.mean()
    least = np.quantile(leverage[decide], quantile)
    moment, n = 0.0, 0
    for row, error, h in zip(x, errors, leverage, strict=True):
        if h >= least * (1 - 1e-9):
            step = -inverse @ row / h * error
            moment, n = moment + np.outer(step, step), n + 1
    expected = place @ (moment / n) @ place.T
    factor = PointwiseOptimal(quantile).factor(
        Task(result, np.arange(12), 8, np.random.default_rng(0))
    )
    scale = 1e-6 * np.abs(expected).max()
    np.testing.assert_allclose(factor @ factor.T, expected, rtol=1e-4, atol=scale)


def test_a_pointwise_fit_hits_its_row():
    """The definition: the residual of the row vanishes, by the smallest step that does it."""
    rows, errors, _ = dense(CASES["fitted e0"].fit())
    inverse = np.linalg.inv(rows.T @ rows + 0.3 * np.eye(5))
    step = -inverse @ rows[7] / (rows[7] @ inverse @ rows[7]) * errors[7]
    assert rows[7] @ step + errors[7] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_by_its_name(method):
    result = CASES["fitted e0"].fit()
    found = quantify(result, method, sets=3, grade=None)
    assert found.name == method
    assert set(found.links) == {"energy", "forces", "stress"}
    assert found.sets.shape == (3, 1, 5)
    assert found.parts == ("energy", "forces", "stress")
    row = result.rows.blocks(0)["energy"].rows[0]
    assert found.links["energy"].std(found.variance(row)) > 0
    again = quantify(result, method, sets=3, grade=None)
    np.testing.assert_array_equal(again.sets, found.sets)


def test_noise_is_added_in_squares():
    result = CASES["fitted e0"].fit()
    plain, noisy = (quantify(result, "posterior", grade=None, noise=x) for x in (False, True))
    rmse = result.rmse()["all"]["forces"]
    v = np.array([0.0, 1e-3])
    expected = np.sqrt(plain.links["forces"].std(v) ** 2 + rmse**2)
    np.testing.assert_allclose(noisy.links["forces"].std(v), expected)


@pytest.mark.parametrize("count", [1, 3, 8, 50])
def test_directions_are_orthogonal_and_unbiased(count):
    from potlearn.uncertainty.quantify import directions

    rng = np.random.default_rng(0)
    n, found = 8, []
    for _ in range(400):
        columns = directions(n, count, rng)
        r = min(count, n)
        np.testing.assert_allclose(columns.T @ columns, n / r * np.eye(r), atol=1e-12)
        found.append(columns @ columns.T)
    np.testing.assert_allclose(np.mean(found, axis=0), np.eye(n), atol=0.6 / np.sqrt(count))


BAD = {
    "unknown": ({"method": "bootstrap"}, "unknown uncertainty 'bootstrap'; expected one of calib"),
    "no sets": ({"sets": 0}, "sets: expected at least 1, got 0"),
    "blocks": ({"blocks": [0, 1]}, "blocks: expected one per configuration, 12; got 2"),
    "table of blocks": ({"blocks": np.zeros((12, 2))}, "blocks: expected one per configuration"),
    "few blocks": ({"blocks": ["a", "b"] * 6}, "energy: expected labels of at least 5 .*got 2"),
    "one member": ({"method": "committee", "members": 1}, "members: expected at least 2, got 1"),
    "quantile": ({"method": "pops", "quantile": 2.0}, "quantile: expected .*0.*1, got 2"),
    "option": ({"method": "posterior", "members": 3}, "'posterior' has no option 'members'"),
}


@pytest.mark.parametrize(("options", "words"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_in_words(options, words):
    with pytest.raises(UncertaintyError, match=words):
        quantify(CASES["fitted e0"].fit(), grade=None, **options)


@pytest.mark.parametrize("method", METHODS)
def test_few_rows_and_singular_fits_are_refused_by_every_method(method):
    case = Case(n=6, n_features=12, options={"e0": "fitted", "weights": FEW})
    with pytest.raises(UncertaintyError, match="more rows than coefficients"):
        quantify(case.fit(), method, grade=None)


def test_copies_are_one_block_by_default():
    """A set written twice says no more than once: intervals are as wide, not far too narrow."""
    frames = list(configurations(16, noise=0.3))
    once, twice = pl.from_atoms(frames), pl.from_atoms([*frames, *frames])
    settings = FitSettings(solver=Ridge(ridge=1e-6), e0="fitted")
    half = FitSettings(solver=Ridge(ridge=1e-6), e0="fitted", configuration_weights=[0.5] * 32)
    a = quantify(fit_linear(once, PairDescriptor(), settings), sets=99, grade=None)
    b = quantify(fit_linear(twice, PairDescriptor(), half), sets=99, grade=None)
    row = PairDescriptor().rows(frames[0]).energy / 8
    std = [u.links["energy"].std(u.variance(row)) for u in (a, b)]
    assert std[1] == pytest.approx(std[0], rel=0.1)


def test_posterior_of_all_methods_shares_the_noise_of_the_fit():
    result = CASES["given e0"].fit()
    found = quantify(result, "posterior", grade=None)
    np.testing.assert_allclose(found.coefficient_factor, Posterior.of(result).factor())
    assert (found.coefficient_factor[0] == 0).all()  # the given one-body energy has no variance
