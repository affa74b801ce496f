"""Reports: one interactive HTML file, and figures for papers."""

from potlearn.report.figures import figures
from potlearn.report.html import write_report
from potlearn.report.info import ReportInfo, SuspiciousLabel

__all__ = ["ReportInfo", "SuspiciousLabel", "figures", "write_report"]
