"""Predictions beside labels: errors per group, bootstrap intervals, files."""

from potlearn.metrics.errors import bootstrap, error_measures, force_cosines, metrics
from potlearn.metrics.evaluation import QUANTITIES, Evaluation, Values, write_predictions
from potlearn.metrics.predict import evaluate

__all__ = [
    "QUANTITIES",
    "Evaluation",
    "Values",
    "bootstrap",
    "error_measures",
    "evaluate",
    "force_cosines",
    "metrics",
    "write_predictions",
]
