"""The report of ``potlearn select``: page, figure and what was chosen as plain data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from potlearn.runtime import write_json
from potlearn.tasks.select_outcome import Chosen, SelectOptions, SelectOutcome

if TYPE_CHECKING:
    from potlearn.report import SelectionView


def write_selection(options: SelectOptions, chosen: Chosen, outcome: SelectOutcome) -> list[Path]:
    """Write ``report.html``, ``figures/`` and ``selection.json``; the paths."""
    from potlearn.report import selection_figure, write_selection_report

    assert options.report is not None
    folder = options.report
    folder.mkdir(parents=True, exist_ok=True)
    view = _view(options, chosen, outcome)
    page, record = folder / "report.html", folder / "selection.json"
    write_selection_report(page, view)
    selection_figure(view, folder / "figures")
    write_json(record, _record(options, chosen))
    return [page, folder / "figures", record]


def _record(options: SelectOptions, chosen: Chosen) -> dict[str, Any]:
    """What was chosen and how, as plain data."""
    indices, selection = chosen.configurations, chosen.selection
    scores = [float(s) if np.isfinite(s) else None for s in selection.scores]
    return {
        "method": options.method,
        "parameters": list(options.parameters),
        "seed": options.seed,
        "descriptor": chosen.descriptor.to_dict(),
        "features": list(options.features),
        "scaling": options.scaling,
        "rows": selection.indices.tolist(),
        "scores": scores,
        "configurations": indices.tolist(),
        "sources": [chosen.dataset.source(i) for i in indices.tolist()],
    }


def _view(options: SelectOptions, chosen: Chosen, outcome: SelectOutcome) -> SelectionView:
    from potlearn.report import SelectionView
    from potlearn.select import DPP, KDPP

    dataset, selector = chosen.dataset, chosen.selector
    inclusion = None
    if isinstance(selector, KDPP | DPP):
        inclusion = selector.inclusion_probabilities(chosen.X)
    groups = np.array(dataset.groups, dtype=object)[chosen.owner]
    noun = "atoms" if options.environments else "configurations"
    return SelectionView(
        title=f"{len(chosen.selection)} {noun} chosen by {options.method}",
        summary=f"{outcome.summary}.",
        sources=_sources(options, chosen),
        groups=groups.tolist(),
        X=chosen.X,
        chosen=chosen.selection.indices,
        scores=chosen.selection.scores,
        inclusion=inclusion,
        settings=_settings(options, chosen, outcome),
        seed=options.seed,
    )


def _sources(options: SelectOptions, chosen: Chosen) -> list[str]:
    """Names of the rows; those of atoms end with the atom's number."""
    names = [chosen.dataset.source(i) for i in range(len(chosen.dataset))]
    if not options.environments:
        return names
    first = np.concatenate([[0], np.cumsum(chosen.dataset.n_atoms)])
    atoms = np.arange(len(chosen.owner)) - first[chosen.owner]
    return [f"{names[i]} atom {a}" for i, a in zip(chosen.owner.tolist(), atoms, strict=True)]


def _settings(
    options: SelectOptions, chosen: Chosen, outcome: SelectOutcome
) -> dict[str, dict[str, Any]]:
    selection = {
        "method": options.method,
        "parameters": list(options.parameters),
        "seed": options.seed,
        "features": list(options.features) if not options.environments else "of every atom",
        "number of features": chosen.X.shape[1],
        "scaling": options.scaling,
        "notes": list(outcome.notes),
    }
    return {"Selection": selection, "Descriptor": chosen.descriptor.to_dict()}
