"""The level of theory, one GPAW calculation, and the store that keeps finished labels."""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from ase import Atoms
from gpaw import GPAW, PW, FermiDirac
from gpaw.mixer import Mixer, MixerSum
from gpaw.scf import KohnShamConvergenceError


@dataclass(frozen=True)
class Settings:
    """What defines the level of theory; the defaults are those of the data set."""

    cutoff: float = 300.0
    """Plane-wave cutoff in eV."""
    smearing: float = 0.1
    """Width of the Fermi-Dirac occupations in eV."""
    k_length: float = 23.5
    """Every k-point grid obeys ``n * spacing >= k_length`` (Å), spacing of the lattice planes."""
    short_cell: float = 4.5
    """Cells thinner than this (Å) get an even grid, so that doubling them folds it exactly."""
    vacuum_cell: float = 12.0
    """A cell thicker than this (Å) contains vacuum and is sampled at one plane of k-points."""


SETTINGS = Settings()

CONVERGENCE = {"energy": 1e-5, "density": 1e-5, "eigenstates": 4e-8}
"""Convergence of the self-consistency cycle in GPAW's units, per valence electron."""

MIXERS = ((0.5, 7, 1.0), (0.05, 5, 50.0))
"""Density mixing: the fast one, and a careful one for what does not converge with it."""


def grid_size(atoms: Atoms, settings: Settings = SETTINGS) -> tuple[int, ...]:
    """Return the number of k-points along each reciprocal vector of constant density."""
    size = []
    for spacing in 1.0 / np.linalg.norm(np.linalg.inv(atoms.cell[:]), axis=0):
        step = 2 if spacing < settings.short_cell else 1
        n = step * math.ceil(settings.k_length / (step * spacing) - 1e-6)
        size.append(1 if spacing > settings.vacuum_cell else n)
    return tuple(size)


def grid_points(size: tuple[int, ...]) -> np.ndarray:
    """Return the grid shifted by half a step along every axis that has more than one point."""
    counts = np.array(size)
    index = np.indices(size).reshape(3, -1).T
    points = (index + np.where(counts > 1, 0.5, 0.0)) / counts
    return (points + 0.5) % 1.0 - 0.5


def calculator(
    atoms: Atoms, isolated: bool, mixer: tuple[float, int, float], settings: Settings
) -> GPAW:
    """Return the calculator of the data set; an isolated atom is spin-polarised."""
    mode = PW(settings.cutoff)
    common = {"mode": mode, "xc": "PBE", "convergence": CONVERGENCE, "txt": None}
    if isolated:
        return GPAW(**common, hund=True, occupations=FermiDirac(0.01), mixer=MixerSum(*mixer))
    occupations = FermiDirac(settings.smearing)
    points = grid_points(grid_size(atoms, settings))
    return GPAW(**common, kpts=points, occupations=occupations, mixer=Mixer(*mixer))


def self_consistent(atoms: Atoms, isolated: bool, settings: Settings) -> float:
    """Attach a converged calculator to ``atoms`` and return the free energy."""
    for mixer in MIXERS:
        atoms.calc = calculator(atoms, isolated, mixer, settings)
        with suppress(KohnShamConvergenceError):
            return float(atoms.get_potential_energy(force_consistent=True))
    raise KohnShamConvergenceError("no density mixing converged")


def label(atoms: Atoms, isolated: bool = False, settings: Settings = SETTINGS) -> dict:
    """Return energy, forces and stress of one configuration; eV, eV/Å, eV/Å³, ASE's signs."""
    start = time.perf_counter()
    work = atoms.copy()
    energy = self_consistent(work, isolated, settings)
    result = {
        "kpoints": (1, 1, 1) if isolated else grid_size(work, settings),
        "energy": energy,
        "energy_zero_smearing": float(work.get_potential_energy()),
        "forces": work.get_forces().tolist(),
        "stress": None if isolated else work.get_stress(voigt=False).tolist(),
    }
    return {**result, "seconds": round(time.perf_counter() - start, 2)}


def fingerprint(atoms: Atoms) -> str:
    """Return a key of the geometry and the settings; a label is reused only if it matches."""
    geometry = [np.round(x, 6) + 0.0 for x in (atoms.cell[:], atoms.positions)]
    settings = [*astuple(SETTINGS), CONVERGENCE]
    text = json.dumps([settings, atoms.numbers.tolist(), *(x.tolist() for x in geometry)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class LabelStore:
    """Finished labels, one JSON line each, appended and synced to disk as they finish."""

    def __init__(self, path: Path) -> None:
        """Read the labels already in ``path``; an unfinished last line is ignored."""
        self.path = path
        self.labels: dict[str, dict] = {}
        if path.exists():
            for line in path.read_text().splitlines():
                try:
                    entry = json.loads(line)
                except json.JSONDecodeError:
                    continue
                self.labels[entry["key"]] = entry

    def adopt(self, frames: list[Atoms]) -> None:
        """Take the labels of configurations that were calculated with the same settings."""
        for atoms in frames:
            results = atoms.calc.results
            entry = {
                "kpoints": tuple(int(n) for n in atoms.info["kpoints"]),
                "energy": float(results["energy"]),
                "forces": results["forces"].tolist(),
                "stress": atoms.get_stress(voigt=False).tolist() if "stress" in results else None,
            }
            self.labels.setdefault(fingerprint(atoms), entry)

    def get(self, atoms: Atoms) -> dict | None:
        """Return the label of ``atoms``, or None if it is not labelled yet."""
        return self.labels.get(fingerprint(atoms))

    def add(self, name: str, atoms: Atoms, result: dict) -> None:
        """Append one label and force it to disk."""
        entry = {"key": fingerprint(atoms), "name": name, **result}
        self.labels[entry["key"]] = entry
        with self.path.open("a") as stream:
            if stream.tell() and not self.path.read_bytes().endswith(b"\n"):
                stream.write("\n")
            stream.write(json.dumps(entry) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
