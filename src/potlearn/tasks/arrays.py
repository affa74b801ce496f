"""The file of ``potlearn descriptors``: made chunk by chunk, never in memory at once."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.descriptors import Descriptor

# Numbers that are copied at once.
BLOCK = 2_000_000


def write_arrays(
    path: Path,
    dataset: Dataset,
    descriptor: Descriptor,
    kinds: Sequence[str],
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, tuple[int, ...]]:
    """Write ``path`` (.npz) and give the shapes of its arrays.

    The matrices grow in a folder beside ``path``, from which an interrupted run goes on.

    Raises
    ------
    DataError
        As :func:`~potlearn.features.configuration_features`.
    """
    from potlearn.features import configuration_features, environment_features, feature_names
    from potlearn.runtime import Runtime

    work = path.with_name(f"{path.name}.work")
    work.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {"runtime": Runtime(workers, progress=progress)}
    atoms = environment_features(dataset, descriptor, path=work / "atoms.npy", **options)
    rows = configuration_features(
        dataset, descriptor, kinds, path=work / "configurations.npy", **options
    )
    arrays: dict[str, NDArray[Any]] = {
        "atoms": atoms.features,
        "configurations": rows,
        "first": atoms.first,
        "numbers": np.concatenate([a.numbers for a in dataset]),
        "names": np.array(feature_names(descriptor, kinds)),
        "atom_names": np.array(descriptor.feature_names),
        "sources": np.array([dataset.source(i) for i in range(len(dataset))]),
    }
    _write_npz(path, arrays)
    rmtree(work)
    return {name: array.shape for name, array in arrays.items()}


def _write_npz(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write what ``numpy.load`` reads, block by block, then give it its name."""
    temporary = path.with_name(f"{path.name}.part")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array_header_1_0(member, _header(array))
                step = max(1, BLOCK // max(1, int(np.prod(array.shape[1:]))))
                for start in range(0, len(array), step):
                    member.write(np.ascontiguousarray(array[start : start + step]).data)
    temporary.replace(path)


def _header(array: NDArray[Any]) -> dict[str, Any]:
    return {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape}
