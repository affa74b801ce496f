"""Mangled extended XYZ gives a typed error or a correct dataset, nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from configurations import FRAME
from hypothesis import given, settings
from hypothesis import strategies as st

import potlearn.data as pd
from potlearn.errors import DataError

VALID = (FRAME + '1\nenergy=-1 config_type=IsolatedAtom pbc="F F F"\nSi 0 0 0\n' + FRAME).encode()
SPLINTERS = [
    b"",
    b"nan",
    b"-",
    b"\n",
    b"=",
    b'"',
    b"\x00",
    b"\xff",
    b"1e999",
    b"T",
    b" ",
    b"{",
    b":",
]


@st.composite
def mangled(draw):
    data = bytearray(VALID)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, max(len(data) - 1, 0)))
        length = draw(st.integers(0, 12))
        kind = draw(st.sampled_from(["delete", "swap", "truncate", "splinter", "number", "noise"]))
        if kind == "delete":
            del data[start : start + length]
        elif kind == "swap":
            end = draw(st.integers(0, max(len(data) - 1, 0)))
            if data:
                data[start], data[end] = data[end], data[start]
        elif kind == "truncate":
            del data[start:]
        elif kind == "splinter":
            data[start : start + length] = draw(st.sampled_from(SPLINTERS))
        elif kind == "number":
            data[start : start + 1] = str(draw(st.integers(-(10**25), 10**25))).encode()
        else:
            data[start:start] = draw(st.binary(max_size=8))
    return bytes(data)


def check(path):
    """Read, and look at what came out."""
    try:
        data = pd.read(path)
    except DataError as raised:
        message = str(raised)
        data = None
    if data is None:
        assert path.name in message
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


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
@settings(max_examples=400, deadline=2000)
@given(content=mangled())
def test_mangled_extxyz(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "mangled.extxyz"
    path.write_bytes(content)
    data = check(path)
    if data is not None and content.count(b"Si") == VALID.count(b"Si"):
        pd.inspect(data)


@settings(max_examples=60, deadline=2000)
@given(content=st.binary(max_size=200))
def test_bytes_under_a_structure_name(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "noise.extxyz"
    path.write_bytes(content)
    assert check(path) is None or content.strip()[:1].isdigit()
