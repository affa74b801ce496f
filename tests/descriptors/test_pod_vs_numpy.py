"""POD on the engine against the NumPy oracle and against numbers that LAMMPS gave."""

import json
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from oracles import pod_numpy
from pod_bases import BASES, cell, cluster, oracle

from potlearn.descriptors import POD
from potlearn.descriptors.pod.clusters import Clusters
from potlearn.potentials import LinearPotential

LAMMPS = json.loads(
    (Path(__file__).parents[1] / "oracles" / "data" / "pod_lammps_22Jul2025.json").read_text()
)


def by_oracle(basis, atoms):
    index = np.array([basis.species.index(s) for s in atoms.symbols])
    return pod_numpy.descriptors(basis, atoms.positions, np.array(atoms.cell), index, atoms.pbc)


@pytest.mark.parametrize("name", BASES)
@pytest.mark.parametrize("make", [cell, cluster])
def test_descriptors(name, make):
    descriptor = BASES[name]
    atoms = make(descriptor.species, 6, seed=3)
    expected = by_oracle(oracle(descriptor), atoms)
    assert descriptor.n_features == expected.shape[1]
    scale = np.abs(expected).max(0) + 1e-12
    np.testing.assert_allclose(descriptor.features(atoms) / scale, expected / scale, atol=1e-10)


def lammps_case(case):
    keywords = dict(case["keywords"])
    keywords = {k: v for k, v in keywords.items() if k not in ("rcut", "onebody", "pbc", "species")}
    pod = POD(species=tuple(case["species"]), cutoff=case["keywords"].get("rcut", 5.0), **keywords)
    coefficients = np.array(case["coefficients"])
    if pod.number_of_environment_clusters > 1:
        n, m = len(pod.species), pod.n_base_features
        c, k = pod.number_of_principal_components, pod.number_of_environment_clusters
        axes = np.array(case["projection"]).reshape(n, m, c).transpose(0, 2, 1)
        pod = pod.with_clusters(Clusters(axes, np.array(case["centroids"]).reshape(n, k, c)))
    atoms = Atoms(
        [pod.species[k] for k in case["species_index"]],
        positions=case["positions"],
        cell=case["cell"],
        pbc=True,
    )
    return LinearPotential(pod, coefficients), atoms


@pytest.mark.parametrize("name", LAMMPS["cases"])
def test_lammps_reference_values(name):
    case = LAMMPS["cases"][name]
    potential, atoms = lammps_case(case)
    prediction = potential.predict(atoms)
    features = np.array(case["features"])
    scale = np.abs(features).max(0)
    found = potential.descriptor.features(atoms)
    np.testing.assert_allclose(found / scale, features / scale, atol=1e-9)
    np.testing.assert_allclose(prediction.energies, case["energies"], atol=1e-9)
    np.testing.assert_allclose(prediction.forces, case["forces"], atol=1e-9)


@pytest.mark.parametrize("name", LAMMPS["cases"])
def test_design_rows_give_the_prediction(name):
    potential, atoms = lammps_case(LAMMPS["cases"][name])
    prediction = potential.predict(atoms)
    rows, c = potential.descriptor.rows(atoms), potential.coefficients.ravel()
    assert rows.energy @ c == pytest.approx(prediction.energy, abs=1e-12)
    np.testing.assert_allclose(rows.forces @ c, prediction.forces.ravel(), atol=1e-12)
    np.testing.assert_allclose(rows.virial @ c, prediction.virial, atol=1e-12)


def test_clusters_fitted_from_configurations():
    plain = BASES["W-Be 2-7-body"]
    configurations = [cell(plain.species, 6, seed) for seed in range(4)]
    clusters = Clusters.fit(plain, configurations, clusters=3, components=2, seed=0)
    blended = plain.with_clusters(clusters)
    weights = blended.blend(blended.system(configurations[0])).weights
    np.testing.assert_allclose(weights.sum(1), 1, atol=1e-14)
    assert blended.n_features == 3 * plain.n_features
    again = POD.from_dict(blended.to_dict())
    np.testing.assert_array_equal(
        again.features(configurations[0]), blended.features(configurations[0])
    )
