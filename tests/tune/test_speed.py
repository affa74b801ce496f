"""Force times beside the reference kernel, and their prediction from counts."""

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk

import potlearn as pl
from potlearn.compress.timing import taking_turns
from potlearn.engine import instruction_sets
from potlearn.potentials.base import Prediction
from potlearn.structure import neighbors
from potlearn.tune import CostModel, Neighborhood, calibrate, measure, measure_all, reference_cost
from potlearn.tune.speed.calibration import calibration_set, disordered, random_model
from potlearn.tune.speed.kernel import reference_kernel
from potlearn.tune.speed.model import fitted
from potlearn.tune.speed.work import COUNTS, counts

SMALL = {"order": 2, "degree": (4.0, 3.0)}


@pytest.fixture(scope="module")
def model():
    """Calibrated with as little timing as there is."""
    return calibrate(rounds=1)


@pytest.fixture
def alloy():
    """Two configurations without a pattern, and a pair of atoms."""
    atoms = bulk("Si", "diamond", a=5.4, cubic=True)
    atoms.symbols[[0, 3, 4]] = "Ge"
    atoms.rattle(0.2, seed=3)
    other = atoms.repeat((1, 1, 2))
    other.rattle(0.3, seed=4)
    return [atoms, other, Atoms("SiGe", positions=[[0, 0, 0], [0, 0, 2.3]])]


@dataclass(frozen=True)
class Foreign:
    """A potential that takes single configurations alone."""

    species: tuple[str, ...] = ("Si", "Ge")
    cutoff: float = 3.0

    def predict(self, atoms, neighbors=None, *, threads=1):
        n = len(atoms)
        return Prediction(np.zeros(n), np.zeros((n, 3)), np.zeros(6))


def test_the_time_is_the_ratio_times_that_of_the_kernel_at_home(alloy):
    potential = random_model(pl.ACE(("Si", "Ge"), cutoff=4.0, **SMALL))
    found = measure(potential, alloy, home=10.0, rounds=3)
    assert found.ratio > 0
    assert found.us_per_atom == pytest.approx(10.0 * found.ratio)
    assert found.spread >= 0


def test_potentials_of_every_kind_are_timed(alloy):
    ace = random_model(pl.ACE(("Si", "Ge"), cutoff=4.0, **SMALL))
    zbl = pl.ZBL(("Si", "Ge"), 0.5, 1.5)
    both = replace(ace, reference=zbl)
    mixed = replace(ace, reference=Foreign())
    found = measure_all([ace, both, mixed, ace + zbl, Foreign()], alloy, rounds=3)
    assert len(found) == 5
    assert all(np.isfinite(time) and time > 0 for time, *_ in found)


def test_what_a_reference_potential_adds(alloy):
    ace = random_model(pl.ACE(("Si", "Ge"), cutoff=4.0, **SMALL))
    assert reference_cost(replace(ace, reference=pl.ZBL(("Si", "Ge"), 0.5, 3.0)), alloy) >= 0


def test_the_kernel_is_that_of_the_instruction_set(monkeypatch):
    for name in instruction_sets():
        monkeypatch.setenv("POTLEARN_INSTRUCTION_SET", name)
        kernel = reference_kernel()
        assert kernel.model.engine.instruction_set == name
        assert kernel().energies.sum() == pytest.approx(KERNEL_ENERGY, rel=1e-9)


KERNEL_ENERGY = 117.848698193079
"""Sum of the kernel's energies: another one would be another unit of all times."""


@pytest.mark.parametrize(
    "descriptor",
    [
        pl.ACE(("Si", "Ge"), cutoff=4.0, order=3, degree=(5.0, 4.0, 3.0)),
        pl.POD(("Si", "Ge"), cutoff=4.0),
        pl.POD(("Si", "Ge"), cutoff=4.0).prune(pl.POD(("Si", "Ge"), cutoff=4.0).feature_names[::4]),
    ],
    ids=["ace", "pod", "pod pruned"],
)
def test_the_outline_is_what_the_folded_model_runs(descriptor):
    c = np.ones((2, 1 + descriptor.n_features))
    basis = descriptor.fold(c).engine.basis
    outline = descriptor.outline()
    assert outline.degrees == basis.degrees
    assert outline.lowest == basis.lowest
    for program in basis.programs:
        np.testing.assert_array_equal(outline.program.node_first, program.node_first)
        np.testing.assert_array_equal(outline.program.term_b, program.term_b)


def counted(descriptor, configurations, reach=5.0, width=4):
    """Counts by name."""
    near = Neighborhood.of(configurations, ("Ge", "Si"), reach)
    found = counts(descriptor.outline(), descriptor.species, near, width)
    return dict(zip(COUNTS, found, strict=True))


