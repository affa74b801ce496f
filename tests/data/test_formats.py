"""Files of other programs give the same configurations and labels as extended XYZ."""

from __future__ import annotations

import gzip
import json
import logging
import pickle
import re
import shutil
import sqlite3
import subprocess
import sys

import numpy as np
import pytest
from ase import units
from ase.build import bulk
from ase.calculators.singlepoint import SinglePointCalculator
from ase.db import connect
from ase.io import write
from foreign_files import ALLOYS, alloy, deepmd, fitsnap, mtp, outcar, vasprun

import potlearn.data as pd
from potlearn.errors import DataError


def check_same(dataset, configurations, forces=True, stress=True):
    """Geometry and labels are those of EMT."""
    assert len(dataset) == len(configurations)
    for i, expected in enumerate(configurations):
        atoms, labels = dataset[i], dataset.labels(i)
        assert [*atoms.symbols] == [*expected.symbols]
        np.testing.assert_allclose(atoms.positions, expected.positions, atol=1e-9)
        np.testing.assert_allclose(atoms.cell, expected.cell, atol=1e-9)
        assert labels.energy == pytest.approx(expected.get_potential_energy(), abs=1e-9)
        if forces:
            np.testing.assert_allclose(labels.forces, expected.get_forces(), atol=1e-9)
        if stress:
            np.testing.assert_allclose(labels.stress, expected.get_stress(), atol=1e-9)


@pytest.fixture
def said(caplog):
    """Lines of the logger "potlearn"."""
    caplog.set_level(logging.WARNING, "potlearn")
    return lambda: [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize("name", ["train.cfg", "no_suffix", "misleading.xyz"])
def test_mtp_configurations(tmp_path, name, direct):
    path = tmp_path / name
    path.write_text(mtp(ALLOYS, direct))
    dataset = pd.read(path, types=["Cu", "Au"])
    check_same(dataset, ALLOYS)
    assert dataset[0].info["EFS_by"] == "EMT"
    assert set(dataset.groups) == {"alloy phase"}


def test_mtp_takes_the_elements_from_a_file_beside_it(tmp_path):
    (tmp_path / "a.cfg").write_text(mtp(ALLOYS))
    (tmp_path / "type_map.raw").write_text("Cu Au\n")
    check_same(pd.read(tmp_path / "a.cfg"), ALLOYS)


def test_mtp_compressed_and_with_symbols_as_types(tmp_path):
    text = mtp(ALLOYS)
    for k in range(1, 5):
        text = text.replace(f"\n{k} 0 ", f"\n{k} Cu ").replace(f"\n{k} 1 ", f"\n{k} Au ")
    with gzip.open(tmp_path / "a.cfg.gz", "wt") as file:
        file.write(text)
    check_same(pd.read(tmp_path / "a.cfg.gz"), ALLOYS)


def test_an_mtp_molecule_has_no_cell(tmp_path):
    text = mtp(ALLOYS[:1])
    start, end = text.index(" Supercell"), text.index(" AtomData")
    (tmp_path / "a.cfg").write_text(text[:start] + text[end:])
    dataset = pd.read(tmp_path / "a.cfg", types=["Cu", "Au"])
    assert not dataset[0].pbc.any()
    assert dataset.labels(0).stress is None


def test_types_need_elements(tmp_path):
    (tmp_path / "a.cfg").write_text(mtp(ALLOYS))
    remedy = r"a\.cfg:0: atoms have types \(0, 1\).*data: \{types: .*--type ELEMENT"
    with pytest.raises(DataError, match=remedy):
        pd.read(tmp_path / "a.cfg")
    with pytest.raises(DataError, match=r"has type 1, and 1 elements are named \(Cu\)"):
        pd.read(tmp_path / "a.cfg", types=["Cu"])
    with pytest.raises(DataError, match="'Xx' is not an element"):
        pd.read(tmp_path / "a.cfg", types=["Cu", "Xx"])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("END_CFG", "", "file ends inside the configuration of line 1: no END_CFG"),
        ("    4", "    5", "a.cfg:0, line 13: 1 columns, expected 8"),
        ("    4", "4" * 5000, "a.cfg:0, line 3: expected a whole number, got '444"),
        ("PlusStress", "Virial", "unknown section 'Virial:'; expected PlusStress:"),
        (" xx yy", " xx xx", "PlusStress of xx xx zz yz xz xy; expected xx yy zz yz"),
        (" cartes_x", " cart_x", "AtomData lacks types or positions"),
        (" Energy\n", " Energy\nnone\n", "line 14: expected 1 number, got 'none'"),
        ("BEGIN_CFG", "BEGIN_CFG\nBEGIN_CFG", "line 2 is 'BEGIN_CFG'; expected END_CFG before"),
    ],
)
def test_malformed_mtp_says_where(tmp_path, old, new, message):
    (tmp_path / "a.cfg").write_text(mtp(ALLOYS[:1]).replace(old, new))
    with pytest.raises(DataError) as raised:
        pd.read(tmp_path / "a.cfg", types=["Cu", "Au"])
    assert message in str(raised.value)


