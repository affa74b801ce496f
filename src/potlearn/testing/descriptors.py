"""What every descriptor must keep."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from potlearn.descriptors import Descriptor
from potlearn.structure.species import species_indices
from potlearn.structure.system import System
from potlearn.testing.checks import (
    DIFFERENCES,
    ROUNDING,
    close,
    difference,
    directions,
    finite,
    moved,
    symmetries,
    voigt_product,
)
from potlearn.testing.checks import (
    repeats as repeats_of,
)
from potlearn.typing import Array, Atoms


def descriptor_is_invariant(descriptor: Descriptor, atoms: Atoms, seed: int = 0) -> None:
    """Rotation, inversion, translation leave the features; a permutation permutes them."""
    rng = np.random.default_rng(seed)
    expected = descriptor.features(atoms)
    finite(expected, "features", atoms, seed)
    scale = np.abs(expected).max(initial=1e-300)
    for name, changed, order in symmetries(atoms, rng):
        found = descriptor.features(changed)
        close(found, expected[order], scale, ROUNDING, f"features under {name}", atoms, seed)


def descriptor_is_extensive(descriptor: Descriptor, atoms: Atoms, seed: int = 0) -> None:
    """Every copy of an atom in a supercell has its features."""
    expected = descriptor.features(atoms)
    repeats = repeats_of(atoms)
    found = descriptor.features(atoms * repeats)
    copies = np.tile(expected, (int(np.prod(repeats)), 1))
    scale = np.abs(expected).max(initial=1e-300)
    close(found, copies, scale, ROUNDING, f"features in a {repeats} supercell", atoms, seed)


def design_rows_are_derivatives(descriptor: Descriptor, atoms: Atoms, seed: int = 0) -> None:
    """Design rows of energy sum the features; those of forces and virial differentiate them."""
    rows = descriptor.rows(atoms)
    rng = np.random.default_rng(seed)
    features, index = descriptor.features(atoms), species_indices(atoms, descriptor.species)
    blocks = [
        np.concatenate([[float((index == e).sum())], features[index == e].sum(0)])
        for e in range(len(descriptor.species))
    ]
    scale = np.abs(rows.energy).max()
    energy = np.concatenate(blocks)
    close(rows.energy, energy, scale, ROUNDING, "energy row", atoms, seed)
    direction, strain = directions(atoms, rng)
    for what, row, change in (
        ("force rows", direction.ravel() @ rows.forces, (direction, None)),
        ("virial rows", voigt_product(strain, rows.virial), (None, strain)),
    ):
        slope = -difference(lambda a: descriptor.rows(a).energy, atoms, *change)
        size = np.maximum(np.abs(slope).max(), np.abs(rows.forces).max(initial=0.0))
        close(row, slope, size, DIFFERENCES, what, atoms, seed)


def vjp_and_jvp_are_derivatives(descriptor: Descriptor, atoms: Atoms, seed: int = 0) -> None:
    """The slope of the features is jvp; vjp is minus its transpose."""
    rng = np.random.default_rng(seed)
    w = rng.normal(size=(len(atoms), descriptor.n_features))
    pull = descriptor.vjp(atoms, w)
    direction, strain = directions(atoms, rng)
    work = float(np.sum(direction * pull.forces)), float(voigt_product(strain, pull.virial))
    for what, change, expected in (
        ("displacements", (direction, None), -work[0]),
        ("strain", (None, strain), -work[1]),
    ):
        tangent = descriptor.jvp(atoms, *change)
        slope = difference(descriptor.features, atoms, *change)
        size = np.abs(slope).max(initial=1e-300)
        close(tangent, slope, size, DIFFERENCES, f"jvp along {what}", atoms, seed)
        size = max(float(np.abs(w * tangent).sum()), 1e-300)
        close(np.sum(w * tangent), expected, size, ROUNDING, f"vjp and jvp, {what}", atoms, seed)


def fold_is_the_linear_model(descriptor: Descriptor, atoms: Atoms, seed: int = 0) -> None:
    """Folded coefficients give the energies of features, forces of vjp, and the rows' products."""
    c = _coefficients(descriptor, seed)
    found = descriptor.fold(c)(atoms)
    own = c[species_indices(atoms, descriptor.species)]
    features, pull = descriptor.features(atoms), descriptor.vjp(atoms, own[:, 1:])
    energies = own[:, 0] + (own[:, 1:] * features).sum(1)
    size = float((np.abs(own[:, 1:] * features).sum(1) + np.abs(own[:, 0])).max())
    close(found.energies, energies, size, ROUNDING, "folded energies", atoms, seed)
    rows = descriptor.rows(atoms)
    size = _row_size(rows.forces, c)
    close(found.forces, pull.forces, size, ROUNDING, "folded forces and vjp", atoms, seed)
    forces = (rows.forces @ c.ravel()).reshape(-1, 3)
    close(found.forces, forces, size, ROUNDING, "folded forces and rows", atoms, seed)
    size = _row_size(rows.virial, c)
    close(found.virial, pull.virial, size, ROUNDING, "folded virial and vjp", atoms, seed)
    close(found.virial, rows.virial @ c.ravel(), size, ROUNDING, "virial rows", atoms, seed)


