"""Neural potentials beside their linear fits, on sets of different character.

``accuracy``  ACE of about 100 and 300 functions: linear fits, and networks on top of them over
              seeds (of the validation split, the initial weights and the order of batches); means
              and 95 % intervals (Student) of test errors, and gains.
``front``     linear and neural potentials of rising size: test errors against force time, in one
              run, and the picture of the docs.

    OMP_NUM_THREADS=1 python benchmarks/neural.py accuracy [--set Si Mo] [--seeds 5]
    OMP_NUM_THREADS=1 python benchmarks/neural.py front [--set Si Mo] [--picture front.png]

Si and Mo have the published split (Zuo et al. 2020).  Of Ta a fifth and of W-Be (5000
configurations drawn, every group with its share) a tenth of every group are the test set; 3BPA is
trained at 300 K and tested at mixed temperatures.  The linear fits have all training data;
networks and their linear parts nine tenths, the rest ends their training.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from common import DATA, processor
from scipy import stats

import potlearn as pl
from potlearn.compress import examples_of
from potlearn.fit import FitSettings, Weights, fit_linear
from potlearn.metrics import evaluate, metrics
from potlearn.neural import NeuralSettings, fit_neural
from potlearn.tune.speed import measure_all

RESULTS = Path(__file__).parent / "results"
Degrees = tuple[float, ...]


@dataclass(frozen=True)
class Case:
    """A set of data, and bases for it.

    Attributes
    ----------
    load : function
        Training and test set.
    species, cutoff : of the bases
    sizes : degrees of about 100 and about 300 functions for each element
    ladder : degrees of rising size, for the front
    """

    load: Callable[[], tuple[Any, Any]]
    species: tuple[str, ...]
    cutoff: float
    sizes: tuple[Degrees, ...]
    ladder: tuple[Degrees, ...]
    weights: Weights = field(default_factory=Weights)
    e0: Callable[[], Any] = lambda: "auto"

    def basis(self, degree: Degrees) -> pl.ACE:
        """ACE of these degrees, one for each order."""
        return pl.ACE(self.species, cutoff=self.cutoff, order=len(degree), degree=degree)

    @property
    def settings(self) -> FitSettings:
        """Of the linear fits."""
        return FitSettings(weights=self.weights, e0=self.e0())


def zuo(element: str) -> tuple[Any, Any]:
    """Training and test set of the paper."""
    folder = DATA / f"{element}_Zuo2020"
    train, test = (pl.read(folder / f"{element}_{part}.extxyz.xz") for part in ("train", "test"))
    return train, test


def tantalum() -> tuple[Any, Any]:
    return pl.stratified_split(pl.read(DATA / "Ta_FitSNAP/Ta_FitSNAP.extxyz.xz"), 0.2, seed=0)


def alloy(n: int = 5000) -> tuple[Any, Any]:
    whole = pl.read(sorted((DATA / "WBe_FitSNAP").glob("*/*.extxyz.xz")))
    _, drawn = pl.stratified_split(whole, n / len(whole), seed=0)
    return pl.stratified_split(drawn, 0.1, seed=0)


def molecule() -> tuple[Any, Any]:
    folder = DATA / "3BPA_BOTNet"
    return pl.read(folder / "train_300K.extxyz.xz"), pl.read(folder / "train_mixedT.extxyz.xz")


def free_atoms() -> Any:
    return pl.read(DATA / "3BPA_BOTNet/iso_atoms.extxyz.xz").isolated_energies()


ONE = ((6, 5, 4), (8, 7, 6), (10, 9, 8), (12, 11, 10, 9), (14, 13, 12, 11))
TWO = ((6, 5, 4), (7, 5, 4, 4), (8, 6, 5, 4.5), (9, 7, 6, 5), (10, 7.5, 6.5, 6))
FOUR = ((8, 3, 2.5), (10, 4, 3.25), (12, 5, 4), (12, 6, 4.5))
CASES = {
    "Si": Case(
        lambda: zuo("Si"), ("Si",), 5.5, ((10, 9, 8), (12, 11, 10, 9)), ONE, e0=lambda: "fitted"
    ),
    "Mo": Case(
        lambda: zuo("Mo"), ("Mo",), 5.0, ((10, 9, 8), (12, 11, 10, 9)), ONE, e0=lambda: "fitted"
    ),
    "Ta": Case(tantalum, ("Ta",), 4.8, ((10, 9, 8), (12, 11, 10, 9)), ONE),
    "WBe": Case(alloy, ("W", "Be"), 4.8, ((8, 6, 5, 4.5),), TWO),
    "3BPA": Case(
        molecule,
        ("H", "C", "N", "O"),
        3.75,
        ((10, 4, 3.25), (12, 6, 4.5)),
        FOUR,
        Weights(1e3, 1.0, 0.0),
        free_atoms,
    ),
}


def errors(potential: Any, data: Any) -> dict[str, float]:
    """Errors of all configurations, meV/atom and meV/Å."""
    table = metrics(evaluate(potential, data))["all"]
    return {
        f"{quantity}_{kind}": 1e3 * table[quantity][kind]
        for quantity in ("energy", "forces")
        for kind in ("mae", "rmse")
    }


def linear(case: Case, basis: pl.ACE, train: Any) -> tuple[pl.LinearPotential, FitSettings]:
    """The linear fit, and its settings with one-body energies filled in."""
    result = fit_linear(train, basis, case.settings)
    return pl.LinearPotential(basis, result.coefficients), result.settings


def neural(case: Case, basis: pl.ACE, train: Any, options: dict[str, Any], seed: int) -> Any:
    """Network and linear part of nine tenths of the data; CPU seconds of all."""
    start = process_time()
    own, held = pl.stratified_split(train, 0.1, seed=seed)
    part, settings = linear(case, basis, own)
    chosen = NeuralSettings(**options, seed=seed)
    result = fit_neural(own, part, chosen, validation=held, fit=settings)
    return result, process_time() - start


def mean_and_interval(values: list[float]) -> tuple[float, float]:
    """Mean, and half width of its interval of 95 % (Student)."""
    n = len(values)
    width = stats.t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n) if n > 1 else np.nan
    return float(np.mean(values)), float(width)


def accuracy(name: str, seeds: int, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows of the table of one set."""
    case = CASES[name]
    train, test = case.load()
    for degree in case.sizes:
        basis = case.basis(degree)
        start = errors(linear(case, basis, train)[0], test)
        found, seconds, epochs = [], [], []
        for seed in range(seeds):
            result, cpu = neural(case, basis, train, options, seed)
            found.append(errors(result.potential, test))
            seconds.append(cpu)
            epochs.append(result.curve.best)
            print(f"    seed {seed}: {text(found[-1])}, {cpu:.0f} s", flush=True)
        means = {key: mean_and_interval([row[key] for row in found]) for key in start}
        row = {
            "set": name,
            "functions": basis.n_features,
            "linear": start,
            "neural": means,
            "gain": {key: 1.0 - means[key][0] / start[key] for key in start},
            "cpu_s": float(np.mean(seconds)),
            "best_epochs": epochs,
        }
        print(f"  {name}, {basis.n_features} functions: linear {text(start)}; ", end="")
        print(
            "neural "
            + ", ".join(
                f"{key} {m:.2f} ± {w:.2f} ({row['gain'][key]:+.1%})"
                for key, (m, w) in means.items()
            ),
            flush=True,
        )
        yield row