def with_energy(text):
    """A configuration of MTP whose energy is written as ``text``."""
    return re.sub(r"(?<= Energy\n).*", text, mtp(ALLOYS[:1]))


def test_mtp_reads_exponents_of_fortran(tmp_path):
    (tmp_path / "a.cfg").write_text(with_energy("1.5D-01"))
    assert pd.read(tmp_path / "a.cfg", types=["Cu", "Au"]).energies.tolist() == [0.15]


@pytest.mark.parametrize("text", ["1_000", "\uff11"])
def test_mtp_refuses_numbers_of_other_kinds(tmp_path, text):
    (tmp_path / "a.cfg").write_text(with_energy(text))
    with pytest.raises(DataError, match=f"expected 1 number, got '{text}'"):
        pd.read(tmp_path / "a.cfg", types=["Cu", "Au"])


@pytest.mark.parametrize("style", ["bar", "kB", "GPa", "bars", "Pascal", "metal"])
def test_fitsnap_states_its_unit_of_stress(tmp_path, style):
    (tmp_path / "a.json").write_text(fitsnap(ALLOYS[0], style))
    check_same(pd.read(tmp_path / "a.json"), ALLOYS[:1])


def test_fitsnap_in_atomic_units_and_others(tmp_path):
    styles = {
        "LatticeStyle": ("bohr", units.Bohr),
        "PositionsStyle": ("nm", units.nm),
        "EnergyStyle": ("kcal/mol", units.kcal / units.mol),
        "ForcesStyle": ("HartreePerBohr", units.Hartree / units.Bohr),
    }
    text = json.loads(fitsnap(ALLOYS[0]).partition("\n")[2])["Dataset"]
    for key, (style, unit) in styles.items():
        name = key.removesuffix("Style")
        text[key] = style
        text["Data"][0][name] = (np.array(text["Data"][0][name]) / unit).tolist()
    (tmp_path / "a.json").write_text(json.dumps({"Dataset": text}))
    check_same(pd.read(tmp_path / "a.json"), ALLOYS[:1])


def test_folders_of_fitsnap_are_groups(tmp_path):
    for k, group in enumerate(("Displaced", "Liquid", "Liquid")):
        (tmp_path / "JSON" / group).mkdir(parents=True, exist_ok=True)
        (tmp_path / "JSON" / group / f"{group}_{k}.json").write_text(fitsnap(ALLOYS[k]))
    dataset = pd.read(tmp_path / "JSON" / "*" / "*.json")
    check_same(dataset, ALLOYS)
    assert dataset.groups == ["Displaced", "Liquid", "Liquid"]


