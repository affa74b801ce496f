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
from potlearn.fit.beyond.bounds import SoftBounds
from potlearn.fit.beyond.cells import Cells
from potlearn.fit.beyond.check import (
    PRESSURES,
    BeyondCheck,
    along,
    check_beyond,
    rise,
    scan,
)
from potlearn.fit.beyond.coverage import Coverage
from potlearn.fit.beyond.descent import GPA, descend
from potlearn.fit.beyond.floor import Floor
from potlearn.fit.beyond.states import approaches, crystal_paths, deformed, packings, strained
from potlearn.fit.result import FitResult
from potlearn.linalg.triangular import Matrix
from potlearn.potentials.base import ForSystems, Potential
from potlearn.potentials.linear import LinearPotential
from potlearn.potentials.sum import SumPotential
from potlearn.potentials.wall import Wall
from potlearn.typing import Array

if TYPE_CHECKING:
    from potlearn.descriptors import Descriptor
    from potlearn.runtime import Report

MARGIN = 1e-3
"""Rise in eV/atom that is asked from one compressed crystal to the next."""
HEAVIEST, LIGHTEST = 1e4, 1e-4
"""Weights of slack, per (eV/atom)², that are tried, from the first downwards."""
CHUNK = 2000
"""Atoms whose features are made at once."""


@dataclass(frozen=True)
class ProtectSettings:
    """How hard the adversary looks.

    Attributes
    ----------
    rounds : int
        Most rounds of search; it ends after two in which nothing is found.
    packings : int
        Random packings that are relaxed in a round.
    steps : int
        Steps of each relaxation.
    start : int
        Random packings in the first bounds.
    allowance : float
        Largest growth of a training error (energy, forces, stress) that bounds may cause.
    height, stiffness : float
        Of the wall, in eV, where it need not be higher.
    highest : float
        Largest height and stiffness, in eV.
    seed : int
        Of all choices.
    """

    rounds: int = 12
    packings: int = 32
    steps: int = 80
    start: int = 150
    allowance: float = 0.02
    height: float = 50.0
    stiffness: float = 50.0
    highest: float = 1e4
    seed: int = 0


@dataclass(frozen=True)
class Protected:
    """A fit that is kept from falling where there are no data.

    Attributes
    ----------
    coefficients : (n_species, 1 + M)
    reference : Potential
        The reference potential and the wall.
    check : BeyondCheck
        What it does beyond the data.
    notes : tuple of str
        What it cost, and what it could not do.
    """

    coefficients: Array
    reference: Potential
    check: BeyondCheck
    notes: tuple[str, ...]


