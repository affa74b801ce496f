"""Laws over subsets of a small ground set, by enumeration."""

from itertools import combinations

import numpy as np
from scipy.stats import chisquare


def k_dpp(L, k):
    """Probability of every k-subset, {subset: P}."""
    volumes = {s: max(np.linalg.det(L[np.ix_(s, s)]), 0.0) for s in combinations(range(len(L)), k)}
    total = sum(volumes.values())
    return {s: v / total for s, v in volumes.items()}


def dpp(L):
    """Probability of every subset."""
    normaliser = np.linalg.det(L + np.eye(len(L)))
    return {
        s: max(np.linalg.det(L[np.ix_(s, s)]), 0.0) / normaliser
        for k in range(len(L) + 1)
        for s in combinations(range(len(L)), k)
    }


def inclusion(law, n):
    """Probability of every item."""
    return np.array([sum(p for s, p in law.items() if i in s) for i in range(n)])


def p_value(draws, law):
    """Chi-square test of draws against a law; subsets of small expectation are one class."""
    counts = dict.fromkeys(law, 0)
    for draw in draws:
        counts[tuple(sorted(draw.tolist()))] += 1
    expected = {s: p * len(draws) for s, p in law.items()}
    rare = [s for s in law if expected[s] < 10]
    impossible = [s for s in law if law[s] < 1e-12]
    assert not any(counts[s] for s in impossible), "a subset without volume was drawn"
    found = [counts[s] for s in law if s not in rare] + [sum(counts[s] for s in rare)]
    wanted = [expected[s] for s in law if s not in rare] + [sum(expected[s] for s in rare)]
    if wanted[-1] < 10:  # too rare to test by itself
        rest = found.pop(), wanted.pop()
        found[-1], wanted[-1] = found[-1] + rest[0], wanted[-1] + rest[1]
    wanted = np.array(wanted) * sum(found) / sum(wanted)
    return chisquare(found, wanted).pvalue
