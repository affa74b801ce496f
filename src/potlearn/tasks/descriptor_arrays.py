"""Descriptors of atoms and features of configurations, in a file for other programs."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from potlearn.runtime import Runtime, check_output, replacing
from potlearn.runtime.store.npy import write_array
from potlearn.tasks.descriptor import completed, make_descriptor
from potlearn.tasks.progress import Stages, stages_of
from potlearn.tasks.settings import DescriptorsConfig

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor


@dataclass(frozen=True)
class DescriptorsOutcome:
    """The file of arrays (.npz), and their shapes by name."""

    file: Path
    shapes: Mapping[str, tuple[int, ...]]


def descriptors(
    settings: DescriptorsConfig | Mapping[str, Any],
    *,
    progress: bool | Stages = False,
    source: str = "settings",
) -> DescriptorsOutcome:
    """Write descriptors of every atom and features of every configuration.

    The file holds ``atoms`` (N, M), ``configurations`` (n, F), ``first`` (n + 1: the first atom of
    each configuration, and N), ``numbers`` (N: atomic numbers), ``names`` and ``atom_names`` (of
    the columns) and ``sources`` (file:frame of each configuration).  It is made chunk by chunk,
    never in memory at once; the same settings continue an interrupted run.

    Parameters
    ----------
    settings : DescriptorsConfig or mapping
    progress : bool or function
        As of :func:`~potlearn.tasks.fitting.fit`.
    source : str
        Where the descriptor's settings come from, for messages.

    Raises
    ------
    ConfigError
        An unknown key, or a value of a wrong kind.
    DataError
        A file that cannot be read.
    """
    from potlearn.data import read

    config = DescriptorsConfig.of(settings)
    check_output(config.output)
    dataset = read(config.files)
    section = completed(config.descriptor, dataset.species, source)
    descriptor = make_descriptor(section, dataset)
    work = config.output.with_name(f"{config.output.name}.work")
    with stages_of(progress)("descriptors") as report:
        runtime = Runtime(config.workers, progress=report)
        arrays = _arrays(dataset, descriptor, config.features, work, runtime)
        _write_npz(config.output, arrays)
    rmtree(work)
    return DescriptorsOutcome(config.output, {name: a.shape for name, a in arrays.items()})


def _arrays(
    dataset: Dataset,
    descriptor: Descriptor,
    kinds: tuple[str, ...],
    work: Path,
    runtime: Runtime,
) -> dict[str, NDArray[Any]]:
    """The arrays; matrices grow in files of the folder ``work``."""
    from potlearn.features import configuration_features, environment_features, feature_names

    work.mkdir(parents=True, exist_ok=True)
    atoms = environment_features(dataset, descriptor, path=work / "atoms.npy", runtime=runtime)
    rows = configuration_features(
        dataset, descriptor, kinds, path=work / "configurations.npy", runtime=runtime
    )
    return {
        "atoms": atoms.features,
        "configurations": rows,
        "first": atoms.first,
        "numbers": np.concatenate([a.numbers for a in dataset]),
        "names": np.array(feature_names(descriptor, kinds)),
        "atom_names": np.array(descriptor.feature_names),
        "sources": np.array([dataset.source(i) for i in range(len(dataset))]),
    }


def _write_npz(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a file that ``numpy.load`` reads, without copies of the arrays in memory."""
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, array in arrays.items():
            write_array(archive, f"{name}.npy", array)
