"""``potlearn select``: known configurations, copies, budgets, quotas, names of files."""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
from alloys import labelled
from ase import Atoms
from ase.io import read as ase_read
from ase.io import write
from typer.testing import CliRunner

import potlearn as pl
from potlearn.cli.app import app
from potlearn.select import SELECTORS

SMALL = ("--set", "degree=5", "--set", "order=2", "--set", "cutoff=4.2")
FPS = ("--method", "fps", *SMALL)
CONTINUE = {
    "random", "stratified", "kdpp", "dpp", "inclusion", "map", "fps", "cur", "kmeans", "entropy",
    "set_cover",
}  # fmt: skip


@pytest.fixture(scope="module")
def frames():
    return labelled(40)


@pytest.fixture
def run(tmp_path, monkeypatch, frames):
    """A command beside a pool of 40 configurations."""
    monkeypatch.chdir(tmp_path)
    write("pool.extxyz", frames)

    def invoke(*arguments):
        return CliRunner().invoke(app, ["select", *map(str, arguments)])

    return invoke


def numbers(path):
    """Numbers in the pool of the configurations of a file."""
    return [int(a.info["source"].rpartition(":")[2]) for a in ase_read(path, ":")]


def refused(done, *messages):
    assert done.exit_code == 2, done.output
    for message in messages:
        assert message in done.stderr
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("method", ["fps", "map"])
def test_a_selection_continues_from_what_was_chosen_before(run, method):
    arguments = ("--method", method, *SMALL)
    assert run("pool.extxyz", "-k", 14, *arguments, "--output", "all.extxyz").exit_code == 0
    assert run("pool.extxyz", "-k", 6, *arguments, "--output", "first.extxyz").exit_code == 0
    known = ("--known", "first.extxyz")
    done = run("pool.extxyz", "-k", 8, *known, *arguments, "--output", "next.extxyz")
    assert done.exit_code == 0, done.output
    assert "6 of 40 configurations are copies of known ones: left out" in done.stdout
    assert numbers("first.extxyz") + numbers("next.extxyz") == numbers("all.extxyz")


@pytest.mark.parametrize("method", sorted(SELECTORS))
def test_every_method_continues_or_says_which_do(run, frames, method):
    write("known.extxyz", [*frames[:5], *labelled(5, seed=9)])
    arguments = ("--method", method, "--known", "known.extxyz", *SMALL)
    done = run("pool.extxyz", "-k", 6, *arguments, "--output", "next.extxyz")
    if method in CONTINUE:
        assert done.exit_code == 0, done.output
        assert min(numbers("next.extxyz")) >= 5
    else:
        refused(done, "cannot continue from known rows; can: random")
        assert sorted(os.listdir()) == ["known.extxyz", "pool.extxyz"]


def test_known_atoms(run, frames):
    write("known.extxyz", frames[:10])
    arguments = ("-k", 12, "--environments", "--known", "known.extxyz", *FPS)
    done = run("pool.extxyz", *arguments, "--output", "next.extxyz")
    assert done.exit_code == 0, done.output
    chosen = ase_read("next.extxyz", ":")
    assert sum(int(a.arrays["chosen"].sum()) for a in chosen) == 12
    assert min(numbers("next.extxyz")) >= 10


def test_a_known_element_that_the_pool_lacks(run, frames):
    gold = frames[0].copy()
    gold.symbols[:] = "Au"
    write("known.extxyz", [gold, *frames[:3]])
    done = run("pool.extxyz", "-k", 5, "--known", "known.extxyz", *FPS, "--output", "next.extxyz")
    assert done.exit_code == 0, done.output
    assert len(numbers("next.extxyz")) == 5


def test_an_unknown_known_file(run):
    done = run("pool.extxyz", "-k", 5, "--known", "nowhere.extxyz", *FPS, "--output", "n.extxyz")
    refused(done, "nowhere.extxyz: no such file")
    assert os.listdir() == ["pool.extxyz"]


def test_a_report_of_a_continued_selection(run, frames):
    write("known.extxyz", frames[:8])
    arguments = ("--method", "kdpp", "--known", "known.extxyz", "--report", "report", *SMALL)
    done = run("pool.extxyz", "-k", 5, *arguments, "--output", "next.extxyz")
    assert done.exit_code == 0, done.output
    record = json.loads(Path("report/selection.json").read_text())
    assert record["known"] == ["known.extxyz"]
    assert min(record["configurations"]) >= 8


