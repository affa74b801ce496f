"""The figure of a simulation: temperature, energy, pressure and drift against time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.report.paper import ACCENT, COLUMN, GREY, style, write
from potlearn.typing import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def dynamics_figure(
    columns: Mapping[str, Array],
    n_atoms: int,
    folder: str | Path,
    name: str = "md",
    title: str = "",
    formats: Sequence[str] = ("png", "pdf"),
) -> list[Path]:
    """Write ``md.png`` and ``md.pdf``.

    Parameters
    ----------
    columns : mapping of str to (M,)
        ``time`` (ps), ``temperature`` (K), ``potential`` and ``conserved`` (eV), ``pressure``
        (GPa).
    n_atoms : int
    folder : path
    name : str
        Of the files, without ending.
    title : str
        How the simulation ended.
    formats : sequence of str

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    with style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(2 * COLUMN, 3.8), layout="constrained")
        figure.suptitle(title, fontsize=8)
        axes = figure.subplots(2, 2, sharex=True).ravel()
        per_atom = 1000 / n_atoms
        drift = per_atom * (columns["conserved"] - columns["conserved"][:1])
        _panel(axes[0], columns["time"], columns["temperature"], "Temperature (K)")
        energy = columns["potential"] / n_atoms
        _panel(axes[1], columns["time"], energy, "Energy (eV/atom)")
        _panel(axes[2], columns["time"], columns["pressure"], "Pressure (GPa)")
        _panel(axes[3], columns["time"], drift, "Drift (meV/atom)")
        for axis in axes[2:]:
            axis.set_xlabel("Time (ps)")
        return write(figure, Path(folder), name, formats)


def _panel(axes: Axes, time: Array, values: Array, label: str) -> None:
    """A line, and the mean of its second half."""
    axes.set_ylabel(label)
    axes.plot(time, values, color=ACCENT, linewidth=0.7)
    half = values[len(values) // 2 :]
    if len(half) and np.isfinite(half).all():
        axes.axhline(float(half.mean()), color=GREY, linewidth=0.6, linestyle="--")
    elif not np.isfinite(values).any():
        axes.text(0.5, 0.5, "none", transform=axes.transAxes, ha="center", color=GREY)
