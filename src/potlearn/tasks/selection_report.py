"""The report of a selection: page, figures, and the selection as plain data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from potlearn.tasks.folder import OutputFolder
from potlearn.tasks.selection_outcome import SelectionOutcome
from potlearn.tasks.settings.select import SelectConfig
from potlearn.typing import Settings

if TYPE_CHECKING:
    from potlearn.report import SelectionView

RESULTS = ("selection.json", "report.html", "figures")


def write_selection_files(path: Path, outcome: SelectionOutcome) -> None:
    """Write ``report.html``, ``figures/`` and ``selection.json``."""
    from potlearn.report import selection_figure, write_selection_report

    view = _view(outcome)
    with OutputFolder(path, RESULTS) as folder:
        folder.write_json("selection.json", _record(outcome))
        with folder.file("report.html") as page:
            write_selection_report(page, view)
        with folder.subfolder("figures") as figures:
            selection_figure(view, figures)


def _record(outcome: SelectionOutcome) -> Settings:
    """What was selected and how, as plain data."""
    config, indices, selection = outcome.config, outcome.indices, outcome.selection
    return {
        "method": config.method,
        "parameters": [f"{key}={value}" for key, value in config.parameters.items()],
        "seed": config.seed,
        "descriptor": outcome.descriptor.to_dict(),
        "features": list(config.features),
        "scaling": config.scaling,
        "rows": selection.indices.tolist(),
        "scores": [float(s) if np.isfinite(s) else None for s in selection.scores],
        "configurations": indices.tolist(),
        "known": [path.name for path in config.known or ()],
        "budget": config.budget,
        "cost": config.cost,
        "quotas": config.quotas,
        "sources": [outcome.dataset.source(i) for i in indices.tolist()],
    }


def _view(outcome: SelectionOutcome) -> SelectionView:
    from potlearn.report import SelectionView

    config, selection = outcome.config, outcome.selection
    groups = np.array(outcome.dataset.groups, dtype=object)[outcome.owner]
    return SelectionView(
        title=f"{len(selection)} {config.noun} chosen by {config.method}",
        summary=f"{outcome.summary}.",
        sources=outcome.sources,
        groups=groups.tolist(),
        X=outcome.X,
        chosen=selection.indices,
        scores=selection.scores,
        inclusion=_inclusion(outcome),
        settings={"Selection": _settings(outcome), "Descriptor": outcome.descriptor.to_dict()},
        seed=config.seed,
    )


def _inclusion(outcome: SelectionOutcome) -> np.ndarray | None:
    """Inclusion probability of every row, where the selector defines one."""
    from potlearn.select import DPP, KDPP

    if not isinstance(outcome.selector, KDPP | DPP) or outcome.config.quotas:
        return None
    pool, rows = outcome.pool, outcome.pool.candidates
    values = np.zeros(len(pool.X))
    values[rows] = outcome.selector.inclusion_probabilities(pool.rows(rows), pool.X_known)
    return values


def _settings(outcome: SelectionOutcome) -> Settings:
    config = outcome.config
    return {
        "method": config.method,
        "parameters": [f"{key}={value}" for key, value in config.parameters.items()],
        "seed": config.seed,
        "features": "of every atom" if config.environments else list(config.features),
        "number of features": outcome.X.shape[1],
        "scaling": config.scaling,
        **_asked(config),
        "notes": list(outcome.notes),
    }


def _asked(config: SelectConfig) -> Settings:
    """What the number of configurations follows from, and what is known already."""
    asked: Settings = {
        "known": [path.name for path in config.known or ()],
        "budget": config.budget,
        "cost": config.cost,
        "quotas": [f"{name}={count}" for name, count in config.quotas.items()],
    }
    return {key: value for key, value in asked.items() if value}
