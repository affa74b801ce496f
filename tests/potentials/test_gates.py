"""POD's gates by the number of neighbours: one warning where energies jump, none in a bulk."""

import warnings

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from pod_bases import settings
from typer.testing import CliRunner

import potlearn as pl
from potlearn.cli.app import app
from potlearn.errors import PotlearnWarning

SMALL_POD = settings((4, 3, 2, 2, 2, 2), (3, 2, 2, 1, 1))


def potential(descriptor=None):
    descriptor = descriptor or pl.POD(species=("Si",), cutoff=5.0, **SMALL_POD)
    coefficients = np.random.default_rng(0).normal(size=(1, 1 + descriptor.n_features))
    return pl.LinearPotential(descriptor, 0.01 * coefficients)


def trimer():
    return Atoms("Si3", [[0, 0, 0], [2.3, 0, 0], [0, 2.4, 0]])


def test_a_trimer_warns_once():
    calculator = potential().calculator()
    atoms = trimer()
    atoms.calc = calculator
    with pytest.warns(PotlearnWarning, match=r"atom 0 \(Si\) has 2 neighbours within 5 Å"):
        atoms.get_potential_energy()
    atoms.positions[0, 0] -= 3  # another list
    atoms.get_potential_energy()


def test_a_cluster_that_breaks_in_a_simulation_warns():
    rng = np.random.default_rng(0)
    atoms = Atoms("Si8", rng.uniform(0, 3.0, (8, 3)))
    atoms.calc = potential().calculator()
    atoms.get_potential_energy()
    atoms.positions[7] = [6.5, 1.5, 1.5]
    with pytest.warns(PotlearnWarning, match=r"atom 7 \(Si\) has . neighbour"):
        atoms.get_potential_energy()


def test_the_list_reaches_further_than_the_gate():
    """Pairs in the skin are no neighbours."""
    ring = [[4.9 * np.cos(a), 4.9 * np.sin(a), 0] for a in np.arange(5) * 2 * np.pi / 5]
    atoms = Atoms("Si7", [[0, 0, 0], *ring, [0, 0, 5.2]])
    atoms.calc = potential().calculator(skin=1.0)
    with pytest.warns(PotlearnWarning, match=r"has \d neighbours? within 5 Å"):
        atoms.get_potential_energy()


@pytest.mark.parametrize("case", ["bulk", "isolated", "ace", "pairs", "two-body"])
def test_no_warning(case):
    atoms, found = trimer(), potential()
    if case == "bulk":
        atoms = bulk("Si", cubic=True)
    elif case == "isolated":
        atoms = Atoms("Si")
    elif case == "ace":
        found = potential(pl.ACE(species=("Si",), cutoff=5.0, order=2, degree=4))
    elif case == "pairs":
        found = pl.LennardJones(("Si",), 5.0, 0.1, 2.0)
    else:
        names = [n for n in potential().descriptor.feature_names if n.startswith("two")]
        found = potential(pl.POD(species=("Si",), cutoff=5.0, kept=tuple(names), **SMALL_POD))
    atoms.calc = found.calculator()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        atoms.get_potential_energy()


def test_a_pod_inside_a_sum_and_on_a_reference_warns():
    pair = pl.LennardJones(("Si",), 5.0, 0.1, 2.0)
    inner = potential()
    on_top = pl.LinearPotential(inner.descriptor, inner.coefficients, reference=pair)
    for found in (pair + inner, on_top, 0.5 * on_top):
        atoms = trimer()
        atoms.calc = found.calculator()
        with pytest.warns(PotlearnWarning, match="2 neighbours"):
            atoms.get_potential_energy()


def test_evaluate_names_the_configuration(tmp_path):
    from ase.io import write

    found = potential()
    found.save(tmp_path / "m.potl")
    frames = []
    for atoms in (bulk("Si", cubic=True), trimer()):
        prediction = found.predict(atoms)
        atoms.info["REF_energy"] = prediction.energy
        atoms.arrays["REF_forces"] = prediction.forces
        frames.append(atoms)
    write(tmp_path / "d.extxyz", frames)
    with pytest.warns(PotlearnWarning, match=r"d.extxyz:1: atom 0 \(Si\) has 2 neighbours"):
        done = CliRunner().invoke(
            app, ["evaluate", str(tmp_path / "m.potl"), str(tmp_path / "d.extxyz")]
        )
    assert done.exit_code == 0, done.output
