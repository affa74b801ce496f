"""Calibration gives back laws that made the errors, and covers in the mean of small samples."""

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from potlearn.errors import UncertaintyError
from potlearn.uncertainty import NO_RESIDUALS, Link, Scores, calibrate

ONE_SIGMA = float(norm.cdf(1) - norm.cdf(-1))


def scores(n, power, dof, rng, scale=0.3, rows=1, spread=4.0):
    """Errors of Student's law (dof infinite: the normal law) about s = scale v^power."""
    variances = np.exp(spread * rng.uniform(-1, 1, n * rows) - 9)
    law = rng.standard_normal if np.isinf(dof) else lambda size: rng.standard_t(dof, size)
    errors = scale * variances**power * law(n * rows)
    return Scores.of(errors, variances, np.repeat(np.arange(n), rows))


@pytest.mark.parametrize("power", [0.25, 0.5])
@pytest.mark.parametrize("dof", [np.inf, 4.0])
def test_the_law_of_the_errors_comes_back(power, dof):
    rng = np.random.default_rng(1)
    link = calibrate(scores(3000, power, dof, rng))
    assert link.power == pytest.approx(power, abs=0.03)
    unit = student.ppf(0.5 + 0.5 * ONE_SIGMA, dof)
    v = np.exp([-12.0, -9.0, -6.0])
    np.testing.assert_allclose(link.std(v), 0.3 * unit * v**power, rtol=0.08)
    for level in (0.3, 0.5, 0.8, 0.95, 0.99):
        expected = student.ppf(0.5 + 0.5 * level, dof) / unit
        assert link.factor(level) == pytest.approx(expected, rel=0.1), level
    fresh = scores(20_000, power, dof, rng)
    for level in (0.1, 0.5, ONE_SIGMA, 0.9, 0.95, 0.99):
        half = link.factor(level) * link.std(fresh.variances)
        assert np.mean(np.abs(fresh.errors) <= half) == pytest.approx(level, abs=0.03)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n", [40, 300])
def test_one_wild_error_hides_no_power(seed, n):
    """A label far off, as a dimer among crystals, makes tails heavy and leaves the power."""
    found = scores(n, 0.4, 8.0, np.random.default_rng(seed))
    wild = int(np.argmax(found.variances))
    errors = found.errors.copy()
    errors[wild] *= 60
    assert calibrate(found._replace(errors=errors)).power == pytest.approx(0.4, abs=0.17)


@pytest.mark.parametrize("dof", [np.inf, 3.0])
@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e9])
def test_units_of_errors_and_variances_do_not_matter(dof, unit):
    found = scores(60, 0.3, dof, np.random.default_rng(0))
    link = calibrate(found)
    other = calibrate(Scores.of(unit * found.errors, unit**2 * found.variances, found.blocks))
    np.testing.assert_allclose(
        other.std(unit**2 * found.variances), unit * link.std(found.variances), rtol=1e-3
    )
    assert other.factor(0.9) == pytest.approx(link.factor(0.9), rel=1e-3)


@pytest.mark.parametrize(("n", "rows"), [(8, 1), (15, 1), (40, 1), (12, 30)])
def test_small_samples_cover_in_the_mean(n, rows):
    """Coverage of new blocks, in the mean of many calibrations: at least what is stated."""
    rng = np.random.default_rng(n)
    levels = [x for x in (0.3, 0.5, ONE_SIGMA, 0.8, 0.9, 0.95) if x <= n / (n + 1)]
    trials, covered = 100, []
    for _ in range(trials):
        link = calibrate(scores(n, 0.3, 5.0, rng, rows=rows))
        fresh = scores(400, 0.3, 5.0, rng)
        ratios = np.abs(fresh.errors) / link.std(fresh.variances)
        covered.append([np.mean(ratios <= link.factor(level)) for level in levels])
    mean, error = np.mean(covered, axis=0), np.std(covered, axis=0) / np.sqrt(trials)
    assert (mean >= np.array(levels) - 3 * error - 0.015).all(), (levels, mean, error)
    assert (mean <= np.array(levels) + 1.5 / n + 3 * error + 0.03).all(), (levels, mean, error)