def text(found: dict[str, float]) -> str:
    """MAE, and RMSE in brackets."""
    return (
        f"{found['energy_mae']:.2f} ({found['energy_rmse']:.2f}) meV/atom, "
        f"{found['forces_mae']:.1f} ({found['forces_rmse']:.1f}) meV/Å"
    )


def front(name: str, options: dict[str, Any]) -> dict[str, Any]:
    """Errors and force times of linear and neural potentials of rising size."""
    case = CASES[name]
    train, test = case.load()
    potentials, rows = [], []
    for degree in case.ladder:
        basis = case.basis(degree)
        pair = linear(case, basis, train)[0], neural(case, basis, train, options, 0)[0].potential
        for kind, potential in zip(("linear", "neural"), pair, strict=True):
            found = errors(potential, test)
            potentials.append(potential)
            rows.append({"kind": kind, "functions": basis.n_features, **found})
            print(f"  {name} {basis.n_features} {kind}: {text(found)}", flush=True)
    times = measure_all(potentials, examples_of(train))
    for row, time in zip(rows, times, strict=True):
        row |= {"us_per_atom": time.us_per_atom, "spread": time.spread}
    return {"set": name, "rows": rows, "better": better(rows)}


def better(rows: list[dict[str, Any]]) -> float:
    """Largest gain of a neural potential over linear ones of the same force time.

    Between linear potentials errors are interpolated, both in logarithms; nothing is beyond them.
    """
    of_kind = {
        kind: sorted((r["us_per_atom"], r["forces_mae"]) for r in rows if r["kind"] == kind)
        for kind in ("linear", "neural")
    }
    times, errors_ = np.log(np.array(of_kind["linear"])).T
    best = np.minimum.accumulate(errors_)
    gains = [
        1.0 - error / np.exp(np.interp(np.log(time), times, best))
        for time, error in of_kind["neural"]
        if times[0] <= np.log(time) <= times[-1]
    ]
    return float(max(gains, default=np.nan))


