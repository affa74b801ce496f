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
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np

import potlearn as pl
from potlearn.data import held_out
from potlearn.features import configuration_features
from potlearn.fit import EvidenceRidge, FitSettings, Ridge, Weights, store_rows
from potlearn.report import comparison_figure, markdown_table
from potlearn.runtime import Runtime
from potlearn.studies import (
    Cell,
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
SPECIES = {
    "Si": ("Si",),
    "Mo": ("Mo",),
    "Ta": ("Ta",),
    "WBe": ("W", "Be"),
    "HfO2": ("O", "Hf"),
    "3BPA": ("H", "C", "N", "O"),
}
# The sets that all methods are compared on; the others are for --methods.
STUDIED = ("Si", "Mo", "Ta", "WBe")
FILES = {
    "Si": "Si_Zuo2020/*.extxyz.xz",
    "Mo": "Mo_Zuo2020/*.extxyz.xz",
    "Ta": "Ta_FitSNAP/*.extxyz.xz",
    "WBe": "WBe_FitSNAP/*/*.extxyz.xz",
    "HfO2": "HfO2_cesmix/*.extxyz.xz",
    "3BPA": "3BPA_BOTNet/train_*.extxyz.xz",
}
# Stresses of WBe are doubtful (README of the set): they are not fitted.
NO_STRESS = Weights(energy=1e3, forces=1.0, stress=0.0)
WEIGHTS = {"WBe": NO_STRESS, "HfO2": NO_STRESS, "3BPA": NO_STRESS}
# Of WBe: a seeded, stratified subset of what is not far above the elements in energy (eV/atom), and
# has no forces (eV/Å) beyond these.
WBE_SIZE, WBE_SEED, HIGHEST, STRONGEST = 1250, 0, 3.0, 15.0
TEST, SMALLEST, DOUBLINGS = 0.2, 0.025, 4
FIT_SEEDS = range(1000, 1010)

SHORT_POD = {
    f"{n}body_{what}": 0
    for n in ("five", "six", "seven")
    for what in ("number_radial_basis_functions", "angular_degree")
}


def pod(species: tuple[str, ...], two: int, three: int, degree: int, four: int, degree4: int):
    """POD of two to four bodies."""
    return pl.POD(
        species,
        cutoff=5.0,
        twobody_number_radial_basis_functions=two,
        threebody_number_radial_basis_functions=three,
        threebody_angular_degree=degree,
        fourbody_number_radial_basis_functions=four,
        fourbody_angular_degree=degree4,
        **SHORT_POD,
    )


def bases(name: str) -> dict[str, Any]:
    """Candidates for the fit of a set."""
    species = SPECIES[name]
    if len(species) == 1:
        sizes = {2: (12, 14), 3: (9, 10, 11)}
        pods = {"POD 8 6 4": pod(species, 8, 6, 5, 4, 3)}
    elif len(species) > 2:
        sizes, pods = {2: (5,)}, {}
    else:
        sizes = {2: (7, 8), 3: (5, 6)}
        pods = {"POD 6 4 2": pod(species, 6, 4, 3, 2, 2)}
    aces = {
        f"ACE {order} {degree}": pl.ACE(species, cutoff=5.0, order=order, degree=degree, wL=1.5)
        for order, degrees in sizes.items()
        for degree in degrees
    }
    return aces | pods


RIDGES = {"1e-8": 1e-8, "1e-6": 1e-6, "1e-4": 1e-4}
SOLVERS = {"evidence": EvidenceRidge()} | {f"ridge {k}": Ridge(r) for k, r in RIDGES.items()}
FITS = {
    "Si": ("POD 8 6 4", "evidence"),
    "Mo": ("ACE 2 14", "ridge 1e-4"),
    "Ta": ("ACE 2 14", "ridge 1e-4"),
    "WBe": ("ACE 2 8", "ridge 1e-4"),
    "HfO2": ("ACE 2 8", "ridge 1e-4"),
    "3BPA": ("ACE 2 5", "ridge 1e-4"),
}

RBF, COSINE = {"kernel": "rbf"}, {"kernel": "cosine"}
FORCES = ("mean", "forces")
METHODS = (
    Method("random", "random"),
    Method("stratified by group", "stratified"),
    Method("DPP", "dpp"),
    Method("k-DPP", "kdpp"),
    Method("k-DPP, cosine", "kdpp", COSINE),
    Method("k-DPP, RBF", "kdpp", RBF),
    Method("k-DPP, RBF, forces", "kdpp", RBF, FORCES),
    Method("k-DPP, whitened", "kdpp", {}, ("mean",), "whiten"),
    Method("inclusion probabilities", "inclusion"),
    Method("greedy MAP", "map"),
    Method("greedy MAP, RBF", "map", RBF),
    Method("FPS", "fps"),
    Method("FPS, forces", "fps", {}, FORCES),
    Method("CUR", "cur"),
    Method("DEIM", "deim"),
    Method("pivoted QR", "pivoted_qr"),
    Method("MaxVol", "maxvol"),
    Method("k-means", "kmeans"),
    Method("k-means, forces", "kmeans", {}, FORCES),
    Method("k-means, sums", "kmeans", {}, ("sum",)),
    Method("k-medoids", "kmedoids"),
    Method("DBSCAN", "dbscan"),
    Method("HDBSCAN", "hdbscan"),
    Method("DIRECT", "direct"),
    Method("DIRECT, forces", "direct", {}, FORCES),
    Method("entropy", "entropy"),
    Method("set cover", "set_cover"),
)


FORCE_AWARE = (
    Method("random", "random"),
    Method("stratified by group", "stratified"),
    Method("k-means", "kmeans"),
    Method("k-means, forces", "kmeans", {}, FORCES),
    Method("k-means, correlation", "kmeans", {}, ("mean", "correlation")),
    Method("HDBSCAN, forces", "hdbscan", {}, FORCES),
    Method("DIRECT, forces", "direct", {}, FORCES),
)


def read_set(data: Path, name: str):
    """Configurations of a set."""
    dataset = pl.read(data / FILES[name])
    if name != "WBe":
        return dataset
    dataset = dataset.subset(_plausible(dataset))
    return pl.stratified_split(dataset, test=WBE_SIZE / len(dataset), seed=WBE_SEED)[1]


def _plausible(dataset) -> np.ndarray:
    """Configurations of WBe that are not extreme."""
    energies = dataset.energies / dataset.n_atoms
    share = np.array([dataset.composition(i).get("W", 0) for i in range(len(dataset))])
    share = share / dataset.n_atoms
    line = share * np.median(energies[share == 1]) + (1 - share) * np.median(energies[share == 0])
    forces = [np.abs(dataset.labels(i).forces).max() for i in range(len(dataset))]
    return (energies - line < HIGHEST) & (np.array(forces) < STRONGEST)


def splits(dataset, seeds) -> list[Split]:
    """Pool and test set of every seed."""
    every = np.arange(len(dataset))
    tests = (held_out(dataset, "stratified", TEST, seed) for seed in seeds)
    return [Split(np.setdiff1d(every, test), test) for test in tests]


def sizes(pool: np.ndarray) -> list[int]:
    """2.5 % of the pool, and four doublings of it."""
    return [round(SMALLEST * len(pool)) * 2**i for i in range(DOUBLINGS + 1)]


def prepare(dataset, name: str, descriptor, solver, folder: Path) -> SubsetFits:
    """Rows of a set, made once."""
    store = store_rows(dataset, descriptor, folder, runtime=Runtime(progress=True))
    weights = WEIGHTS.get(name, Weights())
    settings = FitSettings(weights=weights, solver=solver, e0="fitted")
    return SubsetFits.of(dataset, descriptor, store, settings)


def choose_fits(data: Path, name: str, output: Path) -> None:
    """Errors of random subsets with every candidate, on splits that the study does not use."""
    dataset = read_set(data, name)
    drawn = splits(dataset, FIT_SEEDS)
    scores = {}
    for (label, descriptor), (solver_name, solver) in product(bases(name).items(), SOLVERS.items()):
        fits = prepare(dataset, name, descriptor, solver, output / f"{name} {label}")
        logs = [
            np.log(errors["energy_mae"] * errors["forces_mae"])
            for seed, split in zip(FIT_SEEDS, drawn, strict=True)
            for k in sizes(split.pool)
            for chosen in [np.random.default_rng(seed).permutation(split.pool)[:k]]
            for errors in [fits.held_out(split.test).errors(fits.fit(chosen).coefficients)]
        ]
        scores[label, solver_name] = float(np.exp(np.mean(logs) / 2))
        print(f"{name} {label}, {solver_name}: {1e3 * scores[label, solver_name]:.1f}", flush=True)
    best = min(scores, key=scores.get)
    print(f"{name}: {best}; the study takes {FITS[name]}")
    listed = [[*fit, 1e3 * score] for fit, score in scores.items()]
    (output / f"{name} fits.json").write_text(json.dumps(listed, indent=1) + "\n")


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


FINISHED = ("energy_mae", "forces_mae", "condition")
DRAWN = (
    *("stratified by group", "k-DPP, RBF", "FPS", "MaxVol"),
    *("k-means", "HDBSCAN", "DIRECT", "k-means, forces"),
)


def finished(output: Path) -> dict[str, tuple[dict[str, Any], Table]]:
    """What is known of every set, and its records."""
    found = {}
    for name in SPECIES:
        if (output / f"{name}.json").exists():
            lines = (output / f"{name}.jsonl").read_text().splitlines()[1:]
            records = [json.loads(line) for line in lines if line]
            cells = {Cell(r["method"], r["size"], r["seed"]): r for r in records}
            found[name] = json.loads((output / f"{name}.json").read_text()), Table(cells)
    return found


def publish(output: Path, docs: Path) -> None:
    """Write the figure and the tables of the documentation."""
    found = finished(output)
    figure = docs / "images" / "selection_study.png"
    tables = {_heading(about): table for about, table in found.values()}
    comparison_figure(tables, figure, FINISHED, DRAWN)
    summary, full = [], []
    for name, (about, table) in found.items():
        summary += [
            f"### {_heading(about)}",
            "",
            _saved(table),
            _ratios(table),
            "",
            _worth(table),
            "",
        ]
        full += [f"## {_heading(about)}", ""]
        for quantity in ("energy_mae", "forces_mae", "condition", "energy_rmse", "forces_rmse"):
            full += [markdown_table(table, quantity), ""]
        full += [_atoms(table), ""]
        full += _candidates(output / f"{name} fits.json")
    folder = docs / "studies"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "selection_summary.inc").write_text("\n".join(summary))
    (folder / "selection_tables.md").write_text("\n".join([TABLES_HEAD, *full]))


