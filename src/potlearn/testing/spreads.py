"""What every potential with an uncertainty must keep."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from potlearn.potentials.spread import Spread
from potlearn.potentials.uncertain import UncertainPotential
from potlearn.testing.checks import close, finite, repeats, rewritten, symmetries
from potlearn.typing import Array, Atoms

EXACT = 1e-7
"""Allowed relative deviation: a power of a variance multiplies rounding where it is small."""


def spread_is_invariant(potential: UncertainPotential, atoms: Atoms, seed: int = 0) -> None:
    """Rotation, inversion, translation leave energy and grades, a permutation permutes.

    Components of forces are not invariant: translation and permutation alone keep them, and
    inversion, which changes signs that a deviation does not have.
    """
    rng = np.random.default_rng(seed)
    before = potential.spread(atoms)
    for name, changed, order in symmetries(atoms, rng):
        after = potential.spread(changed)
        for part in ("energy", "gamma", "forces", "stress"):
            if name == "rotation" and part in ("forces", "stress"):
                continue
            expected, found = getattr(before, part), getattr(after, part)
            if expected is not None:
                wanted = expected[order] if part in ("gamma", "forces") else expected
                _close(found, wanted, f"{part} under {name}", atoms, seed)


def spread_is_extensive(potential: UncertainPotential, atoms: Atoms, seed: int = 0) -> None:
    """In a supercell the energy's deviation is a multiple; forces, stress and grades are copied.

    Equal environments have one error: it does not average out.
    """
    repeats_ = repeats(atoms)
    copies = int(np.prod(repeats_))
    one, many = potential.spread(atoms), potential.spread(atoms * repeats_)
    what = f"in a {repeats_} supercell"
    if one.energy is not None:
        _close(many.energy, copies * one.energy, f"energy {what}", atoms, seed)
    for part, shape in (("forces", (copies, 1)), ("gamma", (copies,)), ("stress", (1,))):
        expected = getattr(one, part)
        if expected is not None:
            _close(getattr(many, part), np.tile(expected, shape), f"{part} {what}", atoms, seed)


def spread_of_atoms_written_in_any_cell(
    potential: UncertainPotential, atoms: Atoms, seed: int = 0
) -> None:
    """Lattice vectors added to atoms, other ones for each, leave the spread."""
    written = rewritten(atoms, np.random.default_rng(seed))
    for part, expected, found in _pairs(potential.spread(atoms), potential.spread(written)):
        _close(found, expected, f"{part} of atoms in other cells", atoms, seed)


def threads_change_no_bit_of_the_spread(
    potential: UncertainPotential, atoms: Atoms, seed: int = 0
) -> None:
    """Any number of threads gives the same bits."""
    for part, one, three in _pairs(potential.spread(atoms), potential.spread(atoms, threads=3)):
        if not np.array_equal(one, three, equal_nan=True):
            close(three, one, 0.0, 0.0, f"{part} with 3 threads", atoms, seed)


def spread_is_positive(potential: UncertainPotential, atoms: Atoms, seed: int = 0) -> None:
    """Deviations and grades are finite and not negative; a stress without a volume is NaN."""
    found = potential.spread(atoms)
    for part, values, _ in _pairs(found, found):
        if part == "stress" and atoms.cell.rank < 3:
            close(1.0 * np.isfinite(values), 0.0, 0.0, 0.0, "stress without a volume", atoms, seed)
            continue
        finite(values, f"spread of {part}", atoms, seed)
        close(np.minimum(values, 0.0), 0.0, 0.0, 0.0, f"sign of {part}", atoms, seed)


SPREAD_CONTRACTS: dict[str, Callable[..., None]] = {
    f.__name__: f
    for f in (
        spread_is_invariant,
        spread_is_extensive,
        spread_of_atoms_written_in_any_cell,
        threads_change_no_bit_of_the_spread,
        spread_is_positive,
    )
}


def _pairs(one: Spread, other: Spread) -> list[tuple[str, Array, Array]]:
    """Parts that there are, of both."""
    return [
        (part, np.asarray(values), np.asarray(getattr(other, part)))
        for part, values in vars(one).items()
        if values is not None
    ]


def _close(found: object, expected: object, what: str, atoms: Atoms, seed: int) -> None:
    """Where they are numbers; both are NaN elsewhere."""
    a, b = np.asarray(found, float), np.asarray(expected, float)
    close(1.0 * np.isnan(a), 1.0 * np.isnan(b), 0.0, 0.0, f"NaN in spread of {what}", atoms, seed)
    scale = float(np.nanmax(np.abs(b), initial=1e-300))
    close(np.nan_to_num(a), np.nan_to_num(b), scale, EXACT, f"spread of {what}", atoms, seed)
