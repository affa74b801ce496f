"""A study by one process, several, or a cluster, of which workers are killed: the same trials."""

import json

import pytest
from tuning_data import settings

from potlearn import tasks
from potlearn.errors import ExecutionError, TuneError
from potlearn.runtime import Dask, Processes, Runtime

MORTAL, DEADLY = "tuning_data:mortal", "tuning_data:deadly"


def trials_of(folder):
    return json.loads((folder / "trials.json").read_text())["trials"]


@pytest.fixture(scope="module")
def flags(tmp_path_factory):
    """Folder of files, each of which kills one worker."""
    folder = tmp_path_factory.mktemp("flags")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MORTAL", str(folder))
        yield folder


def study_of(copper, folder, runtime):
    given = settings(copper, folder, objectives=["forces_mae", MORTAL])
    return tasks.tune(given, runtime=runtime)


@pytest.fixture(scope="module")
def alone(copper, tmp_path_factory, flags):
    return trials_of(study_of(copper, tmp_path_factory.mktemp("alone"), Runtime()).folder)


@pytest.fixture(params=["processes", "dask"])
def executor(request, flags):
    """Four processes, or a cluster of two workers."""
    if request.param == "processes":
        yield Processes(4)
        return
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        yield Dask(cluster.scheduler_address)


def test_a_killed_worker_loses_and_doubles_no_trial(copper, tmp_path, flags, alone, executor):
    (flags / "one").touch()
    found = trials_of(study_of(copper, tmp_path / "many", Runtime(executor)).folder)
    assert not list(flags.iterdir())  # it was killed
    assert [trial["number"] for trial in found] == list(range(12))
    for ours, theirs in zip(found, alone, strict=True):
        assert (ours["parameters"], ours["state"]) == (theirs["parameters"], "done")
        assert ours["values"] == pytest.approx(theirs["values"], rel=1e-8)


def of_four_sizes(copper, folder, **changes):
    given = settings(copper, folder, objectives=["forces_mae", DEADLY], **changes)
    given["descriptor"] = {"degree": 8, "order": 2, "cutoff": 4.0}
    return given | {"space": {"descriptor.max_functions": [4, 6, 8, 10]}}


@pytest.fixture
def once(monkeypatch):
    """No second attempt, for the sake of time."""
    monkeypatch.setattr("potlearn.runtime.processes.ATTEMPTS", 1)


@pytest.mark.usefixtures("once")
def test_a_trial_that_kills_every_worker_fails_and_the_study_goes_on(copper, tmp_path):
    outcome = tasks.tune(of_four_sizes(copper, tmp_path), runtime=Runtime(2))
    found = {t.parameters["descriptor.max_functions"]: t for t in outcome.tuned.trials}
    assert {size: trial.state for size, trial in found.items()} == {
        4: "done", 6: "done", 8: "failed", 10: "done",
    }  # fmt: skip
    assert "worker processes died" in found[8].reason


@pytest.mark.usefixtures("once")
def test_trials_that_all_kill_their_workers_end_the_study_with_the_reason(copper, tmp_path):
    given = of_four_sizes(copper, tmp_path) | {"space": {"descriptor.max_functions": [8]}}
    with pytest.raises(TuneError, match="worker processes died"):
        tasks.tune(given | {"search": {"trials": 1}}, runtime=Runtime(2))


class Nobody:
    """An executor without workers."""

    def map(self, work, items):
        raise ExecutionError("no worker is left")
        yield


def test_no_workers_at_all_are_the_fault_of_no_trial(copper, tmp_path):
    with pytest.raises(ExecutionError, match="no worker is left"):
        tasks.tune(of_four_sizes(copper, tmp_path), runtime=Runtime(Nobody()))
    assert all(trial["state"] == "running" for trial in trials_of(tmp_path))
