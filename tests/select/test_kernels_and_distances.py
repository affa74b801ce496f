"""Kernels, distances and discrepancies: derivatives by finite differences, values by definition."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from potlearn.errors import SelectionError
from potlearn.select import (
    IMQ,
    RBF,
    Cosine,
    Euclidean,
    Linear,
    foerstner_distance,
    mean_discrepancy,
    rmsd,
    rmsd_gradients,
    stein_discrepancy,
    stein_kernel,
)
from potlearn.select.kernels.named import make_kernel
from potlearn.select.rows import ArrayRows

KERNELS = {
    "linear": Linear(),
    "cosine": Cosine(),
    "cosine squared": Cosine(2),
    "cosine to the 4": Cosine(4.0),
    "rbf": RBF(1.3),
    "imq": IMQ(0.8),
    "imq steep": IMQ(1.1, beta=1.7),
}
METRIC = np.array([[2.0, 0.3, 0.0], [0.3, 1.0, -0.2], [0.0, -0.2, 0.5]])
STEP = 1e-4


def points(n=4, d=3, seed=0):
    return np.random.default_rng(seed).normal(size=(n, d)) + 0.3


def difference(function, X, i, a):
    """Derivative in component a of row i, by a fourth-order central difference."""

    def at(k):
        moved = X.copy()
        moved[i, a] += k * STEP
        return function(moved)

    return (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * STEP)


@pytest.fixture(params=KERNELS)
def kernel(request):
    return KERNELS[request.param]


def test_gradients_of_kernels(kernel):
    X, Y = points(), points(3, seed=1)
    along_x, along_y = kernel.gradients(X, Y)
    assert along_x.shape == along_y.shape == (4, 3, 3)
    for a in range(3):
        for i in range(4):
            expected = difference(lambda Z: kernel(Z, Y), X, i, a)[i]
            np.testing.assert_allclose(along_x[i, :, a], expected, atol=1e-9)
        for j in range(3):
            expected = difference(lambda Z: kernel(X, Z), Y, j, a)[:, j]
            np.testing.assert_allclose(along_y[:, j, a], expected, atol=1e-9)


def test_cross_derivatives_of_kernels(kernel):
    X, Y = points(), points(3, seed=1)
    expected = np.zeros((4, 3))
    for a in range(3):
        for j in range(3):
            slope = difference(lambda Z, a=a: kernel.gradients(X, Z)[0][:, :, a], Y, j, a)
            expected[:, j] += slope[:, j]
    np.testing.assert_allclose(kernel.cross_derivative(X, Y), expected, atol=1e-9)


def test_kernels_are_positive_semidefinite_and_symmetric(kernel):
    X = points(20)
    K = kernel(X, X)
    np.testing.assert_allclose(K, K.T, atol=1e-12)
    assert np.linalg.eigvalsh(K)[0] > -1e-10
    np.testing.assert_allclose(np.diag(K), kernel.diagonal(X), atol=1e-12)


@pytest.mark.parametrize("name", ["linear", "cosine"])
def test_features_give_the_kernel(name):
    X = points(6)
    kernel = make_kernel(name)
    B = kernel.features()(X)
    np.testing.assert_allclose(B @ B.T, kernel(X, X), atol=1e-14)


def test_median_length():
    X = points(50)
    distances = np.sqrt(((X[:, None] - X[None]) ** 2).sum(-1))[np.triu_indices(50, 1)]
    fitted = RBF().fitted(ArrayRows(X))
    np.testing.assert_allclose(fitted.length_scale, np.median(distances), rtol=1e-12)
    twice = RBF().fitted(ArrayRows(np.repeat(X, 3, axis=0)))
    np.testing.assert_allclose(twice.length_scale, fitted.length_scale, rtol=0.02)
    assert RBF().fitted(ArrayRows(np.ones((9, 2)))).length_scale == 1.0
    assert RBF(0.3).fitted(ArrayRows(X)) == RBF(0.3)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda X: RBF()(X, X), "RBF needs a length_scale"),
        (lambda X: RBF(-1.0)(X, X), "length_scale is -1.0; expected a positive number"),
        (lambda X: IMQ(1.0, beta=0.0)(X, X), "beta is 0.0"),
        (lambda X: Cosine(0.5)(X, X), "alpha is 0.5; expected a number from 1"),
        (lambda X: Cosine(1.5)(X, -X), "negative cosines have no power 1.5"),
        (lambda X: make_kernel("magic"), "unknown kernel 'magic'"),
        (lambda X: make_kernel(lambda x, y: x)(X, X), "the kernel function gave shape"),
        (lambda X: make_kernel(np.dot).gradients(X, X), "has no derivatives"),
        (lambda X: make_kernel("precomputed")(X, X), "values for its own rows only"),
    ],
)
def test_kernels_that_cannot_be(use, message):
    with pytest.raises(SelectionError, match=message):
        use(points())


@pytest.mark.parametrize("metric", [None, METRIC])
def test_distances_in_a_metric(metric):
    X, Y = points(), points(3, seed=1)
    distance = Euclidean(metric)
    M = np.eye(3) if metric is None else metric
    expected = [[np.sqrt((x - y) @ M @ (x - y)) for y in Y] for x in X]
    np.testing.assert_allclose(distance(X, Y), expected, rtol=1e-10)
    along_x, along_y = distance.gradients(X, Y)
    for a in range(3):
        slope = difference(lambda Z: distance(Z, Y), X, 1, a)[1]
        np.testing.assert_allclose(along_x[1, :, a], slope, atol=1e-9)
        slope = difference(lambda Z: distance(X, Z), Y, 2, a)[:, 2]
        np.testing.assert_allclose(along_y[:, 2, a], slope, atol=1e-9)
    assert not distance.gradients(X, X)[0][np.arange(4), np.arange(4)].any()


def test_metrics_that_are_none():
    with pytest.raises(SelectionError, match="symmetric matrix"):
        Euclidean(np.triu(np.ones((3, 3))))
    with pytest.raises(SelectionError, match="negative eigenvalue, -1"):
        Euclidean(np.diag([1.0, -1.0]))


def test_foerstner_distance():
    A = np.cov(points(30, seed=1).T)
    B = np.cov(points(30, seed=2).T)
    ratios = np.linalg.eigvals(np.linalg.solve(B, A)).real
    expected = np.sqrt((np.log(ratios) ** 2).sum())
    np.testing.assert_allclose(foerstner_distance(A, B), expected, rtol=1e-10)
    T = points(3, seed=3) + 2 * np.eye(3)
    for a, b in [(B, A), (T @ A @ T.T, T @ B @ T.T), (np.linalg.inv(A), np.linalg.inv(B))]:
        np.testing.assert_allclose(foerstner_distance(a, b), expected, rtol=1e-9)
    assert foerstner_distance(A, A) < 1e-12
    np.testing.assert_allclose(foerstner_distance(np.e * A, A), np.sqrt(3), rtol=1e-12)


@pytest.mark.parametrize(
    ("A", "message"),
    [
        (np.diag([1.0, 0.0]), "the first covariance is singular"),
        (np.diag([1.0, -1.0]), "the first covariance is singular or indefinite"),
        (np.ones((2, 3)), "not a symmetric matrix; its shape is"),
        (np.eye(3), "covariances of 3 and 2 features"),
    ],
)
def test_covariances_that_are_none(A, message):
    with pytest.raises(SelectionError, match=message):
        foerstner_distance(A, np.eye(2))


def test_rmsd_of_turned_points_is_zero():
    P = points(7)
    R = Rotation.random(random_state=1).as_matrix()
    assert rmsd(P, P @ R.T + 5.0) < 1e-7
    assert rmsd(P, P @ R.T, rotate=False) > 0.1
    assert rmsd(P, P + 5.0, rotate=False) < 1e-12


def test_a_mirror_image_is_not_the_same():
    P = points(7)
    assert rmsd(P, -P) > 0.1


def test_rmsd_is_the_minimum_over_rotations():
    from scipy.optimize import minimize

    P, Q = points(6), points(6, seed=1)
    p, q = P - P.mean(axis=0), Q - Q.mean(axis=0)

    def cost(v):
        return np.sqrt(((p - Rotation.from_rotvec(v).apply(q)) ** 2).sum() / 6)

    starts = Rotation.random(20, random_state=2).as_rotvec()
    best = min(minimize(cost, v).fun for v in starts)
    np.testing.assert_allclose(rmsd(P, Q), best, rtol=1e-6)


@pytest.mark.parametrize("rotate", [True, False])
def test_rmsd_gradients(rotate):
    P, Q = points(5), points(5, seed=1)
    along_p, along_q = rmsd_gradients(P, Q, rotate=rotate)
    for i in range(5):
        for a in range(3):
            slope = difference(lambda Z: rmsd(Z, Q, rotate=rotate), P, i, a)
            np.testing.assert_allclose(along_p[i, a], slope, atol=1e-8)
            slope = difference(lambda Z: rmsd(P, Z, rotate=rotate), Q, i, a)
            np.testing.assert_allclose(along_q[i, a], slope, atol=1e-8)
    assert not rmsd_gradients(P, P, rotate=False)[0].any()


@pytest.mark.parametrize("cell", [np.diag([4.0, 5.0, 6.0]), [[4, 0, 0], [3.9, 1.2, 0], [2, 1, 5]]])
def test_rmsd_takes_the_nearest_image(cell):
    cell = np.array(cell, float)
    rng = np.random.default_rng(3)
    P = rng.uniform(0, 1, (8, 3)) @ cell
    moved = P + 0.05 * rng.normal(size=P.shape)
    shifts = rng.integers(-3, 4, (8, 3))
    expected = rmsd(P, moved)
    np.testing.assert_allclose(rmsd(P, moved + shifts @ cell, cell), expected, rtol=1e-9)
    shifts[:, 2] = 0
    partly = rmsd(P, moved + shifts @ cell, cell, pbc=(True, True, False))
    np.testing.assert_allclose(partly, expected, rtol=1e-9)


@pytest.mark.parametrize("P", [np.zeros((0, 3)), np.zeros((3, 2)), np.zeros((4, 3))])
def test_points_that_do_not_go_together(P):
    with pytest.raises(SelectionError, match="expected two sets of points"):
        rmsd(P, np.zeros((5, 3)) if len(P) == 4 else P)


@pytest.mark.parametrize("name", ["rbf", "imq", "linear", "imq steep"])
def test_stein_kernel_has_mean_zero(name):
    """Under the density itself, by quadrature over y."""
    grid = np.arange(-9, 9.05, 0.1)
    Y = np.array(np.meshgrid(grid, grid)).reshape(2, -1).T
    density = np.exp(-0.5 * (Y**2).sum(axis=1))
    X = np.array([[0.3, -0.7], [1.5, 0.2]])
    values = stein_kernel(X, Y, -X, -Y, KERNELS[name])
    np.testing.assert_allclose(values @ density / density.sum(), 0, atol=1e-9)


@pytest.mark.parametrize("statistic", ["u", "v"])
def test_stein_discrepancy_by_definition(statistic):
    X = points(12, 2)
    u = stein_kernel(X, X, -X, -X, IMQ(1.0))
    if statistic == "u":
        np.fill_diagonal(u, 0.0)
    expected = u.sum() / (144 if statistic == "v" else 132)
    found = stein_discrepancy(X, -X, IMQ(1.0), statistic=statistic)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_stein_discrepancy_in_blocks(monkeypatch):
    from potlearn.select.distances import stein

    X = points(50, 2)
    whole = stein_discrepancy(X, -X)
    monkeypatch.setattr(stein, "GRADIENTS", 700)
    np.testing.assert_allclose(stein_discrepancy(X, -X), whole, rtol=1e-12)


def test_stein_discrepancy_tells_samples_apart():
    X = np.random.default_rng(1).normal(size=(300, 2))
    right = [stein_discrepancy(X, -X, statistic=s) for s in ("u", "v")]
    wrong = [stein_discrepancy(X + 1.0, -(X + 1.0), statistic=s) for s in ("u", "v")]
    assert right[1] >= 0
    assert abs(right[0]) < 0.02
    assert min(wrong) > 20 * max(np.abs(right))


@pytest.mark.parametrize("statistic", ["u", "v"])
def test_mean_discrepancy_by_definition(statistic):
    X, Y, kernel = points(9), points(7, seed=1), RBF(1.0)
    parts = [kernel(X, X), kernel(Y, Y)]
    if statistic == "u":
        means = [(K.sum() - np.trace(K)) / (len(K) * (len(K) - 1)) for K in parts]
    else:
        means = [K.mean() for K in parts]
    expected = sum(means) - 2 * kernel(X, Y).mean()
    found = mean_discrepancy(X, Y, kernel, statistic=statistic)
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_mean_discrepancy_tells_samples_apart():
    rng = np.random.default_rng(1)
    X, Y = rng.normal(size=(300, 2)), rng.normal(size=(200, 2))
    assert abs(mean_discrepancy(X, Y, statistic="u")) < 0.01
    assert mean_discrepancy(X, Y + 1.0, statistic="u") > 0.1
    assert mean_discrepancy(X, X) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda: mean_discrepancy(points(), points(4, 2)), "two samples of the same features"),
        (lambda: mean_discrepancy(points(), points(), statistic="w"), "unknown statistic 'w'"),
        (lambda: stein_discrepancy(points(), points(3)), "as many scores"),
        (lambda: stein_discrepancy(points(), points(), statistic="w"), "unknown statistic 'w'"),
    ],
)
def test_samples_that_do_not_go_together(use, message):
    with pytest.raises(SelectionError, match=message):
        use()