def copies_of(atoms, seed=0):
    """The same crystal turned, permuted, shifted, and with noise."""
    rng = np.random.default_rng(seed)
    turned = atoms.copy()
    turned.rotate(37.0, (1, 2, 3), rotate_cell=True)
    permuted = atoms[rng.permutation(len(atoms))]
    shifted = atoms.copy()
    shifted.positions += (0.3, -0.2, 0.1)
    shifted.wrap()
    noisy = atoms.copy()
    noisy.positions += 1e-12 * rng.normal(size=noisy.positions.shape)
    return [turned, permuted, shifted, noisy]


@pytest.mark.parametrize("method", ["random", "kmeans", "fps", "stratified"])
def test_copies_of_a_structure_are_taken_once(run, frames, method):
    pool = [a.copy() for a in frames[:12]]
    write("copied.extxyz", pool + [c for a in pool[:10] for c in copies_of(a)])
    arguments = ("--method", method, *SMALL, "--output", "c.extxyz")
    done = run("copied.extxyz", "-k", 12, *arguments)
    assert done.exit_code == 0, done.output
    assert "40 of 52 configurations are near copies of others: left out" in done.stdout
    assert sorted(numbers("c.extxyz")) == list(range(12))
    refused(
        run("copied.extxyz", "-k", 13, *arguments),
        "count (-k) is 13, but only 12 of 52 configurations are distinct; --no-distinct",
    )


def test_copies_that_are_kept_are_counted(run, frames):
    pool = [a.copy() for a in frames[:3]]
    write("copied.extxyz", pool + [c for a in pool for c in copies_of(a)])
    arguments = ("-k", 15, "--method", "random", "--no-distinct", *SMALL)
    done = run("copied.extxyz", *arguments, "--output", "c.extxyz")
    assert done.exit_code == 0, done.output
    assert "12 chosen configurations are near copies of other chosen ones" in done.stdout


def test_what_is_no_copy(run, frames):
    """Another element, charge or displacement is another calculation."""
    base = frames[1].copy()
    swapped, charged, moved = base.copy(), base.copy(), base.copy()
    swapped.symbols[0] = "Ag" if base.symbols[0] == "Cu" else "Cu"
    charged.info["charge"] = 1
    moved.positions[0, 0] += 0.01
    other = base.copy()
    other.positions[0, 1] += 0.01
    double = base * (2, 1, 1)
    write("near.extxyz", [base, swapped, charged, moved, other, double, *frames[10:20]])
    arguments = ("-k", 16, "--method", "random", "--features", "composition", *SMALL)
    done = run("near.extxyz", *arguments, "--output", "c.extxyz")
    assert done.exit_code == 0, done.output
    assert "copies" not in done.stdout


def molecules(n, r):
    """A row of n water molecules, and one at a distance."""
    water = np.array([[0, 0, 0], [0.76, 0.59, 0], [-0.76, 0.59, 0]])
    places = [*([0, 3.0 * i, 0] for i in range(n)), [r, 0, 0]]
    return Atoms("OH2" * (n + 1), np.concatenate([water + place for place in places]))


FAR = (6.0, 7.0, 8.0, 9.0)


@pytest.mark.parametrize(
    "pool",
    [
        pytest.param([Atoms("Cu2", [[0, 0, 0], [0, 0, r]]) for r in FAR], id="dissociation"),
        pytest.param([molecules(1, r) for r in FAR], id="two molecules"),
        pytest.param([molecules(80, r) for r in FAR], id="many atoms"),
        pytest.param([Atoms("Cu", cell=[2.5, 2.5, r], pbc=True) for r in FAR], id="layers"),
        pytest.param([Atoms("Cu", cell=[r, r, r], pbc=True) for r in FAR], id="expanded"),
    ],
)
def test_what_differs_beyond_the_cutoff_is_no_copy(run, pool):
    write("far.extxyz", [*pool, pool[0], pool[2]])
    arguments = ("--method", "random", *SMALL, "--output", "c.extxyz")
    done = run("far.extxyz", "-k", 4, *arguments)
    assert done.exit_code == 0, done.output
    assert "2 of 6 configurations are near copies of others: left out" in done.stdout
    assert sorted(numbers("c.extxyz")) == [0, 1, 2, 3]


