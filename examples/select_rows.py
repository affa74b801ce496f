"""Choose rows of a matrix of features: few rows, many rows, several processes."""

import numpy as np

import potlearn as pl
from potlearn.runtime import Runtime
from potlearn.select import FPS, KDPP, Hierarchical, extrapolation_grade


def main() -> None:
    """Choose rows in three ways."""
    # Features of 20,000 configurations, in a file that is read piece by piece.
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20_000, 40)) * np.logspace(0, -2, 40)
    np.save("features.npy", X)
    X = np.load("features.npy", mmap_mode="r")

    # Exact k-DPP: rows with probability proportional to the volume that they span.
    selector = pl.select.KDPP(n_to_select=20, kernel="linear", random_state=0).fit(X)
    print("k-DPP:", selector.selected_idx_[:5], "...")
    print("most likely row:", selector.inclusion_probabilities(X).argmax())

    # The same over two processes, and resumed after an interruption: the same rows.
    runtime = Runtime(workers=2, checkpoint="select.ckpt")
    many = Hierarchical(KDPP(20, random_state=0), runtime=runtime)
    print("same rows:", np.array_equal(many.fit(X).selected_idx_, selector.selected_idx_))

    # Rows far from each other, and how far others extrapolate from them.
    chosen = FPS(40).fit(X).selected_idx_
    print(f"largest extrapolation grade: {extrapolation_grade(X, X[chosen]).max():.1f}")


if __name__ == "__main__":
    main()
