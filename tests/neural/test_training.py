"""Training through the one call: what it gives, when it ends, what it refuses."""

from dataclasses import replace

import numpy as np
import pytest
from alloys import labelled
from ase.calculators.singlepoint import SinglePointCalculator
from neural_data import RIDGE, alloys, linear_fit, mixed, poor_fit

import potlearn as pl
from potlearn.errors import FitError, MissingExtraError, SpeciesError
from potlearn.fit import FitSettings
from potlearn.neural import NeuralSettings, fit_neural
from potlearn.runtime import Runtime

SMALL = NeuralSettings(hidden=(6,), epochs=4, learning_rate=5e-3, average=0.9, seed=3)


def relabelled(potential, n=24, seed=0):
    """Crystals with the labels that a potential gives."""
    found = []
    for atoms in labelled(n, seed):
        p = potential.predict(atoms)
        results = {"energy": p.energy, "forces": p.forces, "stress": p.stress(atoms.get_volume())}
        atoms.calc = SinglePointCalculator(atoms, **results)
        found.append(atoms)
    return pl.from_atoms(found)


def parameters(result):
    """All parameters of all members, in one vector."""
    heads = result.potential.heads
    return np.concatenate([a.ravel() for h in heads for a in h.parameters.values()])


@pytest.fixture(scope="module")
def linear():
    return poor_fit(alloys())


@pytest.mark.parametrize(
    ("optimiser", "epochs", "whiten"), [("adamw", 60, 0.0), ("adamw", 20, 0.1), ("lbfgs", 100, 0.1)]
)
def test_a_linear_target_is_learned(linear, optimiser, epochs, whiten):
    """What a tenth of the coefficients would give."""
    data = relabelled(linear_fit(alloys()))
    settings = replace(SMALL, epochs=epochs, optimiser=optimiser, learning_rate=None, whiten=whiten)
    result = fit_neural(data, linear, settings, fit=RIDGE)
    for name in ("train_loss", "validation_loss"):
        assert result.curve[name].min() < 0.3 * result.curve[name][0]


def test_the_result_is_the_best_epoch_with_its_fade_beyond_the_data(linear):
    data, held = alloys(), alloys(10, seed=5)
    result = fit_neural(data, linear, replace(SMALL, members=2), validation=held, fit=RIDGE)
    assert result.curve.best > 0
    assert len(result.curve) == 5
    assert np.all(np.diff(result.curve["seconds"]) >= 0)
    errors = [
        result.potential.predict(atoms).forces - atoms.get_forces()
        for atoms in held
        if len(atoms) > 1
    ]
    rmse = np.sqrt(np.mean(np.concatenate(errors) ** 2))
    assert rmse == pytest.approx(result.curve["validation_forces"][result.curve.best], rel=1e-4)


@pytest.mark.parametrize("head", ["mlp", "embedded"])
def test_whitened_training_gives_plain_networks(linear, head):
    """What validation found is what the potential gives; training continues where it ended."""
    data, settings = alloys(), replace(SMALL, whiten=0.1, head=head)
    result = fit_neural(data, linear, settings, validation=data, fit=RIDGE)
    errors = [result.potential.predict(a).energy - a.get_potential_energy() for a in data]
    rmse = np.sqrt(np.mean([(e / len(a)) ** 2 for e, a in zip(errors, data, strict=True)]))
    assert rmse == pytest.approx(result.curve["validation_energy"][result.curve.best], rel=1e-3)
    again = fit_neural(data, result.potential, settings, validation=data, fit=RIDGE)
    assert again.curve["validation_energy"][0] == pytest.approx(rmse, rel=1e-2)


def test_the_same_bits_with_any_threads_and_memory(linear):
    data, settings = alloys(), replace(SMALL, members=2, energy_up=5.0, energy_from=0.5)
    one = fit_neural(data, linear, settings, fit=RIDGE)
    two = fit_neural(
        data, linear, replace(settings, memory=0.0), fit=RIDGE, runtime=Runtime(workers=2)
    )
    np.testing.assert_array_equal(parameters(one), parameters(two))
    some = fit_neural(data, linear, replace(settings, memory=3e-5), fit=RIDGE)
    np.testing.assert_array_equal(parameters(one), parameters(some))
    assert any("kept in memory" in note for note in one.notes)
    assert any("made again for each batch" in note for note in two.notes)
    other = fit_neural(data, linear, replace(settings, seed=4), fit=RIDGE)
    assert not np.array_equal(parameters(one), parameters(other))


