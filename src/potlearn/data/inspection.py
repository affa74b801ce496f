"""Statistics of a dataset, and its problems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from potlearn.data.checks import CHECKS
from potlearn.data.dataset import Dataset
from potlearn.data.findings import Finding, capped, ordered
from potlearn.data.label_report import LabelReport
from potlearn.data.survey import Progress, Survey, survey
from potlearn.data.units import force_slope, stress_slope, telling_value
from potlearn.errors import DataError
from potlearn.typing import Settings

Range = tuple[float, float]


@dataclass(frozen=True)
class GroupSummary:
    """Numbers of one group; None where no configuration has the label or the property.

    Attributes
    ----------
    n_configurations, n_atoms, n_energy, n_forces, n_stress : int
        Configurations, atoms, and configurations with each label.
    atoms, energy, volume, pressure, density : (low, high) or None
        Atoms per configuration, eV/atom, Å³/atom, eV/Å³ (minus a third of the stress trace), g/cm³.
    max_force, max_stress : float or None
        Largest force in eV/Å, largest stress component in eV/Å³.
    force_slope, stress_slope : float or None
        Energy differences over the work of forces and of stress between neighbouring
        configurations, where these tell (see :mod:`potlearn.data.work`): 1 if units and signs fit.
    """

    n_configurations: int
    n_atoms: int
    n_energy: int
    n_forces: int
    n_stress: int
    atoms: tuple[int, int]
    energy: Range | None
    volume: Range | None
    pressure: Range | None
    density: Range | None
    max_force: float | None
    max_stress: float | None
    force_slope: float | None
    stress_slope: float | None


@dataclass(frozen=True)
class Inspection:
    """Statistics of a dataset, and what was found.

    Attributes
    ----------
    n_configurations, n_atoms : int
        Totals.
    files : {name: count}
        Configurations per file.
    species : {symbol: count}
        Atoms per element.
    labels : LabelReport
        Keys that gave the labels.
    groups : {name: GroupSummary}
        One entry per group, in order of appearance.
    periodicity : {"TTT": count}
        Configurations per periodicity along the three cell vectors.
    thinnest_cell : float or None
        Smallest distance between opposite faces of a periodic cell, in Å.
    shortest : {"Si-Si": float or None}
        Shortest distance of each pair of elements in Å; None if none lies within ``cutoff``.
    cutoff : float
        Distance up to which neighbours were looked at, in Å.
    findings : tuple of Finding
        The gravest first.
    """

    n_configurations: int
    n_atoms: int
    files: dict[str, int]
    species: dict[str, int]
    labels: LabelReport
    groups: dict[str, GroupSummary]
    periodicity: dict[str, int]
    thinnest_cell: float | None
    shortest: dict[str, float | None]
    cutoff: float
    findings: tuple[Finding, ...]

    def with_findings(self, findings: Iterable[Finding]) -> Inspection:
        """The same inspection with more findings, e.g. label outliers found by a fit."""
        return replace(self, findings=ordered([*self.findings, *findings]))

    def to_dict(self) -> Settings:
        """Plain values, ready for JSON."""
        return asdict(self)


def inspect(
    dataset: Dataset,
    cutoff: float = 5.0,
    max_findings: int = 20,
    progress: Progress | None = None,
) -> Inspection:
    """Look at every configuration once, and check what was seen.

    Parameters
    ----------
    dataset : Dataset
        What to look at.
    cutoff : float
        Distance in Å up to which neighbours are counted.
    max_findings : int
        Findings of each kind to list; one more then counts the rest.
    progress : callable, optional
        Called with (configurations done, configurations in all).

    Raises
    ------
    DataError
        The dataset is empty.
    """
    if not len(dataset):
        raise DataError("nothing to inspect: the dataset holds no configuration")
    seen = survey(dataset, cutoff, progress)
    findings = [
        finding for check in CHECKS.values() for finding in capped(check(seen), max_findings)
    ]
    return summarise(seen, findings)


def summarise(s: Survey, findings: Iterable[Finding]) -> Inspection:
    """Put statistics and findings together."""
    dataset = s.dataset
    table = dataset.catalog
    files = np.bincount(table.file, minlength=len(table.names)).tolist()
    letters = Counter("".join("FT"[int(p)] for p in pbc) for pbc in s.pbc)
    nearest = s.shortest.min(axis=0).tolist()
    return Inspection(
        n_configurations=len(dataset),
        n_atoms=int(dataset.n_atoms.sum()),
        files={name: n for name, n in zip(table.names, files, strict=True) if n},
        species=_species(dataset),
        labels=dataset.label_report(),
        groups={name: _group(s, members) for name, members in dataset.by_group().items()},
        periodicity=dict(letters),
        thinnest_cell=_least(s.thickness),
        shortest={
            f"{a}-{b}": d if np.isfinite(d) else None
            for (a, b), d in zip(s.pairs, nearest, strict=True)
        },
        cutoff=s.cutoff,
        findings=ordered(findings),
    )


def _species(dataset: Dataset) -> dict[str, int]:
    """Atoms per element."""
    table = dataset.catalog
    times = np.bincount(table.composition, minlength=len(table.compositions)).tolist()
    first = {c: i for i, c in reversed(list(enumerate(table.composition.tolist())))}
    totals = dict.fromkeys(dataset.species, 0)
    for c, i in first.items():
        for symbol, count in dataset.composition(i).items():
            totals[symbol] += count * times[c]
    return totals


def _group(s: Survey, members: NDArray[np.int64]) -> GroupSummary:
    """Numbers of one group."""
    table = s.dataset.catalog
    n_atoms = table.n_atoms[members]
    return GroupSummary(
        n_configurations=len(members),
        n_atoms=int(n_atoms.sum()),
        n_energy=int(np.isfinite(table.energy[members]).sum()),
        n_forces=int((table.n_forces[members] > 0).sum()),
        n_stress=int(table.stressed[members].sum()),
        atoms=(int(n_atoms.min()), int(n_atoms.max())),
        energy=_range(table.energy[members] / n_atoms),
        volume=_range(s.volume[members] / n_atoms),
        pressure=_range(s.pressure[members]),
        density=_range(s.density[members]),
        max_force=_greatest(s.max_force[members]),
        max_stress=_greatest(s.max_stress[members]),
        force_slope=telling_value(force_slope(s, members)),
        stress_slope=telling_value(stress_slope(s, members)),
    )


def _range(values: NDArray[np.float64]) -> Range | None:
    """Least and greatest of the values that are known."""
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if len(known) else None


def _least(values: NDArray[np.float64]) -> float | None:
    """Least of the values that are known."""
    found = _range(values)
    return None if found is None else found[0]


def _greatest(values: NDArray[np.float64]) -> float | None:
    """Greatest of the values that are known."""
    found = _range(values)
    return None if found is None else found[1]
