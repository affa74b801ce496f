"""What learning costs, finds by default, and what its potential of silicon is good for."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from learning_compare import RESULTS
from learning_systems import labelled, test_set
from learning_tables import errors, words

import potlearn as pl
from potlearn import tasks
from potlearn.fit import GrowingFit
from potlearn.workflows.generation import Rattle, generate


def refit(system):
    """Times of a refit after six new labels on a set of 60, and of a first fit of 600."""
    with TemporaryDirectory() as temporary:
        frames = generate([Rattle(0.25, count=600)], [system.cell], seed=0)
        dataset = labelled(frames, system, Path(temporary))
    fit = GrowingFit(system.descriptor)
    fit.add(dataset[:60])
    fit.result()
    start = perf_counter()
    fit.add(dataset[60:66])
    result = fit.result()
    again = perf_counter() - start
    start = perf_counter()
    pl.quantify(result)
    errors_made = perf_counter() - start
    start = perf_counter()
    pl.fit_linear(dataset, system.descriptor, pl.FitSettings(contradictions="keep"))
    whole = perf_counter() - start
    print(f"refit {again:.3f} s, fit of 600 {whole:.3f} s: {100 * again / whole:.1f} %")
    print(f"expected errors and grades {errors_made:.3f} s")


def temperatures(system):
    """Errors of learning from an element alone, by the temperatures that it explores."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        test = test_set(system, folder)
        for explored in ([300.0, 700.0, 1200.0], [300.0, 1000.0, 2500.0]):
            place = folder / str(explored[-1])
            done = tasks.learn(
                {
                    "start": {"elements": [system.cell.symbols[0]]},
                    "calculator": {"name": system.calculator},
                    "explore": {"temperatures": explored},
                    "protect": False,
                    "output": {"folder": str(place), "report": False},
                }
            )
            found = errors(done.learned.potential, test)
            print(f"{system.name}, {explored} K, {done.history.spent} labels:", end=" ")
            print("; ".join(words([found])), flush=True)


def potential_check():
    """100 ps at five temperatures, and properties beside Stillinger-Weber's."""
    model = RESULTS / "silicon-learned" / "model.potl"
    with TemporaryDirectory() as temporary:
        for kelvin in (300.0, 600.0, 900.0, 1200.0, 1500.0):
            done = tasks.simulate(
                {
                    "start": {"crystal": "Si", "repeat": 2},
                    "potential": str(model),
                    "temperature": kelvin,
                    "timestep": 2.0,
                    "steps": 50_000,
                    "watch": {"gamma": {"limit": 10.0, "every": 100}},
                    "output": {"folder": f"{temporary}/{kelvin}", "figure": False},
                }
            )
            print(f"{kelvin:.0f} K: {done.simulated.message}, {done.seconds:.0f} s", flush=True)
        parts = {
            "lattice": {},
            "eos": {},
            "elastic": {},
            "vacancy": {},
            "dynamics": {"temperature": 1500.0, "time": 20.0, "timestep": 2.0},
        }
        found = tasks.properties(
            {
                "model": str(model),
                "reference": "stillinger-weber",
                "structure": {"prototype": "diamond", "species": "Si"},
                "properties": parts,
                "samples": 0,
                "output": {"folder": f"{temporary}/properties", "report": False},
            }
        )
        for part, name, unit, (mine, truth) in found.view.rows():
            print(f"{part}, {name}: {mine.value:.5g}, truth {truth.value:.5g} {unit}")
