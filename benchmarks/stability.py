"""What potentials do beyond their data, with and without protection, and what protection costs.

For each set and family, with defaults: errors on test data; crystals on compression up to 200 GPa
or half the distance at rest; diamond, bcc or fcc, whichever is lowest, relaxed from 0.8 to 1.2 of
its lattice constant; random packings of eight atoms relaxed with variable cell under 0, 50, 100 and
300 GPa; dimers.  The packings are not those that protection looks at.  A packing has collapsed if
atoms come together, or its energy is 1 eV/atom below the most stable configuration of the data.

    python benchmarks/stability.py [--data ../shared/data] [--set Si Mo] [--packings 50]
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np
from ase import Atoms
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.filters import FrechetCellFilter
from ase.optimize import FIRE
from defaults import SETS, Case, held_out

import potlearn as pl
from potlearn.errors import PotlearnError
from potlearn.fit import FitSettings, fit_linear
from potlearn.fit.beyond.cells import Cells
from potlearn.fit.beyond.check import rise
from potlearn.fit.beyond.descent import descend
from potlearn.metrics import evaluate, metrics
from potlearn.structure import neighbors
from potlearn.structure.units import GPA

HERE = Path(__file__).resolve().parent
PRESSURES = (0.0, 50.0, 100.0, 300.0)
STEPS = 300
CRYSTALS = ("fcc", "bcc", "hcp", "sc", "diamond")


def silicon(_: Path) -> Case:
    """The shipped set."""
    data = pl.read(HERE.parent / "datasets" / "silicon" / "silicon.extxyz.xz")
    train, test = pl.stratified_split(data, test=0.1, seed=0)
    return Case(train, test, ("Si",), 5.5)


def copper(_: Path) -> Case:
    """Rattled and strained fcc copper with effective-medium energies."""
    rng = np.random.default_rng(0)
    made = []
    for k in range(60):
        atoms = bulk("Cu", "fcc", a=3.6, cubic=True).repeat((2, 1, 1))
        strain = rng.uniform(-0.05, 0.05, (3, 3))
        atoms.set_cell(atoms.cell @ (np.eye(3) + strain), scale_atoms=True)
        atoms.rattle(0.03 + 0.12 * rng.random(), seed=k)
        atoms.calc = EMT()
        atoms.get_stress()
        made.append(atoms)
    return held_out(pl.from_atoms(made), ("Cu",), 5.0)


def argon(_: Path) -> Case:
    """A soft solid of large atoms: a bulk modulus of 3 GPa, 0.08 eV/atom of cohesion."""
    truth = pl.LennardJones(("Ar",), radius=8.0, epsilon=0.0104, sigma=3.4)
    rng = np.random.default_rng(0)
    made = []
    for k in range(60):
        atoms = bulk("Ar", "fcc", a=5.26 * rng.uniform(0.94, 1.06), cubic=True)
        atoms.rattle(0.3 * rng.random(), seed=k)
        atoms.calc = truth.calculator()
        atoms.get_stress()
        made.append(atoms)
    return held_out(pl.from_atoms(made), ("Ar",), 8.0)


ALL = {"silicon": silicon, "copper": copper, "argon": argon, **SETS}


class Fitted(NamedTuple):
    """A potential, and the seconds that fit and protection took."""

    potential: pl.LinearPotential
    fit: float
    protection: float


def fitted(case: Case, family: str, protection: bool) -> Fitted:
    """The potential of the family's defaults."""
    kind = {"pod": pl.POD, "ace": pl.ACE}[family]
    descriptor = kind(case.species, cutoff=case.cutoff)
    if family == "ace":
        descriptor = descriptor.prepared(case.train)
    coverage = pl.Coverage.of(case.train, case.species)
    reference = pl.default_zbl(coverage.shortest, case.species)
    start = perf_counter()
    settings = FitSettings(weights=case.weights)
    result = fit_linear(case.train, descriptor, settings, reference=reference)
    middle = perf_counter()
    if not protection:
        potential = pl.LinearPotential(descriptor, result.coefficients, reference)
        return Fitted(potential, middle - start, 0.0)
    found = pl.protect(result, descriptor, reference, coverage)
    for note in (*found.notes, *found.check.warnings()):
        print(f"    note: {note}")
    return Fitted(found.potential, middle - start, perf_counter() - middle)


