"""Made-up evaluations and potentials for the tests of metrics and reports."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
from scipy.stats import t as student

from potlearn.metrics import LEVELS, Evaluation, Spreads
from potlearn.uncertainty.link import ONE_SIGMA


def evaluation(
    n=300,
    atoms=(2, 60),
    groups=("bulk", "md", "surface", "vacancy"),
    seed=0,
    *,
    file="train.extxyz",
    noise=1.0,
    labelled=("energy", "forces", "stress"),
):
    """Labels of a plausible size, and predictions with heavy-tailed errors that differ by group."""
    rng = np.random.default_rng(seed)
    code = rng.integers(0, len(groups), n)
    n_atoms = rng.integers(atoms[0], atoms[1], n)
    first = np.concatenate([[0], np.cumsum(n_atoms)])
    scale = noise * (1 + code)
    energy = -5.2 + 0.15 * code + 0.08 * rng.standard_normal(n)
    forces = rng.standard_normal((first[-1], 3)) * (0.3 + 0.5 * np.repeat(code, n_atoms))[:, None]
    stress = 0.03 * rng.standard_normal((n, 6)) * [1, 1, 1, 0.2, 0.2, 0.2]
    reference = {"energy": energy, "forces": forces, "stress": stress}
    spread = {
        "energy": 1.2e-3 * scale,
        "forces": 0.03 * np.repeat(scale, n_atoms)[:, None],
        "stress": 3e-4 * scale[:, None],
    }
    predicted = {q: y + spread[q] * rng.standard_t(4, y.shape) for q, y in reference.items()}
    for quantity in set(reference) - set(labelled):
        reference[quantity] = np.full_like(reference[quantity], np.nan)
    return Evaluation(
        tuple(f"{file}:{i}" for i in range(n)),
        tuple(groups[c] for c in code),
        n_atoms,
        first,
        20.0 * n_atoms,
        reference["energy"],
        predicted["energy"],
        reference["forces"],
        predicted["forces"],
        reference["stress"],
        predicted["stress"],
    )


class Springs:
    """Every atom on a spring to the origin: energies, forces and virial known on paper."""

    species = ("Si",)
    cutoff = 3.0

    def __init__(self, stiffness=1.0):
        self.stiffness = stiffness

    def predict(self, atoms, neighbors=None):
        x = atoms.positions
        forces = -self.stiffness * x
        virial = forces.T @ x
        energies = 0.5 * self.stiffness * np.sum(x**2, axis=1)
        voigt = virial[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
        return SimpleNamespace(
            energy=energies.sum(), energies=energies, forces=forces, virial=voigt
        )


def with_spreads(made, *, groups=("bulk", "md", "surface", "vacancy"), factor=1.0, seed=0):
    """The same with expected errors that are those of its errors, times ``factor``, and grades."""
    rng = np.random.default_rng(seed)
    scale = 1.0 + np.array([groups.index(group) for group in made.groups])
    unit = factor * student.ppf(0.5 + 0.5 * ONE_SIGMA, 4)
    atoms = np.repeat(scale, made.n_atoms)
    widths = student.ppf(0.5 + 0.5 * LEVELS, 4) / student.ppf(0.5 + 0.5 * ONE_SIGMA, 4)
    spreads = Spreads(
        energy=1.2e-3 * unit * scale,
        forces=np.repeat(0.03 * unit * atoms[:, None], 3, axis=1),
        stress=np.repeat(3e-4 * unit * scale[:, None], 6, axis=1),
        gamma=np.minimum(0.3 * np.exp(0.4 * rng.standard_normal(made.first[-1])), 0.99),
        widths=dict.fromkeys(("energy", "forces", "stress"), widths),
    )
    return replace(made, spreads=spreads)
