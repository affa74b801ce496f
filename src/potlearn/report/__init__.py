"""Reports: interactive HTML files, and figures for papers."""

from potlearn.report.figures import figures
from potlearn.report.html import write_report
from potlearn.report.info import ReportInfo, SuspiciousLabel
from potlearn.report.selection import SelectionView, write_selection_report
from potlearn.report.selection_figures import selection_figure

__all__ = [
    "ReportInfo",
    "SelectionView",
    "SuspiciousLabel",
    "figures",
    "selection_figure",
    "write_report",
    "write_selection_report",
]
