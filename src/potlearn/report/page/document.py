"""The page as a file: header, panels, their data, script and plotting library."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from potlearn import __version__
from potlearn.report.info import ReportInfo
from potlearn.report.page.compact import Json
from potlearn.report.page.panel import Panel, navigation
from potlearn.runtime import package_folder, write_text

# Beyond this level the file hardly shrinks, and takes twice the time.
_COMPRESSION = 5


def write_page(
    path: str | Path, info: ReportInfo, panels: Mapping[str, Panel], top: str = "", **data: object
) -> None:
    """Write a page of panels, below a header and the HTML of ``top``.

    Parameters
    ----------
    path : path
        The HTML file; about 2 MB, most of it the compressed plotting library.
    info : ReportInfo
        Title and summary.
    panels : mapping of str to Panel
    top : str
    data
        What the page's script needs beside the data of the panels.

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    """
    library = plotly_script()
    assets = files("potlearn.report.page") / "assets"
    sections = (panel.html(key) for key, panel in panels.items())
    page = Template((assets / "page.html").read_text(encoding="utf-8")).substitute(
        version=__version__,
        title=escape(info.title),
        style=(assets / "style.css").read_text(encoding="utf-8"),
        body="\n".join([_header(info, panels) + top, *sections]),
        data=script_json({**_data(panels), **data}),
        plotly=packed(library),
        script=(assets / "report.js").read_text(encoding="utf-8"),
    )
    write_text(path, page)


def _header(info: ReportInfo, panels: Mapping[str, Panel]) -> str:
    summary = f"<p>{escape(info.summary)}</p>" if info.summary else ""
    return f"<header><h1>{escape(info.title)}</h1>{summary}{navigation(panels)}</header>"


def _data(panels: Mapping[str, Panel]) -> Json:
    """Figures and other data of all panels."""
    data: dict[str, object] = {}
    figures: dict[str, Json] = {}
    for panel in panels.values():
        data |= panel.data
        figures |= panel.figures
    return data | ({"figures": figures} if figures else {})


def plotly_script() -> bytes:
    """The plotting library: the file that the plotly package brings, read without its Python.

    Raises
    ------
    MissingExtraError
        plotly is not installed.
    """
    folder = package_folder("plotly", "report", "the HTML report")
    return (folder / "package_data" / "plotly.min.js").read_bytes()


def packed(script: bytes) -> str:
    """Compressed script in base64; the same input gives the same bytes."""
    return base64.b64encode(gzip.compress(script, _COMPRESSION, mtime=0)).decode("ascii")


def script_json(value: object) -> str:
    """JSON that cannot end the script element around it."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
