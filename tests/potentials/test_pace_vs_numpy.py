"""PACE potentials on the engine against reference values and the NumPy evaluator."""

import json
from pathlib import Path

import numpy as np
import pytest
import yace_files
from ase import Atoms
from oracles import ace_numpy

from potlearn.errors import DataError, SpeciesError
from potlearn.lammps import read_yace
from potlearn.potentials import load

DATA = Path(__file__).parents[1] / "oracles" / "data" / "ace_reference_values.json"
CASES = {case["name"]: case for case in json.loads(DATA.read_text())["cases"]}
VOIGT = ([0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1])


def dimers(symbols, distances, cutoff):
    """Dimers along z that do not see each other."""
    origins = 3 * cutoff * np.arange(len(distances))[:, None, None] * [1.0, 0, 0]
    ends = np.stack([np.zeros(len(distances)), distances], axis=1)[:, :, None] * [0, 0, 1.0]
    return Atoms(list(symbols) * len(distances), (origins + ends).reshape(-1, 3))


def written(folder, text):
    path = folder / "x.yace"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", CASES)
def test_reference_values(tmp_path, name):
    case = CASES[name]
    potential = read_yace(written(tmp_path, case["yace_text"]))
    atoms = Atoms(case["species"], case["positions"], cell=case["cell"], pbc=case["pbc"])
    found = potential.predict(atoms)
    np.testing.assert_allclose(found.energies, case["atom_energies"], atol=1e-10)
    np.testing.assert_allclose(found.forces, case["forces"], atol=1e-7)
    if "stress" in case:
        stress = np.array(case["stress"])[VOIGT]
        np.testing.assert_allclose(found.stress(atoms.get_volume()), stress, atol=1e-7)


SQUARE_ROOT = {"parameters": (1.0, 1.0, 0.7, 0.5)}
SHIFTED = {
    "npoti": "FinnisSinclairShiftedScaled",
    "parameters": (1.0, 1.0, 0.8, 0.5, 0.1, 2.0),
}
MODES = {
    "density": {"mode": "density", "rho_core": (1.5, 1.0)},
    "distance": {"mode": "distance", "inner": (2.0, 0.5)},
    "zbl": {"mode": "zbl", "inner": (2.3, 0.6), "prehc": 1.0},
}


def cell(seed, symbols="SiOSiSiOOSiO"):
    """A thin rattled cell, in which atoms see their own images."""
    rng = np.random.default_rng(seed)
    grid = np.stack(np.meshgrid(*[np.arange(2)] * 3), -1).reshape(-1, 3)
    positions = 1.9 * grid + rng.uniform(-0.15, 0.15, (8, 3))
    return Atoms(symbols, positions=positions, cell=[3.913, 4.037, 4.159], pbc=True)


def assert_agree(potential, file, atoms, energy=1e-10, force=1e-7):
    """Within the bounds, relative where numbers are large."""
    ours, theirs = potential.predict(atoms), ace_numpy.evaluate(file, atoms)
    size = max(1.0, np.abs(theirs.forces).max())
    np.testing.assert_allclose(ours.energies, theirs.energies, rtol=energy, atol=energy)
    np.testing.assert_allclose(ours.forces, theirs.forces, atol=force * size)
    virial = -theirs.strain_derivative[VOIGT]
    np.testing.assert_allclose(ours.virial, virial, atol=force * max(size, np.abs(virial).max()))


@pytest.mark.parametrize("embedding", [SQUARE_ROOT, SHIFTED], ids=["square root", "shifted"])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ace_numpy.KINDS)
def test_invented_potentials(tmp_path, kind, mode, embedding):
    file = yace_files.invented(["Si", "O"], kind, **MODES[mode], **embedding, order=5)
    potential = read_yace(written(tmp_path, yace_files.text(file)))
    assert_agree(potential, file, cell(2))
    potential.save(tmp_path / "x.potl")
    again, expected = load(tmp_path / "x.potl").predict(cell(2)), potential.predict(cell(2))
    np.testing.assert_array_equal(again.energies, expected.energies)
    np.testing.assert_array_equal(again.forces, expected.forces)


def test_linear_potentials_take_one_pass(tmp_path):
    for parameters in ((1.0, 1.0), (0.7, 1.0, -0.4, 1.0)):
        file = yace_files.invented(["Si", "O"], prehc=0.0, parameters=parameters, rho_core=(2, 1))
        assert_agree(read_yace(written(tmp_path, yace_files.text(file))), file, cell(2))
    file = yace_files.invented(["Si", "O"], prehc=0.0, rho_core=(0.4, 1.0))
    assert_agree(read_yace(written(tmp_path, yace_files.text(file))), file, cell(2))


def test_core_repulsion_matters_in_these_tests():
    for mode in MODES.values():
        file = yace_files.invented(["Si", "O"], **mode)
        core = ace_numpy.evaluate(file, cell(2)).core
        for bond in file["bonds"].values():
            bond["prehc"] = 0.0
        assert core.max() > 1e-2
        assert not ace_numpy.evaluate(file, cell(2)).core.any()


