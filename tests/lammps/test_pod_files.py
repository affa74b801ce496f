"""POD files: round trips, LAMMPS's defaults, and malformed files."""

import numpy as np
import pytest
from pod_bases import BASES, cell

from potlearn.descriptors.pod.clusters import Clusters
from potlearn.errors import ModelFileError
from potlearn.lammps import pair_commands, read_pod, write_pod
from potlearn.potentials import LinearPotential
from potlearn.potentials.pair import ZBL, LennardJones


def linear(descriptor, reference=None):
    n = len(descriptor.species) * (1 + descriptor.n_features)
    c = np.random.default_rng(0).normal(size=n)
    return LinearPotential(descriptor, c, reference)


@pytest.mark.parametrize("name", BASES)
def test_round_trip_gives_the_same_bits(tmp_path, name):
    potential = linear(BASES[name])
    again = read_pod(*write_pod(potential, tmp_path / "x"))
    np.testing.assert_array_equal(again.coefficients, potential.coefficients)
    assert again.descriptor == potential.descriptor


def test_round_trip_of_clusters(tmp_path):
    plain = BASES["W-Be 2-7-body"]
    frames = [cell(plain.species, 6, seed) for seed in range(3)]
    potential = linear(plain.with_clusters(Clusters.fit(plain, frames, 3, 2, seed=0)))
    again = read_pod(*write_pod(potential, tmp_path / "x"))
    a, b = potential.predict(frames[0]), again.predict(frames[0])
    np.testing.assert_array_equal(a.forces, b.forces)


def files(folder, param="species Si\n", coeff=None):
    (folder / "p.pod").write_text(param)
    (folder / "c.pod").write_text(coeff or "model_coefficients: 67 0 0\n" + "0.5\n" * 67)
    return folder / "p.pod", folder / "c.pod"


def test_absent_keywords_have_the_defaults_of_lammps(tmp_path):
    pod = read_pod(*files(tmp_path)).descriptor
    assert (pod.rin, pod.cutoff, pod.n_features) == (0.5, 5.0, 66)
    assert pod.threebody_angular_degree == 4


def test_comments_quotes_and_trailing_lines(tmp_path):
    param = "# DATE: x\n\nspecies 'Si' # one\npbc 1 1 1\nrcut 4.5  # short\n"
    coeff = "# a\n\nmodel_coefficients: 67 0 0\n" + "1.5 # c\n" * 67 + "ignored\n"
    potential = read_pod(*files(tmp_path, param, coeff))
    assert potential.cutoff == 4.5
    assert (potential.coefficients == 1.5).all()


@pytest.mark.parametrize(
    ("param", "message"),
    [
        ("rcut 5\n", "no species line"),
        ("species Si\nrcut\n", "line 2: expected 'keyword value', got 'rcut'"),
        ("species Si\nrcutt 5\n", "line 2: unknown keyword 'rcutt'"),
        ("species Si\nrcut five\n", "line 2: rcut must be a number, got 'five'"),
        ("species Si\nthreebody_angular_degree 4.0\n", "must be an integer, got '4.0'"),
        ("species Si\npbc 1 1\n", "line 2: expected 'pbc' and three integers"),
        ("species Si\nonebody 0\n", "onebody 0 shifts every coefficient"),
        ("species Si\nrin 6\n", r"expected 0 < rin < cutoff, got 6\.0 and 5\.0"),
        (
            "species Si\nfourbody_angular_degree 6\n",
            "fourbody_angular_degree must not exceed .* at most 4, got 6",
        ),
    ],
)
def test_malformed_parameters(tmp_path, param, message):
    with pytest.raises(ModelFileError, match=message):
        read_pod(*files(tmp_path, param))


@pytest.mark.parametrize(
    ("coeff", "message"),
    [
        ("# nothing\n", "empty"),
        ("POD_coefficients: 67\n", "line 1: expected 'model_coefficients: Ncoef Nproj Ncent'"),
        ("model_coefficients: a b c\n", "counts must be integers from 0"),
        ("model_coefficients: 67 0 0\n1\n2\n", "67 numbers announced, the file ends after 2"),
        ("model_coefficients: 2 0 0\n1\n2\n", r"expected \[67\] numbers .* got \[2\]"),
        ("model_coefficients: 67 0 0\n1 2\n", "line 2: expected one number, got '1 2'"),
        ("model_coefficients: 67 0 0\nx\n", "line 2: expected one number, got 'x'"),
        ("model_coefficients: 67 0 0\nnan\n", "line 2: nan is not a coefficient"),
    ],
)
def test_malformed_coefficients(tmp_path, coeff, message):
    with pytest.raises(ModelFileError, match=message):
        read_pod(*files(tmp_path, coeff=coeff))


