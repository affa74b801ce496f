"""Errors of `learning.py` on the test set, and its tables over seeds."""

from __future__ import annotations

import numpy as np
from scipy import stats

from potlearn.workflows.learning.measured import errors_of

LABELS = (12, 18, 24, 36, 48, 72, 96)
"""Numbers of labels after which a potential is tested."""


def errors(model, test):
    """Root mean square errors: meV/atom, meV/Å, by temperature too."""
    found = {"all": errors_of(model, test)}
    groups = test.by_group()
    found |= {name: errors_of(model, test.subset(rows)) for name, rows in groups.items()}
    return {
        name: {q: 1e3 * part[q]["rmse"] for q in ("energy", "forces")}
        for name, part in found.items()
    }


def show(found):
    """Mean and standard deviation over seeds, by number of labels."""
    for way, seeds in found.items():
        for n in LABELS:
            rows = [each[str(n)] for each in seeds.values() if str(n) in each]
            if rows:
                print(f"{way}, {n} labels, {len(rows)} seeds: {'; '.join(words(rows))}", flush=True)


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


def words(rows):
    """Errors on the whole test set, and those of forces at each temperature."""
    for group in rows[0]:
        for quantity, unit in (("forces", "meV/Å"), ("energy", "meV/atom")):
            if quantity == "forces" or group == "all":
                values = np.array([row[group][quantity] for row in rows])
                spread = f" ± {values.std():.1f}" if len(rows) > 1 else ""
                yield f"{group} {quantity} {values.mean():.1f}{spread} {unit}"