TABLES_HEAD = """\
# Choice against random: all numbers

Written by `python benchmarks/selection_study.py --publish docs`. [The study](selection.md)
explains the methods and draws the conclusions.

- Entries are means over seeds with 95 % intervals (Student). Condition numbers are geometric means.
- "k above the rank": a linear kernel or a matrix has at most as many independent rows as features.
- "over random with as many atoms": geometric means divided by those of random choices,
  interpolated at the same number of atoms. A dash means that this number is outside their range.
- The last table of each set scores the candidates for the fit on random subsets of ten other seeds:
  geometric mean of the energy error (meV/atom) and the force error (meV/Å).
"""


def _candidates(path: Path) -> list[str]:
    """Scores of the candidates for the fit: sqrt(energy x force error) of random subsets."""
    if not path.exists():
        return []
    scores = json.loads(path.read_text())
    solvers = list(dict.fromkeys(solver for _, solver, _ in scores))
    lines = [f"| fit, score | {' | '.join(solvers)} |", "|" + "---|" * (1 + len(solvers))]
    for basis in dict.fromkeys(basis for basis, _, _ in scores):
        row = {solver: score for b, solver, score in scores if b == basis}
        lines.append(f"| {basis} | {' | '.join(f'{row[s]:.1f}' for s in solvers)} |")
    return [*lines, ""]


