"""Molecular dynamics that can be killed, watched by a watch of one's own."""

import sys
from dataclasses import dataclass

from ase import Atoms
from ase.build import bulk

import potlearn as pl
from potlearn.workflows.dynamics import Drift, DynamicsSettings, Exploding, Verdict, simulate

model = sys.argv[1] if len(sys.argv) > 1 else "silicon.potl"


@dataclass(frozen=True)
class Wandered:
    """Stops where an atom has gone farther than a distance (Å) from its site."""

    sites: Atoms
    limit: float = 1.5
    every: int = 20

    def look(self, step: int, atoms: Atoms) -> Verdict | None:
        """Look at the farthest atom."""
        gone = ((atoms.positions - self.sites.positions) ** 2).sum(axis=1) ** 0.5
        if gone.max() <= self.limit:
            return None
        return Verdict(f"went {gone.max():.2f} Å from its site", stop=True, atom=int(gone.argmax()))


atoms = bulk("Si", cubic=True).repeat(2)
settings = DynamicsSettings("nvt", temperature=600.0, timestep=2.0, steps=500, every=50)
watches = [Exploding(), Drift(), Wandered(atoms)]
done = simulate(atoms, pl.load(model).calculator(), settings, folder="nvt", watches=watches)

print(done.message)
print(f"mean temperature {done.log.temperature[10:].mean():.0f} K")
drift = 1e6 * (done.log.conserved[-1] - done.log.conserved[0]) / len(atoms)
print(f"drift of the conserved energy {drift:.0f} µeV/atom")
