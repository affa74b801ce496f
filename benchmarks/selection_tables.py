"""The tables and the figure of the study of selection."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from selection_sets import SPECIES

from potlearn.report import comparison_figure, markdown_table
from potlearn.studies import Cell, Table

ERRORS = ("energy_mae", "forces_mae")
FINISHED = (*ERRORS, "condition")
DRAWN = (
    *("stratified by group", "k-DPP, RBF", "FPS", "MaxVol"),
    *("k-means", "HDBSCAN", "DIRECT", "k-means, forces"),
)


def finished(output: Path) -> dict[str, tuple[dict[str, Any], Table]]:
    """What is known of every set, and its records."""
    found = {}
    for name in SPECIES:
        if (output / f"{name}.json").exists():
            lines = (output / f"{name}.jsonl").read_text().splitlines()[1:]
            records = [json.loads(line) for line in lines if line]
            cells = {Cell(r["method"], r["size"], r["seed"]): r for r in records}
            found[name] = json.loads((output / f"{name}.json").read_text()), Table(cells)
    return found


def publish(output: Path, docs: Path) -> None:
    """Write the figure and the tables of the documentation."""
    found = finished(output)
    figure = docs / "images" / "selection_study.png"
    tables = {_heading(about): table for about, table in found.values()}
    comparison_figure(tables, figure, FINISHED, DRAWN)
    summary, full = [], []
    for name, (about, table) in found.items():
        summary += [
            f"### {_heading(about)}",
            "",
            _saved(table),
            _ratios(table),
            "",
            _worth(table),
            "",
        ]
        full += [f"## {_heading(about)}", ""]
        for quantity in ("energy_mae", "forces_mae", "condition", "energy_rmse", "forces_rmse"):
            full += [markdown_table(table, quantity), ""]
        full += [_atoms(table), ""]
        full += _candidates(output / f"{name} fits.json")
    folder = docs / "studies"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "selection_summary.inc").write_text("\n".join(summary))
    (folder / "selection_tables.md").write_text("\n".join([TABLES_HEAD, *full]))


TABLES_HEAD = """\
# Choice against random: all numbers

Written by `python benchmarks/selection_study.py --publish docs`. [The study](selection.md)
explains the methods and draws the conclusions.

- Entries are means over seeds with 95 % intervals (Student). Condition numbers are geometric means.
- "k above the rank": a linear kernel or a matrix has at most as many independent rows as features.
- "over random with as many atoms": geometric means divided by those of random choices,
  interpolated at the same number of atoms. A dash means that this number is outside their range.
- The last table of each set scores the candidates for the fit on random subsets of ten other seeds:
  geometric mean of the energy error (meV/atom) and the force error (meV/Å).
"""


def _candidates(path: Path) -> list[str]:
    """Scores of the candidates for the fit: sqrt(energy x force error) of random subsets."""
    if not path.exists():
        return []
    scores = json.loads(path.read_text())
    found = {(basis, solver): f"{score:.1f}" for basis, solver, score in scores}
    solvers = list(dict.fromkeys(solver for _, solver in found))
    rows = {basis: [found[basis, s] for s in solvers] for basis, _ in found}
    return [_grid("fit, score", solvers, rows), ""]


def _grid(title: str, heads: Iterable[str], rows: Mapping[str, Iterable[str]]) -> str:
    """A table in Markdown; ``rows`` are the cells of each name."""
    head = [title, *heads]
    lines = [head, *([name, *cells] for name, cells in rows.items())]
    first, *others = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([first, "|" + "---|" * len(head), *others])


def _heading(about: dict[str, Any]) -> str:
    return (
        f"{about['set']}: pool {about['pool']}, test {about['test']}, {about['seeds']} seeds, "
        f"{about['fit']} ({about['columns']} columns)"
    )


def _saved(table: Table) -> str:
    """Which methods do with half and with a quarter of the configurations."""
    lines = []
    for factor, word in ((2, "half"), (4, "a quarter")):
        saved: dict[tuple[int, int], list[str]] = {}
        for method, small, large in table.savings(ERRORS, factor):
            saved.setdefault((small, large), []).append(method)
        items = [
            f"- {k} as good as {k0} random ones: {'; '.join(m)}" for (k, k0), m in saved.items()
        ]
        lines += [f"With {word} of the configurations:", "", *(items or ["- none"]), ""]
    return "\n".join(lines)


def _worth(table: Table) -> str:
    """How many random configurations one chosen configuration is worth."""
    sizes = table.sizes[:-1]
    rows = {
        method: [" / ".join(_bounds(*table.worth(method, k, q)) for q in ERRORS) for k in sizes]
        for method in table.methods[1:]
    }
    return _grid("worth, energy / forces", [f"k = {k}" for k in sizes], rows)


def _bounds(low: float, high: float) -> str:
    if low != low:
        return "–"
    if low == high:
        return f"{low:.1f}"
    return f"< {high:.1f}" if low == 0 else f"> {low:.1f}"


def _ratios(table: Table) -> str:
    """Errors over those of random choices of twice as many, with 95 % intervals."""
    pairs = list(pairwise(table.sizes))
    rows = {m: [_ratio(table, m, *pair) for pair in pairs] for m in ("random", *DRAWN)}
    return _grid("energy; forces", [f"{small} against {large}" for small, large in pairs], rows)


def _ratio(table: Table, method: str, small: int, large: int) -> str:
    found = [table.ratio(method, small, q, large) for q in ERRORS]
    return "; ".join(f"{r.mean:.2f} ({r.low:.2f} to {r.high:.2f})" for r in found)


def _atoms(table: Table) -> str:
    """Number of chosen atoms, and errors over those of random choices with as many atoms."""
    rows = {m: [_errors_of_atoms(table, m, k) for k in table.sizes] for m in table.methods}
    title = "atoms (energy, forces over random with as many atoms)"
    return _grid(title, [f"k = {k}" for k in table.sizes], rows)


def _errors_of_atoms(table: Table, method: str, k: int) -> str:
    atoms = table.mean(method, k, "atoms").mean
    ratios = [table.equal_atoms(method, k, q) for q in ERRORS]
    shown = ", ".join("–" if r != r else f"{r:.2f}" for r in ratios)
    return "–" if atoms != atoms else f"{atoms:.0f} ({shown})"


def against_random(name: str, table: Table) -> str:
    """Errors over those of a random choice of the same size: energies / forces, geometric means."""
    lines = [f"{name}: " + ", ".join(f"k = {k}" for k in table.sizes)]
    for method in table.methods[1:]:
        found = [[table.ratio(method, k, q, k).mean for q in ERRORS] for k in table.sizes]
        mean = np.exp(np.mean(np.log(found), axis=0))
        ratios = ", ".join(f"{e:.2f} / {f:.2f}" for e, f in found)
        lines.append(f"  {method}: {ratios}; all: {mean[0]:.2f} / {mean[1]:.2f}")
    return "\n".join(lines)