def test_validation_is_held_out_and_said(linear):
    result = fit_neural(alloys(30), linear, replace(SMALL, epochs=1), fit=RIDGE)
    assert any("3 of 30 configurations of the training set" in note for note in result.notes)
    with pytest.raises(FitError, match="validation set"):
        fit_neural(alloys(30)[:1], linear, SMALL, fit=RIDGE)


def test_never_worse_than_the_start(linear):
    """On labels that the linear potential gives, no network is better."""
    held = relabelled(linear, 8, 9)
    result = fit_neural(alloys(), linear, SMALL, validation=held, fit=RIDGE)
    assert result.potential is linear
    assert result.curve.best == 0
    assert any("the result is the linear fit" in note for note in result.notes)


def test_patience_ends_training(linear):
    held = relabelled(linear, 8, 9)
    settings = replace(SMALL, epochs=30, patience=2)
    result = fit_neural(alloys(), linear, settings, validation=held, fit=RIDGE)
    assert len(result.curve) == 3
    assert any("ended after 2 of 30 epochs" in note for note in result.notes)


def test_labels_of_every_kind_and_a_species_that_is_rare(linear):
    result = fit_neural(mixed(), linear, replace(SMALL, batch=3), validation=alloys(6), fit=RIDGE)
    assert np.isfinite(result.curve["train_loss"]).all()


def test_networks_count_nowhere_for_a_species_that_data_lack(linear):
    copper = pl.from_atoms([a for a in labelled(60) if set(a.symbols) == {"Cu"}])
    settings = replace(SMALL, head="embedded")
    result = fit_neural(copper, linear, settings, validation=copper, fit=RIDGE)
    assert result.curve.best > 0
    silver = labelled(1)[0]
    silver.symbols[:] = "Ag"
    for potential in (result.potential, result.potential.linear):
        assert potential.predict(silver).energy == pytest.approx(linear.predict(silver).energy)


def test_a_loss_that_is_not_finite_says_where_and_keeps_the_last_epoch(linear, tmp_path):
    settings, file = replace(SMALL, epochs=3, batch=4), tmp_path / "a.ckpt"
    fit_neural(alloys(), linear, settings, fit=RIDGE, runtime=Runtime(checkpoint=file))
    assert file.exists()
    wild = replace(settings, learning_rate=1e30, clip=None)
    with pytest.raises(FitError, match=r"epoch 1, step \d.* of atoms:\d.*smaller learning_rate"):
        fit_neural(alloys(), linear, wild, fit=RIDGE)


def test_refusals_in_words(linear):
    with pytest.raises(FitError, match="the training set is empty"):
        fit_neural(alloys()[:0], linear, SMALL)
    with pytest.raises(FitError, match="no labels in the validation set"):
        fit_neural(alloys(), linear, SMALL, validation=pl.from_atoms([labelled(1)[0].copy()]))
    with pytest.raises(SpeciesError, match="element Ag"):
        fit_neural(alloys(), linear_fit(*_copper()), SMALL)
    with pytest.raises(FitError, match="linear or neural potential, got str"):
        fit_neural(alloys(), "model.potl", SMALL)
    with pytest.raises(FitError, match="optimiser"):
        NeuralSettings(optimiser="sgdd")
    with pytest.raises(FitError, match="learning_rate"):
        NeuralSettings(learning_rate=-1.0)


def _copper():
    ace = pl.ACE(("Cu",), cutoff=4.2, order=2, degree=3)
    data = pl.from_atoms([a for a in labelled(60) if set(a.symbols) == {"Cu"}])
    return data, FitSettings(ridge=1e-3), ace


def test_without_jax_a_sentence_says_what_to_install(linear, monkeypatch):
    monkeypatch.setattr("potlearn.runtime.packages.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'potlearn\[neural\]'"):
        fit_neural(alloys(), linear, SMALL)
