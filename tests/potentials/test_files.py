"""Potentials are told apart by what their files hold, and other files are named."""

import gzip
import io
import json
import pickle
import zipfile

import numpy as np
import pacemaker_files
import pytest
import yace_files
from ase import Atoms
from ase.build import bulk

import potlearn as pl
from potlearn.errors import ModelFileError
from potlearn.potentials import split_model

SMALL = {
    "bessel_polynomial_degree": 3,
    "inverse_polynomial_degree": 4,
    "twobody_number_radial_basis_functions": 3,
    "threebody_number_radial_basis_functions": 2,
    "threebody_angular_degree": 1,
    "fourbody_number_radial_basis_functions": 0,
    "fourbody_angular_degree": 0,
    "fivebody_number_radial_basis_functions": 0,
    "fivebody_angular_degree": 0,
    "sixbody_number_radial_basis_functions": 0,
    "sixbody_angular_degree": 0,
    "sevenbody_number_radial_basis_functions": 0,
    "sevenbody_angular_degree": 0,
}


def pod():
    """A small POD potential."""
    descriptor = pl.POD(species=("Cu",), cutoff=4.5, **SMALL)
    rng = np.random.default_rng(0)
    return pl.LinearPotential(descriptor, rng.normal(size=(1, 1 + descriptor.n_features)))


def atoms(species="Cu"):
    found = bulk(species, "fcc", 3.7, cubic=True)
    found.rattle(0.05, seed=0)
    return found


def test_a_yace_file_and_a_saved_model_under_any_name(tmp_path):
    for name, text in (
        ("model.txt", yace_files.MINIMAL),
        ("x.potl", yace_files.MINIMAL),
        ("y.pod", pacemaker_files.ACE),
    ):
        (tmp_path / name).write_text(text)
        assert pl.load(tmp_path / name).species == ("Cu",)
    pl.load(tmp_path / "model.txt").save(tmp_path / "saved.zip")
    found = pl.load(tmp_path / "saved.zip").predict(atoms())
    expected = pl.load(tmp_path / "model.txt").predict(atoms())
    np.testing.assert_array_equal(found.energies, expected.energies)


def test_pod_files_in_any_order_under_any_name(tmp_path):
    potential = pod()
    param, coeff = pl.write_pod(potential, tmp_path / "Cu")
    param = param.rename(tmp_path / "foo")
    coeff = coeff.rename(tmp_path / "bar.yace")
    expected = potential.predict(atoms()).energies
    for paths in ((param, coeff), (coeff, param)):
        np.testing.assert_allclose(pl.load(*paths).predict(atoms()).energies, expected, rtol=1e-12)
    assert split_model([coeff, tmp_path / "d.xyz", param]) == ([coeff, param], [tmp_path / "d.xyz"])
    for alone, missing in ((param, "POD coefficients"), (coeff, "POD parameters")):
        with pytest.raises(ModelFileError, match=f"alone; give the {missing}"):
            pl.load(alone)
    with pytest.raises(ModelFileError, match="expected one file, the POD parameters"):
        pl.load(param, coeff, param)


def zipped(*names):
    """A zip archive with empty members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    return stream.getvalue()


TABLE = b"# DATE: now\n\nSi-Si\nN 2 R 0.2 5.0\n\n1 0.2 1 1\n2 5.0 0 0\n"
SETFL = b"a\nb\nc\n2 Al Cu\n10 0.1 10 0.5 5\n13 26.9 4.05 fcc\n"
XYZ = b'2\nLattice="4 0 0 0 4 0 0 0 4" Properties=species:S:1:pos:R:3\nSi 0 0 0\nSi 1 1 1\n'
OTHERS = {
    "mace": (zipped("mace/data.pkl", "mace/data/0"), "this is a model of PyTorch"),
    "pickle": (pickle.dumps([1]), "this is a pickle .* can run any code"),
    "pacemaker data": (gzip.compress(pickle.dumps([1])), "this is a compressed file .*pickles"),
    "arrays": (zipped("a.npy", "b.npy"), "this is an archive of NumPy arrays"),
    "ledger": (zipped("header.json", "a.npy"), "archive of potlearn that holds no potential"),
    "hdf5": (b"\x89HDF\r\n\x1a\n", "this is an HDF5 file"),
    "database": (b"SQLite format 3\x00 ...", "this is an SQLite database"),
    "fitsnap": (b'# file\n{"Dataset": {"Data": []}}', "this is a FitSNAP JSON data file"),
    "julia": (json.dumps({"__id__": "ACE1.Potential"}).encode(), "ACEpotentials.jl; write it as"),
    "gap": (b"<GAP_params>", "this is a GAP potential"),
    "mtp": (b"MTP\nversion = 1.1.0\n", "this is an MTP potential"),
    "mtp data": (b"BEGIN_CFG\n Size\n", "this is an MTP configuration file"),
    "nep": (b"nep4 2 Te Pb\ncutoff 8 4\n", "this is a NEP potential"),
    "snap": (b"# x\nrcutfac 4.6\ntwojmax 6\n", "this is a SNAP parameter file"),
    "xyz": (XYZ, "this is an extended XYZ file; configurations, not a potential"),
    "table": (TABLE, "this is a table for LAMMPS's pair_style table"),
    "eam": (SETFL, "this is an EAM potential"),
    "fit": (b"data: {file: a.xyz}\ndescriptor: {family: ace}\n", "this is a configuration of"),
    "pacemaker input": (b"cutoff: 7\npotential: {}\nfit: {}\n", "this is an input file of pacemak"),
    "words": (b"Dear reader,\n", "not a file that holds a potential; expected one of: saved model"),
    "bytes": (bytes(range(256)), "not a file that holds a potential"),
    "empty": (b"", "the file is empty; expected a potential"),
}


@pytest.mark.parametrize("what", OTHERS)
@pytest.mark.parametrize("suffix", [".potl", ".yace", ".dat"])
def test_other_files_are_named(tmp_path, what, suffix):
    content, message = OTHERS[what]
    path = tmp_path / f"given{suffix}"
    path.write_bytes(content)
    if message.startswith("not a file") and suffix != ".dat":  # its reader says what is wrong
        message = "not a potlearn model" if suffix == ".potl" else r"not a text file|no key|mapping"
    with pytest.raises(ModelFileError, match=message) as caught:
        pl.load(path)
    assert str(path) in str(caught.value)


def test_absent_files_and_folders(tmp_path):
    for path, message in ((tmp_path / "none", "no such file"), (tmp_path, "cannot be read")):
        with pytest.raises(ModelFileError, match=message):
            pl.load(path)


def test_a_new_format_is_a_row(tmp_path, monkeypatch):
    from potlearn.potentials import FORMATS

    monkeypatch.setattr(FORMATS, "_rows", dict(FORMATS._rows))
    FORMATS.add("toy", f"{__name__}:Toy")
    (tmp_path / "toy").write_text("a toy of Cu\n")
    assert pl.load(tmp_path / "toy").species == ("Cu",)


class Toy:
    parts = ("toy",)
    suffixes = (".toy",)

    def part(self, content):
        return 0 if content.text.startswith("a toy") else None

    def read(self, *paths):
        return pl.LennardJones((paths[0].read_text().split()[-1],), 5.0, 0.1, 2.0)


def test_atoms_of_the_tests_see_one_another():
    assert pod().predict(atoms()).forces.any()
    assert isinstance(atoms(), Atoms)
