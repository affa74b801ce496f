"""The folder for LAMMPS: potential files, a structure, and an input that runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.errors import ModelFileError
from potlearn.runtime import write_text
from potlearn.typing import Atoms

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.potentials import Potential

_ATOMS_WANTED = 64
_VACUUM = 10.0
_EXAMPLE = """\
# Constant-energy molecular dynamics, from 300 K; run with: lmp -in {name}
{note}units metal
atom_style atomic
boundary {boundary}
read_data example.data
{pair}
velocity all create 300 1 mom yes rot yes
fix nve all nve
timestep 0.001
thermo 100
thermo_style custom step temp pe etotal press
run 1000
"""

_ISOLATED = """\
# pair_style pod crashes when an atom has no neighbour within the cutoff (LAMMPS issue 5114).
"""


_PLUGIN = """\
# Needs the pair style of 'potlearn lammps install', which says how LAMMPS finds it.
"""


def write_lammps_folder(folder: Path, potential: Potential, dataset: Dataset) -> tuple[str, ...]:
    """Write the potential's files, ``example.data``, and inputs; return what cannot be written.

    ``in.potlearn`` runs with ``pair_style potlearn``, ``in.example`` with LAMMPS's own pair styles.
    The structure is the configuration of lowest energy per atom among the periodic ones.

    Raises
    ------
    ModelFileError
        LAMMPS has no form for the potential, not even with ``pair_style potlearn``.
    """
    from potlearn.lammps import write_data

    folder.mkdir(parents=True, exist_ok=True)
    species = potential.species
    inputs, errors = {}, []
    for name, to in (("in.example", None), ("in.potlearn", "lammps")):
        try:
            inputs[name] = _files(folder / "".join(species), potential, to)
        except ModelFileError as error:
            errors.append(f"no {name} for LAMMPS: {error}")
    if not inputs:
        raise ModelFileError("; ".join(errors))
    atoms = _example(dataset)
    write_data(folder / "example.data", atoms, species)
    boundary = " ".join("p" if periodic else "s" for periodic in atoms.pbc)
    for name, (note, pair) in inputs.items():
        text = _EXAMPLE.format(name=name, boundary=boundary, pair=pair, note=note)
        write_text(folder / name, text)
    return tuple(errors)


def _files(prefix: Path, potential: Potential, to: str | None) -> tuple[str, str]:
    """Write the files of a potential; a note for the input, and its commands."""
    from potlearn.lammps import write_lammps

    pair = "\n".join(write_lammps(potential, prefix, to, bare_names=True).commands)
    if to == "lammps":
        return _PLUGIN, pair
    return (_ISOLATED if "pair_coeff * * pod " in pair or "pair_style pod" in pair else ""), pair


def _example(dataset: Dataset) -> Atoms:
    """Supercell of the periodic configuration of lowest energy; of any, if none is periodic.

    A molecule gets a box with 10 Å of vacuum.
    """
    import numpy as np

    order = np.argsort(dataset.energies / dataset.n_atoms, kind="stable")
    periodic = (i for i in order.tolist() if dataset[i].pbc.all())
    atoms = dataset[next(periodic, int(order[0]))]
    repeats = np.ones(3, int)
    if atoms.cell.rank < 3:
        atoms.center(vacuum=_VACUUM, axis=np.flatnonzero(~atoms.cell.any(1)))
    while atoms.pbc.all() and len(atoms) * repeats.prod() < _ATOMS_WANTED:
        repeats[np.argmin(repeats * atoms.cell.lengths())] += 1
    supercell: Atoms = atoms.repeat(repeats)
    return supercell