def test_a_stress_without_unit_is_not_used_and_said(tmp_path, said):
    (tmp_path / "a.json").write_text(fitsnap(ALLOYS[0], None))
    dataset = pd.read(tmp_path / "a.json")
    assert dataset.labels(0).stress is None
    check_same(dataset, ALLOYS[:1], stress=False)
    (line,) = said()
    assert line.startswith("1 configuration used without the stress: its unit is unknown")
    assert "a.json:0" in line


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Forces": [[0, 0, 0]]}, "a.json:0: Forces has shape 1 x 3; expected 4 x 3"),
        ({"Positions": "here"}, "a.json:0: Positions is 'here'; expected numbers"),
        ({"NumAtoms": 7}, "a.json:0: NumAtoms is 7, AtomTypes has 4"),
        ({"AtomTypes": ["Cu", 1, "Cu", "Cu"]}, "a.json:0: atom 1 is 1, which is not an element"),
        (
            {"StressStyle": "psi"},
            "a.json:0: StressStyle: the unit of stress is 'psi'; expected",
        ),
        (
            {"PositionsStyle": "fractional"},
            "Style: the unit of length is 'fractional'; expected one of Å",
        ),
        ({"Energy": None, "AtomTypes": []}, "a.json:0: AtomTypes is []; expected chemical symb"),
    ],
)
def test_malformed_fitsnap_says_where(tmp_path, changes, message):
    (tmp_path / "a.json").write_text(fitsnap(ALLOYS[0], **changes))
    with pytest.raises(DataError) as raised:
        pd.read(tmp_path / "a.json")
    assert message in str(raised.value)


@pytest.mark.parametrize("tail", ["[" * 100_000, "1" * 5000, "{", "null"])
def test_json_that_is_none(tmp_path, tail):
    (tmp_path / "a.json").write_text('{"Dataset": ' + tail)
    with pytest.raises(DataError, match=r"a\.json: not valid JSON"):
        pd.read(tmp_path / "a.json")


def test_a_system_of_deepmd(tmp_path):
    dataset = pd.read(deepmd(tmp_path / "system", ALLOYS))
    check_same(dataset, ALLOYS)
    assert set(dataset.groups) == {"all"}


def test_systems_of_deepmd_below_a_folder_are_groups(tmp_path):
    deepmd(tmp_path / "data" / "bulk" / "a", ALLOYS[:2])
    deepmd(tmp_path / "data" / "b", ALLOYS[2:])
    dataset = pd.read(tmp_path / "data")
    check_same(dataset, [ALLOYS[2], *ALLOYS[:2]])
    assert dataset.groups == ["b", "bulk/a", "bulk/a"]


def test_deepmd_without_periodicity(tmp_path):
    dataset = pd.read(deepmd(tmp_path / "system", ALLOYS, periodic=False))
    assert not dataset[0].pbc.any()
    assert not dataset[0].cell.any()
    assert dataset.labels(0).stress is None
    np.testing.assert_allclose(dataset.labels(2).forces, ALLOYS[2].get_forces())


def test_raw_files_of_deepmd(tmp_path):
    folder = deepmd(tmp_path / "system", ALLOYS[:1])
    for path in folder.glob("set.000/*.npy"):
        np.savetxt(folder / f"{path.stem}.raw", np.load(path).reshape(1, -1), "%.14f")
    for path in folder.glob("set.*"):
        shutil.rmtree(path)
    check_same(pd.read(folder), ALLOYS[:1])


def test_deepmd_with_types_of_each_frame(tmp_path):
    folder = deepmd(tmp_path / "system", ALLOYS)
    np.save(folder / "set.000" / "real_atom_types.npy", [[0, 1, 0, 0]])
    np.save(folder / "set.001" / "real_atom_types.npy", [[0, 1, 0, 0], [1, 0, -1, 0]])
    dataset = pd.read(folder)
    check_same(dataset[:2], ALLOYS[:2])
    assert [*dataset[2].symbols] == ["Au", "Cu", "Cu"]
    np.testing.assert_allclose(dataset[2].positions, ALLOYS[2].positions[[0, 1, 3]])


