"""Accuracy of POD fits on the silicon and molybdenum sets of Zuo et al. (2020).

Fits the bases of LAMMPS's own ``fitpod`` runs, this package's defaults, and a basis chosen by
five-fold cross-validation on the training set alone; the test set is looked at once, at the end.
Prints a table and writes it as JSON.

    python benchmarks/accuracy.py [--data ../shared/data] [--element Si] [--output results]
"""

from __future__ import annotations

import argparse
import itertools
import json
from dataclasses import replace
from pathlib import Path
from time import process_time

import potlearn as pl
from potlearn.fit import FitSettings, Weights, cross_validate, fit_linear
from potlearn.metrics import evaluate, metrics

ORDERS = ("two", "three", "four", "five", "six", "seven")
NO_STRESS = Weights(energy=1e4, forces=1.0, stress=0.0)
PUBLISHED = {
    "Si": {"POD": (2.56, 70), "MTP": (2.21, 60), "GAP": (2.91, 70)},
    "Mo": {"POD": (3.94, 98), "MTP": (2.83, 90), "GAP": (2.24, 90)},
}
SIZES = {
    "small": ((8, 6, 5, 4, 3, 2), (5, 4, 3, 2, 2)),
    "medium": ((10, 10, 8, 6, 5, 4), (6, 4, 4, 4, 3)),
    "wide": ((8, 8, 8, 6, 6, 5), (6, 5, 5, 5, 5)),
    "wider": ((10, 10, 9, 7, 6, 5), (7, 5, 5, 5, 4)),
}
FITPOD = {  # errors of LAMMPS's fitpod on Si with the same basis: meV/atom, meV/Å
    ("small", 5.5): (3.96, 84.0),
    ("medium", 5.5): (2.61, 68.8),
    ("wide", 5.0): (2.88, 65.8),
}


def basis(element: str, cutoff: float, size: str, rin: float = 1.0) -> pl.POD:
    """A POD basis of a named size."""
    radial, degree = SIZES[size]
    keywords = {
        f"{q}body_number_radial_basis_functions": n for q, n in zip(ORDERS, radial, strict=True)
    }
    keywords |= {f"{q}body_angular_degree": p for q, p in zip(ORDERS[1:], degree, strict=True)}
    return pl.POD((element,), cutoff=cutoff, rin=rin, **keywords)


def fit(train, descriptor: pl.POD, weights: Weights, **options):
    """The fit, and its CPU seconds."""
    start = process_time()
    result = fit_linear(train, descriptor, FitSettings(weights=weights, e0="fitted", **options))
    return result, process_time() - start


def errors(descriptor: pl.POD, result, data) -> tuple[float, float]:
    """Mean absolute errors in meV/atom and meV/Å."""
    potential = pl.LinearPotential(descriptor, result.coefficients)
    table = metrics(evaluate(potential, data))["all"]
    return 1e3 * table["energy"]["mae"], 1e3 * table["forces"]["mae"]


def chosen_by_cross_validation(train, element: str, cutoffs: list[float]):
    """Basis and weights with the smallest geometric mean of held-out energy and force errors."""
    best = None
    for cutoff, size, rin in itertools.product(cutoffs, SIZES, (0.8, 1.0)):
        descriptor = basis(element, cutoff, size, rin)
        result, _ = fit(train, descriptor, NO_STRESS, n_folds=5)
        for energy in (1e4, 4e4):
            weights = replace(NO_STRESS, energy=energy)
            held_out = cross_validate(
                result.ledger, replace(result.settings, weights=weights)
            ).rmse["all"]
            score = held_out["energy"] * held_out["forces"]
            label = f"{size}, cutoff {cutoff}, rin {rin}, energy weight {energy:g}"
            print(
                f"  {label}: held out {1e3 * held_out['energy']:.2f} meV/atom, "
                f"{1e3 * held_out['forces']:.1f} meV/Å (rmse)",
                flush=True,
            )
            if best is None or score < best[0]:
                best = (score, label, descriptor, weights)
    return best[1:]


def row(name: str, descriptor: pl.POD, weights: Weights, train, test) -> dict:
    """Fit and errors of one line of the table."""
    result, seconds = fit(train, descriptor, weights)
    on_train, on_test = errors(descriptor, result, train), errors(descriptor, result, test)
    return {
        "basis": name,
        "coefficients": int(result.coefficients.size),
        "fit_cpu_s": round(seconds, 2),
        "train": {"energy_mae_meV": on_train[0], "forces_mae_meV_A": on_train[1]},
        "test": {"energy_mae_meV": on_test[0], "forces_mae_meV_A": on_test[1]},
    }


def study(folder: Path, element: str) -> dict:
    """All lines for one element."""
    train = pl.read(folder / f"{element}_Zuo2020" / f"{element}_train.extxyz.xz")
    test = pl.read(folder / f"{element}_Zuo2020" / f"{element}_test.extxyz.xz")
    default = pl.POD((element,), cutoff=5.5)
    rows = [
        row(
            f"fitpod: {size}, cutoff {cutoff}", basis(element, cutoff, size), NO_STRESS, train, test
        )
        | {"fitpod_test": reference if element == "Si" else None}
        for (size, cutoff), reference in FITPOD.items()
    ]
    rows.append(row("defaults, cutoff 5.5", default, Weights(), train, test))
    label, descriptor, weights = chosen_by_cross_validation(train, element, [4.6, 5.0, 5.5, 6.0])
    rows.append(row(f"cross-validated: {label}", descriptor, weights, train, test))
    return {"element": element, "rows": rows, "published_test_mae": PUBLISHED[element]}


def show(found: dict) -> None:
    """The table, for reading."""
    print(f"\n{found['element']}: test MAE, meV/atom and meV/Å (fitpod, same basis, in brackets)")
    for r in found["rows"]:
        other = r.get("fitpod_test")
        brackets = f"  [{other[0]:.2f}, {other[1]:.1f}]" if other else ""
        print(
            f"  {r['test']['energy_mae_meV']:6.2f} {r['test']['forces_mae_meV_A']:7.1f}{brackets}"
            f"   {r['coefficients']:5d} coefficients, {r['fit_cpu_s']:.1f} s CPU: {r['basis']}"
        )
    for name, (energy, forces) in found["published_test_mae"].items():
        print(f"  {energy:6.2f} {forces:7.1f}   published: {name}")


def main() -> None:
    """Run the study for the elements asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    here = Path(__file__).resolve().parent
    parser.add_argument("--data", type=Path, default=here.parents[1] / "shared" / "data")
    parser.add_argument("--element", nargs="+", default=["Si", "Mo"])
    parser.add_argument("--output", type=Path, default=here / "results")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        print(f"{arguments.data}: no such folder; the accuracy study needs the sets of Zuo et al.")
        return
    arguments.output.mkdir(parents=True, exist_ok=True)
    for element in arguments.element:
        found = study(arguments.data, element)
        show(found)
        path = arguments.output / f"accuracy_{element}.json"
        path.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
