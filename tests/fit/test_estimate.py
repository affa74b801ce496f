"""A fit that will need much says so before it starts."""

import logging

import numpy as np
import pytest

import potlearn as pl
from potlearn.fit import Cost, estimate_cost, fit_linear

SMALL = {"cutoff": 4.0, "order": 2, "degree": 4}


@pytest.fixture(scope="module")
def silicon(tmp_path_factory):
    """Labels that mean nothing: what matters is their number."""
    import ase.io
    from ase.build import bulk
    from ase.calculators.singlepoint import SinglePointCalculator

    frames = []
    for seed in range(4):
        atoms = bulk("Si", cubic=True)
        atoms.rattle(0.1, seed=seed)
        forces = np.random.default_rng(seed).normal(size=(8, 3))
        atoms.calc = SinglePointCalculator(atoms, energy=float(seed), forces=forces)
        frames.append(atoms)
    path = tmp_path_factory.mktemp("si") / "si.extxyz"
    ase.io.write(path, frames)
    return pl.read(path)


def test_a_small_fit_says_nothing(silicon, caplog):
    with caplog.at_level(logging.WARNING, "potlearn"):
        fit_linear(silicon, pl.ACE(("Si",), **SMALL))
    assert not caplog.records


def test_many_rows_take_long(silicon):
    large = silicon.subset(np.tile(np.arange(4), 50_000))
    descriptor = pl.ACE(("Si",), cutoff=4.0, order=3, degree=12)
    cost = estimate_cost(large, descriptor)
    assert cost.rows == 200_000 * 25
    assert cost.columns == 1 + descriptor.n_features
    assert cost.seconds > 0
    two = estimate_cost(large, descriptor, runtime=pl.runtime.Runtime(workers=2))
    assert two.memory > cost.memory


def test_many_columns_take_memory(silicon):
    descriptor = pl.ACE(("Si",), cutoff=4.0, order=4, degree=16)
    cost = estimate_cost(silicon, descriptor)
    assert cost.large
    assert cost.memory > 8 * 9 * cost.columns**2


def test_words_say_what_to_do():
    text = str(Cost(rows=10**6, columns=5000, memory=3 * 10**9, seconds=1800.0))
    assert "3.0 GB of memory and 30 min (1000000 rows, 5000 coefficients)" in text
    for remedy in ("smaller degree", "workers", "potlearn select"):
        assert remedy in text


def test_a_large_fit_says_so_before_its_rows(silicon, caplog, monkeypatch):
    monkeypatch.setattr("potlearn.fit.estimate.MEMORY", 1000)
    with caplog.at_level(logging.WARNING, "potlearn"):
        fit_linear(silicon, pl.ACE(("Si",), **SMALL), runtime=pl.runtime.Runtime())
    assert [r.getMessage()[:18] for r in caplog.records] == ["this fit will need"]
