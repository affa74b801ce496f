"""The shipped silicon data: complete, readable, and consistent with the physics it stands for."""

from __future__ import annotations

import io
import json
import lzma
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.io import read

FOLDER = Path(__file__).resolve().parents[1] / "datasets" / "silicon"
DATA = FOLDER / "silicon.extxyz.xz"
GEOMETRIES = FOLDER / "melts.extxyz.xz"

GROUPS = {
    "IsolatedAtom": 1,
    "supercell": 10,
    "diamond_volume": 17,
    "diamond_strain": 20,
    "diamond_rattled": 30,
    "beta_tin": 11,
    "simple_hexagonal": 11,
    "sc": 9,
    "bcc": 9,
    "fcc": 9,
    "hcp": 7,
    "lonsdaleite": 6,
    "bc8": 6,
    "md": 10,
    "liquid": 10,
    "vacancy": 7,
    "surface": 10,
    "short": 11,
    "melt": 16,
    "hot_crystal": 6,
    "explored": 9,
}

EXACT_FOLDS = [
    ("supercell_ideal_2", "supercell_ideal_4"),
    ("supercell_ideal_2", "supercell_ideal_16"),
    ("supercell_strained_2", "supercell_strained_4"),
    ("supercell_strained_2", "supercell_strained_16"),
    ("supercell_displaced_2", "supercell_displaced_8"),
]
"""Pairs of cells of one crystal whose k-points fold onto each other."""

CUBIC = [
    ("supercell_ideal_2", "supercell_ideal_8"),
    ("supercell_strained_2", "supercell_strained_8"),
]
"""Pairs with different grids of the same density: they agree as well as the grid is converged."""


@pytest.fixture(scope="module")
def text() -> str:
    """Return the decompressed file."""
    return lzma.decompress(DATA.read_bytes()).decode()


@pytest.fixture(scope="module")
def frames(text: str) -> list[Atoms]:
    """Return all configurations."""
    return read(io.StringIO(text), index=":", format="extxyz")


@pytest.fixture(scope="module")
def named(frames: list[Atoms]) -> dict[str, Atoms]:
    """Return all configurations by name."""
    return {atoms.info["name"]: atoms for atoms in frames}


def energy_per_atom(atoms: Atoms) -> float:
    return atoms.get_potential_energy() / len(atoms)


def test_file_is_small_and_names_are_unique(frames, named):
    assert DATA.stat().st_size <= 3_000_000
    assert len(named) == len(frames) == sum(GROUPS.values())


def test_groups_have_the_documented_sizes(frames):
    assert Counter(atoms.info["config_type"] for atoms in frames) == GROUPS


def test_most_cells_are_small(frames):
    sizes = [len(atoms) for atoms in frames]
    assert max(sizes) == 32
    assert np.mean(np.array(sizes) <= 4) > 0.5


def test_larger_cells_are_those_of_the_geometry_file(named):
    text = lzma.decompress(GEOMETRIES.read_bytes()).decode()
    geometries = read(io.StringIO(text), index=":", format="extxyz")
    larger = {name for name, atoms in named.items() if len(atoms) > 16}
    assert {atoms.info["name"] for atoms in geometries} == larger
    for atoms in geometries:
        labelled = named[atoms.info["name"]]
        assert np.array_equal(atoms.positions, labelled.positions)
        assert np.array_equal(atoms.cell.array, labelled.cell.array)
        assert tuple(labelled.info["kpoints"]) == (3, 3, 3)


def test_melts_span_densities_and_come_close(frames):
    """Volumes of 87 to 112 % of the crystal's, and distances below 2 Å in what was explored."""
    melts = [a for a in frames if a.info["config_type"] in ("melt", "explored")]
    volumes = [8 * a.get_volume() / len(a) / 5.47**3 for a in melts]
    assert min(volumes) < 0.87
    assert max(volumes) > 1.12
    closest = [a.get_all_distances(mic=True)[np.triu_indices(len(a), 1)].min() for a in melts]
    assert 1.7 < min(closest) < 1.85