def test_a_pool_of_one_structure_with_noise(run, frames):
    base = frames[1].copy()
    write("same.extxyz", [base, *(copies_of(base, s)[3] for s in range(6))])
    done = run("same.extxyz", "-k", 1, "--method", "random", *SMALL, "--output", "c.extxyz")
    assert done.exit_code == 0, done.output
    assert "6 of 7 configurations are near copies" in done.stdout


@pytest.mark.parametrize("method", ["random", "fps", "map", "entropy", "set_cover"])
@pytest.mark.parametrize("cost", [None, "natoms", "natoms^2", "hours"])
def test_the_budget_is_kept(run, frames, method, cost):
    pool = [a.copy() for a in frames]
    for i, atoms in enumerate(pool):
        atoms.info["hours"] = 0.5 + i % 7
    write("priced.extxyz", pool)
    n = np.array([len(a) for a in pool], float)
    costs = {None: n**3 / (n**3).mean(), "natoms": n / n.mean(), "natoms^2": n**2 / (n**2).mean()}
    own = costs.get(cost, np.array([a.info["hours"] for a in pool]))
    arguments = ("--budget", 4.5, "--method", method, *SMALL, "--output", "c.extxyz")
    done = run("priced.extxyz", *arguments, *(("--cost", cost) if cost else ()))
    assert done.exit_code == 0, done.output
    chosen = numbers("c.extxyz")
    spent = own[chosen].sum()
    assert spent <= 4.5
    assert f"cost ({cost or 'natoms^3'}): {spent:.4g} of a budget of 4.5" in done.stdout
    left = np.setdiff1d(np.arange(40), chosen)
    assert method == "map" or own[left].min() > 4.5 - spent - 1e-12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--budget", 5, "-k", 3), "give a budget, or count and quotas; not both"),
        (("--budget", 5, "--quota", "hot=3"), "give a budget, or count and quotas; not both"),
        (("--cost", "natoms", "-k", 3), "cost needs a budget"),
        (("--budget", 5, "--environments"), "not for environments"),
        (("--budget", -1), "budget: expected a number above 0"),
        (("--budget", "nan"), "budget: expected a finite number"),
        (("--budget", 1e-9), "the cheapest row costs"),
        (("--budget", 5, "--cost", "hours"), "pool.extxyz:0: no info key 'hours'"),
        (("--budget", 5, "--cost", "config_type"), "config_type is 'calm'; expected a number"),
        (("--budget", 5, "--method", "kmeans"), "KMeans cannot keep to a budget; can: random, map"),
        (
            ("--budget", 5, "--cost", "natoms^99"),
            "cost is natoms^99; expected a power from 0 to 10",
        ),
        (("--budget", 5, "--cost", "natoms^-1"), "no info key 'natoms^-1'"),
        (("--budget", 5, "--cost", ""), "no info key ''"),
        (("-k", -5), "count (-k) is -5; expected a positive number of configurations"),
        (
            ("-k", 5, "--known", "pool.extxyz"),
            "only 0 of 40 configurations are distinct and not known",
        ),
        (
            ("--budget", 5, "--known", "pool.extxyz"),
            "none of 40 configurations is distinct and not",
        ),
        (("-k", 5, "--features", "mean,sum"), "features: expected some of mean, sum"),
        (("-k", 5, "--quota", "hot"), "--quota hot: expected KEY=VALUE"),
        (("-k", 5, "--quota", "hot=0"), "quotas.hot: expected a number not below 1"),
        (("-k", 5, "--quota", "hot=few"), "quotas.hot: expected a whole number"),
        (("-k", 5, "--quota", "hot=6"), "count is 5, below the sum of the quotas, 6"),
        (("-k", 30, "--quota", "hot=20"), "quotas: hot is 20, but there are only 13 candidates"),
        (("-k", 5, "--quota", "cold=2"), "'cold' is neither a group (calm, warm, hot) nor an elem"),
        (
            ("-k", 5, "--quota", "hot=2", "--method", "dpp"),
            "quotas need a method of a fixed number",
        ),
        (("-k", 5, "--parameter", "n_to_select=3"), "n_to_select is set by count"),
        (("-k", 5, "--parameter", "random_state=3"), "random_state is set by count and seed"),
        (("-k", 5, "--oversampling", "nan"), "oversampling: expected a finite number"),
        (("-k", 5, "--oversampling", 0.5), "oversampling is 0.5; expected 1 or more"),
        (("-k", 5, "--scheduler", "nowhere"), "nowhere"),
    ],
    ids=lambda v: "_".join(map(str, v)) if isinstance(v, tuple) else "",
)
def test_requests_that_cannot_be_met(run, arguments, message):
    default = () if "--method" in arguments else ("--method", "fps")
    refused(run("pool.extxyz", *arguments, *default, *SMALL, "--output", "c.extxyz"), message)
    assert os.listdir() == ["pool.extxyz"]


