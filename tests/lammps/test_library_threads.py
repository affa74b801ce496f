"""The library of exported potentials can be closed while its threads wait for work."""

import subprocess
import sys

from plugin_models import POTENTIALS, export

PROGRAM = """
import _ctypes, os, sys
import numpy as np
from ase.build import bulk
from potlearn.lammps.plugin.exported import ExportedModel
from potlearn.lammps.plugin.library import library

def threads():
    return len(os.listdir("/proc/self/task"))

atoms = bulk("W", cubic=True).repeat(4)
atoms.rattle(0.1, seed=0)
before, found = threads(), []
for _ in range(3):
    model = ExportedModel(sys.argv[1])
    found.append(model.predict(atoms, threads=3).forces)
    handle = library()._handle
    del model
    library.cache_clear()
    _ctypes.dlclose(handle)
    assert threads() == before, f"{threads()} threads, {before} before"
assert all(np.array_equal(forces, found[0]) for forces in found)
print("closed")
"""


def test_threads_end_with_the_library(tmp_path):
    path = export(POTENTIALS["ace"], tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "closed\n"


def test_a_program_ends_while_threads_wait(tmp_path):
    path = export(POTENTIALS["ace"], tmp_path)
    program = PROGRAM.replace("_ctypes.dlclose(handle)", "break")
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "closed\n"), done.stderr
