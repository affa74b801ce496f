"""Properties of a crystal: settings in, a folder with numbers, report and figures out."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potlearn.errors import PropertyError
from potlearn.runtime import check_folder, make_executor
from potlearn.tasks.folder import OutputFolder
from potlearn.tasks.progress import Stages, stages_of
from potlearn.tasks.report_files import check_report_packages
from potlearn.tasks.settings.properties import PropertiesConfig, StructureConfig

if TYPE_CHECKING:
    from potlearn.report import PropertiesView
    from potlearn.typing import Atoms
    from potlearn.workflows.properties import Measured, Model

RESULTS = ("properties.json", "properties.csv", "crystals.extxyz", "report.html", "figures")
STORES = ("properties.jsonl", "runs")
SAMPLES = 10
"""Potentials that are drawn where nothing is said."""


@dataclass(frozen=True)
class PropertiesOutcome:
    """Properties and their folder.

    Attributes
    ----------
    measured : Measured
    view : PropertiesView
        Rows and notes.
    notes : tuple of str
    output : OutputFolder
    """

    measured: Measured
    view: PropertiesView
    notes: tuple[str, ...]
    output: OutputFolder

    @property
    def files(self) -> tuple[Path, ...]:
        """Paths of what was written."""
        return tuple(self.output.path / name for name in self.output.files)


def properties(
    settings: PropertiesConfig | Mapping[str, Any], *, progress: bool | Stages = False
) -> PropertiesOutcome:
    """Properties of a crystal by a model and, if there is one, by a reference.

    Results are on the disk when they are there; the same settings find them again.

    Parameters
    ----------
    settings : PropertiesConfig or mapping
    progress : bool or function
        As of :func:`~potlearn.tasks.fitting.fit`.

    Raises
    ------
    ConfigError
        An unknown key, or a value of a wrong kind.
    PropertyError
        No crystal can be relaxed.
    PotlearnError
        Files that cannot be read, an element that a model does not know, error bars of a model
        without uncertainty.
    """
    from potlearn.workflows.properties import PROPERTIES, measure

    config = PropertiesConfig.of(settings)
    if config.output.report:
        check_report_packages()
    check_folder(config.output.folder)
    models = _models(config)
    with stages_of(progress)("crystal"):
        crystal, note = _crystal(config, models[0])
    parts = {name: PROPERTIES[name](**given) for name, given in config.properties.items()}
    samples = config.samples
    if samples is None:
        samples = SAMPLES if any(model.has_uncertainty for model in models) else 0
    with stages_of(progress)("properties") as report:
        measured = measure(
            models,
            crystal,
            parts,
            samples=samples,
            relaxation=config.relaxing(),
            folder=config.output.folder,
            executor=make_executor(config.workers, config.scheduler),
            report=report,
        )
    return _written(config, measured, note)


def _models(config: PropertiesConfig) -> list[Model]:
    """The model and the reference, with names that differ."""
    from dataclasses import replace

    from potlearn.workflows.properties import Model

    models = [Model.of(config.model, config.settings, config.python)]
    if config.reference is not None:
        python = config.reference_python
        other = Model.of(config.reference, config.reference_settings, python)
        same = other.name == models[0].name
        models.append(replace(other, name=f"{other.name} (reference)") if same else other)
    return models


def _crystal(config: PropertiesConfig, model: Model) -> tuple[Atoms, str]:
    """Where relaxations start, and what it is."""
    from potlearn.workflows.properties.crystals import lowest, prototype, start

    given = config.structure
    if given.file is not None:
        return _frame(given), f"Crystal: {given.file.name}."
    symbol = given.species or _only_species(model)
    if given.prototype is not None:
        model.check(prototype(given.prototype, symbol))
        atoms = (
            start(given.prototype, symbol, model.calculator)
            if given.a is None
            else prototype(given.prototype, symbol, given.a)
        )
        return atoms, f"Crystal: {given.prototype} {symbol}."
    model.check(prototype("fcc", symbol))
    best, atoms, energies = lowest(symbol, model.calculator, config.relaxing())
    others = ", ".join(
        f"{name} {1e3 * (energy - energies[best]):+.0f}"
        for name, energy in sorted(energies.items(), key=lambda item: item[1])
        if name != best
    )
    return atoms, f"Crystal: {best} {symbol}, the lowest of {model.name} (meV/atom: {others})."


def _only_species(model: Model) -> str:
    if model.species is None or len(model.species) != 1:
        known = "an unknown number" if model.species is None else str(len(model.species))
        raise PropertyError(
            f"{model.name}: knows {known} of elements; expected a structure: its file, or "
            "{prototype: fcc, species: Cu}"
        )
    return model.species[0]


def _frame(given: StructureConfig) -> Atoms:
    """One frame, which must be periodic."""
    import ase.io

    assert given.file is not None
    try:
        found: Any = ase.io.read(given.file, index=given.index)
    except Exception as error:  # readers of ASE raise whatever they meet
        words = " ".join(str(error).split())[:300]
        raise PropertyError(
            f"structure: {given.file}: frame {given.index} cannot be read: {words}"
        ) from error
    atoms: Atoms = found
    if not atoms.pbc.all() or atoms.cell.rank < 3:
        raise PropertyError(
            f"structure: {given.file}: expected a crystal, periodic along three vectors, got pbc "
            f"{atoms.pbc.tolist()}"
        )
    bare: Atoms = atoms.copy()
    bare.set_constraint()
    return bare


def _written(config: PropertiesConfig, measured: Measured, note: str) -> PropertiesOutcome:
    """Write numbers, crystals, report and figures."""
    import ase.io

    from potlearn.report import (
        PropertiesView,
        ReportInfo,
        properties_figures,
        write_properties_report,
    )

    title = " and ".join(measured.results)
    sections = {"Settings": config.for_others()}
    view = PropertiesView(measured.results, ReportInfo(f"Properties: {title}", note, sections))
    with OutputFolder(config.output.folder, RESULTS, stores=STORES) as folder:
        plain = {m: {n: r.to_dict() for n, r in of.items()} for m, of in measured.results.items()}
        folder.write_json("properties.json", plain)
        folder.write_text("properties.csv", _csv(view))
        with folder.file("crystals.extxyz") as path:
            ase.io.write(path, list(measured.crystals.values()), format="extxyz")
        if config.output.report:
            with folder.file("report.html") as path:
                write_properties_report(path, view)
            with folder.subfolder("figures") as path:
                properties_figures(view, path)
    return PropertiesOutcome(measured, view, (note, *view.notes()), folder)


def _csv(view: PropertiesView) -> str:
    """All numbers as a table."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    columns = [column for model in view.models for column in (model, f"{model} error")]
    table.writerow(["property", "quantity", "unit", *columns])
    for name, quantity, unit, values in view.rows():
        cells = [
            cell
            for value in values
            for cell in (("", "") if value is None else (value.value, value.error))
        ]
        table.writerow([name, quantity, unit, *cells])
    return text.getvalue()