def several_models_equal_one_by_one(descriptor: Descriptor, atoms: Atoms, seed: int = 0) -> None:
    """Coefficients (S, n_species, 1 + M) give what each of the S gives alone."""
    sets = np.stack([_coefficients(descriptor, seed + k) for k in range(3)])
    together = descriptor.fold(sets)(atoms)
    rows = descriptor.rows(atoms)
    for k, c in enumerate(sets):
        alone = descriptor.fold(c)(atoms)
        sizes = _row_size(rows.energy, c), _row_size(rows.forces, c), _row_size(rows.virial, c)
        for name, size in zip(("energies", "forces", "virial"), sizes, strict=True):
            a, b = getattr(together, name)[k], getattr(alone, name)
            close(a, b, size, ROUNDING, f"{name} of model {k} of 3", atoms, seed)


def side_by_side_equals_one_by_one(descriptor: Descriptor, atoms: Atoms, seed: int = 0) -> None:
    """Several configurations in one call give what each gives alone."""
    rng = np.random.default_rng(seed)
    several = [moved(atoms, 0.03, *directions(atoms, rng)) for _ in range(3)]
    c, n = _coefficients(descriptor, seed), len(atoms)
    w = rng.normal(size=(3, n, descriptor.n_features))
    u, strain = rng.normal(size=(3, n, 3)), rng.normal(size=(3, 3, 3))
    together = _everything(descriptor, several, w.reshape(3 * n, -1), u.reshape(-1, 3), strain, c)
    for k, one in enumerate(several):
        alone = _everything(descriptor, one, w[k], u[k], strain[k], c)
        for name, expected in alone.items():
            found = together[name].reshape(3, *expected.shape)[k]
            size = np.abs(expected).max(initial=1e-300)
            close(found, expected, size, ROUNDING, f"{name}, side by side", atoms, seed)


def pruned_equals_full(descriptor: Descriptor, atoms: Atoms, seed: int = 0) -> None:
    """A subset of the features, reordered, equals those columns of the whole."""
    rng = np.random.default_rng(seed)
    names, m = descriptor.feature_names, descriptor.n_features
    chosen = rng.permutation(m)[: max(1, m // 3)]
    pruned = descriptor.prune([names[k] for k in chosen])
    u, strain = directions(atoms, rng)
    w = rng.normal(size=(len(atoms), len(chosen)))
    whole = np.zeros((len(atoms), m))
    whole[:, chosen] = w
    c = _coefficients(pruned, seed)
    filled = np.zeros((len(c), 1 + m))
    filled[:, 0], filled[:, 1 + chosen] = c[:, 0], c[:, 1:]
    columns = (np.arange(len(c))[:, None] * (1 + m) + np.r_[0, 1 + chosen]).ravel()
    full = _everything(descriptor, atoms, whole, u, strain, filled)
    for name, found in _everything(pruned, atoms, w, u, strain, c).items():
        expected = full[name]
        if name in ("features", "jvp"):
            expected = expected[:, chosen]
        if name.startswith("rows"):
            expected = expected[..., columns]
        size = np.abs(expected).max(initial=1e-300)
        close(found, expected, size, ROUNDING, f"{name} of a pruned descriptor", atoms, seed)


def threads_change_no_bit(descriptor: Descriptor, atoms: Atoms, seed: int = 0) -> None:
    """Any number of threads gives the same bits."""
    rng = np.random.default_rng(seed)
    w = rng.normal(size=(len(atoms), descriptor.n_features))
    u, strain = directions(atoms, rng)
    c = _coefficients(descriptor, seed)
    one = _everything(descriptor, atoms, w, u, strain, c)
    for threads in (2, 5):
        for name, found in _everything(descriptor, atoms, w, u, strain, c, threads).items():
            close(found, one[name], 0.0, 0.0, f"{name}, {threads} threads", atoms, seed)


DESCRIPTOR_CONTRACTS: dict[str, Callable[..., None]] = {
    f.__name__: f
    for f in (
        descriptor_is_invariant,
        descriptor_is_extensive,
        design_rows_are_derivatives,
        vjp_and_jvp_are_derivatives,
        fold_is_the_linear_model,
        several_models_equal_one_by_one,
        side_by_side_equals_one_by_one,
        pruned_equals_full,
        threads_change_no_bit,
    )
}


def _coefficients(descriptor: Descriptor, seed: int) -> Array:
    """Random coefficients (n_species, 1 + M)."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(len(descriptor.species), 1 + descriptor.n_features))


def _row_size(rows: Array, coefficients: Array) -> float:
    """Largest sum of sizes of the products of a row, for comparisons of their sum."""
    return float((np.abs(rows) @ np.abs(coefficients.ravel())).max(initial=1e-300))


def _everything(
    descriptor: Descriptor,
    atoms: Atoms | list[Atoms],
    weights: Array,
    u: Array,
    strain: Array,
    coefficients: Array,
    threads: int = 1,
) -> dict[str, Array]:
    """Results of all operations by name."""
    system = System.of(atoms, descriptor.species, descriptor.cutoff)
    rows = descriptor.rows(system, threads=threads)
    pull = descriptor.vjp(system, weights, threads=threads)
    model = descriptor.fold(coefficients)(system, threads=threads)
    return {
        "features": descriptor.features(system, threads=threads),
        "jvp": descriptor.jvp(system, u, strain, threads=threads),
        "vjp forces": pull.forces,
        "vjp virial": pull.virial,
        "rows of energy": rows.energy,
        "rows of forces": rows.forces,
        "rows of virial": rows.virial,
        "energies": model.energies,
        "forces": model.forces,
        "virial": model.virial,
    }
