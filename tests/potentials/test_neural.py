"""Neural potentials: lowered networks, files, sums, members, and where networks end."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from archives import rewritten
from neural_potentials import neural, random_head
from pod_bases import cell

import potlearn as pl
from potlearn import testing
from potlearn.descriptors import ACE
from potlearn.errors import ModelFileError, UncertaintyError
from potlearn.potentials.neural import HEADS, Scaling, fade_around
from potlearn.potentials.pair import ZBL

WB = ("W", "Be")
KINDS = [(kind, name) for kind in HEADS for name in HEADS.load(kind).activations]


@cache
def descriptor(species=WB):
    return ACE(species, cutoff=3.8, order=3, degree=5)


@cache
def model(kind="mlp", members=2):
    return neural(descriptor(), kind, members, ZBL(WB, inner=0.8, outer=1.6))


def far():
    """A cell so dense that every atom is beyond the data."""
    atoms = cell(WB, 6, seed=1)
    atoms.set_cell(0.75 * atoms.cell, scale_atoms=True)
    return atoms


def near():
    """One of the configurations that the fade is made of."""
    return testing.configurations(WB, seed=12)["bulk"]


def equal(a, b):
    for name in ("energies", "forces", "virial"):
        np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


@pytest.mark.parametrize(("kind", "activation"), KINDS)
def test_layers_give_the_energies_of_the_head(kind, activation):
    rng = np.random.default_rng(0)
    head = random_head(kind, 2, 7, size=1.0, activation=activation)
    scaling = Scaling(rng.normal(size=(2, 7)), rng.uniform(0.1, 30, (2, 7)))
    features, species = rng.normal(size=(12, 7)), np.repeat([0, 1], 6)
    x = scaling.apply(features, species).reshape(2, 6, 7)
    expected = np.ravel([head.of_species(head.parameters, s, x[s], np) for s in (0, 1)])
    branch = head.branch(scaling, 0.5)
    found = np.concatenate([branch.values_and_slopes(features[species == s], s)[0] for s in (0, 1)])
    np.testing.assert_allclose(found, 0.5 * expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("kind", HEADS)
def test_a_new_head_changes_nothing(kind):
    potential, atoms = model(kind), cell(WB, 6, seed=1)
    new = HEADS.load(kind).initial(2, descriptor().n_features, (4,), np.random.default_rng(0))
    found = replace(potential, heads=(new,)).predict(atoms)
    expected = potential.linear.predict(atoms)
    np.testing.assert_allclose(found.energies, expected.energies, rtol=1e-12)
    np.testing.assert_allclose(found.forces, expected.forces, atol=1e-11)


def test_the_prediction_is_the_mean_of_the_members():
    potential, atoms = model(members=3), near()
    found = potential.predict(atoms)
    members = [potential.member(k).predict(atoms) for k in range(3)]
    for name in ("energies", "forces", "virial"):
        each = np.array([getattr(m, name) for m in members])
        np.testing.assert_allclose(each.mean(0), getattr(found, name), atol=1e-9)
        assert np.ptp(each, axis=0).max() > 1e-4
    assert len(potential.member(2).heads) == 1


@pytest.mark.parametrize("k", [-1, 2, 0.5, "0", True])
def test_members_are_counted_from_zero(k):
    with pytest.raises(UncertaintyError, match="member: expected a number from 0 to 1, got"):
        model().member(k)


def test_there_are_no_samples():
    with pytest.raises(UncertaintyError, match=r"posterior of a linear fit.*member\(k\)"):
        model().sample(3)


@pytest.mark.parametrize("kind", HEADS)
def test_far_from_the_data_it_is_its_linear_part(kind):
    potential, atoms = model(kind), far()
    features, species = descriptor().features(atoms), np.arange(6) % 2
    step = (features - potential.fade.center[species]) * potential.fade.weight[species]
    assert ((step**2).sum(1) > potential.fade.outer[species]).all()
    found, linear = potential.predict(atoms), potential.linear.predict(atoms)
    np.testing.assert_allclose(found.energies, linear.energies, rtol=1e-12)
    np.testing.assert_allclose(found.forces, linear.forces, rtol=1e-9, atol=1e-9)
    unfaded = replace(potential, fade=None).predict(atoms)
    assert np.abs(unfaded.energies - linear.energies).min() > 1e-3


def test_within_the_data_the_fade_changes_no_bit():
    potential, atoms = model(), near()
    species = [WB.index(symbol) for symbol in atoms.symbols]
    x = potential.scaling.apply(potential.descriptor.features(atoms), species)
    nearer = 4.0 / np.sqrt((x**2).mean(1).max())  # all atoms are within five standard deviations
    scaling = replace(potential.scaling, scale=nearer * potential.scaling.scale)
    fade = fade_around(scaling, np.full(len(WB), 16.0))
    inside = replace(potential, scaling=scaling, fade=fade)
    equal(inside.predict(atoms), replace(inside, fade=None).predict(atoms))


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("bare", [True, False])
def test_a_loaded_potential_predicts_the_same_bits(tmp_path, kind, bare):
    potential, atoms = model(kind), cell(WB, 6, seed=1)
    if bare:
        potential = replace(potential, reference=None, fade=None)
    potential.save(tmp_path / "x.potl")
    again = pl.load(tmp_path / "x.potl")
    equal(again.predict(atoms), potential.predict(atoms))
    assert again.metadata == {"data": "random"}
    assert again.n_coefficients == potential.n_coefficients
    assert [h.hidden for h in again.heads] == [h.hidden for h in potential.heads]


def test_sums_with_pair_potentials_are_saved_too(tmp_path):
    pair = ZBL(WB, inner=1.0, outer=2.0)
    both, atoms = 0.5 * model() + pair, cell(WB, 6, seed=1)
    both.save(tmp_path / "x.potl")
    found = pl.load(tmp_path / "x.potl").predict(atoms)
    equal(found, both.predict(atoms))
    half = 0.5 * model().predict(atoms).forces + pair.predict(atoms).forces
    np.testing.assert_allclose(found.forces, half, rtol=1e-12, atol=1e-12)


def at(*keys):
    def change(value):
        def apply(document):
            place = document["potential"]
            for key in keys[:-1]:
                place = place[key]
            place[keys[-1]] = value

        return apply

    return change


NAN = float("nan")
DAMAGE = {
    "head": (at("heads", 0, "kind")("kan"), "unknown head 'kan'; expected one of mlp, embedded"),
    "no heads": (at("heads")([]), "heads: expected at least one"),
    "heads": (at("heads")({"kind": "mlp"}), "."),
    "hidden": (at("heads", 0, "hidden")([8, 7]), r"parameter w1: expected .* \(2, 7, 8\), got"),
    "no hidden": (at("heads", 0, "hidden")([]), "hidden: expected at least one layer"),
    "huge": (at("heads", 0, "hidden")([10**12]), "."),
    "activation": (at("heads", 0, "activation")("relu"), "the head 'mlp' takes silu, tanh.*'relu'"),
    "missing": (lambda d: d["potential"]["heads"][1]["parameters"].pop("last"), "expected w0, b0"),
    "shape": (at("heads", 1, "parameters", "last")([[1.0]]), "parameter last: expected finite"),
    "nan": (at("heads", 1, "parameters", "b0")([[NAN] * 8] * 2), "parameter b0: expected finite"),
    "features": (at("heads", 0, "n_features")(3), "."),
    "scaling": (at("scaling", "scale")([[1.0]]), "scaling: centers .* and scales"),
    "small scaling": (at("scaling")({"center": [[1.0]], "scale": [[1.0]]}), "scaling: of 1 spec"),
    "nan scaling": (at("scaling", "center")([[NAN]]), "scaling: center: expected finite numbers"),
    "fade": (at("fade", "inner")([1.0]), r"fade: expected inner of shape \(2,\)"),
    "fade order": (at("fade", "outer")([0.0, 0.0]), "fade: expected 0 <= inner < outer"),
    "fade nan": (at("fade", "outer")([NAN, 1.0]), "fade: outer: expected finite"),
    "coefficients": (at("coefficients")([1.0]), "coefficients: expected 2 x"),
    "text": (at("scaling")("x"), "."),
    "no scaling": (lambda d: d["potential"].pop("scaling"), "scaling"),
    "uncertainty": (
        at("uncertainty")({"kind": "ensemble", "n_members": 3, "links": {}, "grade": None,
                           "known": []}),
        "uncertainty: of 3 members; the potential has 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_archive_is_refused_in_words(tmp_path, change, words):
    path = tmp_path / "x.potl"
    model().save(path)
    with pytest.raises(ModelFileError, match=words) as caught:
        pl.load(rewritten(path, change))
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("to", ["yace", "pod"])
def test_formats_of_linear_potentials_refuse_it_in_words(tmp_path, to):
    model().save(tmp_path / "x.potl")
    settings = {"model": [tmp_path / "x.potl"], "to": to, "output": tmp_path / "x"}
    with pytest.raises(
        ModelFileError, match="pair styles have no networks: use pair_style potlearn"
    ):
        pl.tasks.export(settings)