def protect(
    result: FitResult,
    descriptor: Descriptor,
    reference: ForSystems | None,
    coverage: Coverage,
    settings: ProtectSettings | None = None,
    report: Report | None = None,
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
    """
    search = _Search(result, descriptor, reference, coverage, settings or ProtectSettings())
    search.run(report)
    potential = search.potential
    check = check_beyond(potential, coverage, search.floor, notes=search.notes)
    assert potential.reference is not None
    return Protected(
        potential.coefficients,
        potential.reference,
        check,
        (*search.notes, *check.warnings()),
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
    ) -> None:
        self.result, self.settings, self.coverage = result, settings, coverage
        self.bounds = SoftBounds(result)
        self.rng = np.random.default_rng(settings.seed)
        self.notes: list[str] = []
        self.below = reference
        n = len(coverage.species)
        self.wall = Wall(
            coverage.species,
            coverage.reach,
            coverage.limit,
            np.full(n, settings.height),
            np.minimum(coverage.contact, coverage.reach),
            np.full((n, n), settings.stiffness),
        )
        self.potential = LinearPotential(descriptor, result.coefficients, self._reference())
        self.paths = crystal_paths(coverage) if coverage.phases else []
        self.floor = Floor.of(coverage, [self._modulus(k) for k in range(len(coverage.phases))])
        self.base = result.ledger.rmse(result.coefficients.ravel())["all"]

    def run(self, report: Report | None) -> None:
        """Search and bound until nothing falls."""
        if not self.coverage.phases:
            self._stiffen_molecules()
            return
        first = packings(self.settings.start, self.coverage, self.rng)
        self._bound(Cells.joined([strained(self.paths, 4, self.rng), first]))
        quiet = 0
        for k in range(self.settings.rounds):
            if report is not None:
                report(k, self.settings.rounds)
            self._solve()
            self._stiffen_molecules()
            quiet = 0 if self._find() else quiet + 1
            if quiet == 2:
                break

    # The potential -------------------------------------------------------------------------------

    def _reference(self) -> Potential:
        if self.below is None:
            return self.wall
        return SumPotential(((1.0, self.below), (1.0, self.wall)))

    def _with_wall(self, wall: Wall) -> None:
        self.wall = wall
        self.potential = replace(self.potential, reference=self._reference())

    def _modulus(self, k: int) -> float:
        """Bulk modulus of a phase, from its energies at three volumes, in eV/Å³."""
        phase, h = self.coverage.phases[k], 0.015
        one = Cells.of([phase.atoms], self.coverage.species)
        three = Cells.joined([one] * 3)
        three = deformed(three, np.eye(3) * np.array([1 - h, 1, 1 + h])[:, None, None])
        found = self.potential.of_system(three.system(self.potential.cutoff))
        a, b, c = three.sums(found.energies) / three.sizes
        return float((a - 2 * b + c) / h**2 / (9 * phase.volume))

    # Bounds --------------------------------------------------------------------------------------

    def _bound(self, cells: Cells) -> None:
        """Ask that energies stay above the floor."""
        least = self.floor(cells)
        known = np.isfinite(least)
        cells, least = cells.take(known), least[known]
        if len(cells):
            self.bounds.add(energy_rows(self.potential.descriptor, cells), least - self._given(cells))

    def _bound_rise(self, outer: Cells, inner: Cells) -> None:
        """Ask that energies rise from each outer cell to the inner one."""
        descriptor = self.potential.descriptor
        rows = energy_rows(descriptor, inner) - energy_rows(descriptor, outer)
        self.bounds.add(rows, MARGIN - (self._given(inner) - self._given(outer)))

    def _given(self, cells: Cells) -> Array:
        """Energies of reference and wall, in eV/atom."""
        reference = self.potential.reference
        assert isinstance(reference, ForSystems)
        system = cells.system(reference.cutoff).renumbered(self.coverage.species, reference.species)
        return cells.sums(reference.of_system(system).energies) / cells.sizes

    def _solve(self) -> None:
        """Coefficients that keep the bounds as well as the allowance lets them."""
        shape, weight = self.potential.coefficients.shape, HEAVIEST
        found = self.bounds.solve(weight)
        while not self._is_allowed(found) and weight > LIGHTEST:
            weight /= 10
            found = self.bounds.solve(weight)
        if not self._is_allowed(found):
            found = self.result.coefficients.ravel()
        self.weight = weight
        self.potential = replace(self.potential, coefficients=found.reshape(shape))

    def _is_allowed(self, coefficients: Array) -> bool:
        errors = self.result.ledger.rmse(coefficients)["all"]
        most = 1 + self.settings.allowance
        return all(errors[q] <= most * self.base[q] for q in self.base)

    # The adversary -------------------------------------------------------------------------------

    def _find(self) -> bool:
        """Look for falls, and bound or wall them; whether there are any."""
        falls = [*self._falling_crystals()]
        cells = packings(self.settings.packings, self.coverage, self.rng)
        pressures = np.resize(PRESSURES, len(cells)) * GPA
        descent = descend(self.potential, cells, pressures, self.floor, self.settings.steps)
        for outer, inner in falls:
            self._bound_rise(outer, inner)
            self._bound(inner)
        self._bound(descent.falls)
        found = [descent.falls, descent.cells.take(descent.fallen), *(i for _, i in falls)]
        self._raise_wall(Cells.joined([descent.falls, *(i for _, i in falls)]))
        return any(len(part) for part in found)

    def _falling_crystals(self) -> Iterator[tuple[Cells, Cells]]:
        """Neighbouring cells of a path of which the inner one has less energy: the first falls."""
        for path in self.paths:
            energies, pressures = scan(self.potential, path)
            _, falls, _ = rise(path.scales, energies, pressures)
            if len(falls):
                chosen = falls[:4]
                yield path.cells.take(chosen), path.cells.take(chosen + 1)

    def _raise_wall(self, cells: Cells) -> None:
        """Double height or stiffness for species that fall although the wall acts."""
        if not len(cells):
            return
        wall, system = self.wall, cells.system(self.wall.cutoff)
        density, touching = densities(system, wall.reach, wall.contact)
        crowded = np.unique(system.species[density > wall.limit[system.species]])
        height, stiffness = wall.height.copy(), wall.stiffness.copy()
        height[crowded] = np.minimum(2 * height[crowded], self.settings.highest)
        list_ = system.neighbors
        a, b = system.species[cells_of(list_.first, touching)], system.species[list_.j[touching]]
        for i, j in {*zip(a.tolist(), b.tolist(), strict=True)}:
            if i <= j:
                stiffness[i, j] = stiffness[j, i] = min(
                    2 * stiffness[i, j], self.settings.highest
                )
        self._with_wall(replace(wall, height=height, stiffness=stiffness))

    def _stiffen_molecules(self) -> None:
        """Raise the stiffness of pairs until dimers and trimers repel at every distance."""
        species = self.coverage.species
        for approach in approaches(self.coverage, self.potential.cutoff):
            i, j = (species.index(s) for s in approach.pair)
            for _ in range(20):
                energies = along(self.potential, approach)
                now = self.wall.stiffness[i, j]
                if (np.diff(energies) >= 0).all() or now >= self.settings.highest:
                    break
                stiffness = self.wall.stiffness.copy()
                stiffness[i, j] = stiffness[j, i] = min(2 * now, self.settings.highest)
                self._with_wall(replace(self.wall, stiffness=stiffness))


def cells_of(first: Array, pairs: Array) -> Array:
    """Centres of pairs of a list."""
    found: Array = np.searchsorted(first, pairs, side="right") - 1
    return found


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
