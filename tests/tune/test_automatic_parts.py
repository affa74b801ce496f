"""The parts of a search: knee, cutoffs, sample, weights; arrays in, choices out."""

import numpy as np
import pytest
from ase.build import bulk
from hypothesis import given
from hypothesis import strategies as st

from potlearn.errors import FitError
from potlearn.fit import Weights
from potlearn.fit.diagnose.validation import CrossValidation
from potlearn.tune.automatic.cutoff import Radial, candidates
from potlearn.tune.automatic.errors import HeldOut
from potlearn.tune.automatic.knee import faster, is_as_good, is_better, knee, more_accurate
from potlearn.tune.automatic.sample import sample
from potlearn.tune.automatic.weights import choose


def held_out(energy, forces, stress=1.0, scatter=0.0):
    """Errors of five folds, all alike but for a scatter in turn up and down."""
    sign = np.array([1, -1, 1, -1, 0]) * scatter
    folds = {"energy": energy, "forces": forces, "stress": stress}
    return HeldOut({q: e * np.exp(sign) for q, e in folds.items()}, folds)


def test_the_score_is_the_logarithm_of_the_geometric_mean():
    errors = held_out(0.01, 0.04)
    np.testing.assert_allclose(np.exp(errors.score), 0.02)
    difference = held_out(0.02, 0.04, scatter=0.1).against(errors)
    np.testing.assert_allclose(difference.mean, np.log(2) / 2)
    np.testing.assert_allclose(difference.se, 0.1 / np.sqrt(5))


def test_errors_need_energies_or_forces_in_every_fold():
    tables = ({"all": {"energy": 1.0}}, {"all": {"stress": 1.0}})
    with pytest.raises(FitError, match="neither energies nor forces"):
        HeldOut.of(CrossValidation({"all": {}}, tables, np.zeros((2, 1))))


def test_a_cheaper_basis_is_taken_where_it_is_as_good():
    errors = [held_out(0.02, 0.2), held_out(0.01, 0.1), held_out(0.01, 0.1)]
    assert knee([1, 2, 4], errors, default=2) == 1


def test_no_basis_worse_than_the_default_is_taken_however_cheap():
    errors = [held_out(0.0101, 0.101), held_out(0.01, 0.1)]
    assert knee([1, 1000], errors, default=1) == 1


@pytest.mark.parametrize(("gain", "chosen"), [(0.95, 0), (0.85, 1)])
def test_a_doubling_of_the_force_time_has_to_save_a_tenth(gain, chosen):
    errors = [held_out(0.01, 0.1), held_out(0.01 * gain, 0.1 * gain)]
    assert knee([1, 2], errors, default=0) == chosen


def test_a_fit_takes_no_longer_than_with_the_default():
    errors = [held_out(0.01, 0.1), held_out(0.005, 0.05)]
    assert knee([1, 1], errors, default=0, sizes=[10, 11]) == 0
    assert knee([1, 1], errors, default=0, sizes=[10, 10]) == 1


@pytest.mark.parametrize(
    "errors",
    [held_out(0.001, 0.102), held_out(0.0102, 0.01), held_out(0.009, 0.09, stress=1.1)],
    ids=["forces", "energy", "stress"],
)
def test_no_quantity_pays_for_another(errors):
    assert not is_as_good(errors, held_out(0.01, 0.1))


def test_a_gain_has_to_exceed_two_standard_errors():
    before = held_out(0.01, 0.1)
    assert is_better(held_out(0.009, 0.09), before)
    assert not is_better(held_out(0.0099, 0.099), before)
    assert not is_better(held_out(0.009, 0.09, scatter=0.2), before)


def test_alternatives_are_faster_and_more_accurate():
    errors = [held_out(0.03, 0.3), held_out(0.02, 0.2), held_out(0.01, 0.1), held_out(0.009, 0.1)]
    assert faster([1, 2, 4, 9], errors, 2) == 1
    assert faster([1, 2, 4, 9], errors, 0) is None
    assert more_accurate(errors, 2) == 3
    assert more_accurate(errors, 3) is None
    assert more_accurate([held_out(0.01, 0.1), held_out(0.0099, 0.1, scatter=0.5)], 0) is None


