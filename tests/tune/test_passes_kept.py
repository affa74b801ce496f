"""Passes in their folder: kept, extended, damaged, cut off, and within a size."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from alloys import labelled
from pass_candidates import basis, candidate
from toy_family import Powers

import potlearn as pl
from potlearn.errors import OutputError
from potlearn.fit import FitSettings, fit_linear
from potlearn.runtime import Runtime
from potlearn.tune import Candidate, Passes

SETTINGS = FitSettings(e0="fitted", contradictions="keep")


def stored(passes):
    return [*passes.cache.stored()]


def ace(degree, cutoff=4.2):
    return Candidate(pl.ACE(("Cu", "Ag"), cutoff=cutoff, order=2, degree=degree), None, SETTINGS)


def made(passes, items, **options):
    """Passes that a call makes: what progress is called."""
    names = []

    def report(done, total):
        names.append((done, total))

    passes.prepare(items, Runtime(progress=report), **options)
    return len(names)


def test_a_stored_pass_serves_again(crystals, tmp_path):
    rng = np.random.default_rng(0)
    items = [candidate(rng, "pod", "evidence") for _ in range(3)]
    assert made(Passes(*crystals, tmp_path), items) > 0
    again = Passes(*crystals, tmp_path)
    assert made(again, items) == 0
    assert again.worker()(items[1]).errors


def test_a_wider_candidate_extends_the_pass(crystals, tmp_path):
    passes = Passes(*crystals, tmp_path)
    passes.prepare([ace((5, 3))])
    before = passes.worker()(ace((5, 3)))
    passes.prepare([ace((4, 4))])
    (whole,) = stored(passes)
    assert whole.needs.functions >= {
        *ace((5, 3)).descriptor.feature_names,
        *ace((4, 4)).descriptor.feature_names,
    }
    after = passes.worker()(ace((5, 3)))
    np.testing.assert_allclose(after.coefficients, before.coefficients, rtol=1e-6)


def test_what_is_foreseen_needs_no_second_pass(crystals, tmp_path):
    passes = Passes(*crystals, tmp_path)
    passes.prepare([ace((5, 3))], foreseen=[ace((4, 4)), ace((6, 3), cutoff=5.0)])
    assert len(stored(passes)) == 1
    assert made(passes, [ace((4, 4))]) == 0


def test_a_union_that_is_too_wide_is_split_by_size(crystals, tmp_path):
    small, middle, large = ace((3, 2)), ace((4, 3)), ace((6, 5))
    most = 2 * (1 + middle.descriptor.n_features)
    passes = Passes(*crystals, tmp_path, most_columns=most)
    passes.prepare([large, small, middle])
    assert sorted(len(pass_.columns) for pass_ in stored(passes)) == sorted(
        [most, 2 * (1 + large.descriptor.n_features)]
    )


def test_six_body_functions_that_cannot_be_united_have_two_passes(crystals, tmp_path):
    """Which of these products there are depends on the numbers of angular functions."""
    numbers = {
        "twobody_number_radial_basis_functions": 3,
        "threebody_number_radial_basis_functions": 3,
        "fourbody_number_radial_basis_functions": 3,
        "fivebody_number_radial_basis_functions": 0,
        "sixbody_number_radial_basis_functions": 3,
        "sevenbody_number_radial_basis_functions": 0,
        "fivebody_angular_degree": 0,
        "sixbody_angular_degree": 1,
        "sevenbody_angular_degree": 0,
    }
    items = [
        Candidate(
            pl.POD(
                ("Cu", "Ag"),
                cutoff=4.2,
                threebody_angular_degree=three,
                fourbody_angular_degree=four,
                **numbers,
            ),
            None,
            SETTINGS,
        )
        for three, four in ((4, 1), (1, 1))
    ]
    passes = Passes(*crystals, tmp_path)
    assert passes.prepare(items) == {}
    assert len({passes.key(item) for item in items}) == 1
    assert len(stored(passes)) == 2
    for item in items:
        full = fit_linear(crystals[0], item.descriptor, item.settings)
        answer = passes.worker()(item)
        assert answer.info.residual == pytest.approx(full.info.residual, rel=1e-8)


def test_a_family_without_declarations_has_a_pass_for_each_basis(crystals, tmp_path):
    items = [Candidate(Powers(("Cu", "Ag"), 4.2, n, 1.0), None, SETTINGS) for n in (2, 3)]
    passes = Passes(*crystals, tmp_path)
    assert passes.prepare([*items, items[0]]) == {}
    assert len(stored(passes)) == 2
    for item in items:
        full = fit_linear(crystals[0], item.descriptor, item.settings)
        np.testing.assert_allclose(
            passes.worker()(item).coefficients, full.coefficients, rtol=1e-6, atol=1e-9
        )


def test_clusters_have_a_pass_for_each_basis(crystals, tmp_path):
    """Clusters are found in all functions, so that fewer functions are another basis."""
    rng = np.random.default_rng(2)
    items = []
    for _ in range(2):
        plain = basis(rng, "pod").to_dict() | {"number_of_environment_clusters": 2}
        made_ready = pl.POD.from_dict(plain).prepared(crystals[0])
        items.append(Candidate(made_ready, None, SETTINGS))
    passes = Passes(*crystals, tmp_path)
    assert passes.prepare(items) == {}
    assert len(stored(passes)) == 2
    full = fit_linear(crystals[0], items[0].descriptor, SETTINGS)
    found = passes.worker()(items[0])
    assert found.info.residual == pytest.approx(full.info.residual, rel=1e-8)


@pytest.mark.parametrize("harm", ["cut", "changed", "removed", "text"])
def test_a_damaged_pass_is_made_again_and_said_once(harm, crystals, tmp_path, caplog):
    passes = Passes(*crystals, tmp_path)
    passes.prepare([ace((4, 3))])
    before = passes.worker()(ace((4, 3)))
    (path,) = (pass_.path for pass_ in stored(passes))
    file = path / ("pass.json" if harm == "text" else "factor_0.npy")
    content = bytearray(file.read_bytes())
    if harm == "removed":
        file.unlink()
    elif harm == "changed":
        content[-5] ^= 255
        file.write_bytes(content)
    else:
        file.write_bytes(content[: len(content) // 2])
    again = Passes(*crystals, tmp_path)
    with caplog.at_level(logging.WARNING, "potlearn"):
        again.prepare([ace((4, 3))])
        again.prepare([ace((4, 3))])
    assert caplog.text.count("damaged pass") == 1
    after = again.worker()(ace((4, 3)))
    np.testing.assert_array_equal(after.coefficients, before.coefficients)


def test_the_passes_used_longest_ago_make_room(crystals, tmp_path):
    passes = Passes(*crystals, tmp_path)
    items = [ace((4, 3), cutoff) for cutoff in (4.0, 4.1, 4.2)]
    for item in items[:2]:
        passes.prepare([item])
    passes.prepare(items[:1])
    size = max(pass_.size for pass_ in stored(passes))
    small = Passes(*crystals, tmp_path, size=2 * size + size // 2)
    small.prepare([items[2]])
    left = {pass_.shared for pass_ in stored(small)}
    assert left == {small.key(items[0]), small.key(items[2])}


def test_a_pass_that_is_needed_stays_whatever_its_size(crystals, tmp_path):
    passes = Passes(*crystals, tmp_path, size=1)
    passes.prepare([ace((4, 3))])
    assert passes.worker()(ace((4, 3))).errors


def test_work_that_nobody_goes_on_with_is_removed(crystals, tmp_path):
    old, new = tmp_path / "old.part", tmp_path / "new.part"
    old.mkdir()
    new.mkdir()
    os.utime(old, (0, 0))
    Passes(*crystals, tmp_path).prepare([ace((4, 3))])
    assert not old.exists()
    assert new.exists()


def test_a_folder_that_is_a_file(crystals, tmp_path):
    (tmp_path / "file").write_text("text")
    with pytest.raises(OutputError):
        Passes(*crystals, tmp_path / "file").prepare([ace((4, 3))])


SCRIPT = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = {paths!r}
from alloys import labelled
import potlearn as pl
from potlearn.runtime import Runtime
from potlearn.runtime.store import checkpoint
from test_passes_kept import ace
from potlearn.tune import Passes

checkpoint.SHORTEST = 0.0  # the first chunk takes less than a second

def stop(done, total):
    if done < total:
        os.kill(os.getpid(), signal.SIGKILL)

data = pl.from_atoms(labelled(300))
Passes(data, data, Path({folder!r})).prepare([ace((5, 4))], Runtime(progress=stop))
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no such signal")
def test_a_pass_that_a_kill_cut_off_is_continued(tmp_path):
    here = Path(__file__).parent
    script = SCRIPT.format(paths=[str(here), str(here.parent)], folder=str(tmp_path / "killed"))
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    data, done = pl.from_atoms(labelled(300)), []
    passes = Passes(data, data, tmp_path / "killed")
    passes.prepare([ace((5, 4))], Runtime(progress=lambda k, n: done.append((k, n))))
    assert done[0][0] > 100  # of 300: the first chunk is not made again
    whole = Passes(data, data, tmp_path / "whole")
    whole.prepare([ace((5, 4))])
    found, wanted = passes.worker()(ace((5, 4))), whole.worker()(ace((5, 4)))
    np.testing.assert_array_equal(found.coefficients, wanted.coefficients)
    assert not [*(tmp_path / "killed").glob("*.part")]
