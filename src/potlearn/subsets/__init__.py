"""Fits of subsets: ways to choose configurations, compared by the errors of what they give."""

from potlearn.subsets.compare import Comparison, Split, content_of, run_comparison
from potlearn.subsets.fits import HeldOut, SubsetFit, SubsetFits
from potlearn.subsets.methods import Method
from potlearn.subsets.results import Cell, Results
from potlearn.subsets.statistics import Estimate, Table, interval

__all__ = [
    "Cell",
    "Comparison",
    "Estimate",
    "HeldOut",
    "Method",
    "Results",
    "Split",
    "SubsetFit",
    "SubsetFits",
    "Table",
    "content_of",
    "interval",
    "run_comparison",
]
