"""The loss against plain NumPy, and its gradient against finite differences."""

from dataclasses import replace

import numpy as np
import pytest
from neural_data import RIDGE, Networks, alloys, linear_fit, mixed, weights

from potlearn.fit import FitSettings, Weights
from potlearn.potentials.neural import HEADS


def soft(r, limit):
    """Square of a residual, or the pseudo-Huber function of a limit."""
    return np.asarray(r) ** 2 if np.isinf(limit) else 2 * limit**2 * (np.hypot(1, r / limit) - 1)


def residuals(potential, dataset, settings, limits=(np.inf, np.inf, np.inf)):
    """Weighted sum of squares over configurations, straight from labels and predictions."""
    total, count, force_weight = 0.0, 0, 0.0
    for i, atoms in enumerate(dataset):
        labels, group, n = dataset.labels(i), dataset.groups[i], len(atoms)
        own = np.broadcast_to(settings.configuration_weights[i], 3)
        w = [own[k] * settings.weights.of(group, q) for k, q in enumerate(QUANTITIES)]
        found, used = potential.predict(atoms), False
        if labels.energy is not None and (i, "energy", -1) not in settings.exclude:
            total += w[0] * soft((found.energy - labels.energy) / n, limits[0])
            used |= w[0] > 0
        if labels.forces is not None and n > 1:
            keep = np.ones(n, bool) if labels.force_mask is None else labels.force_mask.copy()
            keep &= [(i, "forces", a) not in settings.exclude for a in range(n)]
            total += w[1] * soft((found.forces - labels.forces)[keep], limits[1]).sum()
            force_weight += 3 * w[1] * keep.sum()
            used |= w[1] > 0
        if labels.stress is not None:
            virial = -atoms.get_volume() * labels.stress
            total += w[2] * soft((found.virial - virial) / n, limits[2]).sum()
            used |= w[2] > 0
        count += bool(used)
    return total, count, force_weight


QUANTITIES = ("energy", "forces", "stress")


@pytest.mark.parametrize("robust", [0.0, 2.0])
def test_the_loss_is_that_of_predictions_and_labels(robust):
    """Partial labels, masks, free atoms, weights of groups and configurations, excluded labels."""
    dataset = mixed()
    own = np.random.default_rng(1).uniform(0.5, 2.0, (len(dataset), 3))
    settings = FitSettings(
        weights=weights(calm={"energy": 7.0}, hot={"stress": 0.0, "forces": 0.0}),
        configuration_weights=own,
        exclude={(4, "energy", -1), (6, "forces", 1)},
    )
    nets = Networks(dataset, settings, members=2, robust=robust)
    limits = nets.model.measure.limits
    total, count, force_weight = residuals(nets.potential, dataset, settings, limits)
    found = nets.model.loss(nets.vectors, nets.batch)
    assert len(nets.samples) == count == len(dataset) - 1
    assert nets.model.measure.norm == pytest.approx(force_weight / count)
    assert found.value == pytest.approx(total / force_weight, rel=1e-9)


@pytest.mark.parametrize("head", HEADS)
def test_gradients_against_finite_differences(head):
    """For single quantities and all together, of two members."""
    halves = None
    for used in ("energy",), ("forces",), ("stress",), QUANTITIES:
        chosen = Weights(**{q: float(q in used) for q in QUANTITIES})
        nets = Networks(
            mixed(), replace(RIDGE, weights=chosen), head, members=2, halves=halves, robust=2.0
        )
        halves = nets.model.halves  # compiled once
        losses, gradients = nets.model.gradients(nets.vectors, nets.batch)
        direction, h = np.random.default_rng(2).normal(size=nets.vectors.shape[1]), 3e-6
        for k, vector in enumerate(nets.vectors):
            moved = np.stack([vector + h * direction, vector - h * direction])
            up, down = nets.model.gradients(moved, nets.batch)[0]
            assert nets.model.loss(vector[None], nets.batch).value == pytest.approx(losses[k].value)
            size = np.linalg.norm(gradients[k])
            slope = (up.value - down.value) / (2 * h)
            assert gradients[k] @ direction == pytest.approx(slope, rel=2e-6, abs=1e-6 * size), used


def test_single_precision_agrees_with_double():
    one = Networks(alloys(8), precision="float32")
    two = Networks(alloys(8))
    vectors = two.vectors.astype("float32")
    (single,), gradient = one.model.gradients(vectors, one.batch)
    (double,), expected = two.model.gradients(vectors.astype(float), two.batch)
    assert gradient.dtype == np.float32
    assert single.value == pytest.approx(double.value, rel=1e-5)
    np.testing.assert_allclose(gradient, expected, atol=1e-4 * np.abs(expected).max())


def test_a_batch_is_the_sum_of_its_parts():
    nets = Networks(mixed())
    n = len(nets.samples)
    parts = [nets.model.gradients(nets.vectors, nets.samples.batch([k]))[1] for k in range(n)]
    whole = nets.model.gradients(nets.vectors, nets.batch)[1]
    np.testing.assert_allclose(np.mean(parts, axis=0), whole, rtol=1e-9, atol=1e-12)


def test_few_compilations_whatever_the_batches():
    nets = Networks(alloys(40), members=2)
    for size in (1, 2, 3, 5, 8, 13, 21, 34, 40):
        nets.model.gradients(nets.vectors, nets.samples.batch(range(size)))
    many = [k % 40 for k in range(400)]
    nets.model.gradients(nets.vectors, nets.samples.batch(many))
    assert max(nets.model.halves.counts.values()) <= 2


def test_networks_of_zeros_change_nothing():
    nets = Networks(alloys(6))
    loss = nets.model.loss(np.zeros_like(nets.vectors), nets.batch)
    settings = replace(RIDGE, configuration_weights=np.ones(6))
    total, _, weight = residuals(linear_fit(alloys(6)), alloys(6), settings)
    assert loss.value == pytest.approx(total / weight, rel=1e-9)
