"""Small fits, and the dense algebra that they stand for."""

from dataclasses import dataclass

import numpy as np
from pair_descriptor import PairDescriptor, configurations, isolated

from potlearn.fit import FitSettings, Ridge, RowBudget, Weights, fit_linear
from potlearn.fit.weights import QUANTITIES

SI, ALLOY = ("Si",), ("Si", "Ge")
UNEVEN = Weights(energy=100.0, forces=2.0, stress=0.5, groups={"b": {"forces": 7.0}})
NO_STRESS = Weights(energy=100.0, forces=2.0, stress=0.0)
FEW = Weights(energy=100.0, forces=0.0, stress=0.0)


@dataclass(frozen=True)
class Case:
    """Settings of a small fit."""

    species: tuple[str, ...] = SI
    n_features: int = 4
    n: int = 12
    noise: float = 0.3
    options: dict | None = None
    scaling: str = "none"
    ridge: float = 0.3

    def fit(self, chosen=None, seed=0, exclude=()):
        """The fit, or that of some configurations."""
        data = configurations(
            self.n, seed, self.species, self.coefficients, self.noise, groups=("a", "b")
        )
        options = {"weights": UNEVEN, "exclude": exclude, **(self.options or {})}
        own = options.get("configuration_weights")
        if chosen is not None:
            data = data.subset(np.asarray(chosen))
            if own is not None:
                options["configuration_weights"] = np.asarray(own)[np.asarray(chosen)]
        solver = Ridge(ridge=self.ridge, scaling=self.scaling)
        settings = FitSettings(solver=solver, contradictions="keep", **options)
        return fit_linear(data, self.descriptor, settings, rows=RowBudget())

    @property
    def descriptor(self):
        return PairDescriptor(self.species, n_features=self.n_features)

    @property
    def coefficients(self):
        return tuple(np.tile([-5.0, 1.0, -2.0, 30.0, 4.0], len(self.species)))


CASES = {
    # Fitted one-body energies are penalised from a value that depends on the data: hardly, here.
    "fitted e0": Case(options={"e0": "fitted"}, ridge=1e-6),
    "given e0": Case(options={"e0": {"Si": -4.9}}),
    "intercept": Case(options={"e0": {"Si": -4.9}, "intercept": True}),
    "alloy, intercept": Case(ALLOY, options={"e0": {"Si": -5.0, "Ge": -5.1}, "intercept": True}),
    "alloy": Case(ALLOY, options={"e0": "fitted"}),
    "scaled": Case(options={"e0": "fitted"}, scaling="columns", ridge=1e-4),
    "wide": Case(n_features=28, options={"e0": {"Si": -4.9}, "intercept": True}),
    "weights of configurations": Case(
        options={
            "e0": "fitted",
            "configuration_weights": np.random.default_rng(0).uniform(0.2, 3, (12, 3)),
        },
        ridge=1e-6,
    ),
    "no stress": Case(options={"e0": "fitted", "weights": NO_STRESS}, ridge=1e-6),
}


def dense(result):
    """Weighted rows (m, C'), residuals (m,), labels by (configuration, quantity) of each row."""
    from potlearn.fit.diagnose.hat import Hat
    from potlearn.fit.diagnose.leverage import Judge
    from potlearn.fit.rows.names import in_fit

    judge = Judge.of(result, Hat.of(result))
    rows, errors, where = [], [], []
    for index in range(len(result.rows)):
        weights = judge.weights(index)
        for quantity, block in result.rows.blocks(index).items():
            used = in_fit(judge.excluded, index, quantity, block) & (weights[quantity] > 0)
            root = np.sqrt(weights[quantity])
            c = result.coefficients.ravel()
            rows.append(root * block.rows[used])
            errors.append(root * (block.rows @ c + block.reference - block.labels)[used])
            where += [(index, quantity)] * int(used.sum())
    return np.concatenate(rows), np.concatenate(errors), where


def placement(result, case):
    """Free columns as combinations of all, (C, C'): P of the docstrings, from the settings."""
    columns, options = result.columns, case.options or {}
    one_body = np.array([name.endswith(":one-body") for name in columns])
    if options.get("e0") == "fitted":
        return np.eye(len(columns))
    free = np.eye(len(columns))[:, ~one_body]
    if options.get("intercept"):
        free = np.column_stack([free, one_body.astype(float)])
    return free


def covariance(result, case):
    """sigma^2 P (X^T W X + lambda S^2)^-1 P^T by dense algebra."""
    rows, errors, _ = dense(result)
    place = placement(result, case)
    x = rows @ place
    norms = np.linalg.norm(x, axis=0) if case.scaling == "columns" else np.ones(x.shape[1])
    penalty = case.ridge * np.diag(norms**2)
    inverse = np.linalg.inv(x.T @ x + penalty)
    trace = np.trace(x @ inverse @ x.T)
    noise = errors @ errors / (len(x) - trace)
    return noise * place @ inverse @ place.T


__all__ = ["CASES", "FEW", "QUANTITIES", "Case", "covariance", "dense", "isolated", "placement"]
