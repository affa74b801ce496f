"""A small potential learns from a large one: structures, labels of a teacher, a fit."""

import numpy as np
from ase.build import bulk

import potlearn as pl
from potlearn.workflows.labels import CalculatorSpec, label

# A foundation model is the same line: CalculatorSpec("mace", {"model": "medium-mpa-0"})
teacher = CalculatorSpec("silicon.potl")

rng = np.random.default_rng(0)
pool = []
for _ in range(120):
    atoms = bulk("Si", a=5.43 * rng.uniform(0.97, 1.03), cubic=True)
    atoms.rattle(rng.uniform(0.02, 0.15), rng=rng)
    pool.append(atoms)

labelled = label(pool, teacher, "distilled.db", progress=True)
print(f"{len(labelled.frames)} labels, {len(labelled.failed)} failed")

train, test = pl.random_split(pl.read("distilled.db"), test=0.2, seed=0)
descriptor = pl.ACE(species=("Si",), cutoff=5.0, order=2)
fit = pl.fit_linear(train, descriptor, pl.FitSettings(e0="fitted"))
student = pl.LinearPotential(descriptor, fit.coefficients)
student.save("student.potl")

errors = pl.metrics.metrics(pl.evaluate(student, test))["all"]
print(f"student against teacher: energy {1e3 * errors['energy']['mae']:.1f} meV/atom")
print(f"forces {1e3 * errors['forces']['mae']:.0f} meV/Å")
