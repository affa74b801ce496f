"""What a potential does beyond its data: crystals under compression, packings, molecules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from potlearn.fit.beyond.coverage import Coverage
from potlearn.fit.beyond.descent import descend
from potlearn.fit.beyond.floor import Floor
from potlearn.fit.beyond.states import Approach, CrystalPath, approaches, crystal_paths, packings
from potlearn.potentials.base import ForSystems
from potlearn.structure.units import GPA
from potlearn.typing import Array, Indices, Settings

PRESSURES = (0.0, 50.0, 100.0, 300.0)
"""GPa under which random packings are relaxed."""
ENOUGH = 200.0
"""GPa up to which a crystal should rise."""
RANGE = (0.85, 1.3)
"""Scales among which the rest state of a crystal is looked for."""
HALF = 0.5
"""Or down to this part of its distance at rest."""
DEPTH = 1.0
"""A packing this far (eV/atom) below its lower bound has collapsed."""
BLOCK = 20
"""States of a path that are evaluated at once."""
OUTWARDS, KEPT = 10, 40
"""States outside that at rest, and about how many of all, that are kept to be drawn."""
FINE = 1e-7
"""Falls in eV/atom that rounding may make."""


@dataclass(frozen=True)
class CrystalCheck:
    """A crystal from its state of least energy inwards.

    Attributes
    ----------
    name : str
    energy : float
        At rest, in eV/atom.
    distance : float
        Nearest neighbours at rest, in typical distances.
    pressure : float
        Up to which its energy rises, in GPa.
    compression : float
        Distance there, as a part of that at rest.
    rises : bool
        Whether it rises up to 200 GPa, or to half the distance at rest.
    scales, energies : tuple of float
        Some states from a little expansion to where looking ended: nearest neighbours in typical
        distances, eV/atom.
    """

    name: str
    energy: float
    distance: float
    pressure: float
    compression: float
    rises: bool
    scales: tuple[float, ...] = field(default=(), repr=False)
    energies: tuple[float, ...] = field(default=(), repr=False)

    def to_dict(self) -> Settings:
        """What ``metrics.json`` holds: all but the single states."""
        return {k: v for k, v in vars(self).items() if k not in ("scales", "energies")}


@dataclass(frozen=True)
class ApproachCheck:
    """A dimer or trimer inside the wall, below the distances that the data cover.

    Attributes
    ----------
    name : str
    distance : float
        Where it begins to attract, in Å; where it ends if it repels throughout.
    repels : bool
    """

    name: str
    distance: float
    repels: bool


@dataclass(frozen=True)
class BeyondCheck:
    """All that was looked at.

    Attributes
    ----------
    crystals : tuple of CrystalCheck
    approaches : tuple of ApproachCheck
    packings : mapping of pressure in GPa to (number, collapsed)
        Random packings that were relaxed with variable cell.
    """

    crystals: tuple[CrystalCheck, ...]
    approaches: tuple[ApproachCheck, ...]
    packings: dict[float, tuple[int, int]]

    @property
    def passed(self) -> bool:
        """Whether nothing falls."""
        return not list(self.warnings())

    def warnings(self) -> Iterator[str]:
        """Sentences for a user: what falls, and what to add to the data."""
        falling = [c for c in self.crystals if not c.rises]
        if falling:
            worst = min(falling, key=lambda c: c.pressure)
            yield (
                f"beyond the data, the energy falls on compression of "
                f"{_names([c.name for c in falling])}; {worst.name} from {worst.pressure:.0f} GPa, "
                f"at {worst.compression:.2f} of its distance at rest: add compressed cells of "
                f"{worst.name}"
            )
        attracting = [a for a in self.approaches if not a.repels]
        if attracting:
            first = max(attracting, key=lambda a: a.distance)
            yield (
                f"beyond the data, atoms attract each other at close distance in "
                f"{_names([a.name for a in attracting])}; {first.name} from "
                f"{first.distance:.2f} Å: add configurations in which these atoms are close"
            )
        collapsed = {p: (n, k) for p, (n, k) in self.packings.items() if k}
        if collapsed:
            words = ", ".join(f"{k} of {n} under {p:g} GPa" for p, (n, k) in collapsed.items())
            yield (
                f"beyond the data, random packings collapse or fall more than {DEPTH:g} eV/atom "
                f"below any energy that the data allow: {words}; do not simulate disordered "
                f"states; add dense and sparse random cells, and isolated atoms if there are none"
            )

    def to_dict(self) -> Settings:
        """What ``metrics.json`` holds."""
        return {
            "crystals": [c.to_dict() for c in self.crystals],
            "approaches": [vars(a) for a in self.approaches],
            "packings": [
                {"pressure": p, "n": n, "collapsed": k} for p, (n, k) in self.packings.items()
            ],
            "passed": self.passed,
        }


def check_beyond(
    potential: ForSystems,
    coverage: Coverage,
    floor: Floor | None = None,
    *,
    n_packings: int = 8,
    steps: int = 120,
    seed: int = 1,
    threads: int = 1,
) -> BeyondCheck:
    """Look at a potential beyond its data.

    Parameters
    ----------
    potential : ForSystems
    coverage : Coverage
        What its data cover.
    floor : Floor, optional
        Lower bound of energies; by default that of the coverage, with the potential's moduli.
    n_packings, steps : int
        Random packings for each pressure; steps of their relaxation.
    seed : int
        Of the packings.
    threads : int
        Their number changes no bit of the result.
    """
    floor = floor or Floor.of(coverage, potential)
    crystals, relaxed = [], {}
    if coverage.phases:
        crystals = [
            crystal_check(path, *scan(potential, path, threads))
            for path in crystal_paths(coverage, floor)
        ]
        relaxed = _packings(potential, coverage, floor, n_packings, steps, seed, threads)
    molecules = [
        approach_check(a, along(potential, a)) for a in approaches(coverage, potential.cutoff)
    ]
    return BeyondCheck(tuple(crystals), tuple(molecules), relaxed)


def _packings(
    potential: ForSystems,
    coverage: Coverage,
    floor: Floor,
    n: int,
    steps: int,
    seed: int,
    threads: int,
) -> dict[float, tuple[int, int]]:
    cells = packings(n * len(PRESSURES), coverage, floor, np.random.default_rng(seed))
    pressures = np.repeat(PRESSURES, n)
    end = descend(potential, cells, pressures / GPA, lambda c: floor(c) - DEPTH, steps, threads)
    bound = floor(end.cells)
    collapsed = end.fallen | (np.isfinite(bound) & (end.energies < bound - DEPTH))
    return {p: (n, int(collapsed[pressures == p].sum())) for p in PRESSURES}


def scan(potential: ForSystems, path: CrystalPath, threads: int = 1) -> tuple[Array, Array]:
    """Energies (eV/atom) and pressures (GPa) along a path, from its outer end, (k,).

    The path is followed to where the crystal has been compressed enough: the innermost cells, which
    have thousands of neighbours, are seldom needed.
    """
    energies, pressures = np.zeros(0), np.zeros(0)
    for start in range(0, len(path.scales), BLOCK):
        cells = path.cells.take(np.arange(start, min(start + BLOCK, len(path.scales))))
        found = potential.of_system(cells.system(potential.cutoff), threads=threads)
        volume = 3 * cells.volumes * cells.sizes
        energies = np.append(energies, cells.sums(found.energies) / cells.sizes)
        pressures = np.append(pressures, GPA * found.virial[:, :3].sum(1) / volume)
        seen = path.scales[: len(energies)]
        if seen[-1] < RANGE[0] and rise(seen, energies, pressures)[2] < len(seen) - 1:
            break
    return energies, pressures


def crystal_check(path: CrystalPath, energies: Array, pressures: Array) -> CrystalCheck:
    """Where the crystal's energy first falls on compression."""
    start, falls, end = rise(path.scales[: len(energies)], energies, pressures)
    stop = int(falls[0]) if len(falls) else end
    kept = np.unique(np.linspace(max(0, start - OUTWARDS), end, KEPT).astype(int))
    return CrystalCheck(
        path.name,
        float(energies[start]),
        float(path.scales[start]),
        float(max(0.0, pressures[start : stop + 1].max())),
        float(path.scales[stop] / path.scales[start]),
        not len(falls),
        tuple(path.scales[kept].tolist()),
        tuple(energies[kept].tolist()),
    )


