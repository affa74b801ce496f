"""The sets of the study of selection: files, splits, and candidates for their fits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import potlearn as pl
from potlearn.data import held_out
from potlearn.fit import EvidenceRidge, FitSettings, Ridge, Weights, store_rows
from potlearn.runtime import Runtime
from potlearn.studies import Split, SubsetFits

SPECIES = {
    "Si": ("Si",),
    "Mo": ("Mo",),
    "Ta": ("Ta",),
    "WBe": ("W", "Be"),
    "HfO2": ("O", "Hf"),
    "3BPA": ("H", "C", "N", "O"),
}
# The sets that all methods are compared on; the others are for --forces.
STUDIED = ("Si", "Mo", "Ta", "WBe")
FILES = {
    "Si": "Si_Zuo2020/*.extxyz.xz",
    "Mo": "Mo_Zuo2020/*.extxyz.xz",
    "Ta": "Ta_FitSNAP/*.extxyz.xz",
    "WBe": "WBe_FitSNAP/*/*.extxyz.xz",
    "HfO2": "HfO2_cesmix/*.extxyz.xz",
    "3BPA": "3BPA_BOTNet/train_*.extxyz.xz",
}
# Stresses of WBe are doubtful (README of the set): they are not fitted.
NO_STRESS = Weights(energy=1e3, forces=1.0, stress=0.0)
WEIGHTS = {"WBe": NO_STRESS, "HfO2": NO_STRESS, "3BPA": NO_STRESS}
# Of WBe: a seeded, stratified subset of what is not far above the elements in energy (eV/atom), and
# has no forces (eV/Å) beyond these.
WBE_SIZE, WBE_SEED, HIGHEST, STRONGEST = 1250, 0, 3.0, 15.0
TEST, SMALLEST, DOUBLINGS = 0.2, 0.025, 4

SHORT_POD = {
    f"{n}body_{what}": 0
    for n in ("five", "six", "seven")
    for what in ("number_radial_basis_functions", "angular_degree")
}


def pod(species: tuple[str, ...], two: int, three: int, degree: int, four: int, degree4: int):
    """POD of two to four bodies."""
    return pl.POD(
        species,
        cutoff=5.0,
        twobody_number_radial_basis_functions=two,
        threebody_number_radial_basis_functions=three,
        threebody_angular_degree=degree,
        fourbody_number_radial_basis_functions=four,
        fourbody_angular_degree=degree4,
        **SHORT_POD,
    )


def bases(name: str) -> dict[str, Any]:
    """Candidates for the fit of a set."""
    species = SPECIES[name]
    if len(species) == 1:
        sizes = {2: (12, 14), 3: (9, 10, 11)}
        pods = {"POD 8 6 4": pod(species, 8, 6, 5, 4, 3)}
    elif len(species) > 2:
        sizes, pods = {2: (5,)}, {}
    else:
        sizes = {2: (7, 8), 3: (5, 6)}
        pods = {"POD 6 4 2": pod(species, 6, 4, 3, 2, 2)}
    aces = {
        f"ACE {order} {degree}": pl.ACE(species, cutoff=5.0, order=order, degree=degree, wL=1.5)
        for order, degrees in sizes.items()
        for degree in degrees
    }
    return aces | pods


RIDGES = {"1e-8": 1e-8, "1e-6": 1e-6, "1e-4": 1e-4}
SOLVERS = {"evidence": EvidenceRidge()} | {f"ridge {k}": Ridge(r) for k, r in RIDGES.items()}
FITS = {
    "Si": ("POD 8 6 4", "evidence"),
    "Mo": ("ACE 2 14", "ridge 1e-4"),
    "Ta": ("ACE 2 14", "ridge 1e-4"),
    "WBe": ("ACE 2 8", "ridge 1e-4"),
    "HfO2": ("ACE 2 8", "ridge 1e-4"),
    "3BPA": ("ACE 2 5", "ridge 1e-4"),
}


def read_set(data: Path, name: str):
    """Configurations of a set."""
    dataset = pl.read(data / FILES[name])
    if name != "WBe":
        return dataset
    dataset = dataset.subset(_plausible(dataset))
    return pl.stratified_split(dataset, test=WBE_SIZE / len(dataset), seed=WBE_SEED)[1]


def _plausible(dataset) -> np.ndarray:
    """Configurations of WBe that are not extreme."""
    energies = dataset.energies / dataset.n_atoms
    share = np.array([dataset.composition(i).get("W", 0) for i in range(len(dataset))])
    share = share / dataset.n_atoms
    line = share * np.median(energies[share == 1]) + (1 - share) * np.median(energies[share == 0])
    forces = [np.abs(dataset.labels(i).forces).max() for i in range(len(dataset))]
    return (energies - line < HIGHEST) & (np.array(forces) < STRONGEST)


def splits(dataset, seeds) -> list[Split]:
    """Pool and test set of every seed."""
    every = np.arange(len(dataset))
    tests = (held_out(dataset, "stratified", TEST, seed) for seed in seeds)
    return [Split(np.setdiff1d(every, test), test) for test in tests]


def sizes(pool: np.ndarray) -> list[int]:
    """2.5 % of the pool, and four doublings of it."""
    return [round(SMALLEST * len(pool)) * 2**i for i in range(DOUBLINGS + 1)]


def prepare(dataset, name: str, descriptor, solver, folder: Path) -> SubsetFits:
    """Rows of a set, made once."""
    store = store_rows(dataset, descriptor, folder, runtime=Runtime(progress=True))
    weights = WEIGHTS.get(name, Weights())
    settings = FitSettings(weights=weights, solver=solver, e0="fitted")
    return SubsetFits.of(dataset, descriptor, store, settings)
