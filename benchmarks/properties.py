"""Lattice and equation of state of demo silicon against the labels of its data set (GPAW, PBE).

    python benchmarks/properties.py MODEL.potl

The reference is fitted to the labels of the volume series of diamond, training and test, within 6 %
of the volume of least energy.
"""

from __future__ import annotations

import sys
from pathlib import Path

import ase.io
import numpy as np
from ase.build import bulk
from ase.eos import EquationOfState
from ase.units import GPa

from potlearn.workflows.properties import PROPERTIES, Model, measure

DATA = Path(__file__).parents[1] / "datasets" / "silicon" / "silicon.extxyz.xz"


def reference() -> dict[str, float]:
    """Lattice constant (Å), B (GPa) and cohesive energy (eV/atom) of the labels."""
    frames = ase.io.read(DATA, ":")
    alone = next(a for a in frames if a.info["config_type"] == "IsolatedAtom")
    series = [a for a in frames if a.info["config_type"] == "diamond_volume"]
    v = np.array([a.get_volume() / len(a) for a in series])
    e = np.array([a.get_potential_energy() / len(a) for a in series])
    near = np.abs(v / v[e.argmin()] - 1) < 0.06
    volume, energy, b = EquationOfState(v[near], e[near], "birchmurnaghan").fit(warn=False)
    cohesive = energy - alone.get_potential_energy()
    return {"a": (8 * volume) ** (1 / 3), "B": b / GPa, "cohesive energy": cohesive}


def main(path: str) -> None:
    model = Model.of(path)
    parts = {name: PROPERTIES[name]() for name in ("lattice", "eos", "elastic")}
    samples = 10 if model.has_uncertainty else 0
    done = measure([model], bulk("Si", a=5.47), parts, samples=samples)
    labels = reference()
    for results in done.results[model.name].values():
        for name, value in results.values.items():
            error = "" if value.error is None else f"± {value.error:.4f}"
            known = f"{labels[name]:10.4f}" if name in labels else ""
            print(f"{name:16} {value.unit:8} {value.value:10.4f} {error:12} {known}")


if __name__ == "__main__":
    main(sys.argv[1])
