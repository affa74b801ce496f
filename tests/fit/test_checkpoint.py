"""Checkpoints and saved ledgers: killed fits go on, bit by bit; foreign files are refused."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from pair_descriptor import PairDescriptor, PairPotential, configurations

import potlearn as pl
from potlearn.errors import FitError
from potlearn.fit import FitSettings, Weights, fit_linear, load_ledger, save_ledger
from potlearn.runtime import Archive, Runtime

PAIR = PairDescriptor()
N = 400
SCRIPT = """
import sys
import numpy as np
from pair_descriptor import PairDescriptor, configurations
from potlearn.fit import FitSettings, fit_linear, store_rows
from potlearn.runtime import Runtime

folder, log, delay, what = sys.argv[1:]
pair, data = PairDescriptor(delay=float(delay), log=log), configurations(n=400, noise=0.1)
rows = store_rows(data, pair, folder + "/rows") if what == "rows" else None
runtime = Runtime(checkpoint=folder + "/fit.ckpt")
result = fit_linear(data, pair, FitSettings(n_folds=3), rows=rows, runtime=runtime)
np.save(folder + "/coefficients.npy", result.coefficients)
"""


def start(folder, log, delay, rows=""):
    paths = [str(Path(pl.__file__).parents[1]), str(Path(__file__).parents[1])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", SCRIPT, str(folder), str(log), str(delay), rows]
    return subprocess.Popen(command, env=environment)


def kill_after(process, file, text="", seconds=60.0):
    """SIGKILL as soon as ``file`` exists, with ``text`` in it, and some more work has been done."""
    end = time.monotonic() + seconds

    def there():
        return file.exists() and (not text or text in file.read_text())

    while not there() and time.monotonic() < end and process.poll() is None:
        time.sleep(0.01)
    time.sleep(0.1)
    assert process.poll() is None, "the fit ended before it could be killed"
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("rows", ["", "rows"])
def test_kill_minus_nine_loses_at_most_a_chunk_and_a_moment(tmp_path, rows):
    seconds = 0.02  # for each configuration: more than a second for a chunk
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    file, text = ("rows/journal.jsonl", '"chunk"') if rows else ("fit.ckpt", "")
    kill_after(start(tmp_path, first, seconds, rows), tmp_path / file, text)
    assert not (tmp_path / "coefficients.npy").exists()
    assert start(tmp_path, second, 0.0, rows).wait() == 0
    whole = fit_linear(configurations(n=N, noise=0.1), PAIR, FitSettings(n_folds=3))
    assert np.array_equal(np.load(tmp_path / "coefficients.npy"), whole.coefficients)
    made = [len(log.read_text().splitlines()) for log in (first, second)]
    chunk = 2048 // 31 + 1
    assert N <= sum(made) <= N + 2 * chunk
    assert made[1] <= N - chunk


def interrupted(data, path, n_done, **options):
    """A fit that stops after some chunks, as an interrupt would stop it."""

    def stop(done, total):
        if done >= n_done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_linear(data, PAIR, runtime=Runtime(checkpoint=path, progress=stop), **options)


def test_goes_on_after_an_interrupt(tmp_path):
    data, path = configurations(n=N, noise=0.1), tmp_path / "deep" / "fit.ckpt"
    interrupted(data, path, 100)
    done = []
    runtime = Runtime(checkpoint=path, progress=lambda k, n: done.append(k))
    result = fit_linear(data, PAIR, runtime=runtime)
    assert min(done) > 100
    assert np.array_equal(result.coefficients, fit_linear(data, PAIR).coefficients)


def test_a_finished_checkpoint_answers_other_weights_without_rows(tmp_path):
    data, path = configurations(n=20, noise=0.1), tmp_path / "fit.ckpt"
    fit_linear(data, PAIR, runtime=Runtime(checkpoint=path))
    log = tmp_path / "log"
    pair = PairDescriptor(log=str(log))
    weights = Weights(energy=1.0, stress=0.5)
    again = fit_linear(data, pair, FitSettings(weights=weights), runtime=Runtime(checkpoint=path))
    assert not log.exists()
    fresh = fit_linear(data, PAIR, FitSettings(weights=weights))
    assert np.array_equal(again.coefficients, fresh.coefficients)


def _fit(path, data, descriptor, reference=None, **settings):
    runtime = Runtime(checkpoint=path)
    return fit_linear(
        data, descriptor, FitSettings(**settings), reference=reference, runtime=runtime
    )


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"data": configurations(n=100, seed=1)}, "data"),
        ({"descriptor": PairDescriptor(n_features=3)}, "descriptor, layout"),
        ({"descriptor": PairDescriptor(cutoff=3.9)}, "descriptor"),
        ({"reference": PairPotential(PAIR, (0, 1, 0, 0, 0))}, "reference"),
        ({"n_folds": 4}, "layout"),
        ({"keep_groups": True}, "layout"),
        ({"weights": Weights(stress=0.0)}, "quantities"),
        ({"configuration_weights": np.full(100, 2.0)}, "layout"),
    ],
)
def test_a_checkpoint_of_another_fit_is_refused(tmp_path, options, what):
    path = tmp_path / "fit.ckpt"
    base = {"data": configurations(n=100), "descriptor": PAIR}
    fit_linear(base["data"], PAIR, runtime=Runtime(checkpoint=path))
    options = base | options
    message = rf"fit.ckpt: this checkpoint belongs to another fit \(other {what}\)"
    with pytest.raises(FitError, match=message):
        _fit(path, **options)


@pytest.mark.parametrize("cut", [0, 10, 200, -1])
def test_a_damaged_checkpoint_is_refused(tmp_path, cut):
    data, path = configurations(n=10), tmp_path / "fit.ckpt"
    fit_linear(data, PAIR, runtime=Runtime(checkpoint=path))
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(FitError, match=r"fit.ckpt: not a potlearn checkpoint, or damaged"):
        fit_linear(data, PAIR, runtime=Runtime(checkpoint=path))


def test_ledger_survives_the_disk(tmp_path):
    ledger = fit_linear(configurations(n=70, noise=0.1), PAIR, FitSettings(n_folds=2)).ledger
    save_ledger(ledger, tmp_path / "fit.ledger")
    again = load_ledger(tmp_path / "fit.ledger")
    assert again.columns == ledger.columns
    c = np.arange(5.0)
    assert again.residuals(c) == ledger.residuals(c)


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "a.zip"
    with pytest.raises(FitError, match="no such file"):
        load_ledger(path)
    Archive("thing", FitError).write(path, {})
    with pytest.raises(FitError, match="expected a potlearn ledger of format 2"):
        load_ledger(path)
    Archive("ledger", FitError).write(path, {"columns": ["a"]})
    with pytest.raises(FitError, match="malformed ledger"):
        load_ledger(path)


def test_ledgers_of_format_1_are_read(tmp_path):
    """Arrays had the numbers of their entries, and the header did not name them."""
    header = {"format": 1, "kind": "ledger", "columns": ["a", "b"]}
    header["keys"] = [{"key": [0, "*", "energy"], "n": 3}]
    arrays = {"sums0": np.arange(4.0), "reduced0": np.triu(np.ones((4, 4))), "pending0": np.eye(4)}
    with zipfile.ZipFile(tmp_path / "old.ledger", "w") as archive:
        archive.writestr("header.json", json.dumps(header))
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as member:
                np.lib.format.write_array(member, array)
    ledger = load_ledger(tmp_path / "old.ledger")
    (entry,) = ledger.entries.values()
    assert (ledger.columns, entry.n) == (("a", "b"), 3)
    assert np.array_equal(entry.sums, arrays["sums0"])
    assert np.array_equal(entry.accumulator.reduced, arrays["reduced0"])
    assert np.array_equal(np.hstack(entry.accumulator.pending[0]), arrays["pending0"])
