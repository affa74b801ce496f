"""A small active learning that tests share: silicon cells of eight atoms, a stand-in truth."""

from ase.build import bulk

import potlearn as pl
from potlearn.workflows.dynamics import DynamicsSettings
from potlearn.workflows.generation import Rattle, Strain, generate
from potlearn.workflows.labels import CalculatorSpec
from potlearn.workflows.learning import Budget, Condition, Given, Interval, Plan

BASIS = pl.ACE(("Si",), cutoff=4.0, order=2, degree=(6, 5))
TRUTH = CalculatorSpec("stillinger-weber")


def crystal():
    """Eight atoms of silicon."""
    return bulk("Si", cubic=True)


def start(count=6):
    """Strained and perturbed crystals."""
    return generate([Strain(count=count // 2), Rattle(0.2)], [crystal()], seed=0)[:count]


def conditions(steps=60, temperatures=(300.0, 1500.0)):
    """Short runs."""
    return [
        Condition(
            f"{kelvin:.0f} K",
            crystal(),
            DynamicsSettings(temperature=kelvin, timestep=2.0, steps=steps, seed=k),
        )
        for k, kelvin in enumerate(temperatures)
    ]


def given(**changes):
    """What learning begins with."""
    parts = {"start": start(), "conditions": conditions(), "calculator": TRUTH}
    return Given(**{**parts, **changes})


def plan(**changes):
    """Three labels a round, up to fifteen, by time."""
    parts = {
        "triggers": {"interval": Interval(every=20)},
        "stops": (Budget(15),),
        "batch": 3,
        "protect": False,
    }
    return Plan(BASIS, **{**parts, **changes})
