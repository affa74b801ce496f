"""Every selector by name."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from potlearn.errors import SelectionError
from potlearn.registry import Registry
from potlearn.select.selector import Selector

SELECTORS: Registry[type[Selector]] = Registry(
    "selector",
    SelectionError,
    {
        "random": "potlearn.select.sampling.uniform:Random",
        "stratified": "potlearn.select.sampling.stratified:Stratified",
        "dpp": "potlearn.select.determinantal.dpp:DPP",
        "kdpp": "potlearn.select.determinantal.kdpp:KDPP",
        "map": "potlearn.select.determinantal.greedy_map:GreedyMAP",
        "inclusion": "potlearn.select.determinantal.inclusion:InclusionSampling",
        "fps": "potlearn.select.coverage.fps:FPS",
        "cur": "potlearn.select.matrix.cur:CUR",
        "deim": "potlearn.select.matrix.deim:DEIM",
        "pivoted_qr": "potlearn.select.matrix.pivoted_qr:PivotedQR",
        "maxvol": "potlearn.select.matrix.maxvol:MaxVol",
        "kmeans": "potlearn.select.clusters.kmeans:KMeans",
        "kmedoids": "potlearn.select.clusters.kmedoids:KMedoids",
        "dbscan": "potlearn.select.clusters.dbscan:DBSCAN",
        "hdbscan": "potlearn.select.clusters.hdbscan:HDBSCAN",
        "direct": "potlearn.select.clusters.direct:DIRECT",
        "entropy": "potlearn.select.coverage.entropy:Entropy",
        "set_cover": "potlearn.select.coverage.set_cover:SetCover",
    },
)


def make_selector(name: str, **parameters: Any) -> Selector:
    """Selector by name; ``random_state`` may be given to those too that draw nothing.

    Raises
    ------
    SelectionError
        Unknown name or parameter, or one that is missing.
    """
    kind = SELECTORS.load(name)
    known = [f.name for f in fields(kind) if f.init]
    if "random_state" not in known:
        parameters.pop("random_state", None)
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise SelectionError(
            f"selector {name!r} has no parameter {unknown[0]!r}; it has {', '.join(known)}"
        )
    try:
        return kind(**parameters)
    except TypeError as error:
        raise SelectionError(f"selector {name!r}: {error}") from error
