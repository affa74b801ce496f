"""Writes POD files; the grammar is that of :mod:`potlearn.lammps.pod.read`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from potlearn.descriptors import POD
from potlearn.errors import ModelFileError
from potlearn.lammps.pod.keywords import LAMMPS_DEFAULTS, REAL
from potlearn.potentials.linear import LinearPotential
from potlearn.runtime import write_text


def write_pod(potential: LinearPotential, prefix: str | Path) -> tuple[Path, Path]:
    """Write ``PREFIX_param.pod`` and ``PREFIX_coeff.pod``; return their paths.

    A reference potential is not part of these files: overlay it in the LAMMPS input
    (:func:`~potlearn.lammps.pair_commands`).

    Raises
    ------
    ModelFileError
        The descriptor is not POD.
    """
    descriptor = potential.descriptor
    if not isinstance(descriptor, POD):
        raise ModelFileError(
            f"POD files hold a POD potential, this one has {type(descriptor).__name__}"
        )
    param, coeff = Path(f"{prefix}_param.pod"), Path(f"{prefix}_coeff.pod")
    write_text(param, "".join(f"{line}\n" for line in _param_lines(descriptor)))
    write_text(coeff, "".join(f"{line}\n" for line in _coeff_lines(potential, descriptor)))
    return param, coeff


def _param_lines(pod: POD) -> list[str]:
    values = {"rin": pod.rin, "rcut": pod.cutoff, "onebody": 1}
    lines = [
        "# DATE: 2025-07-22 UNITS: metal CONTRIBUTOR: potlearn",
        f"species {' '.join(pod.species)}",
    ]
    for name in LAMMPS_DEFAULTS:
        value = values.get(name, getattr(pod, name, None))
        lines.append(f"{name} {value:.17g}" if name in REAL else f"{name} {value}")
    return lines


def _coeff_lines(potential: LinearPotential, pod: POD) -> list[str]:
    projection = centroids = np.empty(0)
    if pod.clusters is not None:
        # File order: species, feature, component fastest; species, cluster, component fastest.
        projection = pod.clusters.projection.transpose(0, 2, 1).ravel()
        centroids = pod.clusters.centroids.ravel()
    own, features = potential.coefficients[:, :1], potential.coefficients[:, 1:]
    c = np.hstack([own, pod.of_all(features)]).ravel()  # zero for features that were pruned
    header = f"model_coefficients: {c.size} {projection.size} {centroids.size}"
    return [header, *(f"{x:.17g}" for x in (*c, *projection, *centroids))]