class Burglar:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def test_an_array_of_objects_is_not_opened(tmp_path):
    folder = deepmd(tmp_path / "system", ALLOYS)
    trap = np.array([Burglar(tmp_path / "opened")], object)
    np.save(folder / "set.000" / "energy.npy", trap, allow_pickle=True)
    with pytest.raises(DataError, match=r"energy\.npy: cannot be read as an array"):
        pd.read(folder)
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize(
    "shape", ["(1000000000000,)", "(2, 3)", "(-1,)", "(" * 300, f"({'9' * 5000},)"]
)
def test_an_announced_shape_is_compared_with_the_file(tmp_path, shape):
    folder = deepmd(tmp_path / "system", ALLOYS)
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    start = b"\x93NUMPY\x02\x00" + len(header).to_bytes(4, "little") + header
    (folder / "set.000" / "energy.npy").write_bytes(start + bytes(8))
    with pytest.raises(DataError, match=r"energy\.npy: (cannot be read|holds|has shape)"):
        pd.read(folder)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("set.000/coord.npy", r"no coord\.npy; expected the positions"),
        ("set.000/box.npy", "no box; expected one, or a file nopbc"),
        ("type_map.raw", r"atoms have types \(0, 1\) instead of elements"),
        ("type.raw", "is a folder; expected a file"),
    ],
)
def test_deepmd_that_lacks_a_file(tmp_path, name, message):
    folder = deepmd(tmp_path / "system", ALLOYS)
    (folder / name).unlink()
    with pytest.raises(DataError, match=message):
        pd.read(folder)


@pytest.mark.parametrize("name", ["a.pckl.gzip", "a.pkl", "a.pickle", "a.p7", "a.dat", "a.xyz"])
def test_a_pickle_is_refused_unopened(tmp_path, name):
    data = pickle.dumps(Burglar(tmp_path / "opened"))
    path = tmp_path / name
    path.write_bytes(gzip.compress(data) if name.endswith("gzip") else data)
    with pytest.raises(DataError, match=r"a pickle, .*runs code .*convert it to extended XYZ"):
        pd.read(path)
    assert not (tmp_path / "opened").exists()


@pytest.mark.parametrize("name", ["a.db", "a.json", "renamed.data"])
def test_keys_of_an_ase_database_are_info_keys(tmp_path, name):
    kind = "json" if name.endswith("json") else "db"
    with connect(tmp_path / name, type=kind, append=False) as database:
        for atoms in ALLOYS:
            database.write(
                atoms,
                key_value_pairs={"config_type": "eos", "note": "by hand"},
                data={"charges_of_a_code": [1.0, 2.0, 3.0], "energy": 99.0},
            )
    dataset = pd.read(tmp_path / name)
    check_same(dataset, ALLOYS)
    assert set(dataset.groups) == {"eos"}
    assert dataset[0].info["note"] == "by hand"
    np.testing.assert_array_equal(dataset[0].info["charges_of_a_code"], [1.0, 2.0, 3.0])


KILLED = """
import os, sqlite3
database = sqlite3.connect("a.db", isolation_level=None)
database.execute("PRAGMA cache_size = 1")
database.execute("BEGIN")
for _ in range(200):
    database.execute("INSERT INTO text_key_values VALUES ('k', ?, 1)", ("x" * 1000,))
os.kill(os.getpid(), 9)
"""


def test_a_database_whose_writer_was_killed_is_read(tmp_path):
    """SQLite has to roll back what the killed program had written in part."""
    with connect(tmp_path / "a.db", append=False) as database:
        database.write(bulk("Cu"))
    subprocess.run([sys.executable, "-c", KILLED], cwd=tmp_path)
    assert (tmp_path / "a.db-journal").exists()
    assert len(pd.read(tmp_path / "a.db")) == 1


def test_labels_of_a_database_may_be_keys(tmp_path):
    with connect(tmp_path / "a.db", append=False) as database:
        database.write(bulk("Cu"), dft_energy=-3.5, data={"dft_forces": [[0.0, 0.0, 1.0]]})
    keys = {"energy": "dft_energy", "forces": "dft_forces"}
    labels = pd.read(tmp_path / "a.db", keys=keys).labels(0)
    assert labels.energy == -3.5
    np.testing.assert_array_equal(labels.forces, [[0, 0, 1]])


