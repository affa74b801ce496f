"""What a configuration of active learning describes: structures, conditions and the plan."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potlearn.errors import LearningError, PotlearnError
from potlearn.tasks.descriptor import completed, make_descriptor
from potlearn.tasks.linear_settings import linear_settings
from potlearn.tasks.settings.learn import LABELS, QUIET, LearnConfig
from potlearn.typing import Atoms

if TYPE_CHECKING:
    from potlearn.data import Dataset
    from potlearn.workflows.generation import Generator
    from potlearn.workflows.learning import Condition, Given, Plan, Trigger

EXTRA = 4
"""Structures that are made by default for each one of the first set: the selector chooses."""


def given_of(config: LearnConfig) -> Given:
    """Structures, conditions, calculator and labelled data.

    Raises
    ------
    LearningError
        There is no structure to start from.
    DataError
        A file cannot be read.
    """
    from potlearn.workflows.learning import Given

    spec = config.calculator.spec()
    known, bases = _read(config.start.labelled), _bases(config)
    if not bases and known is not None:
        bases = [_lowest(known)]
    return Given(
        start=_first_set(config, bases, known, spec),
        conditions=_conditions(config, bases),
        calculator=spec,
        known=known,
        validation=_read(config.validation),
    )


def plan_of(config: LearnConfig, given: Given) -> Plan:
    """How to learn."""
    from potlearn.workflows.learning import STOPS, Budget, Choice, Plan, Quiet

    chosen = config.select
    stops = [part.made(STOPS) for part in config.stop or ()]
    return Plan(
        descriptor=_descriptor(config, _species(given)),
        fit=linear_settings(config.fit),
        repulsion=config.repulsion,
        uncertainty=config.uncertainty,
        triggers=triggers_of(config),
        choice=Choice(chosen.method, chosen.parameters, chosen.features, chosen.scaling),
        batch=chosen.batch,
        most=chosen.most,
        stops=stops or (Budget(LABELS), Quiet(QUIET)),
        protect=config.protect,
        seed=config.seed,
    )


def triggers_of(config: LearnConfig) -> dict[str, Trigger]:
    """What makes a configuration a candidate."""
    from potlearn.workflows.learning import TRIGGERS, Gamma

    found = {part.kind: part.made(TRIGGERS) for part in config.triggers or ()}
    return found or {"gamma": Gamma()}


def _descriptor(config: LearnConfig, species: Sequence[str]) -> Any:
    return make_descriptor(completed(config.descriptor, species, "descriptor"), None)


def _species(given: Given) -> list[str]:
    """Elements of all structures and labelled data."""
    structures = [*given.start, *(condition.start for condition in given.conditions)]
    found = {symbol for atoms in structures for symbol in atoms.get_chemical_symbols()}
    return sorted(found | set(given.known.species if given.known is not None else ()))


def _read(paths: Sequence[Path] | None) -> Dataset | None:
    from potlearn.data import read

    return None if paths is None else read(list(paths))


def _bases(config: LearnConfig) -> list[Atoms]:
    """Structures to start from: those of files, and the crystals of elements."""
    from potlearn.workflows.generation import Prototypes, generate
    from potlearn.workflows.generation.volumes import own_crystal

    structures = _read(config.start.files)
    found = [] if structures is None else [structures[k].copy() for k in range(len(structures))]
    for symbol in config.start.elements:
        own = own_crystal(symbol)
        found += generate([Prototypes((symbol,), volumes=(1.0,))]) if own is None else [own]
    return found


def _lowest(known: Dataset) -> Atoms:
    """The configuration of lowest energy per atom."""
    import numpy as np

    energies = np.asarray(known.energies) / np.asarray(known.n_atoms)
    found: Atoms = known[int(np.nanargmin(energies))].copy()
    return found


def _first_set(
    config: LearnConfig, bases: Sequence[Atoms], known: Dataset | None, spec: Any
) -> list[Atoms]:
    """Structures that are labelled first."""
    from potlearn.data import from_atoms
    from potlearn.features import configuration_features, scaled
    from potlearn.select import make_selector
    from potlearn.workflows.generation import GENERATORS, generate

    start, given = config.start, [_large(atoms, config.explore.atoms) for atoms in bases]
    if start.generate is None and known is not None:
        return []
    generators = [part.made(GENERATORS) for part in start.generate or ()]
    generators = generators or _usual(config, len(given))
    calculator = spec.build() if any(part.moves for part in generators) else None
    made = [*given, *generate(generators, given, seed=config.seed, calculator=calculator)]
    if not made:
        raise LearningError("start: no structures; name files or elements")
    if len(made) <= start.count:
        return made
    species = sorted({symbol for atoms in made for symbol in atoms.get_chemical_symbols()})
    features = configuration_features(
        from_atoms(made), _descriptor(config, species), config.select.features
    )
    rows = scaled(features, config.select.scaling)
    selector = make_selector("map", n_to_select=min(start.count, len(rows)))
    return [made[k] for k in sorted(selector.select(rows).indices.tolist())]


def _usual(config: LearnConfig, n: int) -> list[Generator]:
    """Perturbed and strained copies, several times as many as are labelled."""
    from potlearn.workflows.generation import Rattle, Strain

    copies = max(1, EXTRA * config.start.count // (2 * max(n, 1)))
    return [Strain(0.04, count=copies), Rattle(0.2, count=1)]


def _large(atoms: Atoms, least: int) -> Atoms:
    """The structure, repeated if it is a small crystal."""
    from potlearn.workflows.generation.prototypes import repeated

    return repeated(atoms, least) if atoms.pbc.all() else atoms


def _conditions(config: LearnConfig, bases: Sequence[Atoms]) -> list[Condition]:
    """The runs of exploration; an error if one of them cannot begin."""
    from potlearn.workflows.dynamics import check_start

    found = _runs(config, bases)
    for condition in found:
        try:
            check_start(condition.start, condition.dynamics)
        except PotlearnError as error:
            raise LearningError(f"explore: {condition.name}: {error}") from error
    return found


def _runs(config: LearnConfig, bases: Sequence[Atoms]) -> list[Condition]:
    """The runs that are given, or every temperature with the first structures."""
    from potlearn.workflows.dynamics import DynamicsSettings
    from potlearn.workflows.learning import Condition

    explore = config.explore
    if explore.runs is not None:
        return [_condition(k, run, config, bases) for k, run in enumerate(explore.conditions())]
    found, pairs = [], product(enumerate(bases[: explore.structures]), explore.temperatures)
    for k, ((place, atoms), kelvin) in enumerate(pairs):
        settings = DynamicsSettings(
            ensemble=explore.ensemble,
            temperature=float(kelvin),
            timestep=explore.timestep,
            steps=explore.steps,
            seed=1000 * config.seed + k,
        )
        name = f"{atoms.get_chemical_formula()} {place}, {kelvin:g} K"
        found.append(Condition(name, _large(atoms, explore.atoms), settings))
    return found


def _condition(k: int, run: Any, config: LearnConfig, bases: Sequence[Atoms]) -> Condition:
    """A run of its own."""
    from potlearn.data import read
    from potlearn.workflows.dynamics import DynamicsSettings
    from potlearn.workflows.learning import Condition

    own = run.model_dump(exclude={"name", "start"}, exclude_none=True)
    settings = DynamicsSettings(**{"steps": config.explore.steps, "seed": k, **own})
    atoms = read(run.start)[0].copy() if run.start is not None else bases[k % len(bases)]
    return Condition(run.name or f"run {k}", _large(atoms, config.explore.atoms), settings)
