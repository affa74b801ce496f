"""Every selector that the contract suite runs on: one line registers one."""

from dataclasses import dataclass, field

import numpy as np

from potlearn.select import RBF, make_selector


@dataclass(frozen=True)
class Case:
    """How the contracts make a selector, and which of them it keeps.

    ``moves``, ``turns`` and ``scales``: what the choice does not depend on, beside the order of
    the rows where ``permutes`` says so.  ``duplicates``: whether equal rows can both be chosen.
    """

    name: str
    options: dict = field(default_factory=dict)
    permutes: bool = False
    moves: bool = False
    turns: bool = True
    scales: bool = True
    duplicates: bool = False
    sized: bool = True

    def make(self, k, seed=0):
        size = {"n_to_select": k} if self.sized else {}
        return make_selector(self.name, **size, **self.options, random_state=seed)


CASES = {
    "random": Case("random", moves=True, duplicates=True),
    "stratified": Case("stratified", moves=True, duplicates=True),
    "dpp": Case("dpp", {"expected_size": 5.0}, sized=False),
    "kdpp": Case("kdpp"),
    "kdpp rbf": Case("kdpp", {"kernel": "rbf"}, moves=True),
    "kdpp cosine": Case("kdpp", {"kernel": "cosine"}),
    "map": Case("map", permutes=True),
    "map imq": Case("map", {"kernel": "imq"}, moves=True),
    "map rbf": Case("map", {"kernel": RBF(2.0)}, moves=True, scales=False),
    "inclusion": Case("inclusion", duplicates=True),
    "fps": Case("fps", permutes=True, moves=True),
    "cur": Case("cur", permutes=True),
    "deim": Case("deim", permutes=True),
    "pivoted qr": Case("pivoted_qr", permutes=True),
    "maxvol": Case("maxvol", permutes=True),
    "kmeans": Case("kmeans", moves=True),
    "kmedoids": Case("kmedoids", moves=True),
    "dbscan": Case("dbscan", moves=True, duplicates=True),
    "dbscan equal": Case("dbscan", {"allocation": "equal"}, moves=True, duplicates=True),
    "hdbscan": Case("hdbscan", moves=True, duplicates=True),
    "direct": Case("direct", moves=True, turns=False),
    "direct of two": Case("direct", {"n_per_cluster": 2}, moves=True, turns=False, duplicates=True),
    "entropy": Case("entropy", permutes=True, moves=True, duplicates=True),
    "set cover": Case("set_cover", moves=True),
    "cur of three": Case("cur", {"n_vectors": 3}, permutes=True),
}


def rows(n=60, d=12, seed=0):
    """Rows with columns of different size."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) * np.linspace(1.0, 2.0, d) + 0.5


def groups(n):
    return np.arange(n) % 4
