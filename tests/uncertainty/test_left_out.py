"""Residuals and variances without a block against fits without it."""

import numpy as np
import pytest
from uncertain_fits import CASES, NO_STRESS, Case, covariance, dense

from potlearn.errors import PotlearnWarning, UncertaintyError
from potlearn.uncertainty import LeftOut, Posterior

BLOCKS = {
    "each": np.arange(12),
    "pairs": np.arange(12) // 2,
    "apart": np.arange(12) % 6,
    "uneven": np.array([0, 0, 0, 1, 2, 2, 3, 4, 4, 4, 4, 5]),
}


def judged(case, label, exclude=()):
    """Scores with as many coefficient sets as are exact, and the fit."""
    result = case.fit(exclude=exclude)
    posterior = Posterior.of(result)
    return LeftOut(result, posterior, posterior.factor()).scores(label), result


def block_rows(result, members, quantity):
    found = [result.rows.blocks(i) for i in members]
    blocks = [b[quantity] for b in found if quantity in b]
    labels = np.concatenate([b.labels - b.reference for b in blocks])
    return np.concatenate([b.rows for b in blocks]), labels


def compare(case, label, exclude=()):
    """Every block against the fit of the others, at the noise level of the whole."""
    scores, result = judged(case, label, exclude)
    _, errors, _ = dense(result)
    noise = errors @ errors / (len(errors) - result.info.effective_parameters)
    for k in np.unique(label)[:3]:
        members, others = np.flatnonzero(label == k), np.flatnonzero(label != k)
        place = {int(old): new for new, old in enumerate(others)}
        kept = [(place[i], q, a) for i, q, a in exclude if i in place]
        without = case.fit(others, exclude=kept)
        c = covariance(without, case)
        _, e, _ = dense(without)
        own = e @ e / (len(e) - without.info.effective_parameters)
        for quantity, found in scores.items():
            mine = found.blocks == k
            rows, labels = block_rows(result, members, quantity)
            expected = rows @ without.coefficients.ravel() - labels
            np.testing.assert_allclose(found.errors[mine], expected, rtol=1e-5, atol=1e-7)
            variances = np.einsum("ij,jk,ik->i", rows, c, rows) * noise / own
            np.testing.assert_allclose(
                found.variances[mine], variances, rtol=1e-5, atol=1e-9 * variances.max()
            )


@pytest.mark.parametrize("label", BLOCKS.values(), ids=BLOCKS.keys())
@pytest.mark.parametrize("name", ["fitted e0", "wide", "alloy, intercept", "no stress"])
def test_blocks_are_judged_by_the_fit_without_them(name, label):
    """Blocks of more rows than there are coefficients, and of fewer."""
    compare(CASES[name], label)


@pytest.mark.parametrize("name", ["given e0", "weights of configurations"])
def test_weights_and_given_energies(name):
    compare(CASES[name], BLOCKS["uneven"])


EXCLUDED = {
    "atoms": [(0, "forces", 2), (3, "forces", 0), (3, "forces", 1)],
    "an energy": [(1, "energy", -1)],
    "a configuration": [(2, q, -1) for q in ("energy", "forces", "stress")],
}


@pytest.mark.parametrize("exclude", EXCLUDED.values(), ids=EXCLUDED.keys())
@pytest.mark.parametrize("name", ["fitted e0", "wide"])
def test_labels_outside_the_fit_are_judged_too(name, exclude):
    compare(CASES[name], BLOCKS["uneven"], exclude)


def test_stress_of_weight_zero_is_judged_by_energies_and_forces():
    groups = {"b": {"stress": 0.0}}
    from potlearn.fit import Weights

    weights = Weights(energy=100.0, forces=2.0, stress=0.5, groups=groups)
    compare(Case(options={"e0": {"Si": -4.9}, "weights": weights}), BLOCKS["uneven"])
    assert "stress" not in judged(CASES["no stress"], BLOCKS["each"])[0]
    assert NO_STRESS.used == ("energy", "forces")


def test_fewer_sets_estimate_the_variances_of_forces():
    """In the mean over draws; energies stay exact."""
    from potlearn.uncertainty.quantify import directions

    case = CASES["wide"]
    result = case.fit()
    posterior = Posterior.of(result)
    factor, rng = posterior.factor(), np.random.default_rng(0)
    exact = LeftOut(result, posterior, factor).scores(BLOCKS["pairs"])
    sums = 0.0
    for _ in range(60):
        sets = factor @ directions(factor.shape[1], 4, rng)
        found = LeftOut(result, posterior, sets).scores(BLOCKS["pairs"])
        np.testing.assert_array_equal(found["energy"].variances, exact["energy"].variances)
        np.testing.assert_array_equal(found["forces"].errors, exact["forces"].errors)
        sums = sums + found["forces"].variances
    sizes = exact["forces"].variances
    ratio = (sums / 60 / sizes)[sizes > 1e-9 * sizes.max()]
    assert np.mean(ratio) == pytest.approx(1.0, abs=0.25)  # rows share their directions
    assert np.std(ratio) < 2 * np.sqrt(2 / 4 / 60)


def alone(n):
    """Germanium in one of ``n`` configurations, without a penalty: nothing is left to judge it."""
    from pair_descriptor import PairDescriptor, configurations

    import potlearn as pl
    from potlearn.fit import FitSettings, fit_linear

    frames = list(configurations(n, noise=0.3))
    frames[3].symbols[0] = "Ge"
    result = fit_linear(
        pl.from_atoms(frames), PairDescriptor(("Si", "Ge")), FitSettings(solver="qr", e0="fitted")
    )
    posterior = Posterior.of(result)
    return LeftOut(result, posterior, posterior.factor())


def test_a_block_that_alone_decides_a_coefficient_is_named():
    with pytest.raises(UncertaintyError, match="alone decides some coefficients; choose"):
        alone(8).scores(np.arange(8))


def test_a_block_of_many_that_alone_decides_a_coefficient_is_not_judged():
    with pytest.warns(PotlearnWarning, match="1 of 20 blocks of configurations alone decides"):
        scores = alone(20).scores(np.arange(20))
    for found in scores.values():
        assert np.unique(found.blocks).tolist() == [k for k in range(20) if k != 3]
        assert np.isfinite(found.errors).all()
        assert (found.variances >= 0).all()
