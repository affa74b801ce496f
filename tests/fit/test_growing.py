"""A fit that takes configurations in batches, beside one of all at once."""

import learning_runs
import numpy as np
import pytest

import potlearn as pl
from potlearn.errors import FitError, SpeciesError
from potlearn.fit import GrowingFit
from potlearn.workflows.labels import label


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labels")
    frames = learning_runs.start(count=12)
    return pl.from_atoms(label(frames, learning_runs.TRUTH, folder / "labels.db").frames)


def test_batches_give_the_fit_of_all(dataset):
    fit = GrowingFit(learning_runs.BASIS)
    for span in (slice(0, 5), slice(5, 6), slice(6, 12)):
        fit.add(dataset[span])
    whole = pl.fit_linear(dataset, learning_runs.BASIS)
    found = fit.result()
    assert found.n_rows == whole.n_rows
    for name in ("energy", "forces", "stress"):
        assert found.rmse()["all"][name] == pytest.approx(whole.rmse()["all"][name], rel=1e-6)
    potentials = [
        pl.LinearPotential(learning_runs.BASIS, result.coefficients) for result in (found, whole)
    ]
    forces = [potential.predict(dataset[3]).forces for potential in potentials]
    np.testing.assert_allclose(forces[0], forces[1], atol=1e-6)


def test_results_in_between_change_no_bit(dataset):
    one, other = GrowingFit(learning_runs.BASIS), GrowingFit(learning_runs.BASIS)
    for k in range(0, 12, 4):
        one.add(dataset[k : k + 4])
        one.result()
        other.add(dataset[k : k + 4])
    assert np.array_equal(one.result().coefficients, other.result().coefficients)


def test_rows_are_made_of_new_configurations_alone(dataset, monkeypatch):
    from potlearn.fit.rows.make import RowMaker

    asked, blocks = [], RowMaker.blocks
    monkeypatch.setattr(
        RowMaker, "blocks", lambda self, index: asked.append(index) or blocks(self, index)
    )
    fit = GrowingFit(learning_runs.BASIS)
    fit.add(dataset[:8])
    fit.add(dataset[8:])
    pl.quantify(fit.result(), grade=None)
    assert asked == list(range(12))


def test_kept_rows_stay_within_the_memory(dataset):
    fit = GrowingFit(learning_runs.BASIS, memory=0)
    fit.add(dataset)
    assert not fit.result().rows.has(0)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (pl.FitSettings(solver="cv"), "no folds"),
        (pl.FitSettings(exclude={(0, "energy", -1)}), "whole configurations"),
    ],
)
def test_settings_of_all_configurations_are_refused(settings, words):
    with pytest.raises(FitError, match=words):
        GrowingFit(learning_runs.BASIS, settings)


def test_nothing_and_strangers_are_refused(dataset):
    fit = GrowingFit(pl.ACE(("Ge",), cutoff=4.0, order=2, degree=(5, 4)))
    with pytest.raises(FitError, match="nothing was added"):
        fit.result()
    with pytest.raises(SpeciesError):
        fit.add(dataset)
