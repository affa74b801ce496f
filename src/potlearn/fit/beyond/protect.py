"""Protection beyond the data: a wall around what they cover, and bounds that keep holes away.

An adversary looks for states that no material has, with the present coefficients: random packings
relaxed under pressure, crystals compressed and strained, molecules pushed together.  What it finds
below the lower bound of energies becomes a soft bound on the fit; where the wall acts already, it
rises.  Then it looks again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from potlearn.engine import densities
from potlearn.fit.beyond.bounds import ALLOWANCE, SoftBounds
from potlearn.fit.beyond.cells import Cells
from potlearn.fit.beyond.check import (
    PRESSURES,
    BeyondCheck,
    along,
    approach_check,
    check_beyond,
    falls_of,
    rise,
    scan,
)
from potlearn.fit.beyond.coverage import Coverage
from potlearn.fit.beyond.descent import descend
from potlearn.fit.beyond.floor import Floor
from potlearn.fit.beyond.states import Approach, approaches, crystal_paths, packings, strained
from potlearn.fit.result import FitResult
from potlearn.linalg.triangular import Matrix
from potlearn.potentials.base import ForSystems, Potential, for_systems
from potlearn.potentials.linear import LinearPotential
from potlearn.potentials.pair.base import pairs_of_system
from potlearn.potentials.sum import SumPotential
from potlearn.potentials.wall import Wall
from potlearn.structure.units import GPA
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor
    from potlearn.runtime import Report

DEEP, INSIDE = 0.97, 1.1
"""Part of the contact distance below which, and of the allowed density above which, it is for the
wall to repel, not for the fit."""
MARGIN = 1e-3
"""Rise in eV/atom that is asked from one compressed crystal to the next."""
SEARCHED = (0.0, *PRESSURES)
"""GPa in the search: sparse packings, which need no pressure to fall, are looked at twice."""
MOST_STEPS = 8
"""Steps of one approach that become bounds in a round."""
MOST_FALLS = 90
"""States of one round's falls that become bounds."""
WORTH = 0.01
"""Growth of a training error that a user should know of."""
UNITS = {"energy": "meV/atom", "forces": "meV/Å", "stress": "meV/atom of virial"}
CHUNK = 2000
"""Atoms whose features are made at once."""


@dataclass(frozen=True)
class ProtectSettings:
    """How hard the adversary looks.

    Attributes
    ----------
    rounds : int
        Most rounds of search.
    packings : int
        Random packings that are relaxed in a round.
    steps : int
        Steps of each relaxation.
    quiet : int
        Rounds in a row without a find that end the search.
    start : int
        Random packings in the first bounds.
    height, stiffness : float
        Of the wall, in eV, where it need not be higher.
    highest : float
        Largest height and stiffness, in eV.
    seed : int
        Of all choices.
    """

    rounds: int = 16
    packings: int = 80
    steps: int = 120
    quiet: int = 2
    start: int = 150
    height: float = 50.0
    stiffness: float = 50.0
    highest: float = 1e5
    seed: int = 0


@dataclass(frozen=True)
class Protected:
    """A fit that is kept from falling where there are no data.

    Attributes
    ----------
    potential : LinearPotential
        Its reference is the given one and the wall.
    check : BeyondCheck
        What it does beyond the data.
    notes : tuple of str
        What it cost, and what it could not do.
    """

    potential: LinearPotential
    check: BeyondCheck
    notes: tuple[str, ...]


def protect(
    result: FitResult,
    descriptor: Descriptor,
    reference: ForSystems | None,
    coverage: Coverage,
    settings: ProtectSettings | None = None,
    report: Report | None = None,
    threads: int = 1,
) -> Protected:
    """Protect a fit beyond its data.

    Parameters
    ----------
    result : FitResult
        The fit of ``descriptor`` above ``reference``.
    descriptor, reference :
        The parts of the potential.
    coverage : Coverage
        What the training data cover.
    settings : ProtectSettings, optional
        How hard to look.
    report : function, optional
        Called with (rounds done, rounds at most).
    threads : int
        Their number changes no bit of the result.
    """
    settings = settings or ProtectSettings()
    search = _Search(result, descriptor, reference, coverage, settings, threads)
    search.run(report)
    check = check_beyond(search.potential, coverage, search.floor, threads=threads)
    if report is not None:
        report(search.settings.rounds, search.settings.rounds)
    return Protected(search.potential, check, search.notes())


