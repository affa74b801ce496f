"""What `learning.py` learns: stand-in truths, their cells and bases, and data that they label."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ase.build import bulk

import potlearn as pl
from potlearn.workflows.dynamics import DynamicsSettings, simulate
from potlearn.workflows.labels import CalculatorSpec, label


@dataclass(frozen=True)
class System:
    """What is learned: truth, cell, temperatures, basis."""

    name: str
    calculator: str
    cell: object
    temperatures: tuple[float, ...]
    timestep: float
    descriptor: object

    @property
    def spec(self):
        """The stand-in truth."""
        return CalculatorSpec(self.calculator)


def silicon():
    """Crystal and liquid; Stillinger-Weber melts at 1690 K, a small perfect crystal far above."""
    cell = bulk("Si", cubic=True) * (2, 2, 1)
    basis = pl.ACE(("Si",), cutoff=4.5, order=3, degree=(14, 12, 9))
    temperatures = (300.0, 900.0, 1500.0, 2000.0, 3000.0)
    return System("silicon", "stillinger-weber", cell, temperatures, 2.0, basis)


def solid():
    """Crystal with a vacancy in 32 places, up to the melting point."""
    same = silicon()
    del same.cell[[0]]
    return replace(same, name="solid", temperatures=(300.0, 900.0, 1300.0, 1650.0))


def copper():
    """Two vacancies in 32 places; EMT copper melts near 1360 K."""
    cell = bulk("Cu", cubic=True) * 2
    del cell[[0, 17]]
    basis = pl.ACE(("Cu",), cutoff=5.5, order=3, degree=(10, 8, 6))
    temperatures = (300.0, 700.0, 1100.0, 1600.0)
    return System("copper", "emt", cell, temperatures, 3.0, basis)


SYSTEMS = {"silicon": silicon, "solid": solid, "copper": copper}


def snapshots(system, settings, gap):
    """Frames of a run with the truth, one every ``gap`` steps."""
    with TemporaryDirectory() as folder:
        settings = DynamicsSettings(**settings, every=gap, timestep=system.timestep)
        done = simulate(system.cell, system.spec.build(), settings, folder=Path(folder))
        dataset = pl.read(done.trajectory)
        frames = [dataset[k].copy() for k in range(1, len(dataset))]
    for atoms in frames:
        atoms.info.clear()
    return frames


def labelled(frames, system, folder):
    """A dataset of labelled frames."""
    found = label(frames, system.spec, folder / "benchmark.db")
    return pl.from_atoms(found.frames)


def test_set(system, folder):
    """Twelve frames of each temperature, from runs that nothing else has seen."""
    parts = []
    for kelvin in system.temperatures:
        settings = {"temperature": kelvin, "steps": 2500, "seed": 9000 + int(kelvin)}
        for atoms in snapshots(system, settings, 125)[8:]:
            atoms.info["config_type"] = f"{kelvin:.0f} K"
            parts.append(atoms)
    return labelled(parts, system, folder)
