"""Active learning as a script of public parts: explore, notice, choose, label, fit again."""

from ase.build import bulk

import potlearn as pl
from potlearn.fit import GrowingFit
from potlearn.workflows.dynamics import DynamicsSettings
from potlearn.workflows.generation import Rattle, Strain, generate
from potlearn.workflows.labels import CalculatorSpec, label
from potlearn.workflows.learning import Choice, Condition, Exploration, Gamma

TRUTH = CalculatorSpec("stillinger-weber")  # a stand-in for an engine
BASIS = pl.ACE(("Si",), cutoff=4.5, order=3, degree=(8, 7, 6))
CRYSTAL = bulk("Si", cubic=True).repeat((2, 1, 1))


def labelled(frames):
    """A dataset of these configurations; what the database has is not calculated again."""
    return pl.from_atoms(label(frames, TRUTH, "labels.db").frames)


def potential(fit):
    """The potential of a fit, with expected errors and grades."""
    result = fit.result()
    return pl.LinearPotential(BASIS, result.coefficients, uncertainty=pl.quantify(result))


def conditions(number):
    """Runs at three temperatures, with other velocities in every round."""
    for kelvin in (300.0, 1500.0, 2500.0):
        dynamics = DynamicsSettings(temperature=kelvin, timestep=2.0, steps=300, seed=number)
        yield Condition(f"{kelvin:.0f} K", CRYSTAL, dynamics)


def main():
    """Three rounds of five labels."""
    fit = GrowingFit(BASIS)
    fit.add(labelled(generate([Strain(count=6), Rattle(0.2)], [CRYSTAL])[:12]))
    for number in range(1, 4):
        explore = Exploration(potential(fit), fit.dataset, {"gamma": Gamma(limit=1.1)}, most=10)
        runs = [explore(condition) for condition in conditions(number)]
        candidates = [atoms for run in runs for atoms in run.candidates]
        print(f"round {number}: {len(candidates)} candidates", end="")
        if not candidates:
            print(f" in {sum(run.time for run in runs):.2f} ps")
            continue
        pool = pl.from_atoms(candidates)
        batch = labelled([pool[k] for k in Choice()(pool, fit.dataset, BASIS, 5)])
        errors = pl.metrics.metrics(pl.evaluate(potential(fit), batch))["all"]
        print(f", forces of the chosen ones off by {1e3 * errors['forces']['rmse']:.0f} meV/Å")
        fit.add(batch)
    potential(fit).save("learned.potl")


if __name__ == "__main__":
    main()
