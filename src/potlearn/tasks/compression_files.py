"""The files of a compression's curve."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from potlearn.errors import OutputError
from potlearn.tasks.folder import OutputFolder
from potlearn.tasks.settings.compress import CompressConfig

if TYPE_CHECKING:
    from potlearn.compress import Curve

OTHERS = (".yace", ".pod", ".table")
"""Ends of names of files that are exported, not saved."""
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
        A folder in place of a file, no permission, the file of the model or of the data, or the
        name of another kind of file.
    MissingExtraError
        A package of the figures is not installed.
    """
    from potlearn.runtime import check_folder, check_installed, check_output

    if config.output is not None:
        check_output(config.output)
        _check_name(config.output, config)
    if config.curve:
        check_folder(curve_folder(config))
        instead = "compress without --curve"
        check_installed("plotly", "matplotlib", extra="report", what="the curve", instead=instead)


def _check_name(output: Path, config: CompressConfig) -> None:
    """Refuse to write over what is read, and a saved model under the name of another format."""
    inputs = {path.resolve() for path in (*config.model, *config.data, *config.test)}
    if output.resolve() in inputs:
        raise OutputError(
            f"{output}: is read, too, and would be overwritten; give the smaller model another name"
        )
    if output.suffix in OTHERS:
        raise OutputError(
            f"{output}: expected the name of a saved model (.potl); `potlearn export` writes "
            f"{output.suffix} files from it"
        )


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
