"""A fit that a pass answers is the full fit of the same candidate."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from ase import Atoms
from pass_candidates import SOLVERS, SPECIES, basis, candidate

import potlearn as pl
from potlearn.compress import Compression
from potlearn.errors import FitError
from potlearn.fit import FitSettings, Weights, cross_validate, fit_linear
from potlearn.metrics import evaluate, metrics
from potlearn.runtime import Processes, Runtime
from potlearn.tune import Candidate, Passes

CLOSE = dict.fromkeys(("ard", "gcv", "svd", "cv"), 1e-6)
"""Solvers that may keep directions at the edge of rounding, on which the order of the data has as
much influence as a pass; the others agree to 1e-8."""


def full_fit(data, item):
    return fit_linear(data, item.descriptor, item.settings, reference=item.reference)


def agree(crystals, item, answer):
    """Predictions and errors of an answer and of the full fit."""
    train, validation = crystals
    full = full_fit(train, item)
    expected = pl.LinearPotential(item.descriptor, full.coefficients, item.reference)
    found, wanted = evaluate(answer.potential, validation), evaluate(expected, validation)
    for name in ("energy_pred", "forces_pred", "stress_pred"):
        value = getattr(wanted, name)
        finite = np.isfinite(value)
        difference = np.abs(getattr(found, name) - value)[finite].max()
        close = CLOSE.get(item.settings.solver, 1e-8)
        assert difference <= close * np.abs(value[finite]).max(), name
    assert answer.settings.weights == full.settings.weights
    errors_are_those_of(answer, found)


def errors_are_those_of(answer, evaluation):
    """In the units and by the definitions of the metrics."""
    measured = metrics(evaluation)["all"]
    for quantity in ("energy", "forces", "stress"):
        for measure in ("mae", "rmse"):
            found = answer.errors[f"{quantity}_{measure}"]
            assert found == pytest.approx(measured[quantity][measure], rel=1e-7)


@pytest.mark.parametrize("family", ["ace", "pod"])
def test_random_candidates(family, crystals, tmp_path):
    """All solvers, weights by group, contradictions, one-body energies, penalties."""
    rng = np.random.default_rng(7)
    items = [candidate(rng, family, solver) for solver in SOLVERS for _ in range(2)]
    passes = Passes(*crystals, tmp_path)
    assert passes.prepare(items) == {}
    assert len({passes.key(item) for item in items}) == len([*passes.cache.stored()]) == 1
    worker = pickle.loads(pickle.dumps(passes.worker()))
    for item in items:
        agree(crystals, item, worker(item))


def test_a_reference_and_none_share_a_pass(crystals, repulsion, tmp_path):
    rng = np.random.default_rng(3)
    items = [candidate(rng, "ace", "evidence", reference=x) for x in (None, repulsion, None)]
    passes = Passes(*crystals, tmp_path)
    passes.prepare(items)
    assert len([*passes.cache.stored()]) == 1
    for item in items:
        agree(crystals, item, passes.worker()(item))


def test_two_references_have_two_passes(crystals, repulsion, tmp_path):
    rng = np.random.default_rng(3)
    other = replace(repulsion, outer=3.4)
    items = [candidate(rng, "pod", "evidence", reference=x) for x in (other, repulsion)]
    passes = Passes(*crystals, tmp_path)
    passes.prepare(items)
    assert len([*passes.cache.stored()]) == 2
    for item in items:
        agree(crystals, item, passes.worker()(item))


def test_errors_of_folds(crystals, tmp_path):
    """Those of the full fit's ledger; a fit without folds shares the pass."""
    rng = np.random.default_rng(4)
    item, other = candidate(rng, "ace", "evidence", n_folds=4), candidate(rng, "ace", "gcv")
    passes = Passes(crystals[0], None, tmp_path)
    passes.prepare([item, other])
    assert len([*passes.cache.stored()]) == 1
    assert passes.worker()(other).errors == {}
    full = full_fit(crystals[0], item)
    wanted = cross_validate(full.ledger, full.settings).rmse["all"]
    found = passes.worker()(item).errors
    assert found == pytest.approx(
        {
            "folds.energy_rmse": wanted["energy"],
            "folds.forces_rmse": wanted["forces"],
            **({"folds.virial_rmse": wanted["stress"]} if "stress" in wanted else {}),
        },
        rel=1e-7,
    )


@pytest.mark.parametrize("method", ["backward", "omp"])
def test_compressed_fits(method, crystals, tmp_path):
    rng = np.random.default_rng(5)
    item = replace(candidate(rng, "ace", "evidence"), compress=(method, 6))
    passes = Passes(*crystals, tmp_path)
    passes.prepare([item, candidate(rng, "ace", "evidence")])
    answer = passes.worker()(item)
    compression = Compression(full_fit(crystals[0], item), item.descriptor, method)
    wanted = compression.potential(compression.fit(6))
    assert set(answer.descriptor.feature_names) == set(wanted.descriptor.feature_names)
    found = evaluate(answer.potential, crystals[1])
    np.testing.assert_allclose(
        found.forces_pred, evaluate(wanted, crystals[1]).forces_pred, rtol=1e-8, atol=1e-9
    )
    errors_are_those_of(answer, found)


def test_a_compression_that_keeps_all_functions_is_refused(crystals, tmp_path):
    item = replace(candidate(np.random.default_rng(5), "ace", "evidence"), compress=("pca", 6))
    passes = Passes(*crystals, tmp_path)
    passes.prepare([item])
    with pytest.raises(FitError, match="take a method that chooses functions"):
        passes.worker()(item)


