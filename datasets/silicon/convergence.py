#!/usr/bin/env python3
"""Print how the labels change with the cutoff and the k-point density, as a Markdown table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from ase import Atoms, units
from ase.build import bulk
from label import SETTINGS, Settings, label
from structures import beta_tin, diamond, scaled, supercell_group


def trial_crystals() -> dict[str, tuple[Atoms, Atoms]]:
    """Return pairs of a distorted crystal and the reference its energy is taken from."""
    displaced = dict(supercell_group())["supercell_displaced_2"]
    fcc = bulk("Si", "fcc", a=3.87)
    return {
        "diamond, strained and displaced": (displaced, diamond()),
        "diamond, 85 % of the volume": (scaled(diamond(), 0.85), diamond()),
        "beta-tin": (beta_tin(), diamond()),
        "fcc": (fcc, diamond()),
    }


def trial_settings() -> list[Settings]:
    """Return the settings that are compared; the last one is the reference."""
    cutoffs = [replace(SETTINGS, cutoff=e) for e in (250.0, 300.0, 350.0, 400.0)]
    grids = [replace(SETTINGS, k_length=length) for length in (15.0, 19.0, 35.0)]
    return [*cutoffs, *grids, replace(SETTINGS, cutoff=400.0, k_length=35.0)]


def deviations(pair: tuple[Atoms, Atoms], results: list[tuple[dict, dict]]) -> list[tuple]:
    """Return per settings the error of energy difference, force and stress, and the absolute one.

    Units are meV/atom, meV/Å, GPa, meV/atom; the last settings are the reference.
    """

    def energies(result: tuple[dict, dict]) -> tuple[float, float]:
        first, second = (r["energy"] / len(a) for r, a in zip(result, pair, strict=True))
        return first - second, first

    last, (difference, absolute) = results[-1], energies(results[-1])
    rows = []
    for result in results:
        force = np.abs(np.subtract(result[0]["forces"], last[0]["forces"])).max()
        stress = np.abs(np.subtract(result[0]["stress"], last[0]["stress"])).max() / units.GPa
        d, a = energies(result)
        rows.append((1e3 * (d - difference), 1e3 * force, stress, 1e3 * (a - absolute)))
    return rows


def main() -> None:
    """Calculate and print the table."""
    print("| crystal | cutoff, eV | k length, Å | grid | dE, meV/atom | dF, meV/Å | dS, GPa |")
    print("|---|---|---|---|---|---|---|")
    references: dict[Settings, dict] = {}
    for title, pair in trial_crystals().items():
        results = []
        for s in trial_settings():
            if s not in references:
                references[s] = label(pair[1], settings=s)
            results.append((label(pair[0], settings=s), references[s]))
        for s, result, row in zip(
            trial_settings(), results, deviations(pair, results), strict=True
        ):
            grid = "x".join(map(str, result[0]["kpoints"]))
            values = f"{row[0]:.2f} ({row[3]:.2f}) | {row[1]:.1f} | {row[2]:.3f}"
            print(f"| {title} | {s.cutoff:.0f} | {s.k_length} | {grid} | {values} |", flush=True)


if __name__ == "__main__":
    main()
