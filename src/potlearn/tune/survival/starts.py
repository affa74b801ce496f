"""Where hot runs start: configurations of the data, spread over its groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from ase import Atoms

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.tune.survival.settings import SurvivalSettings
    from potlearn.typing import Array

MOST = 4
"""Larger configurations than this many times the wished number of atoms are taken last."""


def starts(dataset: Dataset, settings: SurvivalSettings) -> list[int]:
    """Numbers of configurations, of different groups as far as there are; isolated atoms never."""
    rng = np.random.default_rng(settings.seed)
    alone = dataset.isolated_mask()
    small = dataset.n_atoms <= MOST * settings.atoms
    queues = []
    for members in dataset.by_group().values():
        usable = rng.permutation(members[~alone[members]])
        if len(usable):
            queues.append(usable[np.argsort(~small[usable], kind="stable")].tolist())
    queues = [queues[k] for k in rng.permutation(len(queues))]
    queues.sort(key=lambda queue: not small[queue[0]])
    found: list[int] = []
    while queues and len(found) < settings.starts:
        found += [queue.pop(0) for queue in queues][: settings.starts - len(found)]
        queues = [queue for queue in queues if queue]
    return found


def repeated(atoms: Any, wanted: int) -> Any:
    """The bare configuration, its shortest periodic vector doubled until there are enough atoms."""
    made = Atoms(
        atoms.get_chemical_symbols(), positions=atoms.positions, cell=atoms.cell, pbc=atoms.pbc
    )
    while len(made) < wanted and made.pbc.any():
        lengths: Array = np.where(made.pbc, made.cell.lengths(), np.inf)
        times = np.ones(3, int)
        times[int(np.argmin(lengths))] = 2
        made = made.repeat(times)
    return made
