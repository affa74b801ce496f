"""Selection by levels and passes: same answer over any executor, after deaths and interruptions."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ks_2samp
from selectors_under_test import CASES, groups, rows

import potlearn as pl
from potlearn.errors import ExecutionError, SelectionError, TooFewError
from potlearn.runtime import Dask, InProcess, Processes, Runtime
from potlearn.select import (
    DPP,
    FPS,
    KDPP,
    RBF,
    Entropy,
    GreedyMAP,
    Hierarchical,
    KMeans,
    MaxVol,
    SetCover,
)
from potlearn.select.determinantal import ensemble as ensembles
from potlearn.select.hierarchy import levels
from potlearn.select.hierarchy.levels import Survivors

SIZED = sorted(name for name, case in CASES.items() if case.sized)
K = 4


def wrapped(name, k=K, seed=0, **options):
    """A hierarchy of small chunks: levels for all, but for what has labels."""
    options = {"levels": name != "stratified"} | options
    options = {"chunk_size": 20, "oversampling": 1.5} | options
    return Hierarchical(CASES[name].make(k, seed), **options)


def choose(name, X, k=K, seed=0, **options):
    return wrapped(name, k, seed, **options).select(X, groups(len(X)))


@pytest.mark.parametrize("name", SIZED)
def test_contract(name):
    X = rows(130)
    found = choose(name, X, seed=3)
    assert len(found) == len(set(found.indices.tolist())) == K
    assert 0 <= found.indices.min() <= found.indices.max() < 130
    assert not np.isnan(found.scores).any()
    again = choose(name, X.copy(), seed=3)
    assert np.array_equal(again.indices, found.indices)
    assert np.array_equal(again.scores, found.scores)


@pytest.mark.parametrize("name", SIZED)
def test_one_chunk_is_no_hierarchy(name):
    X = rows(60)
    flat = CASES[name].make(K, 1).select(X, groups(60))
    found = choose(name, X, seed=1, chunk_size=60)
    assert np.array_equal(found.indices, flat.indices)


@pytest.mark.parametrize("name", SIZED)
def test_memory_mapped_rows(name, tmp_path):
    X = rows(90)
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    assert np.array_equal(choose(name, mapped).indices, choose(name, X).indices)


@pytest.mark.parametrize("name", SIZED)
def test_duplicates_in_all_chunks(name):
    X = np.tile(rows(6), (15, 1))
    found = choose(name, X).indices
    assert len(set(found.tolist())) == K
    if not CASES[name].duplicates:
        assert len({tuple(row) for row in X[found]}) == K
        with pytest.raises(TooFewError, match="n_to_select is 7"):
            choose(name, X, 7, chunk_size=30)


@pytest.mark.parametrize("name", SIZED)
def test_chunks_of_equal_rows(name):
    """Chunks of equal rows, and one with all the others."""
    X = np.vstack([np.full((60, 12), 2.0), rows(20)])
    found = choose(name, X).indices
    assert len(set(found.tolist())) == K


@pytest.mark.parametrize("name", SIZED)
def test_bad_input(name):
    X = rows(60)
    with pytest.raises(TooFewError, match="n_to_select is 61, but there are only 60 rows"):
        choose(name, X, 61, chunk_size=1000)
    X[50, 2] = np.nan
    with pytest.raises(SelectionError, match="row 50, column 2 of X is nan"):
        choose(name, X)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"chunk_size": 0}, "chunk_size is 0; expected a positive integer"),
        ({"chunk_size": 11}, r"chunks have 11 rows and keep 6 .* expected at least 12 rows"),
        ({"oversampling": 0.5}, "oversampling is 0.5; expected 1 or more"),
        ({"oversampling": np.nan}, "oversampling is nan"),
    ],
)
def test_bad_parameters(options, message):
    with pytest.raises(SelectionError, match=message):
        choose("maxvol", rows(60), **options)


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        (Hierarchical(FPS(3)), "Hierarchical has no n_to_select"),
        (DPP(), "DPP has no n_to_select: it has no levels"),
        (FPS(3, initialize=0), "initialize by number says nothing to levels"),
        (GreedyMAP(3, kernel="precomputed"), "a precomputed kernel has no chunks"),
        (KDPP(3, kernel="precomputed"), "a precomputed kernel has no chunks"),
        (KMeans(3, max_iter=0), "max_iter is 0"),
    ],
)
def test_selectors_that_cannot_be_wrapped(selector, message):
    with pytest.raises(SelectionError, match=message):
        Hierarchical(selector, chunk_size=20, levels=True).select(rows(60))


def test_set_cover_keeps_to_its_limit():
    with pytest.raises(SelectionError, match="at most 5000"):
        Hierarchical(SetCover(3), chunk_size=6000).select(rows(60))
    assert len(Hierarchical(SetCover(3)).select(rows(60))) == 3


@pytest.fixture(scope="module")
def scheduler():
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        yield cluster.scheduler_address


SELECTORS = {
    "kdpp": KDPP(5, random_state=2),
    "kdpp rbf": KDPP(5, kernel="rbf", rank=30, random_state=2),
    "dpp": DPP(expected_size=5.0, random_state=2),
    "fps": FPS(5),
    "map": GreedyMAP(5),
    "maxvol": MaxVol(5),
}


def same_answers(selector, X, executors):
    first, *others = [
        Hierarchical(selector, chunk_size=40, runtime=Runtime(e)).select(X) for e in executors
    ]
    for other in others:
        assert np.array_equal(other.indices, first.indices)
        assert np.array_equal(other.scores, first.scores)


@pytest.mark.parametrize("name", SELECTORS)
def test_same_answer_over_dask(name, scheduler, monkeypatch):
    monkeypatch.setattr(ensembles, "FULL_KERNEL", 50)
    same_answers(SELECTORS[name], rows(300), [InProcess(), Dask(scheduler)])


@pytest.mark.parametrize("name", ["kdpp", "maxvol"])
def test_same_answer_in_any_number_of_processes(name, tmp_path):
    np.save(tmp_path / "X.npy", rows(300))
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    same_answers(SELECTORS[name], mapped, [InProcess(), Processes(1), Processes(3)])


@dataclass(frozen=True)
class KillsItsWorker(MaxVol):
    """MaxVol that kills the process of its third chunk, as often as there are files."""

    folder: Path = Path()

    def choose(self, rows, labels, run):
        if run.root.spawn_key[-1:] == (2,):
            for flag in sorted(self.folder.iterdir()):
                flag.unlink()
                os.kill(os.getpid(), signal.SIGKILL)
        return super().choose(rows, labels, run)


@pytest.mark.parametrize("kind", ["processes", "dask"])
def test_a_killed_worker_changes_nothing(tmp_path, kind, scheduler):
    X = rows(300)
    expected = Hierarchical(MaxVol(5), chunk_size=40).select(X)
    (tmp_path / "once").touch()
    executor = Processes(2) if kind == "processes" else Dask(scheduler)
    killed = KillsItsWorker(5, folder=tmp_path)
    selector = Hierarchical(killed, chunk_size=40, runtime=Runtime(executor))
    assert np.array_equal(selector.select(X).indices, expected.indices)
    assert not list(tmp_path.iterdir())


def test_a_scheduler_that_is_not_there():
    executor = Dask("tcp://127.0.0.1:9", timeout=0.5)
    with pytest.raises(ExecutionError, match=r"no Dask scheduler answers at tcp://127.0.0.1:9"):
        Hierarchical(FPS(3), chunk_size=20, runtime=Runtime(executor)).select(rows(60))


SCRIPT = """
import sys
import numpy as np
from potlearn.runtime import Runtime
from potlearn.runtime.store import checkpoint
from potlearn.select import KDPP, FPS, Hierarchical, MaxVol