def test_neighbours_are_counted_as_the_engine_takes_them(alloy):
    cutoff, width = 3.7, 4
    descriptor = pl.ACE(("Si", "Ge"), cutoff=cutoff, **SMALL)
    rows = []
    for atoms in alloy:
        list_ = neighbors(atoms, cutoff)
        symbols = np.array(atoms.get_chemical_symbols())
        for i, symbol in enumerate(symbols):
            own = symbols[list_.j[list_.i == i]]
            rows.append((symbol, (own == "Si").sum(), (own == "Ge").sum()))
    blocks = slots = 0
    for symbol in ("Si", "Ge"):
        own = np.array([row[1:] for row in rows if row[0] == symbol])
        for start in range(0, len(own), width):
            blocks += 1
            slots += own[start : start + width].max(axis=0).sum()
    found = counted(descriptor, alloy, width=width)
    assert found["blocks"] == pytest.approx(blocks / len(rows))
    assert found["slots"] == pytest.approx(slots / len(rows))
    assert found["pairs"] == pytest.approx(sum(sum(row[1:]) for row in rows) / len(rows))


def test_cutoffs_of_pairs_count(alloy):
    whole = pl.ACE(("Si", "Ge"), cutoff=4.5, **SMALL)
    shorter = pl.ACE(("Si", "Ge"), cutoff=4.5, pairs={"Si-Ge": {"cutoff": 3.0}}, **SMALL)
    assert counted(shorter, alloy)["pairs"] < counted(whole, alloy)["pairs"]


def test_neighbours_beyond_the_reach_are_an_error(alloy, model):
    near = Neighborhood.of(alloy, ("Si", "Ge"), 4.0)
    with pytest.raises(pl.errors.ConfigError, match="4 Å; the cutoff is 5 Å"):
        model.predict(pl.ACE(("Si", "Ge"), cutoff=5.0, **SMALL), near)


def test_weights_are_found_and_errors_are_those_left_out():
    rng = np.random.default_rng(1)
    columns = rng.random((30, 4))
    weights = np.array([1.0, 0.0, 3.0, 0.5])
    found, errors = fitted(columns, columns @ weights)
    np.testing.assert_allclose(found, weights, atol=1e-9)
    np.testing.assert_allclose(errors, 0, atol=1e-9)
    wrong = columns @ weights
    wrong[7] *= 2
    assert fitted(columns, wrong)[1][7] == pytest.approx(-0.5, abs=0.2)


def test_what_computes_less_is_predicted_to_take_less(model, alloy):
    near = Neighborhood.of(alloy, ("Si", "Ge"), 6.0)
    whole = pl.ACE(("Si", "Ge"), cutoff=5.0, order=3, degree=(8.0, 7.0, 6.0))
    pruned = whole.prune(whole.feature_names[:10])
    wider = replace(whole, cutoff=6.0)
    times = [model.predict(d, near) for d in (pruned, whole, wider)]
    assert 0 < times[0] < times[1] < times[2]
    assert model.predict(pl.POD(("Si", "Ge")), near) > 0


def test_a_calibrated_model_says_its_error_and_keeps_it(model):
    n = sum(len(list(calibration_set(k))) for k in (1, 2, 4))
    assert model.n == n
    assert 0 < model.error_median < model.error_90
    again = CostModel.from_dict(json.loads(json.dumps(model.to_dict())))
    assert again.to_dict() == model.to_dict()
    near = Neighborhood.of([disordered(2)], ("Si", "Ge"), 6.0)
    descriptor = pl.POD(("Si", "Ge"))
    assert again.predict(descriptor, near) == model.predict(descriptor, near)


def test_a_model_of_another_kernel_is_refused(model):
    with pytest.raises(pl.errors.ConfigError, match="calibrate it again"):
        CostModel.from_dict(model.to_dict() | {"kernel": "another"})


def test_what_is_not_predicted_is_said(model, alloy):
    near = Neighborhood.of(alloy, ("Si", "Ge"), 5.0)
    blended = pl.POD(("Si", "Ge"), cutoff=5.0, number_of_environment_clusters=2)
    with pytest.raises(pl.errors.BasisError, match="measure them"):
        model.predict(blended, near)
    with pytest.raises(pl.errors.ConfigError, match="measure it"):
        model.predict(Foreign(), near)


def test_rounds_end_with_the_time_but_for_the_first_three():
    calls = []
    seconds = taking_turns([lambda: calls.append(1)] * 2, rounds=9, limit=0.0)
    assert seconds.shape == (3, 2)
    assert len(calls) == 3 * 2 * 2
    assert taking_turns([lambda: None], rounds=4).shape == (4, 1)