@given(st.lists(st.tuples(st.floats(1e-4, 1), st.floats(1e-3, 1)), min_size=1, max_size=8))
def test_the_choice_is_never_worse_than_the_default(pairs):
    errors = [held_out(*pair) for pair in pairs]
    costs = list(range(1, len(errors) + 1))
    for default in range(len(errors)):
        chosen = errors[knee(costs, errors, default)]
        assert chosen.score <= errors[default].score


def test_minima_lie_between_the_shells_of_a_crystal():
    radial = Radial.of([bulk("Cu", "fcc", 3.6)])
    shells = 3.6 * np.sqrt([0.5, 1, 1.5, 2])
    first, second, *_ = radial.minima()
    assert shells[0] < first < shells[1] < second < shells[2]
    np.testing.assert_allclose(radial.within(first), 12)
    np.testing.assert_allclose(radial.within(second), 18)
    assert radial.reach(1e6) is None


def test_cutoffs_to_compare_are_apart_and_hold_the_default():
    radial = Radial.of([bulk("Cu", "fcc", 3.6)])
    found = candidates(radial, 5.5, 2.55)
    assert 5.5 in found
    assert found == sorted(found)
    assert 3 <= len(found) <= 5
    assert np.diff(found).min() > 0.29
    assert min(found) > 1.3 * 2.55


def test_a_molecule_has_cutoffs_to_compare():
    from ase.build import molecule

    atoms = molecule("CH3CH2OH")
    assert 5.0 in candidates(Radial.of([atoms]), 5.0, 1.1)


def test_a_lonely_atom_has_the_default_alone():
    from ase import Atoms

    assert candidates(Radial.of([Atoms("Cs")]), 10.0, 5.0)


@given(
    sizes=st.lists(st.integers(1, 200), min_size=1, max_size=60),
    n_groups=st.integers(1, 4),
    most=st.integers(1, 3000),
)
def test_a_sample_has_every_group_and_all_that_is_always_in_it(sizes, n_groups, most):
    n = len(sizes)
    groups = {str(g): np.arange(g, n, n_groups) for g in range(min(n_groups, n))}
    always = np.arange(n) % 7 == 0
    chosen = sample(sizes, groups, always, most)
    assert (np.diff(chosen) > 0).all()
    assert all(np.isin(members, chosen).any() for members in groups.values())
    assert np.isin(np.flatnonzero(always), chosen).all()
    if sum(sizes) <= most:
        assert len(chosen) == n


def test_a_sample_of_large_groups_is_spread_and_bounded():
    chosen = sample([100] * 5000, {"md": np.arange(5000)}, np.zeros(5000, bool), 40_000)
    assert len(chosen) == 400
    assert chosen[0] == 0
    assert chosen[-1] == 4999


def test_weights_stay_where_nothing_is_saved():
    start = held_out(0.01, 0.1)
    weights, tried = choose(Weights(), start, lambda w: held_out(0.0099, 0.1))
    assert weights == Weights()
    assert len(tried) == 7


def test_weights_that_save_errors_are_taken():
    def errors(weights):
        return held_out(0.005 if weights.energy == 30000 else 0.02, 0.1)

    weights, _ = choose(Weights(groups={"a": {"energy": 2.0}}), held_out(0.01, 0.1), errors)
    assert weights.energy == 30000
    assert weights.groups["a"]["energy"] == 6.0
    assert (weights.forces, weights.stress) == (1.0, 10.0)


def test_weights_that_trade_forces_for_energies_are_not_taken():
    weights, _ = choose(Weights(), held_out(0.01, 0.1), lambda w: held_out(0.001, 0.12))
    assert weights == Weights()
