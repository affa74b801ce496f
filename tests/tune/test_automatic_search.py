"""A search on a small set: same choice for any number of workers, never worse than the default."""

from dataclasses import replace

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator

import potlearn as pl
from potlearn.fit import FitSettings, Weights
from potlearn.runtime import Runtime
from potlearn.tune.automatic.ladder import Ladder, scaled
from potlearn.tune.automatic.ledgers import Ledgers, held_out
from potlearn.tune.automatic.search import CannotSearchError, Search

START = pl.ACE(("Cu",), cutoff=4.0, order=3, degree=(6, 5, 4))


def copper(n, stress=True):
    """Rattled and strained cells of copper, labelled by EMT."""
    rng = np.random.default_rng(0)
    frames = []
    for k in range(n):
        atoms = bulk("Cu", "fcc", 3.6, cubic=True)
        atoms.set_cell(atoms.cell * (1 + 0.04 * rng.normal(size=3)), scale_atoms=True)
        atoms.rattle(0.1, rng=rng)
        atoms.calc = EMT()
        labels = {"energy": atoms.get_potential_energy(), "forces": atoms.get_forces()}
        labels |= {"stress": atoms.get_stress()} if stress else {}
        atoms.calc = SinglePointCalculator(atoms, **labels)
        atoms.info["config_type"] = "ab"[k % 2]
        frames.append(atoms)
    return pl.from_atoms(frames)


def basis(cutoff):
    return replace(START, cutoff=cutoff)


def search(data, **options):
    return Search(data, basis, 4.0, FitSettings(), None, 2.4, **options)


@pytest.fixture(scope="module")
def found():
    return search(copper(40)).found()


def test_what_is_found_is_not_worse_than_the_default(found):
    assert found.errors[found.chosen].score <= found.errors[found.default].score
    assert found.descriptor.feature_names == found.rungs[found.chosen].features
    assert 4.0 in [trial.cutoff for trial in found.cutoffs]
    assert found.descriptor.cutoff == found.cutoffs[found.cutoff].cutoff
    assert found.weights in [weights for weights, _ in found.trials]


def test_workers_change_nothing(found):
    again = search(copper(40), runtime=Runtime(workers=2)).found()
    assert again.descriptor == found.descriptor
    assert again.weights == found.weights
    assert [e.pooled for e in again.errors] == [e.pooled for e in found.errors]


def test_what_is_given_is_not_searched():
    found = search(copper(40), any_cutoff=False, any_weights=False).found()
    assert [trial.cutoff for trial in found.cutoffs] == [4.0]
    assert found.weights == Weights()
    assert found.trials == ()


def test_a_set_without_stress_is_searched():
    found = search(copper(30, stress=False)).found()
    assert {*found.errors[0].pooled} == {"energy", "forces"}


def test_a_rung_has_the_errors_of_a_pass_of_its_own():
    data = copper(30)
    settings = FitSettings(n_folds=5, e0="fitted", ridge=1e-6, contradictions="keep")
    passes = Ledgers(data, settings, None, Runtime())
    ladder = Ladder.of(START, 100, list(data))
    ledger = passes.ledger(ladder.union)
    assert len(ladder.rungs) > 5
    for rung in ladder.rungs:
        basis = pl.ACE(("Cu",), cutoff=4.0, order=rung.order, degree=rung.degree)
        own = held_out(passes.ledger(basis), settings)
        shared = held_out(ledger, settings, rung.features)
        for quantity, errors in own.folds.items():
            np.testing.assert_allclose(shared.folds[quantity], errors, rtol=1e-6)


def test_the_default_is_a_rung():
    ladder = Ladder.of(START, 1, [bulk("Cu")])
    assert ladder.rungs[ladder.default].features == START.feature_names
    assert ladder.union.feature_names == START.feature_names
    assert scaled(START, 1.0) == START


def test_too_few_configurations_say_so():
    with pytest.raises(CannotSearchError, match="12 different configurations, too few"):
        search(copper(12)).found()


def test_copies_of_one_configuration_are_too_few():
    one = copper(1)
    with pytest.raises(CannotSearchError, match="1 different configurations"):
        search(pl.from_atoms([one[0] for _ in range(30)])).found()


def test_labels_without_weight_say_so():
    nothing = FitSettings(weights=Weights(0.0, 0.0, 0.0))
    with pytest.raises(CannotSearchError, match="no label has a weight"):
        Search(copper(30), basis, 4.0, nothing, None, 2.4).found()


def test_few_data_are_spoken_of(found):
    notes = search(copper(22, stress=False)).found().notes
    assert not [note for note in found.notes if "repeat" in note]
    assert isinstance(notes, tuple)


def test_copies_are_spoken_of():
    data = copper(20) + copper(20)
    assert any("20 of 40 configurations repeat" in note for note in search(data).found().notes)
