"""Reading ``.ace`` files, the older text form of the potentials of ``pair_style pace``.

One embedding and one kind of radial functions hold for all species; there is no inner cutoff.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from potlearn.errors import ModelFileError
from potlearn.lammps.yace.document import sized
from potlearn.lammps.yace.text import file_text, integers, reals
from potlearn.potentials.pace import PacePotential
from potlearn.potentials.pace.checks import (
    HIGHEST_DEGREE,
    MOST_RADIAL,
    check_elements,
    expect,
)
from potlearn.potentials.pace.data import Bond, ClusterFunction, Embedding, Pair
from potlearn.potentials.pace.file import YaceFile

_START = "ctilde_basis_func:"
_HEADER = re.compile(r"([A-Za-z0-9][\w -]*?)\s*[:=]")
_FS = "FS parameters"
_FUNCTION = re.compile(r"rank=(\S+) ndens=(\S+) mu0=(\S+) mu=\(([^)]*)\)")
_LIST = re.compile(r"\(([^)]*)\)")
_COMBINATION = re.compile(r"<([^>]*)>\s*:(.*)")


def read_ace(path: str | Path) -> PacePotential:
    """The potential in an ``.ace`` file.

    Raises
    ------
    ModelFileError
        The file breaks the grammar or contradicts itself; the message names the key, or the line
        of the function.
    """
    path = Path(path)
    text = file_text(path)
    try:
        return PacePotential(_file(text), {"source": path.name})
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}") from error


def _file(text: str) -> YaceFile:
    start = text.find(_START)
    header = _Header(text if start < 0 else text[:start])
    elements = tuple(header.words("elements"))
    check_elements(elements)
    n = len(elements)
    functions: list[list[ClusterFunction]] = [[] for _ in elements]
    for mu0, function in _functions(text, start):
        expect(0 <= mu0 < n, f"{_START} mu0", f"a species from 0 to {n - 1}", mu0)
        functions[mu0].append(function)
    return YaceFile(
        elements=elements,
        e0=np.array(header.reals("E0", n) if "E0" in header else np.zeros(n)),
        embeddings=_embeddings(header, n),
        bonds=_bonds(header, n),
        functions=tuple(map(tuple, functions)),
        spline_bins=header.reals("deltaSplineBins", 1)[0],
    )


class _Header:
    """Keys and the words behind them, up to the next key; comments (``#``) are left out."""

    def __init__(self, text: str) -> None:
        self._words: dict[str, list[str]] = {}
        key = ""
        for number, line in enumerate(text.split("\n"), 1):
            line = line.split("#")[0].strip()
            found = _HEADER.match(line)
            if found is not None:
                key, line = found.group(1), line[found.end() :]
                key = _FS if key.endswith(_FS) else key  # their number stands before the words
                if key in self._words:
                    raise ModelFileError(f"line {number}: key {key!r} is given twice")
                self._words[key] = []
            elif line and not key:
                raise ModelFileError(f"line {number}: expected a key, got {line[:60]!r}")
            if key:
                self._words[key] += line.split()

    def __contains__(self, key: str) -> bool:
        return key in self._words

    def words(self, key: str) -> list[str]:
        """All words of a key."""
        if key not in self._words:
            raise ModelFileError(f"no key {key!r}")
        return self._words[key]

    def word(self, key: str) -> str:
        """The only word of a key."""
        words = self.words(key)
        expect(len(words) == 1, key, "one word", " ".join(words)[:60] or "none")
        return words[0]

    def count(self, key: str, most: int) -> int:
        """An integer from zero to the most."""
        value = integers([self.word(key)], key)[0]
        expect(0 <= value <= most, key, f"0 to {most}", value)
        return value

    def reals(self, key: str, length: int) -> list[float]:
        """So many numbers."""
        return sized(reals([*self.words(key)], key), length, key)


def _embeddings(header: _Header, n: int) -> tuple[Embedding, ...]:
    parameters = np.array(reals([*header.words(_FS)], _FS))
    expect(len(parameters) % 2 == 0, _FS, "pairs of weight and exponent", len(parameters))
    core = np.reshape(header.reals("core energy-cutoff parameters", 2 * n), (n, 2)).tolist()
    name = header.word("embedding-function")
    return tuple(
        Embedding(parameters[::2], parameters[1::2], name, cutoff, width) for cutoff, width in core
    )


def _bonds(header: _Header, n: int) -> dict[Pair, Bond]:
    shape = (header.count("nradmax", MOST_RADIAL), header.count("lmax", HIGHEST_DEGREE) + 1)
    base = header.count("nradbase", MOST_RADIAL)
    pairs = [(a, b) for a in range(n) for b in range(n)]
    core = np.reshape(header.reals("core repulsion parameters", 2 * n * n), (n * n, 2)).tolist()
    rates, cutoffs, widths = (
        header.reals(key, n * n) for key in ("radparameter", "cutoff", "dcut")
    )
    numbers = header.reals("crad", n * n * base * shape[0] * shape[1])
    radial = np.reshape(numbers, (n * n, base, *shape)).transpose(0, 2, 3, 1)
    name = header.word("radbasename")
    return {
        pair: Bond(
            radbasename=name,
            radparameters=(rates[k],),
            radcoefficients=radial[k].copy(),
            rcut=cutoffs[k],
            dcut=widths[k],
            prehc=core[k][0],
            lambdahc=core[k][1],
            dcut_in=0.0,
            inner_cutoff_type="density",
        )
        for k, pair in enumerate(pairs)
    }


def _functions(text: str, start: int) -> Iterator[tuple[int, ClusterFunction]]:
    """Centre and function, one after the other."""
    if start < 0:
        return
    number = text.count("\n", 0, start) + 1
    lines: list[str] = []
    for k, line in enumerate(text[start:].split("\n"), number):
        if line.startswith(_START) and lines:
            yield _function(lines, f"line {number}")
            number, lines = k, []
        if _is_content(line):
            lines.append(line)
    yield _function(lines, f"line {number}")


def _is_content(line: str) -> bool:
    return bool(line.strip()) and not line.startswith(("#", "total_basis_size"))


def _function(lines: list[str], where: str) -> tuple[int, ClusterFunction]:
    head = _FUNCTION.search(lines[0])
    if head is None or len(lines) < 4:
        raise ModelFileError(f"{where}: expected a whole function, got {' '.join(lines)[:80]!r}")
    rank, p, mu0 = integers([*head.groups()[:3]], f"{where}, rank, ndens, mu0")
    mus, ns, ls = (
        tuple(sized(integers([*words.split()], f"{where}, {key}"), rank, f"{where}, {key}"))
        for key, words in (
            ("mu", head.group(4)), ("n", _inside(lines[1], "n", where)),
            ("l", _inside(lines[2], "l", where)),
        )
    )  # fmt: skip
    count = integers([lines[3].removeprefix("num_ms=").strip()], f"{where}, num_ms")[0]
    combinations = lines[4:]
    expect(len(combinations) == count, where, f"{count} combinations (num_ms)", len(combinations))
    expect(min(rank, p, count) > 0, where, "rank, ndens and num_ms from 1", [rank, p, count])
    ms, ctildes = zip(*(_combination(line, rank, p, where) for line in combinations), strict=True)
    return mu0, ClusterFunction(mus, ns, ls, np.array(ms, np.int64), np.array(ctildes))


def _inside(line: str, key: str, where: str) -> str:
    """What is in brackets behind a key."""
    found = _LIST.search(line)
    if found is None or not line.startswith(f"{key}="):
        raise ModelFileError(f"{where}: expected {key}=( ... ), got {line[:60]!r}")
    return found.group(1)


def _combination(line: str, rank: int, p: int, where: str) -> tuple[list[int], list[float]]:
    """The m of every factor and the coefficient of every density."""
    found = _COMBINATION.match(line.strip())
    if found is None:
        raise ModelFileError(f"{where}: expected '< m ... >: c ...', got {line[:60]!r}")
    ms, cs = found.group(1).split(), found.group(2).split()
    return (
        sized(integers([*ms], f"{where}, m"), rank, f"{where}, m"),
        sized(reals([*cs], f"{where}, coefficients"), p, f"{where}, coefficients"),
    )
