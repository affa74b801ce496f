"""Symmetries, differences and comparisons that the contracts are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.typing import Array, Atoms

ROUNDING = 1e-9
"""Allowed relative deviation where the answer is exact but for rounding."""
DIFFERENCES = 2e-6
"""Allowed relative deviation of analytic from numerical derivatives."""
STEP = 1e-4
"""Displacement of finite differences, in Å, and strain."""
_VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


def symmetries(atoms: Atoms, rng: np.random.Generator) -> list[tuple[str, Any, NDArray[np.intp]]]:
    """Name, changed atoms, and which atom of the original each one is."""
    same = np.arange(len(atoms))
    shifted = atoms.copy()
    shifted.positions += rng.uniform(-5, 5, 3)
    order = rng.permutation(len(atoms))
    return [
        ("rotation", transformed(atoms, rotation(rng)), same),
        ("inversion", transformed(atoms, -np.eye(3)), same),
        ("translation", shifted, same),
        ("permutation", atoms[order], order),
        ("another cell for each atom", rewritten(atoms, rng), same),
    ]


def rewritten(atoms: Atoms, rng: np.random.Generator) -> Any:
    """The same atoms, each written up to a hundred cells away along periodic directions."""
    written = atoms.copy()
    cells = rng.integers(-100, 101, (len(atoms), 3)) * atoms.pbc
    written.positions += cells @ np.array(atoms.cell)
    return written


def transformed(atoms: Atoms, matrix: Array) -> Any:
    """The atoms with cell and positions times a matrix (3, 3)."""
    changed = atoms.copy()
    changed.set_cell(np.array(atoms.cell) @ matrix.T)
    changed.positions = atoms.positions @ matrix.T
    return changed


def rotation(rng: np.random.Generator) -> Array:
    """A random proper rotation (3, 3)."""
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    proper: Array = q * np.sign(np.linalg.det(q))
    return proper


def repeats(atoms: Atoms) -> tuple[int, int, int]:
    """A supercell: 3, 2, 1 along periodic directions."""
    a, b, c = (k if periodic else 1 for k, periodic in zip((3, 2, 1), atoms.pbc, strict=True))
    return a, b, c


def directions(atoms: Atoms, rng: np.random.Generator) -> tuple[Array, Array]:
    """Unit-size displacements (N, 3) and a symmetric strain (3, 3)."""
    strain = rng.normal(size=(3, 3))
    return rng.normal(size=(len(atoms), 3)), (strain + strain.T) / 2


def moved(atoms: Atoms, amount: float, direction: Array | None, strain: Array | None) -> Any:
    """The atoms displaced along a direction (N, 3) and strained."""
    moved = atoms.copy()
    if strain is not None:
        moved = transformed(atoms, np.eye(3) + amount * strain)
    if direction is not None:
        moved.positions += amount * direction
    return moved


def difference(
    function: Callable[[Any], Any], atoms: Atoms, direction: Array | None, strain: Array | None
) -> Any:
    """Derivative of ``function(atoms)`` by a fourth-order central difference."""
    at = [function(moved(atoms, k * STEP, direction, strain)) for k in (-2, -1, 1, 2)]
    return (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * STEP)


def voigt_product(strain: Array, voigt: Array) -> Array:
    """Sum over a, b of strain_ab X_ab for X in Voigt order along its first axis."""
    weights = [strain[a, b] * (1 if a == b else 2) for a, b in _VOIGT]
    return np.tensordot(np.array(weights), voigt, axes=(0, 0))


def tensor(voigt: Array) -> Array:
    """The symmetric matrix of six Voigt components."""
    xx, yy, zz, yz, xz, xy = voigt
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def finite(values: Array, what: str, atoms: Atoms, seed: int) -> None:
    """Refuse NaN and infinity."""
    if not np.isfinite(values).all():
        raise AssertionError(f"{what}: NaN or infinite\n{describe(atoms, seed)}")


def close(
    found: Any, expected: Any, scale: float, tolerance: float, what: str, atoms: Atoms, seed: int
) -> None:
    """Largest deviation against ``tolerance`` times ``scale``."""
    deviation = np.abs(np.asarray(found) - np.asarray(expected))
    if not (deviation <= tolerance * scale).all():
        worst = tuple(int(k) for k in np.unravel_index(deviation.argmax(), deviation.shape))
        raise AssertionError(
            f"{what}: got {np.asarray(found)[worst]!r}, expected {np.asarray(expected)[worst]!r} "
            f"at {worst} (allowed {tolerance * scale:.2e})\n{describe(atoms, seed)}"
        )


def describe(atoms: Atoms, seed: int) -> str:
    """What reproduces a failure."""
    return (
        f"seed {seed}, Atoms({atoms.get_chemical_symbols()}, "
        f"positions={atoms.positions.tolist()}, cell={np.array(atoms.cell).tolist()}, "
        f"pbc={atoms.pbc.tolist()})"
    )