def rise(scales: Array, energies: Array, pressures: Array) -> tuple[int, Indices, int]:
    """State at rest, states from which the next one falls, and where looking ends.

    It ends at 200 GPa, or at half the distance at rest.
    """
    window = np.flatnonzero((scales >= RANGE[0]) & (scales <= RANGE[1]))
    start = int(window[np.argmin(energies[window])])
    inside = scales >= HALF * scales[start]
    past = np.flatnonzero((np.arange(len(scales)) > start) & (pressures > ENOUGH))
    end = min(int(past[0]) if len(past) else len(scales) - 1, int(np.flatnonzero(inside)[-1]))
    steps = np.arange(start, end)
    return start, steps[energies[steps + 1] < energies[steps] - FINE], end


def along(potential: ForSystems, approach: Approach) -> Array:
    """Energies (eV) of the configurations of an approach, (n,)."""
    return approach.cells.sums(
        potential.of_system(approach.cells.system(potential.cutoff)).energies
    )


def falls_of(energies: Array) -> Indices:
    """States from which the next one, farther in, has less energy."""
    return np.flatnonzero(np.diff(energies) < -FINE)


def approach_check(approach: Approach, energies: Array) -> ApproachCheck:
    """Where atoms first attract on the way in."""
    falls = falls_of(energies)
    falls = falls[approach.distances[falls] <= approach.contact]
    name = f"{'-'.join(approach.pair)} {approach.kind}"
    where = approach.distances[falls[0] if len(falls) else -1]
    return ApproachCheck(name, float(where), not len(falls))


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(names[:4])
    return shown if len(names) <= 4 else f"{shown} and {len(names) - 4} more"
