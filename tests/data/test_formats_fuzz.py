"""Mangled files of other programs give a typed error or a dataset, nothing else."""

from __future__ import annotations

import random

import numpy as np
import pytest
from ase.db import connect
from foreign_files import ALLOYS, deepmd, fitsnap, mtp, outcar, vasprun
from mutations import MANY, bytes_spliced, guarded, mutated_text

import potlearn.data as pd
from potlearn.errors import DataError

TEXTS = {
    "a.cfg": lambda: mtp(ALLOYS[:2]),
    "a.json": lambda: fitsnap(ALLOYS[0]),
    "OUTCAR": outcar,
    "vasprun.xml": vasprun,
}

# (seed, number of inputs): some always, 10⁵ of each reader in the slow tests.
SLOW = [pytest.param(seed, MANY // 20, marks=pytest.mark.slow) for seed in range(1, 21)]
RUNS = pytest.mark.parametrize(("seed", "number"), [(0, 300), *SLOW])


def mangled(rng, content):
    """The content after mutations of text, or with a piece cut, copied or replaced."""
    return mutated_text(rng, content) if rng.random() < 0.8 else bytes_spliced(rng, content)


def check(path):
    """Read, and look at what came out."""
    try:
        with guarded():
            dataset = pd.read(path, types=["Cu", "Au"])
    except DataError as error:
        dataset, place = (), str(error)
    else:
        place = dataset.source(0) if len(dataset) else path.name
    assert path.name in place
    for i, atoms in enumerate(dataset):
        labels = dataset.labels(i)
        assert np.isfinite(atoms.positions).all()
        assert labels.energy is None or np.isfinite(labels.energy)
        assert labels.forces is None or np.isfinite(labels.forces).all()
        assert labels.stress is None or np.isfinite(labels.stress).all()


@RUNS
@pytest.mark.parametrize("name", TEXTS)
def test_mangled_text(tmp_path, name, seed, number):
    rng, content, path = random.Random(seed), TEXTS[name]().encode(), tmp_path / name
    for _ in range(number):
        path.write_bytes(mangled(rng, content))
        check(path)


@RUNS
@pytest.mark.parametrize("name", ["a.db", "b.json"])
def test_mangled_databases(tmp_path, name, seed, number):
    path = tmp_path / name
    with connect(path, append=False) as database:
        for atoms in ALLOYS[:2]:
            database.write(atoms, config_type="eos", data={"u": [1.0, 2.0]})
    rng, content = random.Random(seed), path.read_bytes()
    for _ in range(number):
        path.write_bytes(mangled(rng, content))
        check(path)


@RUNS
def test_mangled_systems_of_deepmd(tmp_path, seed, number):
    folder = deepmd(tmp_path / "system", ALLOYS)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    rng = random.Random(seed)
    for _ in range(number):
        path = rng.choice(files)
        content = path.read_bytes()
        path.write_bytes(mangled(rng, content))
        check(folder)
        path.write_bytes(content)
