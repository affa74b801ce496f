"""Which settings need a pass, by declarations; and that equal names mean equal functions."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pytest
from alloys import labelled
from pass_candidates import basis

import potlearn as pl
from potlearn.descriptors.unions import united
from potlearn.errors import ConfigError
from potlearn.tasks.settings.fit import FitConfig
from potlearn.tune import by_ledger
from potlearn.typing import ByLedger

ACE = {"descriptor": {"family": "ace"}}
CLUSTERS = {"descriptor": {"number_of_environment_clusters": 2}}


@pytest.mark.parametrize(
    ("key", "settings", "expected"),
    [
        ("fit.weights.energy", {}, True),
        ("fit.weights.groups.liquid.forces", {}, True),
        ("fit.weights.key", {}, False),
        ("fit.weights.key.energy", {}, False),
        ("fit.weights", {}, False),
        ("fit.solver", {}, True),
        ("fit.e0", {}, True),
        ("fit", {}, False),
        ("descriptor.degree", ACE, True),
        ("descriptor.wL", ACE, True),
        ("descriptor.cutoff", ACE, False),
        ("descriptor.radial.kind", ACE, False),
        ("descriptor.pairs.Cu-Ag.cutoff", ACE, False),
        ("descriptor.family", {}, False),
        ("descriptor.threebody_angular_degree", {}, True),
        ("descriptor.threebody_angular_degree", CLUSTERS, False),
        ("descriptor.rin", {}, False),
        ("descriptor.number_of_environment_clusters", {}, False),
        ("reference.kind", {}, False),
        ("data.train", {}, False),
    ],
)
def test_keys_of_a_fit_configuration(key, settings, expected):
    assert by_ledger(FitConfig, key, settings) is expected


def test_an_unknown_key():
    with pytest.raises(ConfigError, match="no setting 'wieghts'; it has solver, ridge"):
        by_ledger(FitConfig, "fit.wieghts.energy")


def test_a_class_of_ones_own():
    @dataclass(frozen=True)
    class Own:
        width: float = 1.0
        number: Annotated[int, ByLedger()] = 3
        some: Annotated[int | None, ByLedger("number", 3)] = None

    assert not by_ledger(Own, "width")
    assert by_ledger(Own, "number")
    assert by_ledger(Own, "some")
    assert not by_ledger(Own, "some", {"number": 4})


@pytest.mark.parametrize("family", ["ace", "pod"])
def test_equal_names_are_equal_functions_whatever_the_rule(family):
    """Features, and their derivatives, of random bases against those of a basis of all of them."""
    rng, atoms = np.random.default_rng(5), labelled(9)[8]
    members = [basis(rng, family) for _ in range(8)]
    whole = united(members)
    place = {name: k for k, name in enumerate(whole.feature_names)}
    rows, features = whole.rows(atoms), whole.features(atoms)
    for member in members:
        columns = [place[name] for name in member.feature_names]
        both = [0, *(1 + np.array(columns))]
        both = np.concatenate([both, 1 + len(place) + np.array(both)])
        own = member.rows(atoms)
        for found, wanted in (
            (features[:, columns], member.features(atoms)),
            (rows.energy[both], own.energy),
            (rows.forces[:, both], own.forces),
            (rows.virial[:, both], own.virial),
        ):
            np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "radial", ["sbessel", "cheb_exp_cos", "cheb_pow", "cheb_linear", "agnesi_jacobi"]
)
def test_a_radial_function_does_not_depend_on_how_many_there_are(radial):
    atoms = labelled(9)[8]
    few, many = (
        pl.ACE(("Cu", "Ag"), cutoff=4.2, order=1, nmax=n, lmax=0, radial={"kind": radial})
        for n in (3, 12)
    )
    wanted = few.features(atoms)
    found = many.prune(few.feature_names).features(atoms)
    whole = many.features(atoms)[:, [many.feature_names.index(n) for n in few.feature_names]]
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(whole, wanted, rtol=1e-12, atol=1e-14)
    assert united([few, many]) is many
