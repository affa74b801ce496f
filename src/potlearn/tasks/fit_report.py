"""Title, summary and settings in the report of a fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from potlearn.tasks.uncertainty import seen, spectrum_of

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.report import ReportInfo, TrainingInfo
    from potlearn.tasks.fit_outcome import FitOutcome


def fit_report(outcome: FitOutcome, datasets: Mapping[str, Dataset]) -> ReportInfo:
    """Title, summary and tables of settings of a fit."""
    from potlearn.report import ReportInfo

    species = " ".join(outcome.potential.species)
    counts = ", ".join(f"{len(dataset)} {name}" for name, dataset in datasets.items())
    return ReportInfo(
        title=f"{species} potential",
        summary=f"{outcome.n_coefficients} coefficients; configurations: {counts}.",
        sections={
            "Data": {name: _describe(dataset) for name, dataset in datasets.items()},
            "Descriptor": outcome.config.descriptor.model_dump(mode="json", exclude_none=True),
            "Under the fit": _reference(outcome),
            "Fit": _fit(outcome),
            **_model(outcome),
        },
        timing={**outcome.timing, **outcome.result.timing},
        contradictions=outcome.result.contradictions,
        beyond=outcome.beyond,
        spectrum=spectrum_of(outcome.potential, outcome.result),
        training=_training(outcome),
        in_fit={name: seen(outcome.potential, dataset) for name, dataset in datasets.items()},
    )


def _model(outcome: FitOutcome) -> dict[str, dict[str, object]]:
    """The section of a model with networks."""
    model = outcome.config.model
    return {"Model": model.model_dump(mode="json", exclude_none=True)} if outcome.networks else {}


def _training(outcome: FitOutcome) -> TrainingInfo | None:
    """The training of networks, and what they are in words."""
    from potlearn.report import TrainingInfo

    networks = outcome.networks
    if networks is None:
        return None
    return TrainingInfo(networks.result.curve, networks.errors, networks.called, networks.words)


def _describe(dataset: Dataset) -> str:
    files = ", ".join(dict.fromkeys(name.rsplit("/", 1)[-1] for name in dataset.catalog.names))
    return f"{len(dataset)} configurations, {int(dataset.n_atoms.sum())} atoms ({files})"


def _reference(outcome: FitOutcome) -> Any:
    reference = outcome.potential.reference
    return {"kind": "none"} if reference is None else _plain(reference.to_dict())


def _plain(value: Any) -> Any:
    """Arrays as lists, at any depth."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value


def _fit(outcome: FitOutcome) -> dict[str, object]:
    result, info = outcome.result, outcome.result.info
    return {
        "solver": info.solver,
        "penalty": info.ridge,
        "rank": info.rank,
        "effective parameters": info.effective_parameters,
        "rows": result.n_rows,
        "weights": outcome.config.fit.weights.model_dump(mode="json"),
        "notes": list(outcome.notes),
    }
