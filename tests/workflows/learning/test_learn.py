"""Active learning as a whole."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace

import learning_runs as small
import numpy as np
import pytest
from ase.build import bulk

import potlearn as pl
from potlearn.errors import LabellingError, LearningError, SpeciesError
from potlearn.runtime import Runtime
from potlearn.workflows.labels import CalculatorSpec, label
from potlearn.workflows.learning import (
    Budget,
    Choice,
    Converged,
    Gamma,
    History,
    Place,
    Quiet,
    Rounds,
    Validation,
    learn,
)

RUN = """
import sys
import learning_runs as small
from potlearn.workflows.learning import learn
learn(small.given(), small.plan(), sys.argv[1])
"""


def set_of(folder):
    return (folder / "set.extxyz").read_bytes()


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learned")
    return learn(small.given(), small.plan(), folder), folder


def test_learning_spends_its_budget_and_keeps_all_that_it_made(learned):
    done, folder = learned
    assert done.history.reason == "budget: 15 of 15 labels were spent"
    assert [each.asked for each in done.history.rounds] == [6, 3, 3, 3]
    assert len(done.dataset) == len(pl.read(folder / "set.extxyz")) == 15
    assert all(each.time == pytest.approx(0.24) for each in done.history.rounds[1:])
    saved = pl.load(folder / "model.potl")
    atoms = small.crystal()
    np.testing.assert_allclose(
        saved.predict(atoms).energy, done.potential.predict(atoms).energy, rtol=1e-12
    )
    assert done.potential.spread(atoms).energy > 0
    assert done.history.rounds[1].new["forces"]["rmse"] > 0


def test_structures_from_which_no_run_can_start_are_an_error(tmp_path):
    close = small.crystal()
    close.positions[1] = close.positions[0] + [0.1, 0, 0]
    conditions = [replace(each, start=close) for each in small.conditions()]
    plan = small.plan(triggers={"gamma": Gamma(limit=1.5)})
    for _ in range(2):
        with pytest.raises(LearningError, match="round 1: no run took a step; 300 K: "):
            learn(small.given(conditions=conditions), plan, tmp_path)


def test_a_finished_call_gives_the_same_and_does_nothing(learned):
    done, folder = learned
    before = (folder / "journal.jsonl").read_bytes()
    again = learn(small.given(), small.plan(), folder)
    assert (folder / "journal.jsonl").read_bytes() == before
    assert np.array_equal(again.potential.coefficients, done.potential.coefficients)
    assert len(again.dataset) == 15
    assert again.history.spent == 15


def test_workers_change_no_bit(learned, tmp_path):
    learn(small.given(), small.plan(), tmp_path, runtime=Runtime(workers=2))
    assert set_of(tmp_path) == set_of(learned[1])


def test_a_larger_budget_goes_on(learned, tmp_path):
    learn(small.given(), small.plan(stops=(Budget(12),)), tmp_path)
    done = learn(small.given(), small.plan(), tmp_path)
    assert set_of(tmp_path) == set_of(learned[1])
    assert done.history.reason == "budget: 15 of 15 labels were spent"


def killed(folder, moments, seed=0):
    """Run, killed after a random time so many times, then to its end."""
    rng = random.Random(seed)
    environment = os.environ | {"PYTHONPATH": os.path.dirname(small.__file__)}
    command = [sys.executable, "-c", RUN, str(folder)]
    start = time.monotonic()
    subprocess.run([*command[:-1], f"{folder}-whole"], check=True, env=environment)
    length = time.monotonic() - start
    for _ in range(moments):
        process = subprocess.Popen(command, env=environment)
        time.sleep(rng.uniform(0.3, 1.0) * length)
        process.send_signal(signal.SIGKILL)
        process.wait()
    subprocess.run(command, check=True, env=environment)


def test_a_kill_changes_nothing(learned, tmp_path):
    folder = tmp_path / "killed"
    killed(folder, moments=2)
    assert set_of(folder) == set_of(learned[1])


@pytest.mark.slow
def test_thirty_kills_change_nothing(learned, tmp_path):
    folder = tmp_path / "killed"
    killed(folder, moments=30, seed=1)
    assert set_of(folder) == set_of(learned[1])


@pytest.mark.parametrize("n", range(1, 16, 3))
def test_a_journal_that_was_cut_is_completed(learned, tmp_path, n):
    """A kill after any step: the journal and the files of later steps are not there."""
    from shutil import copytree

    folder = tmp_path / "cut"
    copytree(learned[1], folder)
    lines = [text for text in (folder / "journal.jsonl").read_text().split("\n") if text]
    (folder / "journal.jsonl").write_text("\n".join(lines[:n]) + "\n" + '{"step": "expl')
    (folder / "set.extxyz").unlink()
    learn(small.given(), small.plan(), folder)
    assert set_of(folder) == set_of(learned[1])


def test_another_plan_in_the_same_folder_is_refused(learned):
    with pytest.raises(LearningError, match=r"belongs to another learning \(other start\)"):
        learn(small.given(start=small.start(4)), small.plan(), learned[1])
    with pytest.raises(LearningError, match="other numbers"):
        learn(small.given(), small.plan(batch=2), learned[1])


def test_a_folder_of_something_else_is_refused(tmp_path):
    with pytest.raises(LearningError, match="expected the folder of potlearn learn"):
        Place.read(tmp_path)


def test_labels_are_chosen_beyond_what_is_known(learned):
    done, _ = learned
    candidates = pl.from_atoms([small.crystal(), *(done.dataset[k] for k in range(3))])
    chosen = Choice()(candidates, done.dataset, small.BASIS, 2)
    assert chosen == [0]  # the others are copies of what is in the set


def test_without_a_trigger_rounds_pass_until_they_are_quiet(tmp_path):
    plan = small.plan(
        triggers={"gamma": Gamma(limit=1e6, stop=None)}, stops=(Budget(50), Quiet(0.4))
    )
    done = learn(small.given(), plan, tmp_path)
    assert done.history.reason == "quiet: no trigger in 0.48 ps"
    assert done.history.spent == 6


def test_without_a_rule_that_is_reached_rounds_end(tmp_path):
    plan = small.plan(
        triggers={"gamma": Gamma(limit=1e6, stop=None)}, stops=(Budget(50), Rounds(1))
    )
    assert learn(small.given(), plan, tmp_path).history.reason == "rounds: 1 are done"


def test_errors_on_a_validation_set_end_learning(tmp_path):
    frames = small.start(4)
    validation = pl.from_atoms(label(frames, small.TRUTH, tmp_path / "v.db").frames)
    plan = small.plan(stops=(Validation(10.0),))
    done = learn(small.given(validation=validation), plan, tmp_path / "learned")
    assert done.history.reason.startswith("validation: forces rmse")
    assert done.history.rounds[0].validation["energy"]["rmse"] > 0


def volume(calculator):
    """A property: the energy of the crystal per atom."""
    atoms = small.crystal()
    atoms.calc = calculator
    return atoms.get_potential_energy() / len(atoms)


def test_a_property_is_followed(tmp_path):
    rule = Converged(f"{volume.__module__}:volume", within=10.0, rounds=2)
    sys.modules.setdefault(volume.__module__, sys.modules[__name__])
    done = learn(small.given(), small.plan(stops=(rule,)), tmp_path)
    assert done.history.reason.startswith("converged")
    assert len(done.history.series(rule.property)) == 2


def test_known_data_cost_nothing(tmp_path):
    found = label(small.start(), small.TRUTH, tmp_path / "known.db").frames
    done = learn(
        small.given(start=[], known=pl.from_atoms(found)),
        small.plan(stops=(Budget(3),)),
        tmp_path / "learned",
    )
    assert done.history.spent == 3
    assert len(done.dataset) == 9


class Failing:
    """A calculator that fails, or gives NaN, for structures that were strained."""

    def __new__(cls, how="raise"):
        from ase.calculators.calculator import CalculationFailed

        calculator = small.TRUTH.build()
        inner = calculator.calculate

        def calculate(atoms=None, *arguments):
            inner(atoms, *arguments)
            if abs(atoms.cell[0, 0] - 5.43) > 0.15:
                if how == "raise":
                    raise CalculationFailed("did not converge")
                calculator.results["forces"][0] = np.nan

        calculator.calculate = calculate
        return calculator


@pytest.mark.parametrize("how", ["raise", "nan"])
def test_labels_that_fail_are_set_aside(tmp_path, how):
    spec = CalculatorSpec(f"{Failing.__module__}:Failing", {"how": how})
    sys.modules.setdefault(Failing.__module__, sys.modules[__name__])
    done = learn(small.given(calculator=spec), small.plan(stops=(Budget(9),)), tmp_path)
    first = done.history.rounds[0]
    assert 0 < len(first.failed) < 6
    assert first.labelled == 6 - len(first.failed)
    assert "configuration" in first.failed[0]
    assert done.history.spent == 9


def test_a_first_set_without_any_label_is_said(tmp_path):
    spec = CalculatorSpec(f"{Failing.__module__}:Failing")
    sys.modules.setdefault(Failing.__module__, sys.modules[__name__])
    start = [bulk("Si", a=6.0, cubic=True)]
    with pytest.raises(LearningError, match="no configuration of the first set"):
        learn(small.given(start=start, calculator=spec), small.plan(), tmp_path)


@pytest.mark.parametrize(
    ("changes", "plans", "error", "words"),
    [
        ({"start": []}, {}, LearningError, "nothing to fit to"),
        ({}, {"stops": (Budget(0),)}, LearningError, "a budget of 0 labels"),
        ({"start": [bulk("Ge", cubic=True)]}, {}, SpeciesError, "Ge"),
        ({"conditions": []}, {}, LearningError, "got none"),
        ({"calculator": CalculatorSpec("nonsense")}, {}, LabellingError, "nonsense"),
    ],
)
def test_what_cannot_work_is_said_at_once(tmp_path, changes, plans, error, words):
    with pytest.raises(error, match=words):
        learn(small.given(**changes), small.plan(**plans), tmp_path)


def test_two_conditions_of_one_name_are_refused(tmp_path):
    first, second = small.conditions()
    with pytest.raises(LearningError, match="different names"):
        learn(
            small.given(conditions=[first, replace(second, name=first.name)]),
            small.plan(),
            tmp_path,
        )


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Choice("cur2"), "cur2"),
        (lambda: Choice("dbscan"), "cannot continue from what is in the set"),
        (lambda: small.plan(batch=0), "batch: expected 1 or more"),
        (lambda: small.plan(triggers={}), "expected at least one"),
    ],
)
def test_plans_without_a_meaning_are_refused(make, words):
    with pytest.raises(pl.errors.PotlearnError, match=words):
        make()


def test_the_history_of_an_unfinished_folder(learned, tmp_path):
    entries = Place.read(learned[1]).journal.entries
    history = History.of(entries[:6])
    assert history.reason is None
    assert history.finished[-1].number == 0
