"""Alloys with labels of every kind and lack, linear fits of them, and networks on both."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from alloys import ACE, labelled
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator

import potlearn as pl
from potlearn.fit import FitSettings, Weights, fit_linear
from potlearn.neural.flat import Flat
from potlearn.neural.halves import Halves
from potlearn.neural.inputs import Budget, Inputs
from potlearn.neural.loss import Measure
from potlearn.neural.measures import farthest, measured
from potlearn.neural.model import Model
from potlearn.neural.samples import Samples
from potlearn.potentials import LinearPotential
from potlearn.potentials.neural import HEADS, NeuralPotential, fade_around

RIDGE = FitSettings(Weights(energy=100.0), ridge=1e-3, contradictions="keep")


def alloys(n=24, seed=0):
    """Crystals of one to eight atoms with all labels."""
    return pl.from_atoms(labelled(n, seed))


def mixed():
    """Crystals, a molecule without a cell, a free atom; labels lack here and there."""
    found = labelled(12, 3)
    for i, lacking in enumerate(("energy", "forces", "stress")):
        del found[i].calc.results[lacking]
    masked = found[7]
    masked.arrays["force_mask"] = np.arange(len(masked)) % 2 == 0
    dimer = Atoms("CuAg", [[0, 0, 0], [0, 0, 2.4]])
    dimer.calc = SinglePointCalculator(
        dimer, energy=1.5, forces=np.array([[0, 0, 0.3], [0, 0, -0.3]])
    )
    free = Atoms("Ag", [[0, 0, 0]])
    free.calc = SinglePointCalculator(free, energy=0.1)
    bare = found[3].copy()
    bare.info["config_type"] = "bare"
    bare.calc = None
    return pl.from_atoms([*found, dimer, free, bare])


def linear_fit(dataset, settings=RIDGE, descriptor=ACE):
    """A linear potential of a dataset."""
    return LinearPotential(descriptor, fit_linear(dataset, descriptor, settings).coefficients)


def poor_fit(dataset):
    """A linear potential with much to learn."""
    c = linear_fit(dataset).coefficients.copy()
    c[:, 1:] *= 0.9
    return LinearPotential(ACE, c)


@dataclass
class Networks:
    """Networks with random parameters on a dataset, and what trains them."""

    dataset: pl.Dataset
    fit: FitSettings = RIDGE
    head: str = "mlp"
    hidden: tuple[int, ...] = (5, 4)
    members: int = 1
    precision: str = "float64"
    halves: Halves | None = None
    robust: float = 0.0
    samples: Samples = field(init=False)
    model: Model = field(init=False)
    linear: LinearPotential = field(init=False)
    vectors: np.ndarray = field(init=False)

    def __post_init__(self):
        self.linear = linear_fit(self.dataset)
        inputs = Inputs(self.dataset, ACE, Budget(1e9))
        self.samples = Samples.of(self.dataset, self.linear, self.fit, inputs)
        scaling = measured(self.samples).scaling
        # Between half the largest distance and twice as far: many atoms are where networks fade.
        reach = 0.5 * farthest(self.samples, scaling, self.precision)
        rng = np.random.default_rng(0)
        kind = HEADS.load(self.head)
        hidden = self.hidden[: kind.most_layers]
        self.start = kind.initial(len(ACE.species), ACE.n_features, hidden, rng)
        size = Flat.of(self.start).size
        self.vectors = rng.normal(scale=0.3, size=(self.members, size))
        halves, measure = self.halves or Halves(self.start), Measure.of(self.samples, self.robust)
        self.model = Model(
            ACE, scaling, fade_around(scaling, reach), halves, self.precision, measure
        )

    @property
    def batch(self):
        """All samples."""
        return self.samples.batch(range(len(self.samples)))

    @property
    def potential(self):
        """The mean of the networks."""
        flat = self.model.halves.flat
        heads = [self.start.with_parameters(flat.parameters(v)) for v in self.vectors]
        scaling, fade = self.model.scaling, self.model.fade
        return NeuralPotential(ACE, self.linear.coefficients, scaling, tuple(heads), fade)


def weights(**groups):
    """Weights with overrides of groups."""
    return Weights(energy=50.0, forces=2.0, stress=5.0, groups=groups)