@pytest.mark.parametrize("method", ["random", "fps", "kmeans", "kmedoids", "kdpp"])
def test_quotas_of_groups(run, frames, method):
    arguments = ("--method", method, *SMALL, "--output", "c.extxyz")
    done = run("pool.extxyz", "--quota", "hot=3", "--quota", "calm=4", *arguments)
    assert done.exit_code == 0, done.output
    groups = [a.info["config_type"] for a in ase_read("c.extxyz", ":")]
    assert sorted(groups) == ["calm"] * 4 + ["hot"] * 3
    done = run("pool.extxyz", "-k", 15, "--quota", "hot=8", *arguments)
    assert done.exit_code == 0, done.output
    chosen = numbers("c.extxyz")
    assert len(set(chosen)) == 15
    assert sum(frames[i].info["config_type"] == "hot" for i in chosen) >= 8


def test_quotas_of_elements_count_what_is_chosen_already(run, frames):
    pool = [a.copy() for a in frames[:20]]
    for atoms in pool[4:]:
        atoms.symbols[:] = "Cu"
    pool[0].info["config_type"] = "rare"
    pool[0].symbols[0] = "Ag"
    write("few.extxyz", pool)
    silver = {i for i, a in enumerate(pool) if "Ag" in a.symbols}
    quotas = ("--quota", "rare=1", "--quota", f"Ag={len(silver)}")
    done = run("few.extxyz", "-k", 9, *quotas, *FPS, "--output", "c.extxyz")
    assert done.exit_code == 0, done.output
    assert silver <= set(numbers("c.extxyz"))
    assert len(numbers("c.extxyz")) == 9


def test_quotas_of_atoms(run):
    quotas = ("--environments", "--quota", "Ag=7", "--quota", "Cu=2")
    done = run("pool.extxyz", *quotas, *FPS, "--output", "c.extxyz")
    assert done.exit_code == 0, done.output
    symbols = [s for a in ase_read("c.extxyz", ":") for s in a.symbols[a.arrays["chosen"]]]
    assert sorted(symbols) == ["Ag"] * 7 + ["Cu"] * 2


@pytest.mark.parametrize("suffix", ["json", "csv", "txt"])
def test_the_index_file(run, suffix):
    done = run("pool.extxyz", "-k", 4, *FPS, "--output", "c.extxyz", "--indices", f"i.{suffix}")
    assert done.exit_code == 0, done.output
    assert f"i.{suffix}" in done.stdout
    expected = numbers("c.extxyz")
    text = Path(f"i.{suffix}").read_text()
    if suffix == "txt":
        assert text.splitlines() == [f"pool.extxyz:{i}" for i in expected]
        return
    entries = json.loads(text) if suffix == "json" else list(csv.DictReader(text.splitlines()))
    assert [int(e["frame"]) for e in entries] == expected
    assert {e["file"] for e in entries} == {"pool.extxyz"}
    assert set(entries[0]) == {"file", "frame", "group", "score"}


def test_the_index_file_of_atoms(run):
    arguments = ("-k", 9, "--environments", *FPS, "--output", "c.extxyz", "--indices")
    assert run("pool.extxyz", *arguments, "i.json").exit_code == 0
    entries = json.loads(Path("i.json").read_text())
    for entry, atoms in zip(entries, ase_read("c.extxyz", ":"), strict=True):
        assert entry["atoms"] == np.flatnonzero(atoms.arrays["chosen"]).tolist()
    assert run("pool.extxyz", *arguments, "i.csv").exit_code == 0
    rows = list(csv.DictReader(Path("i.csv").read_text().splitlines()))
    assert [row["atoms"].split() for row in rows] == [[*map(str, e["atoms"])] for e in entries]


