"""Energy that the forces do not explain: the error of the time step, whatever the thermostat."""

from __future__ import annotations

import numpy as np

from potlearn.typing import Array, Atoms


class Work:
    r"""Sum over steps of the change of energy that forces and stress do not explain.

    From :math:`x_0` to :math:`x_1` the potential energy U changes by the work of the forces F but
    for the error of a step of length :math:`\Delta t`,

    .. math::
        w = U_1 - U_0 + \tfrac12 (F_0 + F_1) \cdot (x_1 - x_0 \Lambda)
        - \tfrac12 (V_0 \operatorname{tr} \sigma_0 + V_1 \operatorname{tr} \sigma_1) \ln \lambda
        + \sum_i \frac{\Delta t^2}{8 m_i} (F_1^2 - F_0^2)_i,

    with :math:`\Lambda = h_0^{-1} h_1` and :math:`\lambda^3 = V_1 / V_0` where the cell h changes,
    and :math:`\Lambda = 1` elsewhere.  At constant energy the sum is the change of the total
    energy; with a thermostat it is what would be conserved if the time step were small.

    Parameters
    ----------
    atoms : Atoms
        With a calculator; they are moved by someone else.
    changes_cell : bool
    dt : float
        ASE's units.
    unexplained : float
        The sum so far, in eV.

    References
    ----------
    Bussi, Parrinello, Phys. Rev. E 75, 056707 (2007), equation 24
    """

    def __init__(self, atoms: Atoms, changes_cell: bool, dt: float, unexplained: float) -> None:
        self._atoms, self._changes_cell, self.unexplained = atoms, changes_cell, unexplained
        masses = atoms.get_masses()[:, None]
        self._half = np.divide(dt**2 / 8, masses, out=np.zeros_like(masses), where=masses > 0)
        self._moved = False
        self._look()
        self._moved = True

    def _look(self) -> None:
        atoms = self._atoms
        self._positions = atoms.get_positions()
        found = getattr(atoms.calc, "results", {})  # of the last step, which asked for forces
        if not (self._moved and "forces" in found and "energy" in found):
            forces = atoms.get_forces(apply_constraint=False)
            found = {"energy": atoms.get_potential_energy(), "forces": forces}
        self._forces: Array = np.array(found["forces"])  # EMT, for one, writes over its arrays
        self._energy = float(found["energy"])
        if self._changes_cell:
            self._cell, self._volume = np.array(atoms.cell), float(atoms.get_volume())
            self._trace = self._volume * float(np.sum(atoms.get_stress()[:3]))

    def moved(self) -> None:
        """Add the step that the atoms have made."""
        before, forces, energy = self._positions, self._forces, self._energy
        virial = 0.0
        if self._changes_cell:
            cell, volume, trace = self._cell, self._volume, self._trace
        self._look()
        if self._changes_cell:
            before = before @ np.linalg.solve(cell, self._cell)
            virial = 0.5 * (trace + self._trace) * np.log(self._volume / volume) / 3
        work = 0.5 * float(np.vdot(forces + self._forces, self._positions - before))
        kinetic = float(np.vdot(self._half, (self._forces**2 - forces**2).sum(1, keepdims=True)))
        self.unexplained += self._energy - energy + work - virial + kinetic
