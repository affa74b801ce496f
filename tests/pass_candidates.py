"""Candidates for passes: random fits of small crystals of copper and silver."""

from __future__ import annotations

import potlearn as pl
from potlearn.fit import FitSettings, Weights
from potlearn.tune import Candidate

SPECIES = ("Cu", "Ag")
SOLVERS = ("evidence", "gcv", "svd", "bayesian", "ard", "cv", "ridge")


def basis(rng, family):
    """A random basis of a family; all of them share a pass."""
    if family == "ace":
        degrees = sorted(rng.choice([3, 4, 5, 6], 3).tolist(), reverse=True)
        rule = {"degree": tuple(degrees), "wL": float(rng.choice([0.75, 1.0]))}
        if rng.random() < 0.4:
            rule = {"nmax": (3, 2, 1), "lmax": (0, int(rng.integers(1, 3)), 1)}
        if rng.random() < 0.3:
            rule["max_functions"] = int(rng.integers(8, 14))
        return pl.ACE(SPECIES, cutoff=4.2, order=3, radial={"kind": "sbessel"}, **rule)
    two, three, four = sorted(rng.integers(1, 5, 3).tolist(), reverse=True)
    numbers = dict(zip(("two", "three", "four"), (two, three, four), strict=True))
    radial = {f"{q}body_number_radial_basis_functions": n for q, n in numbers.items()}
    degrees = {"threebody_angular_degree": 3, "fourbody_angular_degree": int(rng.integers(0, 3))}
    rest = {f"{q}body_number_radial_basis_functions": 0 for q in ("five", "six", "seven")}
    rest |= {f"{q}body_angular_degree": 0 for q in ("five", "six", "seven")}
    return pl.POD(SPECIES, cutoff=4.2, rin=1.5, **radial, **degrees, **rest)


def candidate(rng, family, solver, *, reference=None, n_folds=None):
    """A random fit."""
    groups = {"hot": {"energy": 3.0, "stress": 0.0}} if rng.random() < 0.3 else {}
    weights = Weights(10 ** rng.uniform(1, 4), 1.0, rng.choice([0.0, 5.0]), groups)
    settings = FitSettings(
        weights=weights,
        solver=solver,
        ridge=1e-6 if solver == "ridge" else None,
        smoothness=bool(rng.random() < 0.7),
        e0="fitted" if rng.random() < 0.5 else {"Cu": 0.1, "Ag": 0.2},
        contradictions=str(rng.choice(["keep", "leave_out"])),
        n_folds=n_folds,
    )
    return Candidate(basis(rng, family), reference, settings)
