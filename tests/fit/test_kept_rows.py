"""Rows are made once for a fit and its label check where they fit the budget, else twice."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from pair_descriptor import PairDescriptor, configurations

import potlearn as pl
from potlearn.descriptors.base import Energies
from potlearn.fit import FitSettings, Ridge, RowBudget, find_suspicious, fit_linear
from potlearn.fit.rows import kept
from potlearn.runtime import Runtime

N = 60
SIZE = 31 * (5 + 3) * 8
"""Bytes of the rows of one configuration."""


@dataclass(frozen=True)
class Counted(PairDescriptor):
    """The pair descriptor; it counts how often it makes rows."""

    made: list = field(default_factory=list)

    def rows(self, atoms, neighbors=None, *, virial=True, threads=1):
        self.made.append(len(atoms))
        return super().rows(atoms, neighbors, virial=virial)

    def fold(self, coefficients):
        def evaluate(atoms, neighbors=None, *, threads=1):
            rows, c = super(Counted, self).rows(atoms, neighbors), coefficients.ravel()
            energies = np.full(len(atoms), rows.energy @ c / len(atoms))
            return Energies(energies, (rows.forces @ c).reshape(-1, 3), rows.virial @ c)

        return evaluate


@pytest.fixture(scope="module")
def spoiled():
    """Sixty configurations: one wrong energy, one wrong force, all forces of one turned round."""
    frames = list(configurations(n=N, noise=0.05))
    frames[5].calc.results["energy"] += 4.0
    frames[20].calc.results["forces"][3] += (0.0, 2.0, 0.0)
    frames[40].calc.results["forces"] *= -1.0
    return pl.from_atoms(frames)


def check(data, rows, **options):
    """Suspicious labels, and the number of row builds."""
    descriptor = Counted()
    result = fit_linear(data, descriptor, rows=rows, **options)
    found = find_suspicious(result)
    return found, len(descriptor.made)


def labels(found):
    return [(s.index, s.quantity, s.atom) for s in found]


@pytest.fixture(scope="module")
def expected(spoiled):
    """What the check finds with all rows at hand."""
    found, made = check(spoiled, RowBudget())
    assert made == N
    assert {(5, "energy", None), (20, "forces", 3), (40, "forces", None)} <= set(labels(found))
    return found


@pytest.mark.parametrize("budget", [0, 10 * SIZE, 45 * SIZE])
def test_beyond_the_budget_rows_are_made_twice(spoiled, expected, budget):
    """The labels are the same: those that look unusual are judged again exactly."""
    found, made = check(spoiled, RowBudget(budget))
    assert made == 2 * N - budget // SIZE
    assert labels(found) == labels(expected)
    scores = [s.score for s in found]
    np.testing.assert_allclose(scores, [s.score for s in expected], rtol=0.05)


def test_without_a_budget_a_check_keeps_what_it_makes(spoiled, expected):
    found, made = check(spoiled, None)
    assert made == 2 * N
    assert found == expected


def test_rows_in_a_file_are_the_same_and_the_file_goes(spoiled, expected, tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "IN_MEMORY", 0)
    descriptor = Counted()
    result = fit_linear(spoiled, descriptor, rows=RowBudget(folder=tmp_path))
    (folder,) = tmp_path.iterdir()
    assert (folder / "rows.f64").stat().st_size == N * SIZE
    assert find_suspicious(result) == expected
    assert len(descriptor.made) == N
    result.rows.close()
    assert list(tmp_path.iterdir()) == []
    again = result.rows.blocks(3)["forces"]
    assert np.array_equal(again.rows, result.rows.maker.blocks(3)["forces"].rows)


def test_rows_come_back_from_workers(spoiled, expected):
    result = fit_linear(spoiled, Counted(), rows=RowBudget(), runtime=Runtime(workers=2))
    assert all(result.rows.has(index) for index in range(N))
    assert find_suspicious(result) == expected
    assert result.rows.maker.descriptor.made == []


def test_rows_of_a_finished_checkpoint_are_made_once(spoiled, expected, tmp_path):
    runtime = Runtime(checkpoint=tmp_path / "fit.ckpt")
    fit_linear(spoiled, Counted(), runtime=runtime)
    found, made = check(spoiled, RowBudget(), runtime=runtime)
    assert made == N
    assert found == expected


def test_the_second_judgement_is_by_a_fit_without_the_labels(spoiled):
    """Residuals and scores are those of a fit with the same penalty that never saw them."""
    options = {"solver": Ridge(1e-8, scaling="none"), "e0": {"Si": -5.0}}
    result = fit_linear(spoiled, PairDescriptor(), FitSettings(**options))
    first = {s.label for s in find_suspicious(result, rounds=1)}
    found = {s.label: s for s in find_suspicious(result)}
    assert {(5, "energy", -1), (20, "forces", 3), (40, "forces", -1)} <= set(found) <= first
    without = fit_linear(spoiled, PairDescriptor(), FitSettings(**options, exclude=first))
    again = {s.label: s for s in find_suspicious(without, rounds=1)}
    assert set(found) == set(again)
    for label, suspicion in found.items():
        np.testing.assert_allclose(suspicion.left_out, again[label].left_out, rtol=1e-9)
        np.testing.assert_allclose(suspicion.score, again[label].score, rtol=1e-4)


def test_labels_that_are_left_out_already_are_judged_too(spoiled):
    """A suspicious atom of a configuration whose forces are not in the fit changes nothing."""
    out = FitSettings(solver="qr", e0={"Si": -5.0}, exclude=[(20, "forces", -1)])
    found = find_suspicious(fit_linear(spoiled, PairDescriptor(), out))
    assert (20, "forces", 3) in labels(found)