# After every chunk, however short, and however slow the disk.
checkpoint.SHORTEST, checkpoint.WRITING = 0.0, float("inf")
selector = {"kdpp": KDPP(5), "fps": FPS(5), "maxvol": MaxVol(5)}[sys.argv[2]]

def reported(done, total):
    print(done, flush=True)
    sys.stdin.readline()

X = np.load(sys.argv[1] + "/X.npy", mmap_mode="r")
runtime = Runtime(checkpoint=sys.argv[1] + "/state", progress=reported)
hierarchical = Hierarchical(selector, chunk_size=20, runtime=runtime)
np.save(sys.argv[1] + "/chosen.npy", hierarchical.fit(X).selected_idx_)
"""


def start(folder, name):
    """A selection that waits for a line after each chunk, until there are no more lines."""
    environment = os.environ | {"PYTHONPATH": str(Path(pl.__file__).parents[1])}
    command = [sys.executable, "-c", SCRIPT, str(folder), name]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)


@pytest.mark.parametrize("name", ["kdpp", "fps", "maxvol"])
def test_kill_minus_nine_loses_at_most_a_chunk(tmp_path, name):
    X = rows(400)
    np.save(tmp_path / "X.npy", X)
    with start(tmp_path, name) as process:
        first = [process.stdout.readline()]
        for _ in range(6):
            print(file=process.stdin, flush=True)
            first.append(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    assert not (tmp_path / "chosen.npy").exists()
    second = start(tmp_path, name)
    done = second.communicate()[0].split()
    assert second.returncode == 0
    assert int(done[0]) == int(first[-1]) + 20
    selector = {"kdpp": KDPP(5), "fps": FPS(5), "maxvol": MaxVol(5)}[name]
    expected = Hierarchical(selector, chunk_size=20).select(X).indices
    assert np.array_equal(np.load(tmp_path / "chosen.npy"), expected)


def test_a_finished_checkpoint_answers_at_once(tmp_path):
    calls = []
    runtime = Runtime(checkpoint=tmp_path / "state", progress=lambda *a: calls.append(a))
    X = rows(100)
    first = Hierarchical(FPS(5), chunk_size=20, runtime=runtime).select(X)
    calls.clear()
    again = Hierarchical(FPS(5), chunk_size=20, runtime=runtime).select(X)
    assert np.array_equal(first.indices, again.indices)
    assert calls == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"X": rows(100, seed=1)}, "data"),
        ({"selector": KDPP(6)}, "selector"),
        ({"selector": KDPP(5, kernel=RBF(2.0))}, "selector"),
        ({"selector": KDPP(5, random_state=1)}, "selector, seed"),
        ({"chunk_size": 25}, "chunks"),
    ],
)
def test_a_checkpoint_of_another_selection_is_refused(tmp_path, change, what):
    base = {"X": rows(100), "selector": KDPP(5), "chunk_size": 20}
    runtime = Runtime(checkpoint=tmp_path / "state")
    Hierarchical(base["selector"], base["chunk_size"], runtime=runtime).select(base["X"])
    other = base | change
    message = rf"state: this checkpoint belongs to another selection \(other {what}\)"
    with pytest.raises(SelectionError, match=message):
        Hierarchical(other["selector"], other["chunk_size"], runtime=runtime).select(other["X"])


def test_a_damaged_checkpoint_is_refused(tmp_path):
    path = tmp_path / "state"
    hierarchical = Hierarchical(FPS(5), chunk_size=20, runtime=Runtime(checkpoint=path))
    hierarchical.select(rows(100))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(SelectionError, match="state: not a potlearn checkpoint, or damaged"):
        hierarchical.select(rows(100))


def test_progress_counts_rows():
    calls = []
    runtime = Runtime(progress=lambda *a: calls.append(a))
    Hierarchical(MaxVol(2), chunk_size=20, runtime=runtime).select(rows(100))
    assert calls == [(20, 100), (40, 100), (60, 100), (80, 100), (100, 100)]


def test_no_chunk_is_larger_than_stated(monkeypatch):
    sizes = []
    keep = Survivors.__call__

    def spy(self, chunk):
        sizes.append(chunk.rows.shape[0])
        return keep(self, chunk)

    monkeypatch.setattr(levels.Survivors, "__call__", spy)
    found = Hierarchical(MaxVol(3), chunk_size=12, oversampling=1.5).select(rows(500))
    assert max(sizes) <= 12
    assert len(sizes) > 42 + 17  # two levels at least
    assert len(found) == 3


def test_lengths_are_taken_from_all_rows():
    """Chunks of different spread are judged by one length."""
    X = np.vstack([rows(40), 0.01 * rows(40, seed=1)])
    for selector in (GreedyMAP(4, kernel="rbf"), Entropy(4)):
        found = Hierarchical(selector, chunk_size=40, levels=True).select(X).indices
        assert (found < 40).sum() >= 3


def log_volume(X, chosen):
    return np.linalg.slogdet(X[chosen] @ X[chosen].T)[1]


def clustered(n, d, seed=0):
    """Rows of groups of different size, place and spread, one after the other as in a file."""
    rng = np.random.default_rng(seed)
    parts = [
        rng.normal(size=d) * 2 + rng.normal(size=(n // 5, d)) * np.logspace(0, -2, d) * scale
        for scale in (0.1, 0.3, 1.0, 2.0, 0.5)
    ]
    return np.vstack(parts)


@pytest.mark.parametrize("name", sorted(n for n in SIZED if CASES[n].make(1).streams))
def test_passes_choose_what_is_chosen_at_once(name):
    X = rows(150)
    flat = CASES[name].make(9, 1).select(X, groups(150))
    found = choose(name, X, 9, seed=1, levels=False)
    assert np.array_equal(found.indices, flat.indices)
    np.testing.assert_allclose(found.scores, flat.scores, rtol=1e-9)


def test_levels_choose_nearly_what_is_chosen_at_once():
    X = clustered(3000, 25)
    flat = log_volume(X, GreedyMAP(20).select(X).indices)
    found = Hierarchical(GreedyMAP(20), chunk_size=300, levels=True).select(X)
    assert 0 < (flat - log_volume(X, found.indices)) / 20 < 0.3
    D = FPS(20).select(X).scores[-1]
    assert Hierarchical(FPS(20), chunk_size=300, levels=True).select(X).scores[-1] > 0.7 * D


def test_kdpp_by_passes_has_the_law_of_the_flat_one():
    X = clustered(1000, 15)
    flat = [log_volume(X, KDPP(8, random_state=s).select(X).indices) for s in range(60)]
    found = [
        log_volume(X, Hierarchical(KDPP(8, random_state=100 + s), chunk_size=90).select(X).indices)
        for s in range(60)
    ]
    assert ks_2samp(flat, found).pvalue > 0.01
    assert np.array_equal(
        Hierarchical(KDPP(8), chunk_size=90).select(X).indices, KDPP(8).select(X).indices
    )


def test_weights_travel_up_the_levels():
    """k-means of few far rows and many near ones puts its centres where the rows are."""
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(size=(900, 2)), [[30.0, 0.0]]])
    flat = KMeans(2).select(X)
    found = Hierarchical(KMeans(2), chunk_size=60, levels=True).select(X)
    assert (np.abs(X[found.indices, 0]) > 20).sum() == 1
    np.testing.assert_allclose(np.sort(found.scores), np.sort(flat.scores), atol=0.02)
