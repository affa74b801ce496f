"""Molecular dynamics of silicon at constant energy with a saved potential."""

import sys

from ase.build import bulk
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution
from ase.md.verlet import VelocityVerlet
from ase.units import fs

import potlearn as pl

model = sys.argv[1] if len(sys.argv) > 1 else "silicon.potl"

atoms = bulk("Si", cubic=True).repeat(2)
atoms.calc = pl.load(model).calculator()
MaxwellBoltzmannDistribution(atoms, temperature_K=600)

start = atoms.get_total_energy()
VelocityVerlet(atoms, timestep=1 * fs).run(200)
drift = (atoms.get_total_energy() - start) / len(atoms)
print(f"drift {1e6 * drift:.1f} µeV/atom in 0.2 ps")
