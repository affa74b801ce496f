"""Does it pay to choose?  Every selector against random choice, on four sets of real data.

For every seed a split into a pool (80 %) and a test set, stratified by group; k of the pool are
chosen by structure alone, their labels are fitted, and the fit is tested on the test set.  All
methods of a seed see the same split.  The fit of each set (``FITS``) is the candidate with which
*random* subsets do best, chosen on other splits by ``--fits``.  Resumable: finished cells are
kept in ``OUTPUT/SET.jsonl``.

    python benchmarks/selection_study.py [Si Mo Ta WBe] [--seeds 20] [--workers 1] [--data ...]
    python benchmarks/selection_study.py --forces     # what wins on energies and forces, six sets
    python benchmarks/selection_study.py --fits       # how the fits were chosen
    python benchmarks/selection_study.py --publish docs     # its tables and figure
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
from selection_methods import FORCE_AWARE, METHODS
from selection_sets import (
    FITS,
    SOLVERS,
    SPECIES,
    STUDIED,
    TEST,
    bases,
    prepare,
    read_set,
    sizes,
    splits,
)
from selection_tables import against_random, publish

from potlearn.features import configuration_features
from potlearn.runtime import Runtime
from potlearn.studies import (
    Comparison,
    Method,
    Results,
    Split,
    SubsetFits,
    Table,
    content_of,
    run_comparison,
)

HERE = Path(__file__).resolve().parent
FIT_SEEDS = range(1000, 1010)


def choose_fits(data: Path, name: str, output: Path) -> None:
    """Errors of random subsets with every candidate, on splits that the study does not use."""
    dataset = read_set(data, name)
    drawn = splits(dataset, FIT_SEEDS)
    scores = {}
    for (label, descriptor), (solver_name, solver) in product(bases(name).items(), SOLVERS.items()):
        fits = prepare(dataset, name, descriptor, solver, output / f"{name} {label}")
        logs = [_log_errors(fits, *drawing) for drawing in zip(FIT_SEEDS, drawn, strict=True)]
        scores[label, solver_name] = float(np.exp(np.mean(logs) / 2))
        print(f"{name} {label}, {solver_name}: {1e3 * scores[label, solver_name]:.1f}", flush=True)
    best = min(scores, key=scores.get)
    print(f"{name}: {best}; the study takes {FITS[name]}")
    listed = [[*fit, 1e3 * score] for fit, score in scores.items()]
    (output / f"{name} fits.json").write_text(json.dumps(listed, indent=1) + "\n")


def _log_errors(fits: SubsetFits, seed: int, split: Split) -> list[float]:
    """Logarithm of energy error times force error of random subsets, one of every size."""
    order = np.random.default_rng(seed).permutation(split.pool)
    held_out, found = fits.held_out(split.test), []
    for k in sizes(split.pool):
        errors = held_out.errors(fits.fit(order[:k]).coefficients)
        found.append(float(np.log(errors["energy_mae"] * errors["forces_mae"])))
    return found


def study(
    data: Path, name: str, output: Path, seeds: int, workers: int, methods: Sequence[Method]
) -> Table:
    """All cells of a set."""
    dataset = read_set(data, name)
    label, solver = FITS[name]
    descriptor = bases(name)[label]
    fits = prepare(dataset, name, descriptor, SOLVERS[solver], output / f"{name} {label}")
    rows = {method.rows for method in methods}
    features = {r: configuration_features(dataset, descriptor, r[1:]) for r in rows}
    drawn = splits(dataset, range(seeds))
    comparison = Comparison(fits, features, dataset.n_atoms, methods, sizes(drawn[0].pool), drawn)
    results = Results(output / f"{name}.jsonl", content_of(comparison, test=TEST, name=name))

    def report(done: int, total: int) -> None:
        print(f"{name}: {done} of {total} cells", flush=True)

    run_comparison(comparison, results, Runtime(workers, progress=report))
    about = {
        "set": name,
        "configurations": len(dataset),
        "pool": len(drawn[0].pool),
        "test": len(drawn[0].test),
        "fit": f"{label}, {solver}",
        "columns": len(fits.columns),
        "seeds": seeds,
    }
    (output / f"{name}.json").write_text(json.dumps(about, indent=1) + "\n")
    return Table(results.records)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", choices=[*SPECIES, []], default=[])
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    parser.add_argument("--output", type=Path, default=HERE / "results" / "selection")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--fits", action="store_true", help="how the fits were chosen")
    parser.add_argument(
        "--forces", action="store_true", help="compare the default with force-aware choices"
    )
    parser.add_argument("--publish", type=Path, help="documentation to write tables and figure to")
    arguments = parser.parse_args()
    if arguments.publish:
        publish(arguments.output, arguments.publish)
        return
    methods, sets = METHODS, arguments.sets or STUDIED
    if arguments.forces:
        methods, sets = FORCE_AWARE, arguments.sets or SPECIES
        arguments.output = arguments.output / "forces"
    for name in sets:
        if arguments.fits:
            choose_fits(arguments.data, name, arguments.output)
            continue
        options = arguments.seeds, arguments.workers, methods
        table = study(arguments.data, name, arguments.output, *options)
        if arguments.forces:
            print(against_random(name, table), flush=True)


if __name__ == "__main__":
    main()