def test_groups_are_split(frames):
    """Groups of four and more have a test part; the isolated atom and the supercells have none."""
    held_out = Counter(a.info["config_type"] for a in frames if a.info["split"] == "test")
    large = {group for group, count in GROUPS.items() if count >= 4}
    assert set(held_out) == large - {"supercell"}
    assert {a.info["split"] for a in frames} == {"train", "test"}
    assert 0.10 <= sum(held_out.values()) / len(frames) <= 0.15


def test_labels_are_complete_and_finite(frames):
    for atoms in frames:
        assert set(atoms.numbers) == {14}
        assert atoms.pbc.all()
        assert np.isfinite(atoms.get_potential_energy())
        assert np.isfinite(atoms.get_forces()).all()
        if atoms.info["config_type"] != "IsolatedAtom":
            assert np.isfinite(atoms.get_stress()).all()


def test_forces_of_a_cell_add_up_to_zero(frames):
    for atoms in frames:
        net = np.abs(atoms.get_forces().sum(axis=0)).max()
        assert net < 1e-3 * len(atoms), atoms.info["name"]


def test_stored_stress_is_symmetric(text):
    tensors = re.findall(r'stress="([^"]+)"', text)
    assert len(tensors) == sum(GROUPS.values()) - 1
    for tensor in tensors:
        matrix = np.array(tensor.split(), dtype=float).reshape(3, 3)
        np.testing.assert_allclose(matrix, matrix.T, atol=1e-12)


def test_energies_are_plausible(frames, named):
    lowest = min(frames, key=energy_per_atom)
    assert lowest.info["config_type"] in ("diamond_volume", "supercell")
    cohesive = energy_per_atom(named["isolated"]) - energy_per_atom(lowest)
    assert cohesive == pytest.approx(4.55, abs=0.1)
    for atoms in frames:
        assert energy_per_atom(lowest) <= energy_per_atom(atoms) < 5.0


@pytest.mark.parametrize(("small", "large"), EXACT_FOLDS)
def test_energy_per_atom_does_not_depend_on_the_supercell(named, small, large):
    assert energy_per_atom(named[small]) == pytest.approx(energy_per_atom(named[large]), abs=1e-6)
    np.testing.assert_allclose(
        named[small].get_stress(), named[large].get_stress(), atol=3e-4, rtol=0
    )


@pytest.mark.parametrize(("small", "large"), CUBIC)
def test_cells_with_other_grids_agree_to_the_convergence_of_the_grid(named, small, large):
    assert energy_per_atom(named[small]) == pytest.approx(energy_per_atom(named[large]), abs=5e-4)


def test_supercell_report_repeats_the_data(named):
    report = json.loads((FOLDER / "supercells.json").read_text())
    for crystal, entry in report["crystals"].items():
        for size, cell in entry["atoms_in_cell"].items():
            stored = energy_per_atom(named[f"supercell_{crystal}_{size}"])
            assert cell["energy_per_atom"] == pytest.approx(stored, abs=1e-6)
        assert entry["largest_difference"] < 1e-3


def test_energy_of_the_volume_series_is_the_work_of_the_stress(frames):
    """Integrate the mean stress over the volume."""
    series = [a for a in frames if a.info["config_type"] == "diamond_volume"]
    series.sort(key=Atoms.get_volume)
    volumes = np.array([a.get_volume() / 2 for a in series])
    slopes = np.array([a.get_stress()[:3].mean() for a in series])
    energies = np.array([energy_per_atom(a) for a in series])
    steps = 0.5 * (slopes[1:] + slopes[:-1]) * np.diff(volumes)
    work = np.concatenate([[0.0], np.cumsum(steps)])
    np.testing.assert_allclose(energies - energies[0], work, atol=0.001)


def test_repulsion_of_a_pair_follows_its_force(named):
    """The energy between two pair distances is the mean force times the distance."""
    lengths = (1.8, 1.9, 2.0, 2.1, 2.2)
    pairs = [named[f"short_pair_{i:02d}"] for i in range(len(lengths))]
    energies = np.array([a.get_potential_energy() for a in pairs])
    axis = np.ones(3) / 3**0.5
    pull = np.array([a.get_forces()[1] @ axis for a in pairs])
    spacing = np.diff(lengths)
    expected = -0.5 * (pull[1:] + pull[:-1]) * spacing
    np.testing.assert_allclose(np.diff(energies), expected, rtol=0.03)
