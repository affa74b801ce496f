"""Inspect files of configurations: their contents, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from potlearn.tasks.data import read_labelled
from potlearn.tasks.label_check import label_findings
from potlearn.tasks.progress import Stages, stages_of
from potlearn.tasks.settings import InspectConfig

if TYPE_CHECKING:
    from potlearn.data import Inspection


def inspect(
    settings: InspectConfig | Mapping[str, Any], *, progress: bool | Stages = False
) -> Inspection:
    """Contents of the files and findings, those of a small fit included.

    Parameters
    ----------
    settings : InspectConfig or mapping
    progress : bool or function
        As of :func:`~potlearn.tasks.fitting.fit`.

    Raises
    ------
    ConfigError
        An unknown key, or a value of a wrong kind.
    DataError
        A file that cannot be read.
    """
    from potlearn import data

    config, stages = InspectConfig.of(settings), stages_of(progress)
    dataset = read_labelled(config.files, config)
    with stages("inspecting") as report:
        inspection = data.inspect(dataset, progress=report)
    with stages("checking labels") as report:
        return inspection.with_findings(label_findings(dataset, config.labels, report))
