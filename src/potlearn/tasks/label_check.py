"""Labels that disagree with the others: found by a small fit, or by the fit of a potential."""

from __future__ import annotations

from typing import TYPE_CHECKING

from potlearn.errors import PotlearnError

if TYPE_CHECKING:
    from potlearn.data import Dataset, Finding
    from potlearn.descriptors import POD
    from potlearn.fit import Contradiction, FitResult, Suspicion
    from potlearn.report import SuspiciousLabel
    from potlearn.runtime import Progress

MOST_ATOMS = 50_000
"""Labels of more atoms are checked only on request."""
_CUTOFF = 5.0
_UNITS = {"energy": "eV/atom", "forces": "eV/Å", "stress": "eV/atom (virial)"}


def label_findings(
    dataset: Dataset, wanted: bool | None = None, progress: Progress | None = None
) -> list[Finding]:
    """Stress that contradicts energies and forces, and single suspicious labels, by a small fit.

    Without a fit one finding says why.

    ``wanted`` None means up to :data:`MOST_ATOMS` atoms.
    """
    from potlearn.data import Finding

    n_atoms = int(dataset.n_atoms.sum())
    if wanted is False:
        return []
    if wanted is None and n_atoms > MOST_ATOMS:
        problem = f"{n_atoms} atoms; --labels checks them"
        return [Finding("info", "labels", "all", f"labels not checked by a fit: {problem}")]
    try:
        found, contradictions = _suspicious(dataset, progress)
    except PotlearnError as error:
        return [Finding("info", "labels", "all", f"labels not checked by a fit: {error}")]
    single = [Finding("warning", "label", x.source, describe(x), x.score) for x in found]
    return [*map(_finding, contradictions), *single]


def _finding(item: Contradiction) -> Finding:
    """A group's stress that contradicts energies and forces."""
    from potlearn.data import Finding

    text = f"{item.words_of_labels} (by a small fit; a fit leaves such stress out)"
    return Finding("warning", "contradiction", item.group, text, item.harm)


def _suspicious(
    dataset: Dataset, progress: Progress | None
) -> tuple[list[Suspicion], tuple[Contradiction, ...]]:
    from potlearn.fit import RowBudget, find_suspicious, fit_linear
    from potlearn.runtime import Runtime

    descriptor = _small_descriptor(dataset.species)
    runtime = Runtime(progress=progress)
    result = fit_linear(dataset, descriptor, rows=RowBudget(), runtime=runtime)
    # A small basis is biased: only faults that show by their form alone are reported.
    gross = tuple(item for item in result.contradictions if item.fault.is_gross)
    return find_suspicious(result, rounds=1, progress=progress), gross


def labels_to_check(
    result: FitResult, train: Dataset, progress: Progress | None = None
) -> list[SuspiciousLabel]:
    """Suspicious labels of a fit, for its report."""
    from potlearn.fit import find_suspicious
    from potlearn.report import SuspiciousLabel

    groups = train.groups
    return [
        SuspiciousLabel(
            source=item.source,
            quantity="virial" if item.quantity == "stress" else item.quantity,
            value=_value(item, train),
            leverage=item.leverage,
            residual=item.left_out,
            group=groups[item.index],
            where=_where(item),
        )
        for item in find_suspicious(result, progress=progress)
    ]


def _where(item: Suspicion) -> str:
    if item.n_atoms > 1:
        return f"of {item.n_atoms} atoms"
    return "" if item.atom is None else f"of atom {item.atom}"


def _value(item: Suspicion, dataset: Dataset) -> float | None:
    """The label in the unit of its residual; a length for forces; None for several labels."""
    import numpy as np

    labels, n = dataset.labels(item.index), int(dataset.n_atoms[item.index])
    if item.quantity == "energy" and labels.energy is not None:
        return labels.energy / n
    if item.quantity == "forces" and item.atom is not None and labels.forces is not None:
        return float(np.linalg.norm(labels.forces[item.atom]))
    return None


def describe(item: Suspicion) -> str:
    """One suspicious label in words."""
    what = f"{item.quantity} {_where(item)}".strip()
    verb = "" if item.quantity == "forces" else "s"
    return (
        f"{what} disagree{verb} with the other labels: {abs(item.left_out):.3g} "
        f"{_UNITS[item.quantity]} from a fit without it, {item.score:.0f} times the usual error"
    )


def _small_descriptor(species: tuple[str, ...]) -> POD:
    """Two- and three-body functions alone: a fit in seconds."""
    from potlearn.descriptors import POD

    higher = {
        f"{body}body_{what}": 0
        for body in ("four", "five", "six", "seven")
        for what in ("number_radial_basis_functions", "angular_degree")
    }
    return POD.from_dict(
        {
            "species": species,
            "cutoff": _CUTOFF,
            "twobody_number_radial_basis_functions": 8,
            "threebody_number_radial_basis_functions": 6,
            "threebody_angular_degree": 4,
            **higher,
        }
    )
