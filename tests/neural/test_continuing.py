"""Checkpoints of training, and training that starts from a saved potential."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from alloys import labelled
from ase.calculators.singlepoint import SinglePointCalculator
from neural_data import RIDGE, alloys, poor_fit

import potlearn as pl
from potlearn.errors import FitError
from potlearn.neural import COLUMNS, NeuralSettings, fit_neural
from potlearn.runtime import Runtime

SMALL = NeuralSettings(hidden=(6,), epochs=4, learning_rate=5e-3, average=0.9, seed=3)
SCRIPT = """
import sys, time
from neural_data import RIDGE, alloys, poor_fit
from potlearn.neural import NeuralSettings, fit_neural
from potlearn.runtime import Runtime
from potlearn.runtime.store import checkpoint
import numpy as np
checkpoint.SHORTEST = 0.0  # an epoch takes less than a second
folder, optimiser, delay = sys.argv[1:]
settings = NeuralSettings(
    hidden=(6,), members=2, epochs=8, average=0.9, seed=3, optimiser=optimiser
)
def slow(done, total):
    if total == 8:
        open(f"{folder}/log", "a").write("x")
        time.sleep(float(delay))
runtime = Runtime(progress=slow, checkpoint=folder + "/ckpt")
result = fit_neural(alloys(), poor_fit(alloys()), settings, fit=RIDGE, runtime=runtime)
np.save(folder + "/curve.npy", result.curve.rows)
"""


@pytest.fixture(scope="module")
def linear():
    return poor_fit(alloys())


def run(folder, optimiser, delay="0"):
    """The script in another process."""
    paths = [str(Path(pl.__file__).parents[1]), str(Path(__file__).parents[1])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"}
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder), optimiser, delay], env=environment
    )


@pytest.mark.parametrize("optimiser", ["adamw", "lbfgs"])
def test_a_killed_training_continues_with_the_same_losses(tmp_path, optimiser):
    killed, log = tmp_path / "killed", tmp_path / "killed" / "log"
    process = run(killed, optimiser, "60")
    end = time.monotonic() + 120
    while not log.exists() and time.monotonic() < end and process.poll() is None:
        time.sleep(0.02)
    assert process.poll() is None, "training ended before it could be killed"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert run(killed, optimiser).wait() == 0
    assert log.read_text() == 8 * "x"
    settings = replace(SMALL, members=2, epochs=8, optimiser=optimiser, learning_rate=None)
    whole = fit_neural(alloys(), poor_fit(alloys()), settings, fit=RIDGE).curve
    found = dict(zip(COLUMNS, np.load(killed / "curve.npy").T, strict=True))
    for name in COLUMNS[:8]:
        np.testing.assert_array_equal(found[name], whole[name])


def test_an_interrupt_keeps_the_last_whole_epoch(linear, tmp_path):
    def interrupted(done, total):
        if (done, total) == (2, SMALL.epochs):
            raise KeyboardInterrupt

    runtime = Runtime(progress=interrupted, checkpoint=tmp_path / "ckpt")
    with pytest.raises(KeyboardInterrupt):
        fit_neural(alloys(), linear, SMALL, fit=RIDGE, runtime=runtime)
    done = []
    runtime = Runtime(progress=lambda *at: done.append(at), checkpoint=tmp_path / "ckpt")
    result = fit_neural(alloys(), linear, SMALL, fit=RIDGE, runtime=runtime)
    assert [at for at in done if at[1] == SMALL.epochs] == [(3, 4), (4, 4)]
    whole = fit_neural(alloys(), linear, SMALL, fit=RIDGE)
    np.testing.assert_array_equal(result.curve["train_loss"], whole.curve["train_loss"])


def test_a_checkpoint_of_other_work_is_refused(linear, tmp_path):
    runtime, settings = Runtime(checkpoint=tmp_path / "ckpt"), replace(SMALL, epochs=1)
    fit_neural(alloys(), linear, settings, fit=RIDGE, runtime=runtime)
    for what, data, changed in (
        ("architecture", alloys(), replace(settings, hidden=(7,))),
        ("data", alloys(seed=1), settings),
        ("settings", alloys(), replace(settings, learning_rate=1e-3)),
    ):
        with pytest.raises(FitError, match=rf"ckpt: this checkpoint belongs .*other {what}"):
            fit_neural(data, linear, changed, fit=RIDGE, runtime=runtime)


@pytest.fixture(scope="module")
def neural(linear):
    """Trained on calm crystals alone."""
    data = alloys()
    calm = data.subset([i for i, g in enumerate(data.groups) if g == "calm"])
    return fit_neural(calm, linear, SMALL, validation=calm, fit=RIDGE).potential


def test_training_continues_on_new_data(linear, neural):
    """The start's networks, scaling and linear part; its fade grows and never shrinks."""
    dense = labelled(3)[0]
    dense.set_cell(0.93 * dense.cell, scale_atoms=True)
    dense.calc = SinglePointCalculator(dense, energy=len(dense))
    data = alloys() + pl.from_atoms([dense])
    result = fit_neural(data, neural, SMALL, validation=alloys(), fit=RIDGE)
    found = result.potential
    assert result.curve.best > 0
    np.testing.assert_array_equal(found.scaling.scale, neural.scaling.scale)
    np.testing.assert_array_equal(found.coefficients, linear.coefficients)
    assert (found.fade.inner > neural.fade.inner).any()
    again = fit_neural(alloys(6), found, SMALL, validation=alloys(6), fit=RIDGE).potential
    np.testing.assert_array_equal(again.fade.inner, found.fade.inner)


def test_first_layers_can_be_kept(neural):
    data = alloys()
    result = fit_neural(data, neural, replace(SMALL, freeze="first"), validation=data, fit=RIDGE)
    before, after = (p.heads[0].parameters for p in (neural, result.potential))
    same = {name for name in before if np.array_equal(before[name], after[name].astype("f4"))}
    assert same == {"w0", "b0"}
    with pytest.raises(FitError, match="expected at most 1"):
        fit_neural(alloys(), neural, replace(SMALL, freeze=2), fit=RIDGE)


def test_members_can_be_added_not_taken_away(linear, neural):
    settings = replace(SMALL, members=3, epochs=6)
    found = fit_neural(alloys(), neural, settings, validation=alloys(), fit=RIDGE).potential
    assert len(found.heads) == 3
    with pytest.raises(FitError, match="has 3; expected as many or more"):
        fit_neural(alloys(), found, SMALL, fit=RIDGE)


def test_another_architecture_or_kind_is_refused(linear, neural):
    with pytest.raises(FitError, match=r"another architecture \(head mlp, hidden \[6\]"):
        fit_neural(alloys(), neural, replace(SMALL, hidden=(6, 6)), fit=RIDGE)
    with pytest.raises(FitError, match="freeze: a linear potential has no layers"):
        fit_neural(alloys(), linear, replace(SMALL, freeze=1), fit=RIDGE)
