"""Formats, compression, laziness, round trips."""

from __future__ import annotations

import bz2
import copy
import gzip
import lzma
import pickle
import tracemalloc

import ase.io
import numpy as np
import pytest
from ase.db import connect
from configurations import FRAME, crystal, write
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import potlearn.data as pd
from potlearn.data import streams
from potlearn.data.streams import Spool
from potlearn.errors import DataError


def labels_of(data):
    return [
        (x.energy, x.forces.tolist(), x.stress.tolist()) for x in map(data.labels, range(len(data)))
    ]


@pytest.fixture(scope="module")
def frames():
    return [crystal(seed, strain=0.01 * seed) for seed in range(4)]


@pytest.mark.parametrize("name", ["a.traj", "a.json", "a.db", "a.extxyz", "a.xyz"])
def test_formats_that_hold_labels(frames, tmp_path, name):
    path = tmp_path / name
    if name.endswith(".db"):
        with connect(path) as table:
            for atoms in frames:
                table.write(atoms)
    else:
        ase.io.write(path, frames)
    data = pd.read(path)
    assert len(data) == 4
    for i, atoms in enumerate(frames):
        got = data.labels(i)
        assert got.energy == pytest.approx(atoms.get_potential_energy(), abs=1e-12)
        np.testing.assert_allclose(got.forces, atoms.get_forces(), atol=1e-8)
        np.testing.assert_allclose(got.stress, atoms.get_stress(), rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(data[i].positions, atoms.positions, atol=1e-8)
        assert data.source(i) == f"{path}:{i}"


@pytest.mark.parametrize("name", ["POSCAR", "a.cif", "a.cif.gz"])
def test_formats_without_labels(frames, tmp_path, name):
    ase.io.write(tmp_path / name, frames[0])
    data = pd.read(tmp_path / name)
    assert len(data) == 1
    assert data.labels(0) == pd.Labels()
    np.testing.assert_allclose(data[0].cell, frames[0].cell, atol=1e-6)


@pytest.mark.parametrize("compress", [lzma, gzip, bz2], ids=["xz", "gz", "bz2"])
def test_compressed_extxyz_equals_plain(tmp_path, compress):
    suffix = {lzma: "xz", gzip: "gz", bz2: "bz2"}[compress]
    text = FRAME * 3
    plain = pd.read(write(tmp_path / "a.extxyz", text))
    path = tmp_path / f"a.extxyz.{suffix}"
    path.write_bytes(compress.compress(text.encode()))
    packed = pd.read(path)
    assert labels_of(packed) == labels_of(plain)
    assert packed.content_key() == plain.content_key()


def test_extxyz_under_another_name(tmp_path):
    assert len(pd.read(write(tmp_path / "train.data", FRAME * 2))) == 2


@pytest.mark.parametrize(
    ("index", "numbers"),
    [
        (None, [0, 1, 2, 3]),
        (slice(1, 3), [1, 2]),
        (slice(None, None, 2), [0, 2]),
        (-1, [3]),
        (0, [0]),
    ],
)
@pytest.mark.parametrize("name", ["a.extxyz", "a.traj"])
def test_index_chooses_frames_of_each_file(frames, tmp_path, index, numbers, name):
    ase.io.write(tmp_path / name, frames)
    data = pd.read([tmp_path / name, tmp_path / name], index=index)
    assert [int(data.source(i).rsplit(":", 1)[1]) for i in range(len(data))] == numbers * 2


def test_patterns_and_lists(tmp_path):
    for name in ("b.xyz", "a.xyz"):
        write(tmp_path / name, FRAME)
    data = pd.read(tmp_path / "*.xyz")
    assert [data.source(i) for i in range(2)] == [f"{tmp_path}/a.xyz:0", f"{tmp_path}/b.xyz:0"]


def test_geometries_are_the_atoms_without_labels(tmp_path):
    dataset = pd.read(write(tmp_path / "a.extxyz", FRAME * 2))
    for atoms, geometry in zip(dataset, dataset.geometries(), strict=True):
        assert atoms.calc is not None
        assert geometry.calc is None
        assert geometry == atoms
        assert geometry.info == atoms.info


def test_iterating_twice_gives_new_equal_atoms(tmp_path):
    data = pd.read(write(tmp_path / "a.extxyz", FRAME * 3))
    first, second = list(data), list(data)
    assert all(a == b and a is not b for a, b in zip(first, second, strict=True))
    first[0].positions += 1.0
    first[0].calc.results["forces"][:] = 0.0
    assert data[0].positions.max() == 1.5
    assert data[0].get_forces().max() == 0.3


@pytest.mark.parametrize("name", ["a.extxyz", "a.extxyz.gz", "a.traj"])
def test_dataset_survives_pickling(frames, tmp_path, name):
    ase.io.write(tmp_path / name, frames)
    data = pd.read(tmp_path / name)
    for other in (pickle.loads(pickle.dumps(data)), copy.deepcopy(data)):
        assert labels_of(other) == labels_of(data)


def test_spool_moves_to_a_file_and_removes_it(tmp_path, monkeypatch):
    monkeypatch.setattr(streams.tempfile, "tempdir", str(tmp_path))
    spool = Spool(memory=10)
    places = [(spool.append(data), len(data)) for data in (b"abcdef", b"ghijkl", b"m" * 5_000_000)]
    assert [spool.read(*place)[:6] for place in places] == [b"abcdef", b"ghijkl", b"mmmmmm"]
    assert len(list(tmp_path.iterdir())) == 1
    del spool
    assert not list(tmp_path.iterdir())


def test_memory_does_not_hold_the_file(tmp_path):
    atoms = [crystal(repeat=3) for _ in range(3)]
    ase.io.write(tmp_path / "one.extxyz", atoms)
    text = (tmp_path / "one.extxyz").read_text()
    path = write(tmp_path / "many.extxyz", text * 180)
    pd.read(tmp_path / "one.extxyz")
    tracemalloc.start()
    data = pd.read(path)
    for _ in data:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(data) == 540
    assert peak < 0.6 * path.stat().st_size


@settings(max_examples=30)
@given(
    energy=st.floats(-1e6, 1e6),
    forces=arrays(float, (4, 3), elements=st.floats(-100, 100)),
    stress=arrays(float, 6, elements=st.floats(-1, 1)),
    group=st.from_regex(r"\A[A-Za-z_ ]{1,12}\Z").filter(lambda text: text.strip() == text),
)
def test_round_trip_through_ase(tmp_path_factory, energy, forces, stress, group):
    atoms = crystal()
    atoms.calc.results.update(energy=energy, forces=forces, stress=stress)
    atoms.info["config_type"] = group
    data = pd.from_atoms([atoms])
    path = tmp_path_factory.mktemp("round") / "a.extxyz"
    ase.io.write(path, list(data))
    again = pd.read(path)
    assert again.labels(0).energy == data.labels(0).energy == energy
    np.testing.assert_allclose(again.labels(0).forces, forces, atol=5.1e-9)
    assert np.array_equal(again.labels(0).stress, stress)
    assert again.label_report().missing == data.label_report().missing
    assert (again.groups == [group]) or group in ("T", "F", "True", "False", "nan", "inf")


def test_round_trip_of_a_file_is_exact(tmp_path):
    data = pd.read(write(tmp_path / "a.extxyz", FRAME * 2))
    ase.io.write(tmp_path / "b.extxyz", list(data))
    assert labels_of(pd.read(tmp_path / "b.extxyz")) == labels_of(data)


def test_datasets_join_and_keys_must_agree(tmp_path):
    a = pd.read(write(tmp_path / "a.extxyz", FRAME))
    b = pd.read(write(tmp_path / "b.extxyz", FRAME.replace("config_type=eos", "config_type=md")))
    both = a + b
    assert both.groups == ["eos", "md"]
    assert [both.source(i)[-10:] for i in range(2)] == ["a.extxyz:0", "b.extxyz:0"]
    assert labels_of(both) == labels_of(a) * 2
    other = pd.read(tmp_path / "b.extxyz", keys={"stress": None})
    with pytest.raises(DataError, match="different label keys"):
        a + other