def ground_state(case: Case) -> Atoms | None:
    """The periodic configuration of lowest energy."""
    order = np.argsort(case.train.energies / case.train.n_atoms)
    for k in order.tolist():
        atoms = case.train[k]
        if atoms.pbc.all() and len(set(atoms.numbers)) == len(case.species):
            return atoms
    return None


def crystals(potential: pl.LinearPotential, case: Case) -> dict[str, str]:
    """Which simple crystals of one element fall on compression, and where."""
    if len(case.species) > 1:
        return {}
    typical = float(pl.Coverage.of(case.train, case.species).typical[0, 0])
    scales = np.arange(1.35, 0.45, -0.005)
    length = {"fcc": 2**0.5, "bcc": 2 / 3**0.5, "hcp": 1.0, "sc": 1.0, "diamond": 4 / 3**0.5}
    falls = {}
    for name in CRYSTALS:
        cells = []
        for scale in scales:
            a = float(scale * typical * length[name])
            more = {"c": 1.633 * a} if name == "hcp" else {}
            cells.append(bulk(case.species[0], name, a=a, **more))
        try:
            found = [potential.predict(a) for a in cells]
        except PotlearnError as error:
            falls[name] = str(error)
            continue
        sizes = np.array([len(a) for a in cells])
        volumes = np.array([a.get_volume() for a in cells])
        energies = np.array([f.energy for f in found]) / sizes
        pressures = np.array([f.virial[:3].sum() for f in found]) * GPA / (3 * volumes)
        start, where, _ = rise(scales, energies, pressures)
        if len(where):
            part = scales[where[0]] / scales[start]
            falls[name] = f"{pressures[start : where[0] + 1].max():.0f} GPa, {part:.2f}"
    return falls


def packings(case: Case, n: int, rng: np.random.Generator) -> list[Atoms]:
    """Random cells of eight atoms, 0.7 to 1.3 of the volume of the ground state or larger."""
    stable = ground_state(case)
    volume = stable.get_volume() / len(stable)
    shares = np.bincount(
        [case.species.index(s) for s in stable.get_chemical_symbols()], minlength=len(case.species)
    ) / len(stable)
    made = []
    while len(made) < n:
        cell = np.eye(3) + rng.uniform(-0.2, 0.2, (3, 3))
        cell *= (8 * volume * rng.uniform(0.7, 1.3) / np.linalg.det(cell)) ** (1 / 3)
        symbols = rng.choice(case.species, 8, p=shares)
        for _ in range(200):
            atoms = Atoms(symbols, cell=cell, scaled_positions=rng.random((8, 3)), pbc=True)
            r = atoms.get_all_distances(mic=True)[np.triu_indices(8, 1)]
            if r.min() > 0.7 * volume ** (1 / 3):
                break
            cell *= 1.01
        made.append(atoms)
    return made


def collapsed(potential: pl.LinearPotential, case: Case, n: int) -> dict[str, int]:
    """Packings that collapse, by pressure in GPa."""
    stable = ground_state(case)
    if stable is None:
        return {}
    least = stable.get_potential_energy() / len(stable) - 1.0
    found = {}
    for pressure in PRESSURES:
        rng = np.random.default_rng(int(pressure) + 1000)
        cells = Cells.of(packings(case, n, rng), potential.species)
        floor = np.full(len(cells), -np.inf)
        end = descend(
            potential,
            cells,
            np.full(n, pressure / GPA),
            lambda c, f=floor: np.full(len(c), f[0]),
            STEPS,
        )
        found[f"{pressure:g}"] = int((end.fallen | (end.energies < least)).sum())
    return found


def returns(potential: pl.LinearPotential, case: Case) -> list[float]:
    """Lattice constants, of that at rest, from which the ground state does not come back."""
    stable = ground_state(case)
    if stable is None or len(stable) > 16:
        return []
    atoms = stable.copy()
    atoms.calc = potential.calculator()
    FIRE(FrechetCellFilter(atoms), logfile=None).run(fmax=0.02, steps=300)
    rest = atoms.get_potential_energy()
    lost = []
    for scale in (0.8, 0.85, 0.9, 1.1, 1.15, 1.2):
        moved = atoms.copy()
        moved.set_cell(scale * np.array(atoms.cell), scale_atoms=True)
        moved.calc = potential.calculator()
        FIRE(FrechetCellFilter(moved), logfile=None).run(fmax=0.02, steps=500)
        if abs(moved.get_potential_energy() - rest) > 0.01 * len(atoms):
            lost.append(scale)
    return lost


