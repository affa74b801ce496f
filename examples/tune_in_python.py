"""Search the front of accuracy against force time, and choose a potential from it."""

from pathlib import Path

import potlearn as pl

DATA = Path(__file__).parents[1] / "datasets" / "silicon" / "silicon.extxyz.xz"


def search():
    """Search cutoff, size and weights of an ACE; the same call continues an interrupted search."""
    return pl.tasks.tune(
        {
            "data": {"file": str(DATA), "split": {"test": 0.1, "kind": "stratified"}},
            "descriptor": {"family": "ace", "species": ["Si"], "order": 2},
            "space": {
                "descriptor.cutoff": [4.5, 5.0],
                "descriptor.max_functions": {"low": 20, "high": 60, "log": True},
                "fit.weights.energy": {"low": 10, "high": 1000, "log": True},
            },
            "search": {"trials": 30, "sampler": "nsga2"},
            "output": {"folder": "front_in_python", "models": 3, "survival": False},
        }
    )


def choose(folder):
    """Three questions to the front, each answered with a point and the reason."""
    tuned = pl.tune.load(folder)
    limit = 1.5 * min(point.values["force_time"] for point in tuned.front)
    for question, point in {
        "knee": tuned.knee(),
        "fastest that is not clearly worse": tuned.fastest(within_se=1),
        f"best below {limit:.2g} µs/atom": tuned.best(below={"force_time": limit}),
    }.items():
        print(f"{question}: {point}")
    return tuned.knee()


def main():
    """Search, choose, and use the chosen potential."""
    outcome = search()
    print(outcome.summary)
    point = choose(outcome.folder)
    potential = point.load()
    print(f"{point.command} makes this potential of {potential.descriptor.n_features} functions")


if __name__ == "__main__":
    main()