def test_errors_of_every_configuration(crystals, tmp_path):
    item = candidate(np.random.default_rng(6), "ace", "evidence")
    passes = Passes(*crystals, tmp_path)
    passes.prepare([item])
    answer = passes.worker(configurations=True)(item)
    values = evaluate(answer.potential, crystals[1]).values("forces")
    spread = answer.configurations["forces"]
    assert spread.n.tolist() == np.bincount(values.configuration).tolist()
    wanted = np.bincount(values.configuration, np.abs(values.error)) / spread.n
    np.testing.assert_allclose(spread.mean, wanted, rtol=1e-7, atol=1e-12)
    total = spread.mean @ spread.n / spread.n.sum()
    assert total == pytest.approx(answer.errors["forces_mae"])


def test_labels_left_out_and_configuration_weights_have_their_own_pass(crystals, tmp_path):
    plain = candidate(np.random.default_rng(8), "ace", "evidence")
    out = replace(plain, settings=replace(plain.settings, exclude={(3, "forces", -1)}))
    weights = np.linspace(0.5, 2, len(crystals[0]))
    heavy = replace(plain, settings=replace(plain.settings, configuration_weights=weights))
    passes = Passes(*crystals, tmp_path)
    passes.prepare([plain, out, heavy])
    assert len({passes.key(item) for item in (plain, out, heavy)}) == 3
    for item in (plain, out, heavy):
        agree(crystals, item, passes.worker()(item))


def test_quantities_without_weight_are_not_needed(crystals, tmp_path):
    """A later candidate that needs stresses extends the pass."""
    rng = np.random.default_rng(9)
    first = Candidate(basis(rng, "pod"), None, FitSettings(Weights(stress=0.0), e0="fitted"))
    later = Candidate(basis(rng, "pod"), None, FitSettings(e0="fitted"))
    passes = Passes(*crystals, tmp_path)
    for item in (first, later):
        passes.prepare([item])
        agree(crystals, item, passes.worker()(item))
    assert len([*passes.cache.stored()]) == 1
    agree(crystals, first, passes.worker()(first))


def test_processes_make_the_same_pass(crystals, tmp_path):
    item = candidate(np.random.default_rng(10), "pod", "evidence")
    found = []
    for name, workers in (("one", 1), ("two", Processes(2))):
        passes = Passes(*crystals, tmp_path / name)
        passes.prepare([item], Runtime(workers))
        found.append(passes.worker()(item).coefficients)
    np.testing.assert_array_equal(*found)


def test_a_candidate_that_cannot_be_fitted(crystals, tmp_path):
    """It is told by its place, and spoils no other."""
    good = candidate(np.random.default_rng(11), "ace", "evidence")
    group = replace(good.settings, weights=Weights(groups={"hott": {"energy": 1.0}}))
    bad = [
        replace(good, settings=group),
        replace(good, descriptor=pl.ACE(("Cu",), cutoff=4.2, order=2, degree=5)),
        replace(good, descriptor=pl.POD(SPECIES, cutoff=4.2, number_of_environment_clusters=2)),
    ]
    passes = Passes(*crystals, tmp_path)
    failed = passes.prepare([bad[0], good, *bad[1:]])
    assert {place: type(error).__name__ for place, error in failed.items()} == {
        0: "FitError",
        2: "SpeciesError",
        3: "BasisError",
    }
    agree(crystals, good, passes.worker()(good))
    with pytest.raises(FitError, match="no pass"):
        passes.worker()(bad[1])


@pytest.mark.parametrize("intercept", [False, True])
def test_energies_of_free_atoms(intercept, crystals, tmp_path):
    """They come from the training data, which the worker does not have."""
    free = []
    for symbol, energy in (("Cu", 0.3), ("Ag", -0.2)):
        atoms = Atoms(symbol, cell=[15.0] * 3, pbc=True)
        atoms.info |= {"REF_energy": energy, "config_type": "IsolatedAtom"}
        free.append(atoms)
    data = crystals[0] + pl.from_atoms(free), crystals[1]
    settings = FitSettings(e0="auto", intercept=intercept, n_folds=3, contradictions="keep")
    item = Candidate(basis(np.random.default_rng(1), "ace"), None, settings)
    passes = Passes(*data, tmp_path)
    passes.prepare([item])
    worker = pickle.loads(pickle.dumps(passes.worker()))
    answer = worker(item)
    assert answer.settings.e0 == {"Cu": 0.3, "Ag": -0.2}
    assert set(answer.errors) > {"folds.energy_rmse", "folds.virial_rmse"}
    agree(data, item, answer)


def test_noise_levels_by_evidence(crystals, tmp_path):
    plain = candidate(np.random.default_rng(12), "ace", "evidence")
    by_group = replace(plain.settings, noise="group", keep_groups=True, weights=Weights())
    items = [plain, replace(plain, settings=by_group)]
    passes = Passes(*crystals, tmp_path)
    passes.prepare(items)
    assert len([*passes.cache.stored()]) == 1
    answer, full = passes.worker()(items[1]), full_fit(crystals[0], items[1])
    for group in ("calm", "warm", "hot"):
        for quantity in ("energy", "forces", "stress"):
            found, wanted = (x.settings.weights.of(group, quantity) for x in (answer, full))
            assert found == pytest.approx(wanted, rel=1e-6)
    agree(crystals, plain, passes.worker()(plain))
