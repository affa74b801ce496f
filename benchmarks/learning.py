"""Active learning beside random picks from one trajectory: test errors against labels spent.

    python benchmarks/learning.py silicon  # Stillinger-Weber as a stand-in truth; also the liquid
    python benchmarks/learning.py solid    # the same up to melting; a vacancy
    python benchmarks/learning.py copper   # EMT as a stand-in truth; vacancies
    python benchmarks/learning.py potential     # what the first potential of silicon is good for
    python benchmarks/learning.py temperatures  # what the default runs of an element find
    python benchmarks/learning.py refit    # a refit, beside a first fit of ten times the data

The truth is a classical potential, so that seeds are many: numbers say how learning chooses, not
how accurate a potential of silicon is.  Results are written to ``benchmarks/results/learning``.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from ase.build import bulk
from scipy import stats

import potlearn as pl
from potlearn import tasks
from potlearn.fit import GrowingFit
from potlearn.workflows.dynamics import DynamicsSettings, simulate
from potlearn.workflows.generation import Rattle, Strain, generate
from potlearn.workflows.labels import CalculatorSpec, label
from potlearn.workflows.learning import Budget, Condition, Gamma, Given, Plan, Quiet, learn
from potlearn.workflows.learning.measured import errors_of

RESULTS = Path(__file__).parent / "results" / "learning"
FIRST, LABELS, MOST = 6, (12, 18, 24, 36, 48, 72, 96), 48


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


def by_random(system, seed, test, folder):
    """Random picks from one trajectory of the truth, heated through all temperatures."""
    hot = max(system.temperatures)
    schedule = ((0.0, 300.0), (4000 * system.timestep / 1000, hot))
    frames = snapshots(system, {"temperature": schedule, "seed": seed}, 10)
    order = np.random.default_rng(seed).permutation(len(frames))[: max(LABELS)]
    pool = labelled([frames[k] for k in order], system, folder)
    fit, found = growing(system, pool), {}
    for before, n in zip((0, *LABELS), LABELS, strict=False):
        fit.add(pool.subset(range(before, n)))
        found[str(n)] = errors(potential(fit), test)
    return found


def by_learning(system, seed, test, folder, keep=None):
    """Learning from strained and perturbed cells, with runs at all temperatures."""
    place = folder / f"learned-{seed}"
    start = generate([Strain(0.04, count=FIRST), Rattle(0.1)], [system.cell], seed=seed)[FIRST:]
    conditions = [
        Condition(
            f"{kelvin:.0f} K",
            system.cell,
            DynamicsSettings(
                temperature=kelvin, timestep=system.timestep, steps=1000, seed=1000 * seed + k
            ),
        )
        for k, kelvin in enumerate(system.temperatures)
    ]
    plan = Plan(
        system.descriptor,
        triggers={"gamma": Gamma(limit=1.1)},
        stops=(Budget(MOST), Quiet(30.0)),
        protect=False,
        batch=6,
        seed=seed,
    )
    done = learn(Given(start, conditions, system.spec), plan, place)
    fit, found, size = growing(system, done.dataset), {}, len(done.dataset)
    sizes = [n for n in LABELS if n <= size]
    for before, n in zip((0, *sizes), sizes, strict=False):
        fit.add(done.dataset.subset(range(before, n)))
        found[str(n)] = errors(potential(fit), test)
    if keep is not None:
        shutil.copytree(place, keep, dirs_exist_ok=True)
    return found


def growing(system, dataset):
    """The same fit for both: no reference, evidence."""
    return GrowingFit(system.descriptor)


def potential(fit):
    """The potential of a fit."""
    return pl.LinearPotential(fit.descriptor, fit.result().coefficients)


def errors(model, test):
    """Root mean square errors: meV/atom, meV/Å, by temperature too."""
    found = {"all": errors_of(model, test)}
    groups = test.by_group()
    found |= {name: errors_of(model, test.subset(rows)) for name, rows in groups.items()}
    return {
        name: {q: 1e3 * part[q]["rmse"] for q in ("energy", "forces")}
        for name, part in found.items()
    }


def compare(system, seeds):
    """Both ways for every seed, written after each; seeds that are in the file are not repeated."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    out = RESULTS / f"{system.name}.json"
    found = json.loads(out.read_text()) if out.exists() else {"random": {}, "learning": {}}
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        test = test_set(system, folder)
        for seed in range(len(found["learning"]), seeds):
            start = perf_counter()
            found["random"][str(seed)] = by_random(system, seed, test, folder)
            middle = perf_counter()
            keep = RESULTS / f"{system.name}-learned" if seed == 0 else None
            found["learning"][str(seed)] = by_learning(system, seed, test, folder, keep)
            print(
                f"seed {seed}: {middle - start:.0f} s, {perf_counter() - middle:.0f} s", flush=True
            )
            out.write_text(json.dumps(found))
    show(found)
    show_halves(found)


def show(found):
    """Mean and standard deviation over seeds, by number of labels."""
    for way, seeds in found.items():
        for n in LABELS:
            rows = [each[str(n)] for each in seeds.values() if str(n) in each]
            if rows:
                print(
                    f"{way}, {n} labels, {len(rows)} seeds: {'; '.join(_words(rows))}", flush=True
                )


def show_halves(found):
    """Errors of forces with n labels of learning over those with 2 n random ones: 95 % intervals.

    Below 1 learning needs less than half of the labels.
    """
    for n in (n for n in LABELS if 2 * n in LABELS):
        pairs = [
            (found["learning"][seed][str(n)], found["random"][seed][str(2 * n)])
            for seed in found["learning"]
            if str(n) in found["learning"][seed]
        ]
        if len(pairs) < 2:
            continue
        print(f"{n} labels against {2 * n}:", end=" ")
        for group in pairs[0][0]:
            logs = np.log([a[group]["forces"] / b[group]["forces"] for a, b in pairs])
            half = stats.t.ppf(0.975, len(logs) - 1) * logs.std(ddof=1) / np.sqrt(len(logs))
            low, middle, high = np.exp(logs.mean() + half * np.array([-1, 0, 1]))
            print(f"{group} {middle:.2f} ({low:.2f} to {high:.2f})", end="; ")
        print(flush=True)


def _words(rows):
    """Errors on the whole test set, and those of forces at each temperature."""
    for group in rows[0]:
        for quantity, unit in (("forces", "meV/Å"), ("energy", "meV/atom")):
            if quantity == "forces" or group == "all":
                values = np.array([row[group][quantity] for row in rows])
                spread = f" ± {values.std():.1f}" if len(rows) > 1 else ""
                yield f"{group} {quantity} {values.mean():.1f}{spread} {unit}"


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
            print("; ".join(_words([found])), flush=True)


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


def main():
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=[*SYSTEMS, "potential", "temperatures", "refit"])
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    if given.what == "refit":
        refit(silicon())
        return
    if given.what == "potential":
        potential_check()
        return
    if given.what == "temperatures":
        temperatures(silicon())
        temperatures(copper())
        return
    compare(SYSTEMS[given.what](), given.seeds)


if __name__ == "__main__":
    main()
