"""The report: one HTML file that needs no network."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from potlearn import __version__
from potlearn.errors import DataError
from potlearn.metrics import Evaluation, bootstrap, metrics
from potlearn.report import sections
from potlearn.report.info import ReportInfo, SuspiciousLabel
from potlearn.report.payload import payload
from potlearn.report.sources import without_folders
from potlearn.runtime import require


def write_report(
    path: str | Path,
    evaluations: Mapping[str, Evaluation],
    info: ReportInfo | None = None,
    *,
    suspicious: Sequence[SuspiciousLabel] = (),
    seed: int = 0,
) -> None:
    """Write the report of a potential.

    Parameters
    ----------
    path : str or Path
        The HTML file; about 2 MB, most of it the compressed plotting library.
    evaluations : mapping of str to Evaluation
        By name of the set.  ``"test"`` gives the headline numbers, or where there is none the
        last set.  Sets without configurations are left out.  Files are named by the last parts
        of their paths that tell them apart.
    info : ReportInfo, optional
        What was fitted, and how long it took.
    suspicious : sequence of SuspiciousLabel
        Labels to check, in the order to show.
    seed : int
        Of the bootstrap intervals.

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    DataError
        There is no configuration in any set.
    """
    shown, suspicious = without_folders(_ordered(evaluations), suspicious)
    data = payload(shown) | {"first": next(iter(shown))}
    told = info or ReportInfo()
    write_page(path, told.title, _body(shown, data, told, suspicious, seed), data)


def write_page(path: str | Path, title: str, body: str, data: Mapping[str, Any]) -> None:
    """Write a page of some sections, whose script draws ``data``.

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    """
    plotly = require("plotly.offline", "report", "the HTML report")
    assets = files("potlearn.report") / "assets"
    page = Template((assets / "page.html").read_text(encoding="utf-8")).substitute(
        version=__version__,
        title=escape(title),
        style=(assets / "style.css").read_text(encoding="utf-8"),
        body=body,
        data=script_json(data),
        plotly=_packed(plotly.get_plotlyjs()),
        script=(assets / "report.js").read_text(encoding="utf-8"),
    )
    Path(path).write_text(page, encoding="utf-8")


def _ordered(evaluations: Mapping[str, Evaluation]) -> dict[str, Evaluation]:
    """Sets with configurations, the one that counts first."""
    present = {name: e for name, e in evaluations.items() if len(e)}
    if not present:
        raise DataError("no configurations to report on: every evaluation is empty")
    first = "test" if "test" in present else list(present)[-1]
    return {first: present[first]} | present


def _body(
    evaluations: Mapping[str, Evaluation],
    data: Mapping[str, Any],
    info: ReportInfo,
    suspicious: Sequence[SuspiciousLabel],
    seed: int,
) -> str:
    """All parts that have something to show."""
    first = next(iter(evaluations))
    measures = {name: metrics(e) for name, e in evaluations.items()}
    intervals = {name: bootstrap(e, seed=seed) for name, e in evaluations.items()}
    parts = {"groups": sections.groups(evaluations, measures, intervals)}
    if data["quantities"]:
        parts["parity"] = sections.parity(evaluations, measures)
        parts["errors"] = sections.errors(data["quantities"])
    if data["angles"]:
        parts["angles"] = sections.angles(data["angles"])
    if data["quantities"]:
        parts["worst"] = sections.worst(evaluations)
    if suspicious:
        parts["suspicious"] = sections.suspicious(suspicious)
    if info.sections:
        parts["fitted"] = sections.fitted(info)
    if info.timing:
        parts["timing"] = sections.timing(info)
    top = sections.header(info, list(parts)) + sections.cards(first, measures, intervals)
    return "\n".join([top, *parts.values()])


def script_json(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _packed(script: str) -> str:
    """Compressed script in base64; the same input gives the same bytes."""
    return base64.b64encode(gzip.compress(script.encode(), 9, mtime=0)).decode("ascii")
