"""A potential from a .yace file, a repulsive core added to it, and the files for LAMMPS."""

from pathlib import Path

from ase.build import bulk

import potlearn as pl

ace = pl.read_yace(Path(__file__).with_name("copper.yace"))
core = pl.ZBL(ace.species, inner=0.8, outer=1.6)
potential = ace + core

atoms = bulk("Cu", cubic=True)
atoms.calc = potential.calculator()
print(f"energy {atoms.get_potential_energy() / len(atoms):.4f} eV/atom")
print(f"pressure {-atoms.get_stress()[:3].mean():.4f} eV/Å³")

potential.save("copper.potl")
print(*pl.write_lammps(potential, "copper").commands, sep="\n")
