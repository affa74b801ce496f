"""Every bad file is a DataError that says where and what."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re

import pytest
from configurations import FRAME, write

import potlearn.data as pd
from potlearn.errors import DataError, MissingExtraError, SpeciesError

HEAD = "2\nProperties=species:S:1:pos:R:3 energy=1"
CASES = {
    "empty": ("", "a.extxyz: file is empty"),
    "blank": ("\n \n", "a.extxyz: file holds no configuration"),
    "no atoms": ("0\nenergy=1\n", "a.extxyz:0: configuration without atoms"),
    "prose": ("Dear reader,\nhello\n", "a.extxyz:0: expected the number of atoms, got 'Dear read"),
    "negative": ("-2\n\n", "a.extxyz:0: expected the number of atoms, got '-2'"),
    "huge": ("9" * 30 + "\n\n", "a.extxyz:0: expected the number of atoms, got '999"),
    "truncated": (
        FRAME + FRAME.rsplit("\n", 2)[0] + "\n",
        "a.extxyz:1: file ends inside this configuration: 2 atoms declared, 1 found",
    ),
    "only a count": ("7\n", "a.extxyz:0: file ends inside this configuration: 7 atoms declared, 0"),
    "one atom too few": (
        FRAME.rsplit("\n", 2)[0] + "\n" + FRAME,
        "a.extxyz:0: atom 1 has 1 columns, expected 7: '2'",
    ),
    "one atom too many": (
        "1" + FRAME[1:] + FRAME,
        "a.extxyz:1: expected the number of atoms, got 'Ge 1.5",
    ),
    "columns": (f"{HEAD}\nH 0 0 0\nH 0 0\n", "a.extxyz:0: atom 1 has 3 columns, expected 4: 'H 0"),
    "extra column": (f"{HEAD}\nH 0 0 0 9\nH 0 0 0 9\n", "a.extxyz:0: atom 0 has 5 columns, expect"),
    "number": (
        f"{HEAD}\nH 0 0 0\nH 0 0 1.0.0\n",
        "positions of atom 1 is '1.0.0'; expected a real",
    ),
    "integer": (
        "1\nProperties=Z:I:1:pos:R:3\nH 0 0 0\n",
        "numbers of atom 0 is 'H'; expected an in",
    ),
    "logical": (
        "1\nProperties=species:S:1:pos:R:3:ok:L:1\nH 0 0 0 maybe\n",
        "a.extxyz:0: ok of atom 0 is 'maybe'; expected T or F",
    ),
    "element": (f"{HEAD}\nH 0 0 0\nQq 0 0 0\n", "a.extxyz:0: atom 1 is 'Qq', which is not an elem"),
    "ghost": (f"{HEAD}\nH 0 0 0\nX 0 0 0\n", "a.extxyz:0: atom 1 has atomic number 0; expected 1"),
    "position": (f"{HEAD}\nH 0 0 0\nH 0 0 nan\n", "a.extxyz:0: position of atom 1 is not finite"),
    "lattice": (
        f'{HEAD} Lattice="1 2"\nH 0 0 0\nH 0 0 1\n',
        "Lattice needs 9 or 3 numbers, got '1 2'",
    ),
    "flat cell": (
        f'{HEAD} Lattice="1 0 0 0 1 0 1 1 0"\nH 0 0 0\nH 0 0 1\n',
        "a.extxyz:0: periodic along a, b, c, but these cell vectors span no volume",
    ),
    "thin cell": (
        f'{HEAD} Lattice="9 0 0 0 9 0 0 0 0.09"\nH 0 0 0\nH 0 0 1\n',
        "or a cell thinner than 0.1 Å",
    ),
    "far": (f"{HEAD}\nH 0 0 0\nH 0 0 1e9\n", "a.extxyz:0: position of atom 1 is beyond 10000 Å"),
    "large cell": (f'{HEAD} Lattice="1 0 0 0 inf 0 0 0 1"\nH 0 0 0\nH 0 0 1\n', "cell vector 1 is"),
    "pbc without cell": (f'{HEAD} pbc="T T T"\nH 0 0 0\nH 0 0 1\n', "span no volume"),
    "pbc": (f'{HEAD} pbc="T T"\nH 0 0 0\nH 0 0 1\n', "a.extxyz:0: pbc is '[True, True]'; expected"),
    "properties": ("1\nProperties=species:S:1\nH\n", "declares no positions pos:R:3"),
    "property type": (
        "1\nProperties=species:S:1:pos:Q:3\nH\n",
        "holds 'pos:Q:3'; expected name:R|I",
    ),
    "property pairs": ("1\nProperties=species:S\nH\n", "is not a list of name:type:columns"),
    "property twice": ("1\nProperties=pos:R:3:pos:R:3\nH\n", "declares a name twice"),
    "no species": ("1\nProperties=pos:R:3\n0 0 0\n", "declares neither species:S:1 nor Z:I:1"),
    "open quote": ('1\nenergy=1 name="half\nH 0 0 0\n', 'a.extxyz:0: " is opened and never closed'),
    "key twice": ("1\nenergy=1 energy=2\nH 0 0 0\n", "a.extxyz:0: a key occurs twice"),
    "json": ("1\nx='_JSON [1,'\nH 0 0 0\n", "a.extxyz:0: value of x is not JSON"),
    "vec": ("1\nc\nH 0 0 0\nVEC1 1 2\n", "a.extxyz:0: expected at most VEC1, VEC2, VEC3"),
    "mask": ("1\nProperties=species:S:1:pos:R:3:move_mask:L:2\nH 0 0 0 T T\n", "expected 1 or 3"),
}


@pytest.mark.parametrize(("text", "message"), CASES.values(), ids=CASES.keys())
def test_malformed_extxyz(tmp_path, text, message):
    with pytest.raises(DataError, match=re.escape(message)):
        pd.read(write(tmp_path / "a.extxyz", text))


def test_not_utf8(tmp_path):
    path = tmp_path / "a.xyz"
    path.write_bytes(b"1\n\xff\xfe\nH 0 0 0\n")
    with pytest.raises(DataError, match=r"a\.xyz:0: not UTF-8 text"):
        pd.read(path)


@pytest.mark.parametrize(("module", "suffix"), [(lzma, "xz"), (gzip, "gz"), (bz2, "bz2")])
@pytest.mark.parametrize("damage", ["cut", "garbage"])
def test_damaged_compressed_stream(tmp_path, module, suffix, damage):
    whole = module.compress(FRAME.encode() * 200)
    path = tmp_path / f"a.extxyz.{suffix}"
    path.write_bytes(whole[: len(whole) // 2] if damage == "cut" else b"no such stream at all")
    with pytest.raises(DataError, match=f"a.extxyz.{suffix}: (compressed stream|cannot be read)"):
        pd.read(path)


def test_zstandard(tmp_path):
    path = tmp_path / "a.extxyz.zst"
    try:
        import zstandard
    except ImportError:
        path.write_bytes(b"x")
        with pytest.raises(MissingExtraError, match="pip install zstandard"):
            pd.read(path)
        return
    whole = zstandard.ZstdCompressor().compress(FRAME.encode() * 50)
    path.write_bytes(whole)
    assert len(pd.read(path)) == 50
    path.write_bytes(whole[:-9])
    with pytest.raises(DataError, match="compressed stream is cut or corrupt"):
        pd.read(path)


def test_text_that_is_no_structure_file(tmp_path):
    path = write(tmp_path / "notes.txt", "some prose\n")
    with pytest.raises(DataError, match=r"notes\.txt: .*(not a structure file|cannot read)"):
        pd.read(path)


def test_malformed_file_of_another_format(tmp_path):
    path = write(tmp_path / "a.cif", "data_x\nloop_\n_atom_site_label\n")
    with pytest.raises(DataError, match=r"a\.cif: "):
        pd.read(path)


@pytest.mark.parametrize("name", ["absent.xyz", "absent.cif"])
def test_absent_file(tmp_path, name):
    with pytest.raises(DataError, match=f"{name}: no such file"):
        pd.read(tmp_path / name)


def test_folder_and_pattern_without_match(tmp_path):
    with pytest.raises(DataError, match="is a folder"):
        pd.read(tmp_path)
    with pytest.raises(DataError, match="no file matches"):
        pd.read(tmp_path / "*.xyz")
    with pytest.raises(DataError, match="no files to read"):
        pd.read([])


def test_required_label_is_missing(tmp_path):
    bare = "1\nProperties=species:S:1:pos:R:3\nH 0 0 0\n"
    data = pd.read(write(tmp_path / "a.xyz", FRAME + bare))
    message = r"a\.xyz:1: no energy; looked for the keys \['REF_energy'.*1 of 2 configurations"
    with pytest.raises(DataError, match=message):
        data.require(energy=True)
    with pytest.raises(DataError, match=r"a\.xyz:1: no forces"):
        data.require(forces=True)
    with pytest.raises(DataError, match=r"a\.xyz:1: no stress; .*REF_virial"):
        data.require(stress=True)
    assert data[:1].require(energy=True, forces=True, stress=True) is not None


def test_unknown_element(tmp_path):
    data = pd.read(write(tmp_path / "a.xyz", FRAME))
    with pytest.raises(SpeciesError, match=r"a\.xyz:0: element Ge; expected only Si, C"):
        data.check_species(["Si", "C"])
    assert data.check_species(["Ge", "Si", "C"]) is data


def test_file_that_changes_after_reading(tmp_path):
    path = write(tmp_path / "a.xyz", FRAME)
    data = pd.read(path)
    write(path, FRAME + FRAME)
    with pytest.raises(DataError, match=r"a\.xyz:0: the file changed since it was read"):
        data[0]
    path.unlink()
    with pytest.raises(DataError, match=r"a\.xyz:0: the file cannot be read any more"):
        data[0]