def test_brackets_and_other_marks_in_names(run, frames):
    write("pool[1].extxyz", frames[:20], format="extxyz")
    for name in ("out[1].extxyz", "a*b.extxyz", "x?.extxyz"):
        (folder := f"{name}.0123.work") and os.mkdir(folder)
        done = run("pool[1].extxyz", "-k", 4, *FPS, "--output", name)
        assert done.exit_code == 0, done.output
        assert len(numbers(name)) == 4
        assert not [n for n in os.listdir() if n.startswith(name) and n.endswith(".work")]
    os.mkdir("a-b.extxyz.0123.work")
    assert run("pool[1].extxyz", "-k", 4, *FPS, "--output", "a*b.extxyz").exit_code == 0
    assert os.path.isdir("a-b.extxyz.0123.work")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--output", "c.traj"), "c.traj has the suffix .traj; expected .extxyz or .xyz"),
        (("--output", "c.xyz.gz"), "has the suffix .gz"),
        (("--output", "c.extxyz", "--rest", "r.db"), "rest: r.db has the suffix .db"),
        (("--output", "c.extxyz", "--indices", "i.yaml"), "expected .json, .csv, .txt as suffix"),
        (("--output", "pool.extxyz"), "output: pool.extxyz is a file that is read"),
        (("--output", "./sub/../pool.extxyz"), "is a file that is read"),
        (
            ("--output", "c.extxyz", "--rest", "pool.extxyz"),
            "rest: pool.extxyz is a file that is r",
        ),
        (
            ("--output", "c.extxyz", "--rest", "c.extxyz"),
            "rest: c.extxyz is the file of output, too",
        ),
        (("--output", "pool.extxyz/c.extxyz"), "pool.extxyz: no file can be written"),
        (("--output", "/proc/nowhere/c.extxyz"), "nowhere: no file can be written"),
        (("--output", "sub"), "sub: is a folder"),
        (("--output", "c.extxyz", "--report", "pool.extxyz"), "report: pool.extxyz is a file"),
        (("--output", "c.extxyz", "--report", "c.extxyz"), "report: c.extxyz is another output"),
    ],
    ids=lambda v: "_".join(v) if isinstance(v, tuple) else "",
)
def test_outputs_are_checked_before_the_work(run, monkeypatch, arguments, message):
    os.mkdir("sub")
    monkeypatch.setattr("potlearn.data.read", lambda *_, **__: pytest.fail("the work began"))
    refused(run("pool.extxyz", "-k", 4, *FPS, *arguments), message)
    assert sorted(os.listdir()) == ["pool.extxyz", "sub"]


def test_a_pattern_of_files_that_are_read_is_not_written(run):
    refused(run("po*.extxyz", "-k", 4, *FPS, "--output", "pool.extxyz"), "is a file that is read")


def test_all_of_it_from_a_configuration_file_and_from_python(run, frames):
    write("known.extxyz", frames[:4])
    text = "files: pool.extxyz\nknown: known.extxyz\noutput: a.extxyz\nmethod: fps\ncount: 7\n"
    descriptor = "descriptor: {degree: 5, order: 2, cutoff: 4.2}\n"
    Path("select.yaml").write_text(f"{text}quotas: {{hot: 5}}\nindices: i.json\n{descriptor}")
    done = run("select.yaml")
    assert done.exit_code == 0, done.output
    outcome = pl.tasks.select(
        {
            "files": "pool.extxyz", "known": "known.extxyz", "output": "b.extxyz", "method": "fps",
            "count": 7, "quotas": {"hot": 5},
            "descriptor": {"degree": 5, "order": 2, "cutoff": 4.2},
        }
    )  # fmt: skip
    assert numbers("a.extxyz") == numbers("b.extxyz") == outcome.indices.tolist()
    assert [e["frame"] for e in json.loads(Path("i.json").read_text())] == outcome.indices.tolist()
