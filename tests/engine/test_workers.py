"""Threads of the engine that stay from call to call: calls at once, forks, limits."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from pod_bases import BASES, cell

from potlearn.structure.system import System

DESCRIPTOR = next(iter(BASES.values()))


def configuration(seed):
    """Enough blocks of atoms for several threads."""
    atoms = cell(DESCRIPTOR.species, 11, seed=seed, length=5.4) * (3, 3, 3)
    return System.of(atoms, DESCRIPTOR.species, DESCRIPTOR.cutoff)


def results(system, threads):
    engine = DESCRIPTOR.engine
    c = np.linspace(-1, 1, engine.n_species * (1 + engine.n_features)).reshape(engine.n_species, -1)
    return np.concatenate([x.ravel() for x in engine.energy_forces(system, c, threads)])


def test_calls_of_several_threads_at_once_have_the_same_bits():
    systems = [configuration(seed) for seed in range(4)]
    expected = [results(system, 1) for system in systems]
    with ThreadPoolExecutor(4) as callers:
        found = list(callers.map(results, systems * 10, [3] * 40))
    for k, numbers in enumerate(found):
        np.testing.assert_array_equal(numbers, expected[k % 4])


def answer(queue, system):
    queue.put(results(system, 3))


@pytest.mark.skipif(sys.platform != "linux", reason="forks with threads are safe on Linux alone")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_has_threads_of_its_own():
    """The parent's do not exist there; it waits for none of them."""
    system, context = configuration(0), get_context("fork")
    expected = results(system, 3)
    queue = context.Queue()
    child = context.Process(target=answer, args=(queue, system))
    child.start()
    try:
        np.testing.assert_array_equal(queue.get(timeout=60), expected)
        child.join(60)
        assert child.exitcode == 0
    finally:
        child.kill()
    np.testing.assert_array_equal(results(system, 3), expected)


def run(code):
    """Words that Python prints in a process of its own."""
    folders = [str(Path(__file__).parents[1]), *sys.path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(folders)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


FEW = """
import resource
from pathlib import Path
from engine.test_workers import configuration, results
system = configuration(0)
one = results(system, 1)
pages = int(Path("/proc/self/statm").read_text().split()[0])
room = pages * resource.getpagesize() + (20 << 20)  # for two stacks of 8 MiB
resource.setrlimit(resource.RLIMIT_AS, (room, room))
print((results(system, 8) == one).all(), len(list(Path("/proc/self/task").iterdir())))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of memory is Linux's")
def test_fewer_threads_where_the_system_grants_no_more():
    equal, threads = run(FEW)
    assert equal == "True"
    assert int(threads) < 8
