"""What every potential must keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from potlearn.potentials import Potential, Prediction
from potlearn.testing.checks import (
    DIFFERENCES,
    ROUNDING,
    close,
    describe,
    difference,
    directions,
    finite,
    rewritten,
    symmetries,
    transformed,
    voigt_product,
)
from potlearn.testing.checks import repeats as repeats_of
from potlearn.testing.checks import rotation as rotation_of
from potlearn.testing.checks import tensor as tensor_of
from potlearn.typing import Array, Atoms


def energy_is_invariant(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """Rotation, inversion, translation and permutation leave the energies."""
    rng = np.random.default_rng(seed)
    expected = potential.predict(atoms)
    finite(expected.energies, "energies", atoms, seed)
    scale = np.abs(expected.energies).max(initial=1e-300)
    for name, changed, order in symmetries(atoms, rng):
        found = potential.predict(changed).energies
        wanted = expected.energies[order]
        close(found, wanted, scale, ROUNDING, f"energies under {name}", atoms, seed)


def forces_turn_with_the_atoms(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """Forces and virial of a rotated configuration are the rotated ones, and forces sum to zero."""
    rng = np.random.default_rng(seed)
    before = potential.predict(atoms)
    finite(before.forces, "forces", atoms, seed)
    scale = _force_scale(before)
    total = before.forces.sum(0)
    close(total, np.zeros(3), scale * len(atoms), ROUNDING, "sum of forces", atoms, seed)
    rotation = rotation_of(rng)
    after = potential.predict(transformed(atoms, rotation))
    turned = before.forces @ rotation.T
    close(after.forces, turned, scale, ROUNDING, "forces of rotated atoms", atoms, seed)
    tensor = rotation @ tensor_of(before.virial) @ rotation.T
    size = np.abs(before.virial).max(initial=scale)
    close(tensor_of(after.virial), tensor, size, ROUNDING, "virial of rotated atoms", atoms, seed)


def potential_is_extensive(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """A supercell has the same energies and forces, copied, and the virial times their number."""
    repeats = repeats_of(atoms)
    copies = int(np.prod(repeats))
    one, many = potential.predict(atoms), potential.predict(atoms * repeats)
    what, scale = f"in a {repeats} supercell", _force_scale(one)
    energies, forces = np.tile(one.energies, copies), np.tile(one.forces, (copies, 1))
    size = np.abs(one.energies).max(initial=1e-300)
    close(many.energies, energies, size, ROUNDING, f"energies {what}", atoms, seed)
    close(many.forces, forces, scale, ROUNDING, f"forces {what}", atoms, seed)
    size = copies * np.abs(one.virial).max(initial=scale)
    close(many.virial, copies * one.virial, size, ROUNDING, f"virial {what}", atoms, seed)


def atoms_may_be_written_in_any_cell(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """Lattice vectors added to atoms, other ones for each, leave energies, forces and virial."""
    rng = np.random.default_rng(seed)
    expected, found = potential.predict(atoms), potential.predict(rewritten(atoms, rng))
    scale, what = _force_scale(expected), "of atoms in other cells"
    size = np.abs(expected.energies).max(initial=1e-300)
    close(found.energies, expected.energies, size, ROUNDING, f"energies {what}", atoms, seed)
    close(found.forces, expected.forces, scale, ROUNDING, f"forces {what}", atoms, seed)
    size = np.abs(expected.virial).max(initial=scale)
    close(found.virial, expected.virial, size, ROUNDING, f"virial {what}", atoms, seed)


def list_may_reach_further(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """A neighbour list with a skin changes nothing."""
    from potlearn.structure.neighbors import neighbors

    short = potential.predict(atoms)
    long = potential.predict(atoms, neighbors(atoms, 1.3 * potential.cutoff))
    scale = _force_scale(short)
    size = np.abs(short.energies).max(initial=1e-300)
    close(long.energies, short.energies, size, ROUNDING, "energies, longer list", atoms, seed)
    close(long.forces, short.forces, scale, ROUNDING, "forces, longer list", atoms, seed)


def threads_change_no_bit(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """Any number of threads gives the same bits."""
    one, three = potential.predict(atoms), potential.predict(atoms, threads=3)
    for name in ("energies", "forces", "virial"):
        a, b = getattr(one, name), getattr(three, name)
        close(a, b, 0.0, 0.0, f"{name}, three threads", atoms, seed)


def forces_are_derivatives(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """Forces are -dE/dx along random directions, by central differences."""
    rng = np.random.default_rng(seed)
    prediction = potential.predict(atoms)
    for _ in range(3):
        direction, _strain = directions(atoms, rng)
        slope = _slope(potential, atoms, direction, None)
        found = float(np.sum(direction * prediction.forces))
        size = _force_scale(prediction) * np.sqrt(len(atoms))
        close(found, slope, size, DIFFERENCES, "force along a direction", atoms, seed)


def virial_is_a_derivative(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """The virial is -dE/dstrain along random symmetric strains, by central differences."""
    rng = np.random.default_rng(seed)
    prediction = potential.predict(atoms)
    for _ in range(2):
        _direction, strain = directions(atoms, rng)
        slope = _slope(potential, atoms, None, strain)
        found = float(voigt_product(strain, prediction.virial))
        size = max(float(np.abs(prediction.virial).max()), _force_scale(prediction))
        close(found, slope, size, DIFFERENCES, "virial along a strain", atoms, seed)


def sparse_systems_are_sane(potential: Potential, atoms: Atoms, seed: int = 0) -> None:
    """An atom alone feels nothing; two atoms feel opposite forces along their line."""
    from ase import Atoms

    rng = np.random.default_rng(seed)
    for symbol in potential.species:
        alone = potential.predict(Atoms(symbol))
        finite(alone.energies, "energy of an isolated atom", Atoms(symbol), seed)
        nothing = np.concatenate([alone.forces.ravel(), alone.virial])
        close(nothing, np.zeros(9), 1.0, 0.0, "forces on an isolated atom", Atoms(symbol), seed)
    line = rotation_of(rng)[0]
    for distance in (0.4, 0.7, 0.99, 1.01):
        symbols = rng.choice(potential.species, 2).tolist()
        pair = Atoms(symbols, positions=[np.zeros(3), distance * potential.cutoff * line])
        forces = potential.predict(pair).forces
        finite(forces, "forces of a dimer", pair, seed)
        scale = max(float(np.abs(forces).max()), 1e-12)
        along = np.outer([-1, 1], line) * (forces[1] @ line)
        close(forces, along, scale, ROUNDING, "forces of a dimer", pair, seed)


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
            f"{fine:.3e} with half of it; expected a quarter\n{describe(atoms, seed)}"
        )


POTENTIAL_CONTRACTS: dict[str, Callable[..., None]] = {
    f.__name__: f
    for f in (
        energy_is_invariant,
        forces_turn_with_the_atoms,
        potential_is_extensive,
        atoms_may_be_written_in_any_cell,
        list_may_reach_further,
        threads_change_no_bit,
        forces_are_derivatives,
        virial_is_a_derivative,
        sparse_systems_are_sane,
        energy_is_conserved,
    )
}


def _slope(
    potential: Potential, atoms: Atoms, direction: Array | None, strain: Array | None
) -> float:
    """Minus the derivative of the energy."""
    return -float(difference(lambda a: potential.predict(a).energy, atoms, direction, strain))


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
