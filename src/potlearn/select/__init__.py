"""Selection of rows: arrays in, indices out."""

from potlearn.select.cur import CUR
from potlearn.select.dpp import DPP
from potlearn.select.fps import FPS
from potlearn.select.greedy_map import GreedyMAP
from potlearn.select.inclusion import InclusionSampling
from potlearn.select.kdpp import KDPP
from potlearn.select.kernel_base import Kernel
from potlearn.select.kernels import IMQ, KERNELS, RBF, Cosine, Linear
from potlearn.select.registry import SELECTORS, make_selector
from potlearn.select.selection import Selection
from potlearn.select.selector import Selector
from potlearn.select.stratified import Stratified
from potlearn.select.uniform import Random

__all__ = [
    "CUR",
    "DPP",
    "FPS",
    "IMQ",
    "KDPP",
    "KERNELS",
    "RBF",
    "SELECTORS",
    "Cosine",
    "GreedyMAP",
    "InclusionSampling",
    "Kernel",
    "Linear",
    "Random",
    "Selection",
    "Selector",
    "Stratified",
    "make_selector",
]
