"""Selection of rows: arrays in, indices out."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from potlearn.select.clusters.dbscan import DBSCAN as DBSCAN
    from potlearn.select.clusters.direct import DIRECT as DIRECT
    from potlearn.select.clusters.hdbscan import HDBSCAN as HDBSCAN
    from potlearn.select.clusters.kmeans import KMeans as KMeans
    from potlearn.select.clusters.kmedoids import KMedoids as KMedoids
    from potlearn.select.coverage.entropy import Entropy as Entropy
    from potlearn.select.coverage.fps import FPS as FPS
    from potlearn.select.coverage.set_cover import SetCover as SetCover
    from potlearn.select.determinantal.dpp import DPP as DPP
    from potlearn.select.determinantal.greedy_map import GreedyMAP as GreedyMAP
    from potlearn.select.determinantal.inclusion import InclusionSampling as InclusionSampling
    from potlearn.select.determinantal.kdpp import KDPP as KDPP
    from potlearn.select.distances.euclidean import Euclidean as Euclidean
    from potlearn.select.distances.foerstner import foerstner_distance as foerstner_distance
    from potlearn.select.distances.kabsch import rmsd as rmsd
    from potlearn.select.distances.kabsch import rmsd_gradients as rmsd_gradients
    from potlearn.select.distances.mmd import mean_discrepancy as mean_discrepancy
    from potlearn.select.distances.stein import stein_discrepancy as stein_discrepancy
    from potlearn.select.distances.stein import stein_kernel as stein_kernel
    from potlearn.select.hierarchy.hierarchical import Hierarchical as Hierarchical
    from potlearn.select.kernels.base import Kernel as Kernel
    from potlearn.select.kernels.named import IMQ as IMQ
    from potlearn.select.kernels.named import KERNELS as KERNELS
    from potlearn.select.kernels.named import RBF as RBF
    from potlearn.select.kernels.named import Cosine as Cosine
    from potlearn.select.kernels.named import Linear as Linear
    from potlearn.select.matrix.cur import CUR as CUR
    from potlearn.select.matrix.deim import DEIM as DEIM
    from potlearn.select.matrix.maxvol import MaxVol as MaxVol
    from potlearn.select.matrix.maxvol import extrapolation_grade as extrapolation_grade
    from potlearn.select.matrix.pivoted_qr import PivotedQR as PivotedQR
    from potlearn.select.registry import SELECTORS as SELECTORS
    from potlearn.select.registry import make_selector as make_selector
    from potlearn.select.sampling.stratified import Stratified as Stratified
    from potlearn.select.sampling.uniform import Random as Random
    from potlearn.select.selection import Selection as Selection
    from potlearn.select.selector import Selector as Selector

_EXPORTS = {
    "CUR": "matrix.cur",
    "Cosine": "kernels.named",
    "DBSCAN": "clusters.dbscan",
    "DEIM": "matrix.deim",
    "DIRECT": "clusters.direct",
    "DPP": "determinantal.dpp",
    "Entropy": "coverage.entropy",
    "Euclidean": "distances.euclidean",
    "FPS": "coverage.fps",
    "GreedyMAP": "determinantal.greedy_map",
    "HDBSCAN": "clusters.hdbscan",
    "Hierarchical": "hierarchy.hierarchical",
    "IMQ": "kernels.named",
    "InclusionSampling": "determinantal.inclusion",
    "KDPP": "determinantal.kdpp",
    "KERNELS": "kernels.named",
    "KMeans": "clusters.kmeans",
    "KMedoids": "clusters.kmedoids",
    "Kernel": "kernels.base",
    "Linear": "kernels.named",
    "MaxVol": "matrix.maxvol",
    "PivotedQR": "matrix.pivoted_qr",
    "RBF": "kernels.named",
    "Random": "sampling.uniform",
    "SELECTORS": "registry",
    "Selection": "selection",
    "Selector": "selector",
    "SetCover": "coverage.set_cover",
    "Stratified": "sampling.stratified",
    "extrapolation_grade": "matrix.maxvol",
    "foerstner_distance": "distances.foerstner",
    "make_selector": "registry",
    "mean_discrepancy": "distances.mmd",
    "rmsd": "distances.kabsch",
    "rmsd_gradients": "distances.kabsch",
    "stein_discrepancy": "distances.stein",
    "stein_kernel": "distances.stein",
}

__all__ = [*_EXPORTS]


def __getattr__(name: str) -> Any:
    """Load the module of a name when it is first used (PEP 562)."""
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_EXPORTS[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
