"""Train networks beside a linear fit of silicon, and ask where the ensemble is sure."""

from pathlib import Path

import potlearn as pl
from potlearn.neural import NeuralSettings, fit_neural
from potlearn.uncertainty import calibrated_ensemble

DATA = Path(__file__).parents[1] / "datasets" / "silicon" / "silicon.extxyz.xz"

dataset = pl.read(DATA)
rest, test = pl.stratified_split(dataset, test=0.1, seed=0)
train, validation = pl.stratified_split(rest, test=0.1, seed=1)

# The linear fit decides weights, energies of free atoms, and what of the labels is left out.
descriptor = pl.ACE(species=("Si",), cutoff=5.0, order=3, degree=8)
coverage = pl.Coverage.of(train, descriptor.species)
reference = pl.default_zbl(coverage.shortest, descriptor.species)
linear = pl.fit_linear(train, descriptor, reference=reference)
start = pl.LinearPotential(descriptor, linear.coefficients, reference)

settings = NeuralSettings(hidden=(16, 16), members=2, epochs=60)
result = fit_neural(train, start, settings, validation=validation, fit=linear.settings)
potential = calibrated_ensemble(result.potential, validation, train=train)
potential.save("silicon_neural.potl")
print(f"epoch {result.curve.best} of {settings.epochs} is the best one")

for name, model in (("linear", start), ("neural", potential)):
    errors = pl.metrics.metrics(pl.evaluate(model, test))["all"]
    energy, forces = (1e3 * errors[q]["mae"] for q in ("energy", "forces"))
    print(f"{name}: energy {energy:.1f} meV/atom, forces {forces:.0f} meV/Å")

# Networks part where data are few.  Far from all data they end, and their spread with them: there
# the grade says that the potential extrapolates.
atoms = test[0]
for factor in (1.0, 0.9, 0.8):
    pressed = atoms.copy()
    pressed.set_cell(atoms.cell * factor, scale_atoms=True)
    spread = potential.spread(pressed, wanted=("energy", "gamma"))
    error, grade = 1e3 * spread.energy / len(atoms), spread.gamma.max()
    print(f"distances x {factor}: energy ± {error:.1f} meV/atom, largest grade {grade:.1f}")
