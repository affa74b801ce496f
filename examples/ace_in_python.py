"""Fit an ACE potential of silicon, with a size chosen on held-out folds; look at its errors."""

from pathlib import Path

import potlearn as pl
from potlearn.fit import cross_validate

DATA = Path(__file__).parents[1] / "datasets" / "silicon" / "silicon.extxyz.xz"

dataset = pl.read(DATA)
train, test = pl.stratified_split(dataset, test=0.1, seed=0)

# Size: larger bases fit better until the data no longer decide their coefficients.
trials = []
for degree in ((8, 7, 6), (10, 9, 8), (12, 11, 10)):
    basis = pl.ACE(species=("Si",), cutoff=5.5, order=3, degree=degree)
    result = pl.fit_linear(train, basis, pl.FitSettings(n_folds=5))
    held_out = cross_validate(result.ledger, result.settings).rmse["all"]
    trials.append((held_out["energy"] * held_out["forces"], basis))
    print(f"{basis.n_features} functions, held out: {1e3 * held_out['forces']:.0f} meV/Å")
_, descriptor = min(trials, key=lambda trial: trial[0])

# The final fit is protected where there are no data.
coverage = pl.Coverage.of(train, descriptor.species)
reference = pl.default_zbl(coverage.shortest, descriptor.species)
result = pl.fit_linear(train, descriptor, reference=reference)

protected = pl.protect(result, descriptor, reference, coverage)
for note in (*protected.notes, *protected.check.warnings()):
    print(f"note: {note}")

potential = protected.potential
potential.save("silicon_ace.potl")

errors = pl.metrics.metrics(pl.evaluate(potential, test))["all"]
print(f"energy {1e3 * errors['energy']['mae']:.1f} meV/atom")
print(f"forces {1e3 * errors['forces']['mae']:.0f} meV/Å")