def test_beyond_the_last_quantile_student_goes_on():
    link = calibrate(scores(6, 0.3, 5.0, np.random.default_rng(0)))
    assert link.levels is not None
    assert link.levels[-1] <= 6 / 7
    ratio = student.ppf([0.5 + 0.5 * 0.99, 0.5 + 0.5 * link.levels[-1]], link.dof)
    assert link.factor(0.99) == pytest.approx(link.factors[-1] * ratio[0] / ratio[1])


def test_too_few_blocks_are_refused_however_many_rows_they_have():
    found = scores(4, 0.3, 5.0, np.random.default_rng(0), rows=100)
    with pytest.raises(UncertaintyError, match=r"forces: expected labels of at least 5 .*got 4;"):
        calibrate(found, "forces")


def test_rows_without_a_variance_count_neither_as_rows_nor_as_blocks():
    found = scores(12, 0.3, 5.0, np.random.default_rng(0))
    zero = Scores.of(
        np.append(found.errors, np.zeros(40)),
        np.append(found.variances, np.tile([0.0, 1e-40], 20)),
        np.append(found.blocks, np.arange(100, 140)),
    )
    a, b = calibrate(found), calibrate(zero)
    assert (a.scale, a.power, a.dof) == (b.scale, b.power, b.dof)
    np.testing.assert_array_equal(b.std(np.array([0.0, 1e-40])), 0.0)
    with pytest.raises(UncertaintyError, match="at least 5"):
        calibrate(Scores.of(np.ones(9), np.zeros(9), np.arange(9)))


@pytest.mark.parametrize("exact", [20, 18])
def test_errors_that_are_zero_are_refused_in_words(exact):
    found = scores(20, 0.3, 5.0, np.random.default_rng(0))
    errors = np.where(np.arange(20) < exact, 0.0, found.errors)
    with pytest.raises(UncertaintyError, match=r"stress: .* zero.*'posterior'"):
        calibrate(found._replace(errors=errors), "stress", NO_RESIDUALS)


def test_equal_variances_give_one_width():
    rng = np.random.default_rng(0)
    link = calibrate(
        Scores.of(0.1 * rng.standard_normal(4000), np.full(4000, 2.0), np.arange(4000))
    )
    assert link.std(2.0) == pytest.approx(0.1, rel=0.05)


def test_many_rows_are_thinned_over_all_components():
    """Components whose errors differ, in turn: every one of them decides."""
    rng = np.random.default_rng(0)
    n = 60_000
    variances = np.exp(rng.uniform(-6, 0, n))
    power = np.tile([0.1, 0.5, 0.5], n // 3)
    errors = variances**power * rng.standard_normal(n)
    link = calibrate(Scores.of(errors, variances, np.arange(n) // 30))
    assert link.power > 0.2  # of the x components alone: 0.1


LINKS = {
    "plain": Link(),
    "noisy": Link(noise=0.1, least=1e-9),
    "student": Link(dof=4.0, scale=2.0, power=0.3),
    "calibrated": calibrate(scores(30, 0.3, 4.0, np.random.default_rng(0))),
    "many": calibrate(scores(500, 0.3, 4.0, np.random.default_rng(0))),
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS.keys())
def test_links_are_monotone_and_come_back_from_settings(link):
    levels = np.linspace(1e-3, 0.9999, 400)
    factors = np.array([link.factor(level) for level in levels])
    assert (np.diff(factors) >= 0).all()
    assert link.factor(ONE_SIGMA) == pytest.approx(1.0, abs=1e-9)
    again = Link.from_dict(link.to_dict())
    np.testing.assert_array_equal([again.factor(level) for level in levels], factors)
    v = np.array([0.0, 1e-12, 1e-3, 4.0])
    np.testing.assert_array_equal(again.std(v), link.std(v))
    assert (np.diff(link.std(v)) >= 0).all()
    assert link.std(v.reshape(2, 2)).shape == (2, 2)


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, 95.0, float("nan")])
def test_a_level_is_a_probability(level):
    with pytest.raises(UncertaintyError, match="level: expected a number between 0 and 1"):
        Link().factor(level)
