"""Reports: interactive HTML files, and figures for papers."""

from potlearn.report.comparison import markdown_table, write_comparison_report
from potlearn.report.comparison_figures import comparison_figure
from potlearn.report.figures import figures
from potlearn.report.html import write_report
from potlearn.report.info import ReportInfo, SuspiciousLabel
from potlearn.report.search import write_search_report
from potlearn.report.selection import SelectionView, write_selection_report
from potlearn.report.selection_figures import selection_figure

__all__ = [
    "ReportInfo",
    "SelectionView",
    "SuspiciousLabel",
    "comparison_figure",
    "figures",
    "markdown_table",
    "selection_figure",
    "write_comparison_report",
    "write_report",
    "write_search_report",
    "write_selection_report",
]