def test_another_programs_sqlite_file_is_refused_and_stays_as_it_is(tmp_path):
    path = tmp_path / "mail.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE letters (text TEXT)")
    database.close()
    before = path.read_bytes()
    with pytest.raises(DataError, match=r"mail\.db: an SQLite file without ASE's table"):
        pd.read(path)
    assert path.read_bytes() == before


def test_unconverged_steps_of_an_outcar_are_left_out_and_said(tmp_path, said):
    (tmp_path / "OUTCAR").write_text(outcar())
    dataset = pd.read(tmp_path / "OUTCAR")
    assert dataset.energies.tolist() == [-1.5, -3.5, -4.5]
    assert dataset.source(1).endswith("OUTCAR:2")
    (line,) = said()
    assert line.startswith("1 configuration left out: the electronic steps reached NELM")
    assert "OUTCAR:1" in line


def test_a_loop_that_vasp_calls_unconverged_is_left_out(tmp_path):
    steps = ((40, "---- aborting loop EDIFF was not reached (unconverged) ----"), (3, ""))
    (tmp_path / "OUTCAR").write_text(outcar(steps))
    assert pd.read(tmp_path / "OUTCAR").energies.tolist() == [-2.5]


def test_unconverged_steps_of_a_vasprun_are_left_out_and_said(tmp_path, said):
    with gzip.open(tmp_path / "vasprun.xml.gz", "wt") as file:
        file.write(vasprun())
    assert pd.read(tmp_path / "vasprun.xml.gz").energies.tolist() == [-1.5, -3.5]
    (line,) = said()
    assert "vasprun.xml.gz:1" in line


def test_a_file_of_unconverged_steps_alone_is_an_error(tmp_path):
    (tmp_path / "OUTCAR").write_text(outcar(((40, ""),)))
    with pytest.raises(DataError, match=r"holds no configuration.*; 1 configuration left out: the"):
        pd.read(tmp_path / "OUTCAR")


def test_an_index_counts_the_steps_of_the_file(tmp_path):
    (tmp_path / "OUTCAR").write_text(outcar())
    assert pd.read(tmp_path / "OUTCAR", index=slice(1, 3)).energies.tolist() == [-3.5]


def test_folders_with_brackets_are_not_patterns(tmp_path):
    folder = tmp_path / "dir[1]"
    folder.mkdir()
    (tmp_path / "dir1").mkdir()
    for k, name in enumerate(("a.xyz", "b.xyz")):
        write(folder / name, single_point(ALLOYS[k]), format="extxyz")
    assert len(pd.read(folder / "a.xyz")) == 1
    assert len(pd.read(folder / "*.xyz")) == 2
    assert len(pd.read(f"{folder}/[ab].xyz")) == 2
    with pytest.raises(DataError, match=r"dir\[1\]/c\.xyz: no such file"):
        pd.read(folder / "c.xyz")
    with pytest.raises(DataError, match="no file matches this pattern"):
        pd.read(folder / "*.cfg")


def single_point(atoms):
    """The configuration with its results alone."""
    copy = atoms.copy()
    copy.calc = SinglePointCalculator(copy, **atoms.calc.results)
    return copy


def test_a_folder_that_is_no_system_keeps_its_error(tmp_path):
    write(tmp_path / "a.xyz", single_point(alloy()), format="extxyz")
    with pytest.raises(DataError, match=r"is a folder; expected a file, a pattern such as .*\.xyz"):
        pd.read(tmp_path)


def test_other_json_is_refused(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps([{"structure": 1}]))
    with pytest.raises(DataError, match=r"a\.json: "):
        pd.read(tmp_path / "a.json")


def test_an_outcar_that_announces_more_ions_than_it_holds(tmp_path):
    path = tmp_path / "OUTCAR"
    for count in ("2147483648", "99999999999999999999"):
        lines = [
            f"   ions per type =  {count}" if "ions per type" in line else line
            for line in outcar().splitlines()
        ]
        path.write_text("\n".join(lines) + "\n")
        with pytest.raises(DataError, match=f"ions per type: '{count}'; a file of this size"):
            pd.read(path)
