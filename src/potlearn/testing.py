"""What every descriptor and every potential must keep, as functions that raise AssertionError.

They need no test framework.  Each takes a potential (or descriptor), an ``ase.Atoms`` and a seed
for its random choices; the message of a failure holds what reproduces it.
:data:`POTENTIAL_CONTRACTS` and :data:`DESCRIPTOR_CONTRACTS` list them, :func:`configurations`
makes systems of every kind.

    for name, contract in testing.POTENTIAL_CONTRACTS.items():
        contract(potential, atoms, seed=0)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from potlearn.typing import Array, Atoms

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor
    from potlearn.potentials import Potential, Prediction


ROUNDING = 1e-9
"""Allowed relative deviation where the answer is exact but for rounding."""
DIFFERENCES = 2e-6
"""Allowed relative deviation of analytic from numerical derivatives."""
STEP = 1e-4
"""Displacement of finite differences, in Å, and strain."""
_VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


def configurations(species: Sequence[str], seed: int = 0) -> dict[str, Any]:
    """Systems of the given species near their covalent spacing: bulk, thin cell, slab, molecule."""
    from ase import Atoms

    rng = np.random.default_rng(seed)
    spacing = _spacing(species)
    grid = np.stack(np.meshgrid(*[np.arange(2)] * 3), -1).reshape(-1, 3)
    positions = spacing * (grid + rng.uniform(-0.08, 0.08, (8, 3)))
    symbols = [species[k % len(species)] for k in rng.permutation(8)]
    cell = 2 * spacing * (np.eye(3) + rng.uniform(-0.08, 0.08, (3, 3)))
    thin = spacing * np.diag([1.0, 1.1, 2.2]) + rng.uniform(-0.1, 0.1, (3, 3))
    middle = spacing * np.array([[0.0, 0.0, 0.0], [0.1, 0.15, 1.1]])
    tall = np.diag([2 * spacing, 2 * spacing, 30.0])
    return {
        "bulk": Atoms(symbols, positions=positions, cell=cell, pbc=True),
        "thin": Atoms(symbols[:2], positions=middle, cell=thin, pbc=True),
        "slab": Atoms(symbols, positions=positions, cell=tall, pbc=(True, True, False)),
        "molecule": Atoms(symbols[:6], positions=positions[:6]),
    }


def _spacing(species: Sequence[str]) -> float:
    from ase.data import atomic_numbers, covalent_radii

    return 2.1 * max(float(covalent_radii[atomic_numbers[s]]) for s in species)


# Invariance of descriptors


def descriptor_is_invariant(descriptor: Descriptor, atoms: Atoms, seed: int = 0) -> None:
    """Rotation, inversion, translation leave the features; a permutation permutes them."""
    rng = np.random.default_rng(seed)
    expected = descriptor.descriptors(atoms)
    _finite(expected, "features", atoms, seed)
    scale = np.abs(expected).max(initial=1e-300)
    for name, changed, order in _symmetries(atoms, rng):
        found = descriptor.descriptors(changed)
        _close(found, expected[order], scale, ROUNDING, f"features under {name}", atoms, seed)


def descriptor_is_extensive(descriptor: Descriptor, atoms: Atoms, seed: int = 0) -> None:
    """Every copy of an atom in a supercell has its features."""
    expected = descriptor.descriptors(atoms)
    repeats = _repeats(atoms)
    found = descriptor.descriptors(atoms * repeats)
    copies = np.tile(expected, (int(np.prod(repeats)), 1))
    scale = np.abs(expected).max(initial=1e-300)
    _close(found, copies, scale, ROUNDING, f"features in a {repeats} supercell", atoms, seed)


def design_rows_are_derivatives(descriptor: Descriptor, atoms: Atoms, seed: int = 0) -> None:
    """Design rows of energy sum the features; those of forces and virial differentiate them."""
    from potlearn.structure.species import species_indices

    rows = descriptor.design(atoms)
    rng = np.random.default_rng(seed)
    features, index = descriptor.descriptors(atoms), species_indices(atoms, descriptor.species)
    blocks = [
        np.concatenate([[float((index == e).sum())], features[index == e].sum(0)])
        for e in range(len(descriptor.species))
    ]
    scale = np.abs(rows.energy).max()
    energy = np.concatenate(blocks)
    _close(rows.energy, energy, scale, ROUNDING, "energy row", atoms, seed)
    direction, strain = _directions(atoms, rng)
    for what, row, moved in (
        ("force rows", direction.ravel() @ rows.forces, (direction, None)),
        ("virial rows", _voigt_product(strain, rows.virial), (None, strain)),
    ):
        slope = -_difference(lambda a: descriptor.design(a).energy, atoms, *moved)
        size = np.maximum(np.abs(slope).max(), np.abs(rows.forces).max(initial=0.0))
        _close(row, slope, size, DIFFERENCES, what, atoms, seed)


# Potentials


def energy_is_invariant(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """Rotation, inversion, translation and permutation leave the energies."""
    rng = np.random.default_rng(seed)
    expected = potential.predict(atoms)
    _finite(expected.energies, "energies", atoms, seed)
    scale = np.abs(expected.energies).max(initial=1e-300)
    for name, changed, order in _symmetries(atoms, rng):
        found = potential.predict(changed).energies
        wanted = expected.energies[order]
        _close(found, wanted, scale, ROUNDING, f"energies under {name}", atoms, seed)


def forces_turn_with_the_atoms(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """Forces and virial of a rotated configuration are the rotated ones, and forces sum to zero."""
    rng = np.random.default_rng(seed)
    before = potential.predict(atoms)
    _finite(before.forces, "forces", atoms, seed)
    scale = _force_scale(before)
    total = before.forces.sum(0)
    _close(total, np.zeros(3), scale * len(atoms), ROUNDING, "sum of forces", atoms, seed)
    rotation = _rotation(rng)
    after = potential.predict(_transformed(atoms, rotation))
    turned = before.forces @ rotation.T
    _close(after.forces, turned, scale, ROUNDING, "forces of rotated atoms", atoms, seed)
    tensor = rotation @ _tensor(before.virial) @ rotation.T
    size = np.abs(before.virial).max(initial=scale)
    _close(_tensor(after.virial), tensor, size, ROUNDING, "virial of rotated atoms", atoms, seed)


def potential_is_extensive(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """A supercell has the same energies and forces, copied, and the virial times their number."""
    repeats = _repeats(atoms)
    copies = int(np.prod(repeats))
    one, many = potential.predict(atoms), potential.predict(atoms * repeats)
    what, scale = f"in a {repeats} supercell", _force_scale(one)
    energies, forces = np.tile(one.energies, copies), np.tile(one.forces, (copies, 1))
    size = np.abs(one.energies).max(initial=1e-300)
    _close(many.energies, energies, size, ROUNDING, f"energies {what}", atoms, seed)
    _close(many.forces, forces, scale, ROUNDING, f"forces {what}", atoms, seed)
    size = copies * np.abs(one.virial).max(initial=scale)
    _close(many.virial, copies * one.virial, size, ROUNDING, f"virial {what}", atoms, seed)


def list_may_reach_further(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """A neighbour list with a skin changes nothing."""
    from potlearn.structure.neighbors import neighbors

    short = potential.predict(atoms)
    long = potential.predict(atoms, neighbors(atoms, 1.3 * potential.cutoff))
    scale = _force_scale(short)
    size = np.abs(short.energies).max(initial=1e-300)
    _close(long.energies, short.energies, size, ROUNDING, "energies, longer list", atoms, seed)
    _close(long.forces, short.forces, scale, ROUNDING, "forces, longer list", atoms, seed)


def forces_are_derivatives(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """Forces are -dE/dx along random directions, by central differences."""
    rng = np.random.default_rng(seed)
    prediction = potential.predict(atoms)
    for _ in range(3):
        direction, _strain = _directions(atoms, rng)
        slope = _slope(potential, atoms, direction, None)
        found = float(np.sum(direction * prediction.forces))
        size = _force_scale(prediction) * np.sqrt(len(atoms))
        _close(found, slope, size, DIFFERENCES, "force along a direction", atoms, seed)


def virial_is_a_derivative(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """The virial is -dE/dstrain along random symmetric strains, by central differences."""
    rng = np.random.default_rng(seed)
    prediction = potential.predict(atoms)
    for _ in range(2):
        _direction, strain = _directions(atoms, rng)
        slope = _slope(potential, atoms, None, strain)
        found = float(_voigt_product(strain, prediction.virial))
        size = max(float(np.abs(prediction.virial).max()), _force_scale(prediction))
        _close(found, slope, size, DIFFERENCES, "virial along a strain", atoms, seed)


def sparse_systems_are_sane(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """An atom alone feels nothing; two atoms feel opposite forces along their line."""
    from ase import Atoms

    rng = np.random.default_rng(seed)
    for symbol in potential.species:
        alone = potential.predict(Atoms(symbol))
        _finite(alone.energies, "energy of an isolated atom", Atoms(symbol), seed)
        nothing = np.concatenate([alone.forces.ravel(), alone.virial])
        _close(nothing, np.zeros(9), 1.0, 0.0, "forces on an isolated atom", Atoms(symbol), seed)
    line = _rotation(rng)[0]
    for distance in (0.4, 0.7, 0.99, 1.01):
        symbols = rng.choice(potential.species, 2).tolist()
        pair = Atoms(symbols, positions=[np.zeros(3), distance * potential.cutoff * line])
        forces = potential.predict(pair).forces
        _finite(forces, "forces of a dimer", pair, seed)
        scale = max(float(np.abs(forces).max()), 1e-12)
        along = np.outer([-1, 1], line) * (forces[1] @ line)
        _close(forces, along, scale, ROUNDING, "forces of a dimer", pair, seed)


def energy_is_conserved(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """In NVE the fluctuation of the total energy falls fourfold with half the time step.

    The trajectory is short, so that potentials that do not bind are tested as well: 30 steps of at
    most 2 fs, in the first of which no force moves an atom by more than 5e-4 Å.
    """
    step = _time_step(potential, atoms)
    coarse = _nve_fluctuation(potential, atoms, step, 30, seed)
    fine = _nve_fluctuation(potential, atoms, step / 2, 60, seed)
    scale = float(np.abs(potential.predict(atoms).energies).max(initial=1.0))
    if fine > 0.35 * coarse and fine > 1e-10 * scale:
        raise AssertionError(
            f"total energy fluctuates by {coarse:.3e} eV/atom with a step of {step:.3f} fs and by "
            f"{fine:.3e} with half of it; expected a quarter\n{_describe(atoms, seed)}"
        )


POTENTIAL_CONTRACTS: dict[str, Callable[..., None]] = {
    f.__name__: f
    for f in (
        energy_is_invariant,
        forces_turn_with_the_atoms,
        potential_is_extensive,
        list_may_reach_further,
        forces_are_derivatives,
        virial_is_a_derivative,
        sparse_systems_are_sane,
        energy_is_conserved,
    )
}
DESCRIPTOR_CONTRACTS: dict[str, Callable[..., None]] = {
    f.__name__: f
    for f in (descriptor_is_invariant, descriptor_is_extensive, design_rows_are_derivatives)
}


# Means


def _symmetries(atoms: Atoms, rng: np.random.Generator) -> list[tuple[str, Any, NDArray[np.intp]]]:
    """Name, changed atoms, and which atom of the original each one is."""
    same = np.arange(len(atoms))
    shifted = atoms.copy()
    shifted.positions += rng.uniform(-5, 5, 3)
    order = rng.permutation(len(atoms))
    return [
        ("rotation", _transformed(atoms, _rotation(rng)), same),
        ("inversion", _transformed(atoms, -np.eye(3)), same),
        ("translation", shifted, same),
        ("permutation", atoms[order], order),
    ]


def _transformed(atoms: Atoms, matrix: Array) -> Any:
    changed = atoms.copy()
    changed.set_cell(np.array(atoms.cell) @ matrix.T)
    changed.positions = atoms.positions @ matrix.T
    return changed


def _rotation(rng: np.random.Generator) -> Array:
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    proper: Array = q * np.sign(np.linalg.det(q))
    return proper


def _repeats(atoms: Atoms) -> tuple[int, int, int]:
    a, b, c = (k if periodic else 1 for k, periodic in zip((3, 2, 1), atoms.pbc, strict=True))
    return a, b, c


def _directions(atoms: Atoms, rng: np.random.Generator) -> tuple[Array, Array]:
    """Unit-size displacements (N, 3) and a symmetric strain (3, 3)."""
    strain = rng.normal(size=(3, 3))
    return rng.normal(size=(len(atoms), 3)), (strain + strain.T) / 2


def _moved(atoms: Atoms, amount: float, direction: Array | None, strain: Array | None) -> Any:
    moved = atoms.copy()
    if strain is not None:
        moved = _transformed(atoms, np.eye(3) + amount * strain)
    if direction is not None:
        moved.positions += amount * direction
    return moved


def _slope(
    potential: Potential, atoms: Atoms, direction: Array | None, strain: Array | None
) -> float:
    """Minus the derivative of the energy."""
    return -float(_difference(lambda a: potential.predict(a).energy, atoms, direction, strain))


def _difference(
    function: Callable[[Any], Any], atoms: Atoms, direction: Array | None, strain: Array | None
) -> Any:
    """Derivative of ``function(atoms)`` by a fourth-order central difference."""
    at = [function(_moved(atoms, k * STEP, direction, strain)) for k in (-2, -1, 1, 2)]
    return (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * STEP)


def _voigt_product(strain: Array, voigt: Array) -> Array:
    """Sum over a, b of strain_ab X_ab for X in Voigt order along its first axis."""
    weights = [strain[a, b] * (1 if a == b else 2) for a, b in _VOIGT]
    return np.tensordot(np.array(weights), voigt, axes=(0, 0))


def _tensor(voigt: Array) -> Array:
    xx, yy, zz, yz, xz, xy = voigt
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def _force_scale(prediction: Prediction) -> float:
    """Largest force, at least a small part of the largest energy per Å."""
    largest = float(np.abs(prediction.forces).max(initial=0.0))
    return max(largest, 1e-3 * float(np.abs(prediction.energies).max(initial=0.0)), 1e-12)


def _time_step(potential: Potential, atoms: Atoms) -> float:
    """Time step in fs."""
    from ase import units

    forces = np.abs(potential.predict(atoms).forces).max(axis=1)
    acceleration = float((forces / atoms.get_masses()).max())
    return min(2.0, float(np.sqrt(1e-3 / max(acceleration, 1e-12))) / units.fs)


def _nve_fluctuation(
    potential: Potential, atoms: Atoms, step: float, n_steps: int, seed: int
) -> float:
    """Standard deviation of the total energy per atom, from 300 K, in eV."""
    from ase import units
    from ase.md.verlet import VelocityVerlet

    from potlearn.potentials.calculator import PotlearnCalculator

    moving = atoms.copy()
    moving.calc = PotlearnCalculator(potential)
    rng = np.random.default_rng(seed)
    spread = np.sqrt(300 * units.kB * moving.get_masses())[:, None]
    moving.set_momenta(spread * rng.normal(size=(len(atoms), 3)))
    dynamics: Any = VelocityVerlet(moving, timestep=step * units.fs)
    energies: list[float] = []
    dynamics.attach(lambda: energies.append(moving.get_total_energy()))
    dynamics.run(n_steps)
    return float(np.std(energies)) / len(atoms)


def _finite(values: Array, what: str, atoms: Atoms, seed: int) -> None:
    if not np.isfinite(values).all():
        raise AssertionError(f"{what}: NaN or infinite\n{_describe(atoms, seed)}")


def _close(
    found: Any, expected: Any, scale: float, tolerance: float, what: str, atoms: Atoms, seed: int
) -> None:
    """Largest deviation against ``tolerance`` times ``scale``."""
    deviation = np.abs(np.asarray(found) - np.asarray(expected))
    if not (deviation <= tolerance * scale).all():
        worst = tuple(int(k) for k in np.unravel_index(deviation.argmax(), deviation.shape))
        raise AssertionError(
            f"{what}: got {np.asarray(found)[worst]!r}, expected {np.asarray(expected)[worst]!r} "
            f"at {worst} (allowed {tolerance * scale:.2e})\n{_describe(atoms, seed)}"
        )


def _describe(atoms: Atoms, seed: int) -> str:
    """What reproduces a failure."""
    return (
        f"seed {seed}, Atoms({atoms.get_chemical_symbols()}, "
        f"positions={atoms.positions.tolist()}, cell={np.array(atoms.cell).tolist()}, "
        f"pbc={atoms.pbc.tolist()})"
    )
