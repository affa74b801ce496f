"""Reads POD files.

Grammar of LAMMPS 22Jul2025: parameters are ``keyword value`` lines; coefficients follow one header
``model_coefficients: Ncoef Nproj Ncent``, one number per line, element-major, the projection and
centroids of environment clusters behind them.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from potlearn.descriptors import POD
from potlearn.descriptors.pod.clusters import Clusters
from potlearn.errors import BasisError, ModelFileError
from potlearn.lammps.pod.keywords import LAMMPS_DEFAULTS, OLDER, OLDER_KEYWORDS, REAL
from potlearn.potentials.linear import LinearPotential
from potlearn.runtime import shown
from potlearn.typing import Array, Settings


def read_pod(param: str | Path, coeff: str | Path) -> LinearPotential:
    """The potential in a pair of POD files.

    Raises
    ------
    ModelFileError
        A line, keyword or number is not what the grammar asks for, or the counts do not agree; the
        message names file and line.  Unlike in LAMMPS, unknown keywords are errors: there, a typo
        means a default.
    """
    settings = _read_param(Path(param))
    if settings.pop("onebody") != 1:
        raise ModelFileError(f"{param}: onebody 0 shifts every coefficient in LAMMPS; expected 1")
    settings["cutoff"] = settings.pop("rcut")
    try:
        pod = POD(**settings)
    except BasisError as error:
        raise ModelFileError(f"{param}: {error}") from error
    return _assemble(pod, Path(coeff), *_read_coeff(Path(coeff)))


def _assemble(
    pod: POD, path: Path, c: Array, projection: Array, centroids: Array
) -> LinearPotential:
    n_species, m = len(pod.species), pod.n_base_features
    k, n_components = pod.number_of_environment_clusters, pod.number_of_principal_components
    expected = [n_species * (1 + k * m)]
    expected += [n_species * n_components * m, n_species * k * n_components] if k > 1 else []
    got = [c.size, projection.size, centroids.size][: len(expected)]
    if got != expected:
        raise ModelFileError(
            f"{path}: expected {expected} numbers (coefficients, projection, centroids), got {got}"
        )
    if k > 1:
        axes = projection.reshape(n_species, m, n_components).transpose(0, 2, 1)
        pod = pod.with_clusters(Clusters(axes, centroids.reshape(n_species, k, n_components)))
    return LinearPotential(pod, c, metadata={"source": path.name})


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()  # some editors write a mark first
    except FileNotFoundError:
        raise ModelFileError(f"{path}: no such file") from None
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ModelFileError(f"{path}: not a text file") from None


def _read_param(path: Path) -> Settings:
    settings: Settings = {**LAMMPS_DEFAULTS, "species": ()}
    for number, line in enumerate(_lines(path), 1):
        words = line.split("#")[0].replace("'", " ").replace('"', " ").split()
        if not words:
            continue
        where = f"{path}, line {number}"
        if words[0] == "species":
            settings["species"] = tuple(words[1:])
        elif words[0] == "pbc":
            if len(words) != 4:
                raise ModelFileError(f"{where}: expected 'pbc' and three integers")
        elif len(words) != 2:
            raise ModelFileError(f"{where}: expected 'keyword value', got {shown(line.strip())}")
        else:
            settings[words[0]] = _value(words[0], words[1], where)
    if not settings["species"]:
        raise ModelFileError(f"{path}: no species line")
    return settings


def _value(keyword: str, text: str, where: str) -> float | int:
    if keyword in OLDER_KEYWORDS:
        raise ModelFileError(f"{where}: {keyword!r} {OLDER}")
    if keyword not in LAMMPS_DEFAULTS:
        raise ModelFileError(f"{where}: unknown keyword {shown(keyword)}")
    try:
        return float(text) if keyword in REAL else int(text)
    except ValueError:
        kind = "a number" if keyword in REAL else "an integer"
        raise ModelFileError(f"{where}: {keyword} must be {kind}, got {shown(text)}") from None


def _read_coeff(path: Path) -> tuple[Array, Array, Array]:
    lines = _lines(path)
    start = next((k for k, line in enumerate(lines) if line.split("#")[0].split()), None)
    if start is None:
        raise ModelFileError(f"{path}: empty")
    counts = _header(path, start, lines[start])
    n, first = sum(counts), start + 1
    given = lines[first : first + n]
    numbers = np.array([_number(x, f"{path}, line {first + k + 1}") for k, x in enumerate(given)])
    if n > len(numbers):
        raise ModelFileError(f"{path}: {n} numbers announced, the file ends after {len(numbers)}")
    _check_rest(path, lines[first + n :], n)
    c, projection, centroids = np.split(numbers, np.cumsum(counts)[:2])
    return c, projection, centroids


def _check_rest(path: Path, rest: list[str], n: int) -> None:
    """Numbers behind those that were announced are a wrong header; LAMMPS would leave them out."""
    more = sum(_is_number(line) for line in rest)
    if more:
        raise ModelFileError(f"{path}: {n} numbers announced, the file has {n + more}")


def _is_number(text: str) -> bool:
    try:
        float(text.split("#")[0])
    except ValueError:
        return False
    return True


def _header(path: Path, line: int, text: str) -> list[int]:
    words = text.split("#")[0].split()
    where = f"{path}, line {line + 1}"
    if len(words) != 4:
        older = f", which {OLDER}" if words[0] == "POD_coefficients:" else ""
        raise ModelFileError(
            f"{where}: expected 'model_coefficients: Ncoef Nproj Ncent', got {shown(text.strip())}"
            f"{older}"
        )
    try:
        counts = [int(w) for w in words[1:]]
    except ValueError:
        counts = [-1]
    if min(counts) < 0 or max(counts) > 10**18:
        raise ModelFileError(
            f"{where}: counts must be integers from 0 to 1e18, got {shown(text.strip())}"
        )
    return counts


def _number(text: str, where: str) -> float:
    words = text.split("#")[0].split()
    try:
        (word,) = words
        value = float(word)
    except ValueError:
        raise ModelFileError(f"{where}: expected one number, got {shown(text.strip())}") from None
    if not np.isfinite(value):
        raise ModelFileError(f"{where}: {value} is not a coefficient")
    return value
