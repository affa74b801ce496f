"""Selection of rows: arrays in, indices out."""

from potlearn.select.cur import CUR
from potlearn.select.dbscan import DBSCAN
from potlearn.select.deim import DEIM
from potlearn.select.direct import DIRECT
from potlearn.select.dpp import DPP
from potlearn.select.entropy import Entropy
from potlearn.select.foerstner import foerstner_distance
from potlearn.select.fps import FPS
from potlearn.select.greedy_map import GreedyMAP
from potlearn.select.hdbscan import HDBSCAN
from potlearn.select.hierarchical import Hierarchical
from potlearn.select.inclusion import InclusionSampling
from potlearn.select.kabsch import rmsd, rmsd_gradients
from potlearn.select.kdpp import KDPP
from potlearn.select.kernel_base import Kernel
from potlearn.select.kernels import IMQ, KERNELS, RBF, Cosine, Linear
from potlearn.select.kmeans import KMeans
from potlearn.select.kmedoids import KMedoids
from potlearn.select.maxvol import MaxVol, extrapolation_grade
from potlearn.select.metric import Euclidean
from potlearn.select.mmd import mean_discrepancy
from potlearn.select.pivoted_qr import PivotedQR
from potlearn.select.registry import SELECTORS, make_selector
from potlearn.select.selection import Selection
from potlearn.select.selector import Selector
from potlearn.select.set_cover import SetCover
from potlearn.select.stein import stein_discrepancy, stein_kernel
from potlearn.select.stratified import Stratified
from potlearn.select.uniform import Random

__all__ = [
    "CUR",
    "DBSCAN",
    "DEIM",
    "DIRECT",
    "DPP",
    "FPS",
    "HDBSCAN",
    "IMQ",
    "KDPP",
    "KERNELS",
    "RBF",
    "SELECTORS",
    "Cosine",
    "Entropy",
    "Euclidean",
    "GreedyMAP",
    "Hierarchical",
    "InclusionSampling",
    "KMeans",
    "KMedoids",
    "Kernel",
    "Linear",
    "MaxVol",
    "PivotedQR",
    "Random",
    "Selection",
    "Selector",
    "SetCover",
    "Stratified",
    "extrapolation_grade",
    "foerstner_distance",
    "make_selector",
    "mean_discrepancy",
    "rmsd",
    "rmsd_gradients",
    "stein_discrepancy",
    "stein_kernel",
]
