"""Files that a stranger, a full disk or an attacker changed: a result, or an error in words.

A few hundred mutations of each kind of file here, 100,000 of each by ``make test-slow``.  The kinds
of mutation are those of :mod:`mutations`.
"""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import exported_files
import numpy as np
import pytest
from fit_texts import GOOD, GOOD_ACE
from mutations import (
    MANY,
    bytes_flipped,
    bytes_spliced,
    mutated_text,
    mutated_value,
    mutated_zip,
    survives,
)
from neural_potentials import neural
from pod_bases import cell, settings
from searches import open_study, outcomes
from study_folders import write_study

from potlearn.cli.config_file import load_config
from potlearn.descriptors import ACE, POD
from potlearn.descriptors.pod.clusters import Clusters
from potlearn.errors import DataError, FitError, PotlearnError
from potlearn.fit.ledger.file import LedgerCheckpoint, load_ledger, save_ledger
from potlearn.fit.ledger.ledger import Ledger
from potlearn.fit.rows.names import Key
from potlearn.fit.weights import Weights
from potlearn.lammps import read_pod, write_lammps, write_pod
from potlearn.lammps.plugin import ExportedModel, Surroundings
from potlearn.lammps.plugin.arrays import encoded
from potlearn.potentials import LinearPotential, load
from potlearn.potentials.pair import ZBL, LennardJones
from potlearn.potentials.sum import SumPotential
from potlearn.potentials.wall import Wall
from potlearn.runtime import Checkpoint, Journal
from potlearn.studies.table import Results
from potlearn.tasks.settings.yaml_text import dump_yaml, parse_yaml
from potlearn.tune import load as load_study
from potlearn.tune.search import search
from potlearn.tune.summary import best_table, failures, front_table, history_table, states
from potlearn.uncertainty import (
    EnsembleUncertainty,
    Link,
    MaxVolGrade,
    QuadraticUncertainty,
    Scores,
    calibrate,
)

QUICK = 300
WB = ("W", "Be")


class Reader(NamedTuple):
    """A kind of file: valid files by name, a mutation, and what reads them (path of the file)."""

    files: Callable[[Path], dict[str, bytes]]
    mutate: Callable[[Random, bytes], bytes]
    read: Callable[[Path], Any]


# Saved models ------------------------------------------------------------------------------------


def linear(descriptor, reference=None):
    n = len(descriptor.species) * (1 + descriptor.n_features)
    c = np.random.default_rng(0).normal(size=n)
    return LinearPotential(descriptor, c, reference, {"fit": {"e0": 0.5}})


def uncertain(potential):
    """The same with a covariance, coefficient sets, two kinds of links and a grade."""
    shape, rng = potential.coefficients.shape, np.random.default_rng(1)
    scores = Scores.of(rng.normal(size=30), rng.uniform(0.1, 1, 30), np.arange(30))
    grade = MaxVolGrade(potential.descriptor, *rng.normal(size=(2, *shape, 3)))
    uncertainty = QuadraticUncertainty(
        "calibrated",
        rng.normal(size=(potential.coefficients.size, 4)),
        rng.normal(size=(shape[0] * 3, 4)),
        rng.normal(size=(2, shape[0], 3)),
        {"energy": calibrate(scores), "forces": Link(), "stress": Link(dof=3.0)},
        potential.descriptor.prune(potential.descriptor.feature_names[:2]),
        grade,
    )
    return replace(potential, uncertainty=uncertainty)


def ensemble(potential):
    """The same with errors of its members."""
    links = {"energy": Link(), "forces": Link(power=0.3)}
    grade = uncertain(potential.linear).uncertainty.grade
    return replace(potential, uncertainty=EnsembleUncertainty(2, links, grade, np.arange(3)))


def potentials() -> dict[str, Any]:
    pod = POD(("Si",), cutoff=3.5, **settings((2, 2, 0, 0, 0, 0), (2, 0, 0, 0, 0), nb=1, ni=3))
    frames = [cell(("Si",), 4, seed) for seed in range(3)]
    one, two = np.ones(1), np.full((1, 1), 2.0)
    wall = Wall(("Si",), reach=two, limit=one, height=one, contact=two / 2, stiffness=two)
    alloy = ACE(WB, cutoff=3.5, order=3, degree=(3, 3, 2.5), pairs={"W-Be": {"cutoff": 3.0}})
    box = ACE(("Si",), cutoff=3.5, order=2, nmax=2, lmax=(0, 2), radial={"kind": "agnesi_jacobi"})
    lj = LennardJones(("Si",), radius=3.0, epsilon=0.1, sigma=2.0)
    return {
        "ace": linear(alloy, ZBL(WB, inner=0.8, outer=1.6)),
        "pruned": linear(box.prune(box.feature_names[::2])),
        "pod": linear(pod, wall),
        "clusters": linear(pod.with_clusters(Clusters.fit(pod, frames, 2, 1, seed=0))),
        "sum": SumPotential(((0.5, linear(box)), (2.0, lj))),
        "uncertain": uncertain(linear(box)),
        "neural": neural(alloy, "embedded", reference=ZBL(WB, inner=0.8, outer=1.6)),
        "ensemble": ensemble(neural(box, "mlp", 2)),
        "square roots": neural(pod, "finnis_sinclair", fade=False),
    }