@pytest.mark.parametrize("n", ["99999999999", "99999999999999999999", "9" * 300])
def test_announced_counts_are_compared_with_the_file(tmp_path, n):
    with pytest.raises(ModelFileError, match=r"announced, the file ends after 67|from 0 to 1e18"):
        read_pod(*files(tmp_path, coeff=f"model_coefficients: {n} 0 0\n" + "0.5\n" * 67))


def test_more_numbers_than_announced_are_refused(tmp_path):
    coeff = "model_coefficients: 67 0 0\n" + "0.5\n" * 69
    with pytest.raises(ModelFileError, match=r"c\.pod: 67 numbers announced, the file has 69"):
        read_pod(*files(tmp_path, coeff=coeff))


def test_a_byte_order_mark_is_no_keyword(tmp_path):
    assert read_pod(*files(tmp_path, "\ufeff# DATE: x\nspecies Si\n")).descriptor.n_features == 66


def test_files_of_older_versions_of_lammps_are_named(tmp_path):
    old = "species Ta\nthreebody_number_angular_basis_functions 5\n"
    with pytest.raises(ModelFileError, match=r"line 2: .* belongs to an older ML-POD format"):
        read_pod(*files(tmp_path, old))
    with pytest.raises(ModelFileError, match=r"line 1: .* belongs to an older ML-POD format"):
        read_pod(*files(tmp_path, coeff="POD_coefficients: 1\n1\n"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("bessel_polynomial_degree 18446744073709551616", "from 0 up to 100"),
        ("inverse_polynomial_degree 2000", "from 0 up to 100"),
        ("rcut inf", "cutoff: expected a finite number"),
        ("rcut 1e9", "cutoff: expected a finite number from 0.001 up to 100"),
        ("species Si Xx", "expected chemical symbols, got 'Xx'"),
        ("species Si Si", "'Si' more than once"),
        ("number_of_environment_clusters 1000000000", "from 1 up to 100"),
    ],
)
def test_settings_have_limits(tmp_path, line, message):
    with pytest.raises(ModelFileError, match=message):
        read_pod(*files(tmp_path, f"species Si\n{line}\n"))


def test_absent_and_binary_files(tmp_path):
    param, coeff = files(tmp_path)
    with pytest.raises(ModelFileError, match="no such file"):
        read_pod(param, tmp_path / "absent")
    coeff.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(ModelFileError, match="not a text file"):
        read_pod(param, coeff)


def test_commands_for_lammps():
    descriptor = BASES["W-Be 2-7-body"]
    assert pair_commands(linear(descriptor), "p", "c")[1] == "pair_coeff * * p c W Be"
    zbl = ZBL(species=("W", "Be"), inner=1.0, outer=1.5)
    lines = pair_commands(linear(descriptor, zbl), "p", "c")
    assert lines[0] == "pair_style hybrid/overlay pod zbl 1 1.5"
    assert lines[2:] == [
        "pair_coeff 1 1 zbl 74 74",
        "pair_coeff 1 2 zbl 74 4",
        "pair_coeff 2 2 zbl 4 4",
    ]
    lj = LennardJones(species=("W", "Be"), radius=3.0, epsilon=1.0, sigma=2.0)
    with pytest.raises(ModelFileError, match="LennardJones: expected ZBL or none"):
        pair_commands(linear(descriptor, lj), "p", "c")


def test_a_pruned_potential_is_written_with_zeros(tmp_path):
    pod = BASES["2-7-body"]
    pruned = pod.prune(pod.feature_names[::3])
    potential = linear(pruned)
    again = read_pod(*write_pod(potential, tmp_path / "x"))
    assert again.descriptor == pod
    atoms = cell(pod.species, 5, seed=1)
    a, b = potential.predict(atoms), again.predict(atoms)
    np.testing.assert_allclose(a.energies, b.energies, rtol=1e-12)
    np.testing.assert_allclose(a.forces, b.forces, atol=1e-12 * np.abs(a.forces).max())
