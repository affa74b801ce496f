"""Triggers: scores of atoms, and what they do to a run."""

import learning_runs
import numpy as np
import pytest
from ase.build import bulk

import potlearn as pl
from potlearn.errors import LearningError
from potlearn.fit import GrowingFit
from potlearn.workflows.labels import label
from potlearn.workflows.learning import (
    TRIGGERS,
    Committee,
    Exploration,
    ForceStd,
    Gamma,
    Interval,
    Stein,
)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    """A potential with expected errors, and its set."""
    folder = tmp_path_factory.mktemp("labels")
    frames = learning_runs.start(count=12)
    dataset = pl.from_atoms(label(frames, learning_runs.TRUTH, folder / "labels.db").frames)
    fit = GrowingFit(learning_runs.BASIS)
    fit.add(dataset)
    result = fit.result()
    potential = pl.LinearPotential(
        learning_runs.BASIS, result.coefficients, uncertainty=pl.quantify(result)
    )
    return potential, dataset


def far():
    """A crystal that the set does not have."""
    atoms = bulk("Si", "fcc", a=3.7, cubic=True).repeat((2, 1, 1))
    atoms.rattle(0.3, seed=0)
    return atoms


@pytest.mark.parametrize("name", sorted(set(TRIGGERS) - {"interval"}))
def test_scores_are_larger_outside_the_set(name, fitted):
    potential, dataset = fitted
    trigger = TRIGGERS[name]().ready(potential, dataset)

    def score(atoms):
        atoms = atoms.copy()
        atoms.calc = potential.calculator()
        found = trigger.score(atoms)
        assert found.shape == (len(atoms),)
        return found.max()

    inside = max(score(dataset[k]) for k in range(len(dataset)))
    assert score(far()) > 1.5 * inside
    if name in ("gamma", "stein"):
        assert inside <= 1 + 1e-6


def test_a_committee_may_be_your_own(fitted):
    potential, dataset = fitted
    members = (potential, 1.1 * potential)
    trigger = Committee(potentials=members).ready(potential, dataset)
    atoms = dataset[0].copy()
    spread = 0.1 / np.sqrt(2) * np.linalg.norm(potential.predict(atoms).forces, axis=1)
    np.testing.assert_allclose(trigger.score(atoms), spread, atol=1e-9)


def explored(fitted, triggers, most=3, **changes):
    potential, dataset = fitted
    work = Exploration(potential, dataset, triggers, most)
    return work(learning_runs.conditions(**changes)[-1])


def test_everything_triggers_and_the_run_ends_early(fitted):
    found = explored(fitted, {"gamma": Gamma(limit=1e-6, every=5)}, steps=500)
    assert len(found.candidates) == 3
    assert [atoms.info["step"] for atoms in found.candidates] == [0, 5, 10]
    assert found.time == pytest.approx(0.02)
    assert found.quiet == 0
    assert found.largest["gamma"] > 0
    assert "above" in found.end


def test_nothing_triggers_and_the_run_is_quiet(fitted):
    found = explored(fitted, {"force_std": ForceStd(limit=1e6, stop=None)})
    assert found.candidates == []
    assert found.quiet == found.time == pytest.approx(0.12)
    assert found.end == "finished"


def test_a_score_above_stop_ends_the_run(fitted):
    found = explored(fitted, {"gamma": Gamma(limit=1e-6, stop=1e-6, every=5)}, most=20)
    assert len(found.candidates) == 1
    assert found.time == 0


def test_several_triggers_take_a_step_once(fitted):
    triggers = {"interval": Interval(every=20), "stein": Stein(limit=1e-6, every=20)}
    found = explored(fitted, triggers, most=20)
    assert [atoms.info["step"] for atoms in found.candidates] == [0, 20, 40, 60]


def test_a_structure_with_overlapping_atoms_is_no_candidate(fitted):
    potential, dataset = fitted
    condition = learning_runs.conditions()[0]
    condition.start.positions[1] = condition.start.positions[0] + [1.0, 0, 0]
    found = Exploration(potential, dataset, {"interval": Interval(every=5)}, 5)(condition)
    assert found.candidates == []
    assert "closer" in found.end


def test_a_potential_without_expected_errors_is_refused(fitted):
    potential = pl.LinearPotential(learning_runs.BASIS, fitted[0].coefficients)
    with pytest.raises(LearningError, match="a trigger needs gamma"):
        explored((potential, fitted[1]), {"gamma": Gamma()})
    with pytest.raises(LearningError, match="committee"):
        explored((potential, fitted[1]), {"committee": Committee()})


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Gamma(limit=2.0, stop=1.0), "expected at least limit"),
        (lambda: ForceStd(limit=-1.0), "expected a finite number above 0"),
        (lambda: Interval(every=0), "expected a whole number from 1"),
        (lambda: TRIGGERS.load("entropy"), "unknown trigger 'entropy'"),
    ],
)
def test_settings_without_a_meaning_are_refused(make, words):
    with pytest.raises(LearningError, match=words):
        make()