def saved(folder: Path) -> dict[str, bytes]:
    files = {}
    for name, potential in potentials().items():
        potential.save(folder / f"{name}.potl")
        files[f"{name}.potl"] = (folder / f"{name}.potl").read_bytes()
    return files


@cache
def atoms(species: tuple[str, ...]):
    """Periodic along one axis: a file may ask for 100 Å, and a crystal has many pairs."""
    found = cell(species, 3, seed=1)
    found.pbc = (True, False, False)
    return found


def predicted(path: Path):
    potential = load(path)
    with np.errstate(all="ignore"):  # coefficients of 1e308 are numbers like others
        found = potential.predict(atoms(potential.species[:3]))
        if getattr(potential, "uncertainty", None) is not None:
            potential.spread(atoms(potential.species[:3]))
            if isinstance(potential, LinearPotential):
                potential.sample(1)
        return found


# POD files ---------------------------------------------------------------------------------------

PARTNER = {"param": "coeff", "coeff": "param"}


def pod_pair(folder: Path) -> dict[str, bytes]:
    param, coeff = write_pod(potentials()["clusters"], folder / "x")
    for path in (param, coeff):
        (folder / f"valid_{path.name}").write_bytes(path.read_bytes())
    return {path.name: path.read_bytes() for path in (param, coeff)}


def read_pair(path: Path):
    """The mutated file with its valid partner."""
    valid = path.with_name("valid_x_param.pod"), path.with_name("valid_x_coeff.pod")
    found = {p.stem.rpartition("_")[2]: p for p in (*valid, path)}
    with np.errstate(all="ignore"):
        return read_pod(found["param"], found["coeff"]).predict(atoms(("Si",)))


# Ledgers, checkpoints, journals ------------------------------------------------------------------


def ledger() -> Ledger:
    rng = np.random.default_rng(0)
    made = Ledger(["Si:one-body", "Si:a", "Si:b"], np.ones(3))
    for fold in (0, 1):
        made.add(Key(fold, "bulk", "energy"), rng.normal(size=(4, 3)), rng.normal(size=4))
    made.add(Key(0, "bulk", "forces"), rng.normal(size=(30, 3)), rng.normal(size=30))
    made.factor(Key(0, "bulk", "forces"))
    return made


def ledger_file(folder: Path) -> dict[str, bytes]:
    save_ledger(ledger(), folder / "l.ledger", {"data": "abc"})
    return {"l.ledger": (folder / "l.ledger").read_bytes()}


def combined(path: Path):
    with np.errstate(all="ignore"):
        return load_ledger(path).combine(Weights())


def checkpoint(path: Path) -> Checkpoint:
    return Checkpoint(path, {"data": "abc"}, "fit", FitError)


def checkpoint_file(folder: Path) -> dict[str, bytes]:
    checkpoint(folder / "c.ckpt").save(LedgerCheckpoint.state(ledger(), 2))
    return {"c.ckpt": (folder / "c.ckpt").read_bytes()}


CONTENT = {"data": "abc", "sizes": [1, 2], "deep": {"x": None, "y": 0.5}}


def journal_file(folder: Path) -> dict[str, bytes]:
    journal = Journal.open(folder / "j.jsonl", CONTENT, "comparison", DataError)
    journal.add({"method": "fps", "size": 10, "seed": 0, "rmse": 0.1})
    journal.add({"method": "cur", "size": 20, "seed": 1, "rmse": [0.2, None]})
    return {"j.jsonl": (folder / "j.jsonl").read_bytes()}


def trials_file(folder: Path) -> dict[str, bytes]:
    search(open_study(folder / "t.journal"), outcomes, trials=3)
    return {"t.journal": (folder / "t.journal").read_bytes()}


def asked(path: Path):
    """The next trials; the file may continue."""
    study = open_study(path)
    return study.trials(), study.ask(2)


# Configurations ----------------------------------------------------------------------------------


def configurations(_: Path) -> dict[str, bytes]:
    return {"pod.yaml": GOOD.encode(), "ace.yaml": GOOD_ACE.encode()}


