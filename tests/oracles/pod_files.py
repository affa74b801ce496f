"""POD files for LAMMPS written from an oracle basis, independent of the package's writer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
from oracles.pod_numpy import Array, Basis


def write(
    folder: Path,
    basis: Basis,
    coefficients: Array,
    projection: Sequence = (),
    centroids: Sequence = (),
) -> tuple[Path, Path]:
    """``X_param.pod`` and ``X_coeff.pod`` in ``folder``; arrays in file order."""
    scalars = [f.name for f in fields(Basis) if f.name not in ("species", "pbc")]
    lines = [f"species {' '.join(basis.species)}", "pbc 1 1 1"]
    lines += [f"{name} {getattr(basis, name)!r}" for name in scalars]
    param, coeff = folder / "X_param.pod", folder / "X_coeff.pod"
    param.write_text("\n".join(lines) + "\n")
    parts = [np.asarray(a, float).ravel() for a in (coefficients, projection, centroids)]
    header = "model_coefficients: " + " ".join(str(len(part)) for part in parts)
    numbers = [f"{x:.17g}" for part in parts for x in part]
    coeff.write_text("\n".join([header, *numbers]) + "\n")
    return param, coeff
