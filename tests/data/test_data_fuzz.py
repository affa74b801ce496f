"""Mangled extended XYZ gives a typed error or a correct dataset, nothing else."""

from __future__ import annotations

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from configurations import FRAME
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import MANY, bytes_spliced, guarded, mutated_text

import potlearn.data as pd
from potlearn.errors import DataError

ATOM = '1\nenergy=-1 config_type=IsolatedAtom pbc="F F F"\nSi 0 0 0\n'
VALID = (FRAME + ATOM + FRAME).encode()
SEEDS = [
    VALID,
    (
        b"1\nProperties=Z:I:1:pos:R:3:charge:R:1 energy=1e-5 free_energy=2 "
        b"cfg=iso\n14 0.0 0.0 0.0 1.0\nVEC1 5 0 0\nVEC2 0 5 0\n"
    ),
    (
        b"2\nlattice=[[4, 0, 0], [0, 4, 0], [0, 0, 4]] PBC = [T, T, F] virial={1 2 3 4 5 6}\n"
        b"H 0 0 0\nO 1.0D0 0 0\n2\nplain words, time = 0.5\nH 0 0 0\nH 0 0 0.7\n"
    ),
    (
        "2\nProperties=species:S:1:pos:R:3:move_mask:L:1:REF_forces:R:3:force_mask:L:1 "
        r'dipole="1 2 3" name="a \"b\" c" json="_JSON {\"a\": [1, 2]}" REF_energy=2 x=[1,2]' + "\n"
        "H 0 0 0 T 1 2 3 T\nH 0 0 1 F 1 2 3 F\n"
    ).encode(),
    b"\xef\xbb\xbf" + FRAME.replace("\n", "\r\n").encode(),
]


def check(path):
    """Read, and look at what came out: the dataset, or None for an error in words."""
    data = None
    try:
        data = pd.read(path)
    except DataError as error:
        message = str(error)
    if data is None:
        assert path.name in message
        assert len(message) < 2000
        return None
    for i, atoms in enumerate(data):
        labels = data.labels(i)
        assert len(atoms) > 0
        assert np.isfinite(atoms.positions).all()
        assert labels.energy is None or np.isfinite(labels.energy)
        assert labels.forces is None or labels.forces.shape == (len(atoms), 3)
        assert labels.forces is None or np.isfinite(labels.forces).all()
        assert labels.stress is None or np.isfinite(labels.stress).all()
    return data


def mangled(seed):
    """A valid file after some mutations, sometimes with a piece repeated many times."""
    rng = Random(seed)
    content = mutated_text(rng, rng.choice(SEEDS))
    if rng.random() < 0.1:
        start, length = rng.randint(0, len(content)), rng.choice((1, 2, 7, 30))
        piece = content[start : start + length]
        content = content[:start] + piece * rng.choice((3, 100, 1000)) + content[start:]
    return bytes_spliced(rng, content) if rng.random() < 0.1 else content


@pytest.fixture
def folder(tmp_path):
    """A folder in memory where there is such, for files are opened very often."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as name:
        yield Path(name)


def try_all(folder, seeds):
    """Read many mangled files, some within the limits of time and memory of one."""
    path = folder / "mangled.extxyz"
    for start in range(0, len(seeds), 20):
        with guarded():
            for seed in seeds[start : start + 20]:
                path.write_bytes(mangled(seed))
                try:
                    check(path)
                except Exception as error:
                    raise AssertionError(f"seed {seed}: {mangled(seed)[:500]!r}") from error


@pytest.mark.parametrize("part", range(2))
def test_mangled_files(folder, part):
    try_all(folder, range(500 * part, 500 * (part + 1)))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_many_mangled_files(folder, part):
    try_all(folder, range(part * MANY // 10, (part + 1) * MANY // 10))


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
@settings(max_examples=200)
@given(content=st.integers(0, 10**9).map(lambda seed: mutated_text(Random(seed), VALID)))
def test_what_is_read_can_be_inspected(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "mangled.extxyz"
    path.write_bytes(content)
    data = check(path)
    if data is not None and content.count(b"Si") == VALID.count(b"Si"):
        pd.inspect(data)


@settings(max_examples=60)
@given(content=st.binary(max_size=200))
def test_bytes_under_a_structure_name(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "noise.extxyz"
    path.write_bytes(content)
    assert check(path) is None or content.strip()[:1].isdigit()