def dimers(potential: pl.LinearPotential, case: Case) -> list[str]:
    """Pairs that attract somewhere between the shortest distance of the data and a fifth of it."""
    attracting = []
    for (a, b), end in pl.shortest_distances(case.train, case.species).items():
        r = np.geomspace(end, 0.2 * end, 120)
        r = r[r > potential.cutoff / 50]
        pairs = [Atoms(a + b, positions=[[0, 0, 0], [0, 0, x]]) for x in r]
        if (np.diff([potential.predict(p).energy for p in pairs]) < 0).any():
            attracting.append(f"{a}-{b}")
    return attracting


def force_time(potential: pl.LinearPotential, case: Case) -> float:
    """Least microseconds per atom of some 1000 atoms in the most stable state."""
    stable = ground_state(case)
    atoms = case.train[0] if stable is None else stable
    while atoms.pbc.all() and len(atoms) < 1000:
        atoms = atoms.repeat([2 if k == np.argmin(atoms.cell.lengths()) else 1 for k in range(3)])
    list_ = neighbors(atoms, potential.cutoff)
    times = []
    for _ in range(15):
        start = perf_counter()
        potential.predict(atoms, list_)
        times.append(perf_counter() - start)
    return 1e6 * min(times) / len(atoms)


def wall_time(potential: pl.LinearPotential, case: Case) -> float:
    """Force time with the wall over that without it, side by side."""
    below, *_ = potential.reference.terms
    bare = replace(potential, reference=below[1])
    ratios = [force_time(potential, case) / force_time(bare, case) for _ in range(5)]
    return float(np.median(ratios))


def row(case: Case, family: str, protection: bool, n: int) -> dict[str, object]:
    """Errors and stability of one potential."""
    found = fitted(case, family, protection)
    errors = metrics(evaluate(found.potential, case.test))["all"]
    result = {
        "family": family,
        "protection": protection,
        "energy_mae": 1e3 * errors["energy"]["mae"],
        "energy_rmse": 1e3 * errors["energy"]["rmse"],
        "forces_mae": 1e3 * errors["forces"]["mae"],
        "forces_rmse": 1e3 * errors["forces"]["rmse"],
        "crystals_fall": crystals(found.potential, case),
        "collapsed": collapsed(found.potential, case, n),
        "not_returning": returns(found.potential, case) if protection else None,
        "dimers_attract": dimers(found.potential, case),
        "force_time_ratio": round(wall_time(found.potential, case), 3) if protection else None,
        "fit_s": round(found.fit, 1),
        "protection_s": round(found.protection, 1),
    }
    print(
        f"  {family} {'protected  ' if protection else 'unprotected'} "
        f"{result['energy_mae']:7.2f} ({result['energy_rmse']:.2f}) meV/atom "
        f"{result['forces_mae']:7.1f} ({result['forces_rmse']:.1f}) meV/Å | "
        f"falls {result['crystals_fall']} | of {n} collapse {result['collapsed']} | "
        f"do not return {result['not_returning']} | attract {result['dimers_attract']} | "
        f"force time x {result['force_time_ratio']} | "
        f"fit {found.fit:.1f} s, protection {found.protection:.1f} s",
        flush=True,
    )
    return result


def main() -> None:
    """Print the table, write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    parser.add_argument("--set", nargs="+", default=list(ALL), choices=list(ALL))
    parser.add_argument("--family", nargs="+", default=["pod", "ace"])
    parser.add_argument("--packings", type=int, default=50)
    parser.add_argument("--output", type=Path, default=HERE / "results")
    options = parser.parse_args()
    table = {}
    for name in options.set:
        print(name)
        case = ALL[name](options.data)
        table[name] = [
            row(case, family, protection, options.packings)
            for family in options.family
            for protection in (False, True)
        ]
        options.output.mkdir(parents=True, exist_ok=True)
        (options.output / "stability.json").write_text(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
