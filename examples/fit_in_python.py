"""Fit a silicon potential, look at its errors, save it."""

from pathlib import Path

import potlearn as pl

DATA = Path(__file__).parents[1] / "datasets" / "silicon" / "silicon.extxyz.xz"

dataset = pl.read(DATA)
train, test = pl.stratified_split(dataset, test=0.1, seed=0)

descriptor = pl.POD(species=("Si",), cutoff=5.5)
coverage = pl.Coverage.of(train, descriptor.species)
reference = pl.default_zbl(coverage.shortest, descriptor.species)
result = pl.fit_linear(train, descriptor, reference=reference)

# A wall around the data, and bounds that keep the fit from falling beyond them.
protected = pl.protect(result, descriptor, reference, coverage)
for note in (*protected.notes, *protected.check.warnings()):
    print(f"note: {note}")

potential = protected.potential
potential.save("silicon.potl")

errors = pl.metrics.metrics(pl.evaluate(potential, test))["all"]
print(f"energy {1e3 * errors['energy']['mae']:.1f} meV/atom")
print(f"forces {1e3 * errors['forces']['mae']:.0f} meV/Å")