@pytest.mark.parametrize("mode", MODES)
def test_dimers_down_to_small_distances(tmp_path, mode):
    file = yace_files.invented(["Si", "O"], **MODES[mode], **SQUARE_ROOT)
    potential = read_yace(written(tmp_path, yace_files.text(file)))
    for symbols in ("SiSi", "SiO", "OO"):
        for r in (0.1, 0.3, 0.95, 1.73, 2.05, 2.6, 3.9, 4.499, 4.501, 4.7, 5.5):
            assert_agree(potential, file, Atoms(symbols, [[0, 0, 0], [0.6 * r, 0, 0.8 * r]]))


@pytest.mark.parametrize("mode", MODES)
def test_trimers_and_free_atoms(tmp_path, mode):
    file = yace_files.invented(["Si", "O", "H"], **MODES[mode], **SHIFTED)
    potential = read_yace(written(tmp_path, yace_files.text(file)))
    assert_agree(potential, file, Atoms("SiOH", [[0, 0, 0], [1.9, 0.2, 0], [0.3, 2.2, 0.4]]))
    assert_agree(potential, file, Atoms("SiOH", [[0, 0, 0], [1.9, 0.2, 0], [9, 0, 0]]))
    for symbol, energy in zip(file["elements"], file["E0"], strict=True):
        alone = potential.predict(Atoms(symbol))
        assert alone.energy == pytest.approx(energy, abs=1e-14)
        assert not alone.forces.any()


def test_five_species_each_with_its_own_densities_and_sizes(tmp_path):
    file = yace_files.invented(["Cr", "Mn", "Fe", "Co", "Ni"], order=3, parameters=(1.0, 1.0))
    for mu, n in enumerate((1, 3, 2, 1, 2)):
        file["embeddings"][mu]["ndensity"] = n
        file["embeddings"][mu]["FS_parameters"] = [1.0, 1.0, 0.5, 0.5, 0.3, 0.8][: 2 * n]
        for f in file["functions"][mu]:
            f["ndensity"], f["ctildes"] = n, [c * (p + 1) for c in f["ctildes"] for p in range(n)]
    for (a, b), bond in file["bonds"].items():
        if a != b:
            bond.update(lmax=1, nradbasemax=2)
            bond["radcoefficients"] = [[k[:2] for k in l[:2]] for l in bond["radcoefficients"]]
    file["functions"][3] = []
    potential = read_yace(written(tmp_path, yace_files.text(file)))
    assert_agree(potential, file, cell(5, "CrMnFeCoNiCrMnCo"))


@pytest.mark.parametrize(("pair", "pl"), [(True, 2), (True, 3), (False, 0)])
def test_radial_functions_of_ace_jl(tmp_path, pair, pl):
    file = yace_files.invented_polynomial(pair, pl)
    potential = read_yace(written(tmp_path, yace_files.text(file)))
    assert_agree(potential, file, cell(2))
    potential.save(tmp_path / "x.potl")
    assert_agree(load(tmp_path / "x.potl"), file, cell(2))


def test_a_sharp_last_switch(tmp_path):
    file = yace_files.invented(["Si", "O"], dcut=0.01, prehc=0.0, order=3)
    potential = read_yace(written(tmp_path, yace_files.text(file)))
    for r in (4.489, 4.4905, 4.494, 4.4999):
        atoms = Atoms("Si3", [[0, 0, 0], [0, 0, r], [0, 2.2, 0.3]])
        assert_agree(potential, file, atoms)


@pytest.mark.parametrize(
    "settings",
    [
        {"dcut": 0.01, "mode": "density", "inner": (0.0, 0.0)},
        {"kind": "SBessel", "inner": (2.2, 0.1)},
    ],
    ids=["last switch", "inner cutoff"],
)
def test_only_one_interval_of_the_table_feels_a_kink(tmp_path, settings):
    file = yace_files.invented(["Si"], prehc=0.0, order=1, **settings)
    for k, f in enumerate(file["functions"][0]):
        f["ctildes"] = [1.0 if k == 1 else 0.0]
    potential = read_yace(written(tmp_path, yace_files.text(file)))
    r = np.linspace(0.5, 4.499, 4000)
    edges = (4.49, 2.1, 2.2)
    r = np.concatenate([r, *(edge + np.linspace(-2e-3, 2e-3, 200) for edge in edges)])
    slope = potential.predict(dimers(("Si", "Si"), r, 4.5)).forces[::2, 2] / 2
    bond = file["bonds"][0, 0]
    exact = [ace_numpy.primitives(x, 3, bond, bond["inner_cutoff_type"])[1][1] for x in r]
    error = np.abs(slope - exact)
    assert error.max() < 4e-5
    far = np.min([np.abs(r - edge) for edge in edges], axis=0) > 4.5 / 4096
    assert error[far].max() < 1e-10


def test_errors(tmp_path):
    potential = read_yace(written(tmp_path, yace_files.MINIMAL))
    with pytest.raises(SpeciesError, match="Fe"):
        potential.predict(Atoms("Fe"))
    with pytest.raises(DataError, match=r"0\.05"):
        potential.predict(Atoms("Cu2", [[0, 0, 0], [0, 0, 0.05]]))
