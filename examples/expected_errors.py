"""A potential that knows its errors: fit, coverage, dynamics that watches, a sample."""

from pathlib import Path

import numpy as np
from ase import Atoms, units
from ase.md.langevin import Langevin

import potlearn as pl

DATA = Path(__file__).parents[1] / "datasets" / "silicon" / "silicon.extxyz.xz"


def fit() -> tuple[pl.LinearPotential, pl.Dataset]:
    """A potential with expected errors, and the configurations that it has not seen."""
    train, test = pl.stratified_split(pl.read(DATA), test=0.2, seed=0)
    descriptor = pl.ACE(("Si",), cutoff=5.0, degree=(8, 7, 6, 5))
    settings = pl.FitSettings(solver="bayesian")
    result = pl.fit_linear(train, descriptor, settings, rows=pl.RowBudget())
    errors = pl.quantify(result)
    return pl.LinearPotential(descriptor, result.coefficients, uncertainty=errors), test


def cover(potential: pl.LinearPotential, test: pl.Dataset) -> None:
    """Print how many errors of new configurations lie within the intervals."""
    table = pl.metrics.coverage(pl.evaluate(potential, test))["all"]
    for quantity, found in table.items():
        shares = ", ".join(f"{100 * c.share:.0f} of {100 * c.level:.0f} %" for c in found.at)
        print(f"{quantity}: within the intervals {shares}")


def crystal() -> Atoms:
    """A supercell of the crystal."""
    dataset = pl.read(DATA)
    return dataset[dataset.groups.index("supercell")].copy()


def watch(potential: pl.LinearPotential, steps: int = 60) -> None:
    """Dynamics that heats a crystal and says how sure it is of its forces."""
    atoms = crystal()
    atoms.calc = potential.calculator()
    rng = np.random.default_rng(0)
    dynamics = Langevin(atoms, 2 * units.fs, temperature_K=3000, friction=0.05, rng=rng)
    for _ in range(4):
        dynamics.run(steps // 4)
        error = atoms.calc.get_property("forces_std_atom", atoms)
        gamma = atoms.calc.get_property("gamma", atoms)
        kelvin = atoms.get_temperature()
        print(f"{kelvin:5.0f} K: error {error.mean():.2f} eV/Å, largest grade {gamma.max():.1f}")


def spread_of_a_property(potential: pl.LinearPotential) -> None:
    """The same property by potentials drawn from the posterior."""
    atoms = crystal()
    energies = []
    for member in potential.sample(16, random_state=0):
        atoms.calc = member.calculator()
        energies.append(atoms.get_potential_energy() / len(atoms))
    print(f"energy of 16 potentials: {1e3 * np.std(energies):.1f} meV/atom apart")


def main() -> None:
    """All parts, one after the other."""
    potential, test = fit()
    cover(potential, test)
    watch(potential)
    spread_of_a_property(potential)
    half = test.subset(range(0, len(test), 2)), test.subset(range(1, len(test), 2))
    cover(pl.recalibrate(potential, half[0]), half[1])
    potential.save("silicon_with_errors.potl")


if __name__ == "__main__":
    main()
