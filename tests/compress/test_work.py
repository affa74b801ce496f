"""What functions cost together: items that they share count once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import potlearn as pl
from potlearn.compress import Path, Work
from potlearn.errors import FitError

ACE = pl.ACE(("Si",), cutoff=5.0, order=3, degree=(6, 6, 6))
WORK = Work.of_basis(ACE.engine.basis, 30.0)


def items(chosen):
    """Nodes, radial functions and largest degrees of a pruned program."""
    basis = ACE.prune([ACE.feature_names[k] for k in chosen]).engine.basis
    return basis.programs[0].n_nodes, len(basis.degrees)


@given(st.sets(st.integers(0, ACE.n_features - 1), min_size=1, max_size=12))
def test_radial_functions_are_those_of_the_pruned_descriptor(chosen):
    kept = np.isin(np.arange(ACE.n_features), list(chosen))
    needed = WORK.needs[kept].any(axis=0)
    radial = [i.radial for i, n in zip(WORK.items, needed, strict=True) if n and i.kind == "radial"]
    _, n_radial = items(sorted(chosen))
    assert len(radial) <= n_radial <= 1 + max(radial)


@given(
    st.sets(st.integers(0, ACE.n_features - 1), min_size=1),
    st.sets(st.integers(0, ACE.n_features - 1), min_size=1),
)
def test_costs_are_monotone_and_shared(a, b):
    def cost(chosen):
        return WORK.cost(np.isin(np.arange(ACE.n_features), list(chosen)))

    assert max(cost(a), cost(b)) <= cost(a | b) + 1e-9
    assert cost(a | b) <= cost(a) + cost(b) - (cost(a & b) if a & b else 0) + 1e-9


def test_a_group_is_all_that_needs_an_item():
    for group in WORK.groups:
        left = WORK.cost(~group)
        assert left < WORK.cost(np.ones(ACE.n_features, bool))


def test_functions_by_name():
    names = ACE.feature_names[:3]
    kept = np.arange(ACE.n_features) < 3
    assert WORK.cost_of(names) == WORK.cost(kept)


def test_functions_that_are_blended_have_no_costs():
    class Blended:
        species, cutoff, feature_names = ("Si",), 5.0, ("a",)

    with pytest.raises(FitError, match="choose by error instead"):
        Work.of(Blended(), [])


def test_sizes_of_a_path():
    path = Path.of_removals([["d", "e"], ["c"], ["b"], ["a"]])
    assert path.names == ("a", "b", "c", "d", "e")
    assert path.sizes == (1, 2, 3, 5)
    assert path.size(4) == 3
    assert path.at(5) == path.names
    for wrong in (0, 6):
        with pytest.raises(FitError, match="expected 1 to 5 functions"):
            path.size(wrong)
