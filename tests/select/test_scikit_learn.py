"""Selectors among scikit-learn's tools: parameters by name, what fit leaves, its own checks."""

import numpy as np
import pandas as pd
import pytest
from selectors_under_test import CASES, groups, rows
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import estimator_checks
from sklearn.utils.validation import check_is_fitted

from potlearn.errors import SelectionError
from potlearn.select import FPS, KDPP, Hierarchical, KMeans

NAMES = sorted(CASES)
# Checks of scikit-learn but those that ask for predictions, for its base classes, or its own words.
CHECKS = [
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_no_attributes_set_in_init",
    "check_fit_score_takes_y",
    "check_estimators_overwrite_params",
    "check_estimators_fit_returns_self",
    "check_readonly_memmap_input",
    "check_estimators_dtypes",
    "check_estimators_pickle",
    "check_f_contiguous_array_estimator",
    "check_estimator_sparse_tag",
    "check_n_features_in",
    "check_fit1d",
    "check_fit2d_predict1d",
    "check_dict_unchanged",
    "check_fit_idempotent",
    "check_fit_check_is_fitted",
    "check_get_params_invariance",
    "check_set_params",
    "check_dont_overwrite_attributes",
    "check_positive_only_tag_during_fit",
    "check_mixin_order",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
]
WITHOUT_LABELS = [name for name in NAMES if CASES[name].name != "stratified"]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("name", WITHOUT_LABELS)
def test_checks_of_scikit_learn(name, check):
    run = getattr(estimator_checks, check, None)
    if run is not None:  # older versions have fewer
        selector = CASES[name].make(2)
        run(name, selector if CASES[name].sized else selector.set_params(expected_size=1.5))


@pytest.mark.parametrize("name", NAMES)
def test_parameters_are_set_by_name(name):
    selector = CASES[name].make(6)
    size = "n_to_select" if CASES[name].sized else "expected_size"
    assert selector.set_params(**{size: 4}) is selector
    assert selector.get_params()[size] == 4
    if CASES[name].sized:
        assert len(selector.select(rows(), groups(60))) == 4
    assert clone(selector).get_params()[size] == 4
    with pytest.raises(SelectionError, match=r"has no parameter 'magic'; it has .*"):
        selector.set_params(magic=1, **{size: 3})
    assert selector.get_params()[size] == 4


def test_parameters_of_a_selector_in_a_hierarchy():
    selector = Hierarchical(KMeans(4), chunk_size=30)
    assert selector.get_params()["selector__n_to_select"] == 4
    assert "selector__n_to_select" not in selector.get_params(deep=False)
    selector.set_params(selector__n_to_select=5, chunk_size=40)
    assert (selector.selector.n_to_select, selector.chunk_size) == (5, 40)
    selector.set_params(selector__n_to_select=6, selector=FPS(2))
    assert selector.selector == FPS(6)


@pytest.mark.parametrize("name", NAMES)
def test_what_fit_leaves(name):
    selector, X = CASES[name].make(6), rows()
    for attribute in ("n_features_in_", "feature_names_in_", "selected_idx_"):
        assert not hasattr(selector, attribute)
    with pytest.raises(NotFittedError):
        check_is_fitted(selector)
    with pytest.raises(SelectionError, match=r"is not fitted: call fit\(X\) first"):
        selector.get_support()
    columns = [f"B{i}" for i in range(12)]
    selector.fit(pd.DataFrame(X, columns=columns), groups(60))
    check_is_fitted(selector)
    assert (selector.n_rows_, selector.n_features_in_) == (60, 12)
    assert selector.feature_names_in_.tolist() == columns
    selector.fit(X[:, :11], groups(60))
    assert selector.n_features_in_ == 11
    assert not hasattr(selector, "feature_names_in_")


def test_a_failed_fit_leaves_what_was_there():
    selector = KDPP(4).fit(rows())
    before = selector.selected_idx_
    with pytest.raises(SelectionError):
        selector.fit(np.full((60, 12), np.nan))
    assert selector.selected_idx_ is before
