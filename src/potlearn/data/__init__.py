"""Labelled configurations: reading, checking, splitting, neighbour lists."""

from potlearn.data.dataset import Dataset
from potlearn.data.findings import Finding
from potlearn.data.inspection import GroupSummary, Inspection, inspect
from potlearn.data.label_report import LabelReport
from potlearn.data.labels import LabelKeys, Labels
from potlearn.data.normalisation import Standardiser
from potlearn.data.reading import from_atoms, read
from potlearn.data.splits import (
    grouped_split,
    held_out,
    info_groups,
    k_folds,
    random_split,
    stratified_split,
)

__all__ = [
    "Dataset",
    "Finding",
    "GroupSummary",
    "Inspection",
    "LabelKeys",
    "LabelReport",
    "Labels",
    "Standardiser",
    "from_atoms",
    "grouped_split",
    "held_out",
    "info_groups",
    "inspect",
    "k_folds",
    "random_split",
    "read",
    "stratified_split",
]
