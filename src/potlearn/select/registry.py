"""Every selector by name."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from potlearn.errors import SelectionError
from potlearn.select.clusters.dbscan import DBSCAN
from potlearn.select.clusters.direct import DIRECT
from potlearn.select.clusters.hdbscan import HDBSCAN
from potlearn.select.clusters.kmeans import KMeans
from potlearn.select.clusters.kmedoids import KMedoids
from potlearn.select.coverage.entropy import Entropy
from potlearn.select.coverage.fps import FPS
from potlearn.select.coverage.set_cover import SetCover
from potlearn.select.determinantal.dpp import DPP
from potlearn.select.determinantal.greedy_map import GreedyMAP
from potlearn.select.determinantal.inclusion import InclusionSampling
from potlearn.select.determinantal.kdpp import KDPP
from potlearn.select.matrix.cur import CUR
from potlearn.select.matrix.deim import DEIM
from potlearn.select.matrix.maxvol import MaxVol
from potlearn.select.matrix.pivoted_qr import PivotedQR
from potlearn.select.sampling.stratified import Stratified
from potlearn.select.sampling.uniform import Random
from potlearn.select.selector import Selector

SELECTORS: dict[str, type[Selector]] = {
    "random": Random,
    "stratified": Stratified,
    "dpp": DPP,
    "kdpp": KDPP,
    "map": GreedyMAP,
    "inclusion": InclusionSampling,
    "fps": FPS,
    "cur": CUR,
    "deim": DEIM,
    "pivoted_qr": PivotedQR,
    "maxvol": MaxVol,
    "kmeans": KMeans,
    "kmedoids": KMedoids,
    "dbscan": DBSCAN,
    "hdbscan": HDBSCAN,
    "direct": DIRECT,
    "entropy": Entropy,
    "set_cover": SetCover,
}


def make_selector(name: str, **parameters: Any) -> Selector:
    """Selector by name; ``random_state`` may be given to those too that draw nothing.

    Raises
    ------
    SelectionError
        Unknown name or parameter, or one that is missing.
    """
    if name not in SELECTORS:
        raise SelectionError(f"unknown selector {name!r}; expected one of {', '.join(SELECTORS)}")
    known = [f.name for f in fields(SELECTORS[name]) if f.init]
    if "random_state" not in known:
        parameters.pop("random_state", None)
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise SelectionError(
            f"selector {name!r} has no parameter {unknown[0]!r}; it has {', '.join(known)}"
        )
    try:
        return SELECTORS[name](**parameters)
    except TypeError as error:
        raise SelectionError(f"selector {name!r}: {error}") from error
