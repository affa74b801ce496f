"""Look at what a saved potential does beyond its data."""

from pathlib import Path

import potlearn as pl

DATA = Path(__file__).parents[1] / "datasets" / "silicon" / "silicon.extxyz.xz"

train, _ = pl.stratified_split(pl.read(DATA), test=0.1, seed=0)
potential = pl.load("silicon.potl")

check = pl.check_beyond(potential, pl.Coverage.of(train, potential.species))
for crystal in check.crystals:
    word = "rises up to" if crystal.rises else "falls from"
    print(f"{crystal.name} {word} {crystal.pressure:.0f} GPa")
for pressure, (n, collapsed) in check.packings.items():
    print(f"{pressure:.0f} GPa: {collapsed} of {n} packings collapse")
for warning in check.warnings():
    print(f"note: {warning}")