def first_wall(coverage: Coverage, settings: ProtectSettings | None = None) -> Wall:
    """The wall around what data cover, before the search raises it."""
    settings, n = settings or ProtectSettings(), len(coverage.species)
    return Wall(
        coverage.species,
        coverage.reach,
        coverage.limit,
        np.full(n, settings.height),
        coverage.contact,
        np.full((n, n), settings.stiffness),
    )


class _Search:
    """The present coefficients and wall, and the bounds found so far."""

    def __init__(
        self,
        result: FitResult,
        descriptor: Descriptor,
        reference: ForSystems | None,
        coverage: Coverage,
        settings: ProtectSettings,
        threads: int,
    ) -> None:
        self.threads = threads
        self.result, self.settings, self.coverage = result, settings, coverage
        self.bounds = SoftBounds(result)
        self.rng = np.random.default_rng(settings.seed)
        self.below = reference
        self.wall = first_wall(coverage, settings)
        self.potential = LinearPotential(descriptor, result.coefficients, self._reference())
        self.floor = Floor.of(coverage, self.potential)
        self.paths = crystal_paths(coverage, self.floor) if coverage.phases else []
        self.approaches = approaches(coverage, self.potential.cutoff)
        self.weight = np.inf

    def run(self, report: Report | None) -> None:
        """Search and bound until nothing falls."""
        if not self.coverage.phases:
            self._search_molecules()
            return
        first = packings(self.settings.start, self.coverage, self.floor, self.rng)
        self._bound(first)
        if self.paths:
            self._bound(strained(self.paths, 4, self.rng))
        quiet = 0
        for k in range(self.settings.rounds):
            if report is not None:
                report(k, self.settings.rounds)
            self._solve()
            found = self._attracting() | self._find()
            quiet = 0 if found else quiet + 1
            if quiet == self.settings.quiet:
                break

    def _search_molecules(self) -> None:
        """Search among dimers and trimers alone, where nothing is periodic."""
        for _ in range(self.settings.rounds):
            self._solve()
            if not self._attracting():
                break

    def notes(self) -> tuple[str, ...]:
        """What the bounds cost, where it is more than rounding, and where they gave way."""
        ledger = self.result.ledger
        before = ledger.rmse(self.result.coefficients.ravel())["all"]
        after = ledger.rmse(self.potential.coefficients.ravel())["all"]
        grown = [
            f"{q} from {1e3 * before[q]:.3g} to {1e3 * after[q]:.3g} {UNITS[q]}"
            for q in before
            if after[q] > (1 + WORTH) * before[q]
        ]
        found = []
        if grown:
            found.append(
                f"protection beyond the data raises training errors: {', '.join(grown)} (root mean "
                f"square); more data in dense or disordered states, or more functions, avoid this"
            )
        if self.weight == 0:
            found.append(
                "protection beyond the data would raise held-out errors by more than "
                f"{ALLOWANCE:.0%}: the fit was left as it is, with the wall alone; add dense "
                "random cells, or functions"
            )
        return tuple(found)

    # The potential -------------------------------------------------------------------------------

    def _reference(self) -> Potential:
        if self.below is None:
            return self.wall
        return SumPotential(((1.0, self.below), (1.0, self.wall)))

    def _with_wall(self, wall: Wall) -> None:
        self.wall = wall
        self.potential = replace(self.potential, reference=self._reference())

    # Bounds --------------------------------------------------------------------------------------

    def _bound(self, cells: Cells) -> None:
        """Ask that energies stay above the floor."""
        least = self.floor(cells)
        known = np.isfinite(least)
        cells, least = cells.take(known), least[known]
        if len(cells):
            self.bounds.add(
                energy_rows(self.potential.descriptor, cells), least - self._given(cells)
            )

    def _bound_rise(self, outer: Cells, inner: Cells) -> None:
        """Ask that energies rise from each outer cell to the inner one."""
        descriptor = self.potential.descriptor
        rows = energy_rows(descriptor, inner) - energy_rows(descriptor, outer)
        self.bounds.add(rows, MARGIN - (self._given(inner) - self._given(outer)))

    def _given(self, cells: Cells) -> Array:
        """Energies of reference and wall, in eV/atom."""
        reference = self.potential.reference
        assert for_systems(reference)
        system = cells.system(reference.cutoff).renumbered(self.coverage.species, reference.species)
        return cells.sums(reference.of_system(system).energies) / cells.sizes

    def _solve(self) -> None:
        """Coefficients that keep the bounds as well as errors allow."""
        found, self.weight = self.bounds.solve()
        shape = self.potential.coefficients.shape
        self.potential = replace(self.potential, coefficients=found.reshape(shape))

    # The adversary -------------------------------------------------------------------------------

    def _find(self) -> bool:
        """Look for falls, and bound or wall them; whether there are any."""
        falls = [*self._falling_crystals()]
        cells = packings(self.settings.packings, self.coverage, self.floor, self.rng)
        pressures = np.resize(SEARCHED, len(cells)) / GPA
        steps, threads = self.settings.steps, self.threads
        descent = descend(self.potential, cells, pressures, self.floor, steps, threads)
        for outer, inner in falls:
            self._bound_rise(outer, inner)
            self._bound(inner)
        self._bound(_spread(descent.falls, MOST_FALLS))
        found = [descent.falls, descent.cells.take(descent.fallen), *(i for _, i in falls)]
        self._raise_wall(Cells.joined([descent.falls, *(i for _, i in falls)]))
        return any(len(part) for part in found)

    def _falling_crystals(self) -> Iterator[tuple[Cells, Cells]]:
        """Neighbouring cells of a path of which the inner one has less energy: the first falls."""
        for path in self.paths:
            energies, pressures = scan(self.potential, path, self.threads)
            _, falls, _ = rise(path.scales[: len(energies)], energies, pressures)
            if len(falls):
                chosen = falls[:4]
                yield path.cells.take(chosen), path.cells.take(chosen + 1)

    def _raise_wall(self, cells: Cells) -> None:
        """Double height or stiffness for species that fall well inside the wall."""
        if not len(cells):
            return
        wall, system = self.wall, cells.system(self.wall.cutoff)
        density, touching = densities(system, wall.reach, DEEP * wall.contact)
        crowded = np.unique(system.species[density > INSIDE * wall.limit[system.species]])
        height, stiffness = wall.height.copy(), wall.stiffness.copy()
        height[crowded] = np.minimum(2 * height[crowded], self.settings.highest)
        i, j, _ = pairs_of_system(system, touching)
        close = np.zeros(stiffness.shape, bool)
        close[system.species[i], system.species[j]] = True
        stiffness[close] = np.minimum(2 * stiffness[close], self.settings.highest)
        self._with_wall(replace(wall, height=height, stiffness=stiffness))

    def _attracting(self) -> bool:
        """Bound or wall dimers and trimers that attract; whether there are any."""
        found = False
        for approach in self.approaches:
            falls = falls_of(along(self.potential, approach))
            if not len(falls):
                continue
            chosen = falls[np.unique(np.linspace(0, len(falls) - 1, MOST_STEPS).astype(int))]
            self._bound_rise(approach.cells.take(chosen), approach.cells.take(chosen + 1))
            found |= self._stiffened(approach)
        return found

    def _stiffened(self, approach: Approach) -> bool:
        """Double the stiffness of a pair until it repels inside the wall; whether it did not."""
        i, j = (self.coverage.species.index(s) for s in approach.pair)
        changed = False
        while not approach_check(approach, along(self.potential, approach)).repels:
            stiffness = self.wall.stiffness.copy()
            if stiffness[i, j] >= self.settings.highest:
                break
            stiffness[i, j] = stiffness[j, i] = min(2 * stiffness[i, j], self.settings.highest)
            self._with_wall(replace(self.wall, stiffness=stiffness))
            changed = True
        return changed


def _spread(cells: Cells, most: int) -> Cells:
    """At most so many of the configurations, evenly."""
    return cells.take(np.arange(0, len(cells), 1 + len(cells) // (most + 1)))


def energy_rows(descriptor: Descriptor, cells: Cells) -> Matrix:
    """Rows (B, C) of the energies per atom: for each species the share of atoms, and features."""
    n, m = len(descriptor.species), descriptor.n_features
    rows = np.zeros((len(cells), n, 1 + m))
    for start, end in _chunks(cells):
        part = cells.take(np.arange(start, end))
        features = descriptor.features(part.system(descriptor.cutoff))
        for e in range(n):
            mine = (part.species == e).astype(float)
            rows[start:end, e, 0] = part.sums(mine)
            rows[start:end, e, 1:] = part.sums(features * mine[:, None])
    found: Matrix = rows.reshape(len(cells), -1) / cells.sizes[:, None]
    return found


def _chunks(cells: Cells) -> Iterator[tuple[int, int]]:
    start = 0
    for end in range(1, len(cells) + 1):
        if end == len(cells) or cells.first[end] - cells.first[start] >= CHUNK:
            yield start, end
            start = end