def _heading(about: dict[str, Any]) -> str:
    return (
        f"{about['set']}: pool {about['pool']}, test {about['test']}, {about['seeds']} seeds, "
        f"{about['fit']} ({about['columns']} columns)"
    )


def _saved(table: Table) -> str:
    """Which methods do with half and with a quarter of the configurations."""
    lines = []
    for factor, word in ((2, "half"), (4, "a quarter")):
        saved: dict[tuple[int, int], list[str]] = {}
        for method, small, large in table.savings(("energy_mae", "forces_mae"), factor):
            saved.setdefault((small, large), []).append(method)
        told = [
            f"- {k} as good as {k0} random ones: {'; '.join(m)}" for (k, k0), m in saved.items()
        ]
        lines += [f"With {word} of the configurations:", "", *(told or ["- none"]), ""]
    return "\n".join(lines)


def _worth(table: Table) -> str:
    """How many random configurations one chosen configuration is worth."""
    heads = [f"k = {k}" for k in table.sizes[:-1]]
    lines = [f"| worth, energy / forces | {' | '.join(heads)} |", "|" + "---|" * (1 + len(heads))]
    for method in table.methods[1:]:
        cells = [
            " / ".join(_bounds(*table.worth(method, k, q)) for q in ("energy_mae", "forces_mae"))
            for k in table.sizes[:-1]
        ]
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _ratios(table: Table) -> str:
    """Errors over those of random choices of twice as many, with 95 % intervals."""
    pairs = list(pairwise(table.sizes))
    heads = [f"{small} against {large}" for small, large in pairs]
    lines = [f"| energy; forces | {' | '.join(heads)} |", "|" + "---|" * (1 + len(heads))]
    for method in ("random", *DRAWN):
        cells = []
        for small, large in pairs:
            found = [table.ratio(method, small, q, large) for q in ("energy_mae", "forces_mae")]
            cells.append("; ".join(f"{r.mean:.2f} ({r.low:.2f} to {r.high:.2f})" for r in found))
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _against_random(name: str, table: Table) -> str:
    """Errors over those of random choice of as many: energies / forces, geometric means."""
    lines = [f"{name}: " + ", ".join(f"k = {k}" for k in table.sizes)]
    for method in table.methods[1:]:
        found = [
            [table.ratio(method, k, q, k).mean for q in ("energy_mae", "forces_mae")]
            for k in table.sizes
        ]
        mean = np.exp(np.mean(np.log(found), axis=0))
        told = ", ".join(f"{e:.2f} / {f:.2f}" for e, f in found)
        lines.append(f"  {method}: {told}; all: {mean[0]:.2f} / {mean[1]:.2f}")
    return "\n".join(lines)


def _bounds(low: float, high: float) -> str:
    if low != low:
        return "–"
    if low == high:
        return f"{low:.1f}"
    return f"< {high:.1f}" if low == 0 else f"> {low:.1f}"


def _atoms(table: Table) -> str:
    """Atoms of the choice, and its energy and force errors over random ones' of as many atoms."""
    heads = [f"k = {k}" for k in table.sizes]
    title = "atoms (energy, forces over random with as many atoms)"
    lines = [f"| {title} | {' | '.join(heads)} |", "|" + "---|" * (1 + len(heads))]
    for method in table.methods:
        cells = []
        for k in table.sizes:
            atoms = table.mean(method, k, "atoms").mean
            ratios = [table.equal_atoms(method, k, q) for q in ("energy_mae", "forces_mae")]
            told = ", ".join("–" if r != r else f"{r:.2f}" for r in ratios)
            cells.append("–" if atoms != atoms else f"{atoms:.0f} ({told})")
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return "\n".join(lines)


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
            print(_against_random(name, table), flush=True)


if __name__ == "__main__":
    main()
