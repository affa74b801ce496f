r"""Variable-cell relaxation of many small cells at once, under pressure: the search for holes.

The fast inertial relaxation engine on :math:`H = E + P V`, for all cells side by side: atoms feel
their forces, cells the strain force :math:`(W - P V \mathbb 1) / n` with the virial W of n atoms.
A cell that falls below a bound keeps three states of its fall; one whose atoms come together has
fallen and is left alone.

References
----------
Bitzek et al., Phys. Rev. Lett. 97, 170201 (2006).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from potlearn.fit.beyond.cells import Cells, deformed, have_contact
from potlearn.potentials.base import ForSystems
from potlearn.typing import Array, Indices, Mask

STEP, STRAIN = 0.1, 0.02
"""Largest move of an atom (Å) and of a cell in one step."""
KEPT, LONG = (1, 6, 16), 20
"""States of a fall that are kept, counted from the bound, and where it ends."""
CONVERGED = 0.05
"""Largest force, in eV/Å, and strain force, in eV, of a cell at rest."""
NEAREST = 40.0
"""Atoms closer than the cutoff over this have fallen together."""


@dataclass(frozen=True)
class Descent:
    """How a relaxation ended.

    Attributes
    ----------
    cells : Cells
        Last states.
    energies : (B,)
        Their energies, in eV/atom.
    fallen : (B,)
        Whether it stayed below the bound, atoms came together, or the volume vanished.
    falls : Cells
        States below the bound.
    """

    cells: Cells
    energies: Array
    fallen: Mask
    falls: Cells


def descend(
    potential: ForSystems,
    cells: Cells,
    pressures: Array,
    floor: Callable[[Cells], Array],
    steps: int,
    threads: int = 1,
) -> Descent:
    """Relax periodic cells under pressures (B,) in eV/Å³ for so many steps.

    A cell that has been below the floor for :data:`LONG` states has fallen and is left alone.
    """
    state, n = _Fire(cells, pressures), len(cells)
    energies, fallen, at_rest = np.zeros(n), np.zeros(n, bool), np.zeros(n, bool)
    below, falls = np.zeros(n, int), [cells.take(np.zeros(0, np.int64))]
    for _ in range(steps):
        fallen |= ~state.sane() | (below >= LONG)
        active = np.flatnonzero(~(fallen | at_rest))
        now = state.cells.take(active)
        system = now.system(potential.cutoff)
        together = have_contact(now, system, potential.cutoff / NEAREST)
        if together.any():
            fallen[active[together]] = True
            active, now = active[~together], now.take(~together)
            system = now.system(potential.cutoff)
        if not len(active):
            break
        found = potential.of_system(system, threads=threads)
        energies[active] = now.sums(found.energies) / now.sizes
        under = energies[active] < np.nan_to_num(floor(now), nan=-np.inf)
        if under.any():
            below[active[under]] += 1
            falls.append(now.take(under & np.isin(below[active], KEPT)))
        at_rest[active] = state.step(active, found.forces, found.virial)
    return Descent(state.cells, energies, fallen, Cells.joined(falls))


class _Fire:
    """Positions, cells and their velocities."""

    def __init__(self, cells: Cells, pressures: Array) -> None:
        n = len(cells)
        self.cells, self.pressures = cells, pressures
        self.moving, self.straining = np.zeros_like(cells.positions), np.zeros((n, 3, 3))
        self.dt, self.mix = np.full(n, 0.05), np.full(n, 0.1)
        self.downhill = np.zeros(n, int)
        self.smallest = 0.02 * cells.volumes

    def sane(self) -> Mask:
        """Cells that still have a volume."""
        volumes = self.cells.volumes
        return np.isfinite(volumes) & (volumes > self.smallest)

    def step(self, active: Indices, forces: Array, virial: Array) -> Mask:
        """One step of the active cells; whether each is at rest."""
        sub = self.cells.take(active)
        moves = np.zeros(len(self.cells), bool)
        moves[active] = True
        atoms = np.flatnonzero(moves[self.cells.owner])
        owner, sizes = sub.owner, sub.sizes
        pull = _tensor(virial) - (self.pressures[active] * sub.volumes * sizes)[
            :, None, None
        ] * np.eye(3)
        pull /= sizes[:, None, None]
        v, s = self.moving[atoms], self.straining[active]
        power = sub.sums((v * forces).sum(1)) + (s * pull).sum((1, 2))
        f2 = sub.sums((forces**2).sum(1)) + (pull**2).sum((1, 2))
        v2 = sub.sums((v**2).sum(1)) + (s**2).sum((1, 2))
        up = power > 0
        mix = np.where(up, self.mix[active], 0.0)
        turn = mix * np.sqrt(v2 / np.maximum(f2, 1e-30))
        keep = np.where(up, 1 - mix, 0.0)
        v = keep[owner, None] * v + turn[owner, None] * forces
        s = keep[:, None, None] * s + turn[:, None, None] * pull
        self._adapt(active, up)
        dt = self.dt[active]
        v, s = v + dt[owner, None] * forces, s + dt[:, None, None] * pull
        self.moving[atoms], self.straining[active] = v, s
        self._move(active, atoms, dt[owner, None] * v, dt[:, None, None] * s)
        largest = np.maximum.reduceat(np.abs(forces).max(1), sub.first[:-1])
        found: Mask = (largest < CONVERGED) & (np.abs(pull).max((1, 2)) < CONVERGED)
        return found

    def _adapt(self, active: Indices, up: Mask) -> None:
        self.downhill[active] = np.where(up, self.downhill[active] + 1, 0)
        fast = self.downhill[active] > 5
        dt, mix = self.dt[active], self.mix[active]
        self.dt[active] = np.where(up, np.where(fast, np.minimum(1.1 * dt, 0.2), dt), 0.5 * dt)
        self.mix[active] = np.where(up, np.where(fast, 0.99 * mix, mix), 0.1)

    def _move(self, active: Indices, atoms: Indices, dx: Array, strain: Array) -> None:
        cells = self.cells.take(active)
        far = np.maximum.reduceat(np.abs(dx).max(1), cells.first[:-1]) / STEP
        wide = np.abs(strain).max((1, 2)) / STRAIN
        scale = 1 / np.maximum(1.0, np.maximum(far, wide))
        moved = Cells(
            cells.positions + scale[cells.owner, None] * dx,
            cells.species,
            cells.sizes,
            cells.cells,
            cells.periodic,
        )
        moved = deformed(moved, np.eye(3) + scale[:, None, None] * strain)
        positions, boxes = self.cells.positions.copy(), self.cells.cells.copy()
        positions[atoms], boxes[active] = moved.positions, moved.cells
        c = self.cells
        self.cells = Cells(positions, c.species, c.sizes, boxes, c.periodic)


def _tensor(virial: Array) -> Array:
    """Voigt components (B, 6) as symmetric matrices (B, 3, 3)."""
    found: Array = virial[:, [0, 5, 4, 5, 1, 3, 4, 3, 2]].reshape(-1, 3, 3)
    return found
