"""The files of a compression's curve."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.tasks.folder import OutputFolder
from potlearn.tasks.settings.compress import CompressConfig

if TYPE_CHECKING:
    from potlearn.compress import Curve

RESULTS = ("curve.json", "curve.csv", "curve.html", "figures")


def curve_folder(config: CompressConfig) -> Path:
    """``OUTPUT-curve``, or ``MODEL-curve`` in the working directory."""
    if config.output is not None:
        return config.output.with_name(f"{config.output.stem}-curve")
    return Path(f"{config.model[0].stem}-curve")


def check_outputs(config: CompressConfig) -> None:
    """Refuse outputs that cannot be written, before the work.

    Raises
    ------
    OutputError
        A folder in place of a file, or no permission.
    MissingExtraError
        A package of the figures is not installed.
    """
    from potlearn.runtime import check_folder, check_installed, check_output

    if config.output is not None:
        check_output(config.output)
    if config.curve:
        check_folder(curve_folder(config))
        instead = "compress without --curve"
        check_installed("plotly", "matplotlib", extra="report", what="the curve", instead=instead)


def write_curve_files(config: CompressConfig, curve: Curve) -> tuple[Path, ...]:
    """Write ``curve.json``, ``curve.csv``, ``curve.html`` and ``figures/``; their paths."""
    from potlearn.report import ReportInfo, curve_figure, write_curve_report

    folder = OutputFolder(curve_folder(config), RESULTS)
    with folder:
        folder.write_json("curve.json", curve.to_dict())
        folder.write_text("curve.csv", _csv(curve))
        by = " by cost" if curve.by == "cost" else ""
        title = f"{config.model[0].stem} compressed: {curve.method}{by}"
        with folder.file("curve.html") as path:
            write_curve_report(path, ReportInfo(title=title), curve)
        with folder.subfolder("figures") as path:
            curve_figure(curve, path)
    return tuple(folder.path / name for name in folder.files)


def _csv(curve: Curve) -> str:
    text, rows = io.StringIO(), curve.rows()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
