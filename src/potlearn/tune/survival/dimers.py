"""Dimers of every pair of elements: a wall at short distances, and no hole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from ase import Atoms

from potlearn.errors import PotlearnError
from potlearn.fit.beyond import Coverage
from potlearn.fit.beyond.cells import Cells
from potlearn.fit.beyond.check import along, approach_check
from potlearn.fit.beyond.states import DEEPEST, Approach, approaches
from potlearn.potentials.base import ForSystems
from potlearn.tune.survival.result import DimerScan
from potlearn.typing import Array

CLOSEST = 0.4
"""Shortest distance of a scan, in Å."""
POINTS = 120
DEEPEST_BOND = 12.0
"""eV: no molecule of two atoms is bound by more (carbon monoxide by 11.2 eV)."""


def dimer_scans(potential: ForSystems, coverage: Coverage) -> Iterator[DimerScan]:
    """Scans of all pairs, from 0.4 Å to the cutoff."""
    for approach in approaches(coverage, potential.cutoff):
        if approach.kind == "dimer":
            try:
                yield _scan(potential, approach)
            except PotlearnError as error:
                yield DimerScan(approach.pair, (), (), False, 0.0, str(error))


def _scan(potential: ForSystems, approach: Approach) -> DimerScan:
    inward = approach_check(approach, along(potential, approach))
    closest = max(CLOSEST, potential.cutoff / DEEPEST)
    r = np.geomspace(closest, potential.cutoff, POINTS)
    apart = float(_energies(potential, approach.pair, np.array([potential.cutoff + 1.0]))[0])
    energies = _energies(potential, approach.pair, r) - apart
    depth = float(max(0.0, -energies.min()))
    reason = ""
    if not inward.repels:
        reason = f"the atoms attract each other from {inward.distance:.2f} Å inwards"
    elif depth > DEEPEST_BOND:
        reason = (
            f"a hole of {depth:.3g} eV at {r[energies.argmin()]:.2f} Å; no molecule of two atoms "
            f"is bound by more than {DEEPEST_BOND:g} eV"
        )
    return DimerScan(
        approach.pair, tuple(r.tolist()), tuple(energies.tolist()), inward.repels, depth, reason
    )


def _energies(potential: ForSystems, pair: tuple[str, str], distances: Array) -> Array:
    """Energies (eV) of two atoms at distances (n,)."""
    made = [Atoms(list(pair), positions=[[0, 0, 0], [0, 0, r]]) for r in distances.tolist()]
    cells = Cells.of(made, potential.species)
    return cells.sums(potential.of_system(cells.system(potential.cutoff)).energies)
