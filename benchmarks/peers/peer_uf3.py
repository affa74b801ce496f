"""UF3: splines of two and three bodies."""

from __future__ import annotations

from pathlib import Path

from uf3.data import composition, io
from uf3.forcefield.calculator import UFCalculator
from uf3.regression import least_squares
from uf3.representation import bspline, process

PAIR, TRIPLE = ("Si", "Si"), ("Si", "Si", "Si")
CUTOFF, CUTOFF_3 = 5.5, 4.25
ENERGY_WEIGHT = 0.3
REGULARISATION = {
    "ridge_1b": 1e-8,
    "ridge_2b": 0.0,
    "ridge_3b": 1e-6,
    "curvature_2b": 1e-8,
    "curvature_3b": 1e-8,
}


def basis() -> bspline.BSplineBasis:
    """Knots."""
    system = composition.ChemicalSystem(element_list=["Si"], degree=3)
    return bspline.BSplineBasis(
        system,
        r_min_map={PAIR: 1.5, TRIPLE: [1.5, 1.5, 1.5]},
        r_max_map={PAIR: CUTOFF, TRIPLE: [CUTOFF_3, CUTOFF_3, 2 * CUTOFF_3]},
        resolution_map={PAIR: 25, TRIPLE: [8, 8, 16]},
        leading_trim=0,
        trailing_trim=3,
    )


def fit(folder: Path) -> None:
    """Features of the configurations, one least-squares problem."""
    config, data = basis(), io.DataCoordinator()
    data.dataframe_from_trajectory(str(folder / "train.extxyz"), prefix="train")
    features = process.BasisFeaturizer(config).evaluate(data.consolidate(), progress=None)
    rows = least_squares.dataframe_to_tuples(features, n_elements=1, energy_key="energy")
    model = least_squares.WeightedLinearModel(config, **REGULARISATION)
    model.fit(*rows, weight=ENERGY_WEIGHT)
    model.to_json(str(folder / "uf3.json"))


def calculator(folder: Path) -> UFCalculator:
    """The calculator."""
    return UFCalculator(least_squares.WeightedLinearModel.from_json(str(folder / "uf3.json")))