def picture(found: list[dict[str, Any]], path: Path) -> None:
    """Force errors against force time, a panel for each set."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FixedLocator, NullLocator

    figure = Figure(figsize=(3.1 * len(found), 3.0), layout="constrained")
    for axes, item in zip(figure.subplots(1, len(found), squeeze=False)[0], found, strict=True):
        for kind, colour, marker in (("linear", "#3b82c4", "o"), ("neural", "#d97a2b", "s")):
            rows = sorted(
                (r for r in item["rows"] if r["kind"] == kind), key=lambda r: r["us_per_atom"]
            )
            axes.plot(
                [r["us_per_atom"] for r in rows],
                [r["forces_mae"] for r in rows],
                color=colour, marker=marker, ms=4, lw=1.2, label=kind,
            )  # fmt: skip
        axes.set(xscale="log", yscale="log", title=item["set"], xlabel="force time, µs/atom")
        for axis, ticks in ((axes.xaxis, (1, 2, 3, 5, 10)), (axes.yaxis, (50, 70, 100, 150, 200))):
            axis.set_major_locator(FixedLocator(ticks))
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter("{x:g}")
        axes.grid(alpha=0.3, which="both", lw=0.5)
    figure.axes[0].set_ylabel("force error (MAE), meV/Å")
    figure.axes[0].legend(frameon=False)
    figure.savefig(path, dpi=150)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("accuracy", "front"))
    parser.add_argument("--set", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--members", type=int, default=4)
    parser.add_argument("--hidden", type=int, nargs="+", default=[32, 32])
    parser.add_argument("--options", type=json.loads, default={}, help="settings as JSON")
    parser.add_argument("--picture", type=Path)
    arguments = parser.parse_args()
    options = {
        "members": arguments.members, "hidden": tuple(arguments.hidden), **arguments.options
    }  # fmt: skip
    found: list[dict[str, Any]] = []
    RESULTS.mkdir(exist_ok=True)
    for name in arguments.set:
        print(f"{name}:", flush=True)
        if arguments.what == "accuracy":
            found += accuracy(name, arguments.seeds, options)
        else:
            found.append(front(name, options))
            print(f"  largest gain of forces at equal force time: {found[-1]['better']:.1%}")
        content = {"processor": processor(), "options": options, "rows": found}
        path = RESULTS / f"neural_{arguments.what}.json"
        path.write_text(json.dumps(content, indent=1))
    if arguments.picture is not None:
        picture(found, arguments.picture)


if __name__ == "__main__":
    main()
