"""What is written is what ASE writes, byte for byte."""

import io

import numpy as np
import pytest
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixAtoms
from ase.io.extxyz import write_extxyz

from potlearn.data.writing import write_frame


def configuration(**info):
    rng = np.random.default_rng(0)
    cell = rng.normal(size=(3, 3)) * 5
    atoms = Atoms("SiOH", rng.normal(size=(3, 3)) * 1e3, cell=cell, pbc=(True, False, True))
    atoms.info.update(info)
    return atoms


USUAL = {
    "name": "a",
    "quoted": 'say "so" {now}',
    "empty": "",
    "n": 3,
    "energy": -1.25e-17,
    "float32": np.float32(0.1),
    "flag": True,
    "other flag": np.bool_(False),
    "REF_stress": np.linspace(-1, 1, 6),
    "virial": np.arange(9.0).reshape(3, 3),
    "counts": np.array([1, 2]),
    "flags": np.array([True, False]),
}
UNUSUAL = {"none": None, "list": [1, 2], "table": np.eye(2), "words": np.array(["a", "b"])}
COLUMNS = {
    "pred_forces": np.array([[1e-9, -2.0, 3e5]] * 3),
    "force_mask": np.array([True, False, True]),
    "column": np.ones((3, 1)),
    "tags": np.arange(3),
    "labels": np.array(["a", "bcd", "e"]),
    "single": np.ones((3, 2), np.float32),
}


def changed(kind):
    atoms = configuration()
    if kind == "constrained":
        atoms.set_constraint(FixAtoms([0]))
    elif kind == "free":
        atoms.cell, atoms.pbc = np.zeros((3, 3)), False
    elif kind == "calculated":
        atoms.calc = SinglePointCalculator(atoms, energy=1.0)
    elif kind == "objects":
        atoms.set_array("objects", np.array([None, 1, "a"], object))
    return atoms


CASES = {
    **{f"info {key}": configuration(**{key: value}) for key, value in (USUAL | UNUSUAL).items()},
    **{kind: changed(kind) for kind in ("constrained", "free", "calculated", "objects")},
    "all": configuration(**USUAL, pbc="hidden"),
    "columns": configuration(**USUAL),
}
for key, value in COLUMNS.items():
    CASES[f"column {key}"] = configuration()
    CASES[f"column {key}"].set_array(key, value)
    CASES["columns"].set_array(key, value)


@pytest.mark.parametrize("case", CASES)
def test_a_frame_is_the_one_of_ase(case):
    ours, theirs = io.StringIO(), io.StringIO()
    write_frame(ours, CASES[case])
    write_extxyz(theirs, [CASES[case]], write_results=False)
    assert ours.getvalue() == theirs.getvalue()


def test_a_frame_needs_no_import_of_ases_formats():
    import subprocess
    import sys

    code = (
        "import io, sys; from ase import Atoms; from potlearn.data.writing import write_frame\n"
        "write_frame(io.StringIO(), Atoms('Si', info={'a': 1.0, 'b': 'x'}, pbc=True))\n"
        "assert 'ase.io' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
