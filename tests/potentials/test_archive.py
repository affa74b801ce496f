"""Saved potentials: what comes back, and what is refused."""

import contextlib
import io
import pickle
import zipfile

import numpy as np
import pytest
from archives import rewritten
from hypothesis import given, settings
from hypothesis import strategies as st
from pod_bases import BASES, cell

from potlearn.descriptors.pod.clusters import Clusters
from potlearn.errors import ModelFileError, PotlearnError
from potlearn.potentials import LinearPotential, load
from potlearn.potentials.pair import ZBL


def make(name="W-Be 2-7-body", reference=True, clusters=False):
    descriptor = BASES[name]
    if clusters:
        frames = [cell(descriptor.species, 6, seed) for seed in range(3)]
        descriptor = descriptor.with_clusters(Clusters.fit(descriptor, frames, 2, 2, seed=0))
    n = len(descriptor.species) * (1 + descriptor.n_features)
    c = np.random.default_rng(0).normal(size=n) * 1e-3
    zbl = ZBL(species=descriptor.species, inner=1.0, outer=2.0) if reference else None
    return LinearPotential(descriptor, c, zbl, metadata={"data": "two frames", "n": 2})


@pytest.mark.parametrize("options", [{}, {"reference": False}, {"clusters": True}])
def test_a_loaded_potential_predicts_the_same_bits(tmp_path, options):
    potential = make(**options)
    potential.save(tmp_path / "model.potl")
    again = load(tmp_path / "model.potl")
    atoms = cell(potential.species, 6, seed=1)
    a, b = potential.predict(atoms), again.predict(atoms)
    np.testing.assert_array_equal(a.energies, b.energies)
    np.testing.assert_array_equal(a.forces, b.forces)
    np.testing.assert_array_equal(a.virial, b.virial)
    assert again.metadata == potential.metadata
    assert again.descriptor == potential.descriptor


def test_a_failed_save_keeps_the_old_file(tmp_path):
    path = tmp_path / "model.potl"
    make().save(path)
    before = path.read_bytes()
    broken = make()
    object.__setattr__(broken, "metadata", {"data": {1, 2}})
    with pytest.raises(TypeError):
        broken.save(path)
    assert path.read_bytes() == before


def drop_array(document):
    document["potential"]["coefficients"] = {"array": "nowhere"}


def newer(document):
    document["format"] = 99


def unknown_kind(document):
    document["potential"]["kind"] = "os.system"


def unknown_family(document):
    document["potential"]["descriptor"]["family"] = "snap"


def unknown_setting(document):
    document["potential"]["descriptor"]["rci"] = 1.0


def short(document):
    document["potential"]["coefficients"] = [1.0, 2.0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop_array, "nowhere"),
        (newer, "format 99"),
        (unknown_kind, r"unknown kind of potential 'os.system'; expected one of"),
        (unknown_family, "unknown descriptor family 'snap'; expected one of"),
        (unknown_setting, "unknown setting 'rci'"),
        (short, "coefficients: expected 2 x .* got 2"),
    ],
)
def test_a_wrong_archive_is_refused_in_words(tmp_path, change, message):
    path = tmp_path / "model.potl"
    make().save(path)
    with pytest.raises(ModelFileError, match=message) as caught:
        load(rewritten(path, change))
    assert str(path) in str(caught.value)


def test_what_is_no_archive(tmp_path):
    with pytest.raises(ModelFileError, match="no such file"):
        load(tmp_path / "absent.potl")
    (tmp_path / "text.potl").write_text("energy = 3")
    with pytest.raises(ModelFileError, match="not a potlearn model"):
        load(tmp_path / "text.potl")


def test_opening_a_model_runs_no_code(tmp_path):
    path = tmp_path / "model.potl"
    make().save(path)

    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    buffer = io.BytesIO()
    np.save(buffer, np.array([Bomb()], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts = {k: buffer.getvalue() if k.endswith(".npy") else v for k, v in parts.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert pickle.dumps(Bomb())
    with pytest.raises(ModelFileError):
        load(path)
    assert not (tmp_path / "ran").exists()


@settings(max_examples=60)
@given(position=st.integers(0, 10**6), byte=st.integers(0, 255), cut=st.booleans())
def test_mangled_archives_give_typed_errors(tmp_path_factory, position, byte, cut):
    path = tmp_path_factory.mktemp("fuzz") / "model.potl"
    make().save(path)
    data = bytearray(path.read_bytes())
    position %= len(data)
    data = data[:position] if cut else data[:position] + bytes([byte]) + data[position + 1 :]
    path.write_bytes(data)
    with contextlib.suppress(PotlearnError):
        load(path)