def mutated_yaml(rng: Random, data: bytes) -> bytes:
    """Another text, or the text of other values."""
    if rng.random() < 0.7:
        return mutated_text(rng, data)
    try:
        return dump_yaml(mutated_value(rng, parse_yaml(data.decode(), "x"))).encode()
    except RecursionError:  # PyYAML writes no nesting that deep
        return b"[" * 900


def described(path: Path):
    """The configuration, and the descriptor that it asks for, not built."""
    from potlearn.descriptors import descriptor_from_dict

    return descriptor_from_dict(load_config(path).descriptor.model_dump(exclude_none=True))


# Studies -----------------------------------------------------------------------------------------


def study(folder: Path) -> dict[str, bytes]:
    write_study(folder / "valid", 12, n_config=4, constraints={"force_time": 500.0}, n_random=3)
    return {path.name: path.read_bytes() for path in (folder / "valid").iterdir()}


def mutated_study(rng: Random, data: bytes) -> bytes:
    """Other arrays, another text, or the text of other values."""
    if data.startswith(b"PK"):
        return mutated_zip(rng, data)
    if rng.random() < 0.4:
        return mutated_text(rng, data)
    try:
        return json.dumps(mutated_value(rng, json.loads(data))).encode()
    except (RecursionError, ValueError):  # numbers that Python does not write
        return b"[" * 900


def judged(path: Path):
    """The mutated file in a folder with the others as they were."""
    folder = path.parent / "study"
    shutil.copytree(path.parent / "valid", folder, dirs_exist_ok=True)
    shutil.copy(path, folder / path.name)
    with np.errstate(all="ignore"):
        tuned = load_study(folder)
        states(tuned), failures(tuned.trials), history_table(tuned)
        front_table(tuned), best_table(tuned), tuned.knee(), tuned.best(), tuned.fastest()


# Files of pair_style potlearn --------------------------------------------------------------------


def exported(folder: Path) -> dict[str, bytes]:
    """Every kind of term, with and without expected errors."""
    made = potentials()
    del made["clusters"]
    for name, potential in made.items():
        write_lammps(potential, folder / name, "lammps")
    return {path.name: path.read_bytes() for path in folder.glob("*.potl-lammps")}


def mutated_arrays(rng: Random, data: bytes) -> bytes:
    """Other bytes, in most cases with a checksum that fits; or other arrays."""
    if rng.random() < 0.5:
        arrays = dict(exported_files.decoded(data))
        for _ in range(rng.choice((1, 1, 2))):
            exported_files.change(rng, arrays)
        return encoded(arrays)
    found = rng.choice((bytes_flipped, bytes_spliced))(rng, data)
    return exported_files.signed(found) if rng.random() < 0.8 else found


def evaluated(path: Path):
    """Results for a few atoms of its species, whatever they are called."""
    model = ExportedModel(path)
    around = Surroundings.of(atoms(("Si",)), ("Si",), 4.0)
    around.species[:] = np.arange(len(around.species)) % len(model.species)
    return model.evaluate(around)


READERS = {
    "exported": Reader(exported, mutated_arrays, evaluated),
    "model": Reader(saved, mutated_zip, predicted),
    "pod": Reader(pod_pair, mutated_text, read_pair),
    "ledger": Reader(ledger_file, mutated_zip, combined),
    "checkpoint": Reader(
        checkpoint_file, mutated_zip, lambda path: LedgerCheckpoint(checkpoint(path)).load()
    ),
    "journal": Reader(journal_file, mutated_text, lambda path: Results(path, CONTENT)),
    "trials": Reader(trials_file, mutated_text, asked),
    "config": Reader(configurations, mutated_yaml, described),
    "study": Reader(study, mutated_study, judged),
}


def fuzz(name: str, folder: Path, n: int, seed: int = 0) -> None:
    reader = READERS[name]
    files = sorted(reader.files(folder).items())
    for file, content in files:
        (folder / file).write_bytes(content)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            reader.read(folder / file)  # the valid file is read
    for k in range(n):
        file, content = files[k % len(files)]
        mutant = reader.mutate(Random(f"{name} {seed} {k}"), content)
        (folder / file).write_bytes(mutant)
        try:
            survives(lambda path=folder / file: reader.read(path), PotlearnError)
        except BaseException as error:
            error.add_note(f"{name}: mutation {k} of seed {seed}, of {file}")
            raise


@pytest.mark.parametrize("name", READERS)
def test_mutated_files_give_a_result_or_an_error_in_words(tmp_path, name):
    fuzz(name, tmp_path, QUICK)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", READERS)
def test_a_hundred_thousand_mutated_files(tmp_path, name):
    fuzz(name, tmp_path, MANY, seed=1)
