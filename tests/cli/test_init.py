"""A configuration made from the data, and fits without a configuration."""

import re
import shutil

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import read, write
from foreign_files import ALLOYS, fitsnap, mtp

from potlearn import tasks
from potlearn.cli.config_file import load_config
from potlearn.errors import ConfigError
from potlearn.tasks.data import load

SMALL = ("--no-report", "--set", "descriptor.order=2", "--set", "descriptor.degree=5")
QUICK = (*SMALL, "--set", "reference.repulsive=false")


@pytest.fixture
def data(copper, tmp_path, monkeypatch):
    """Copy of the copper file in the working directory."""
    monkeypatch.chdir(tmp_path)
    return shutil.copy(copper / "copper.extxyz", tmp_path / "mine.extxyz")


def uncommented(text, start, end=None):
    """The text with the comment marks of some lines removed, those from ``start`` to ``end``."""
    lines = text.splitlines()
    first = next(i for i, line in enumerate(lines) if start in line)
    last = first if end is None else next(i for i, line in enumerate(lines) if end in line)
    for i in range(first, last + 1):
        lines[i] = lines[i].replace("# ", "", 1)
    return "\n".join(lines)


def test_init_fills_in_what_the_data_say_and_its_file_fits(run, data, tmp_path):
    result = run("init", "mine.extxyz")
    assert result.exit_code == 0, result.output
    assert "potlearn fit fit.yaml" in result.stdout
    text = (tmp_path / "fit.yaml").read_text()
    assert "# 24 configurations, 60 atoms: Cu." in text
    assert "# Labels: energy of 24, forces of 24, stress of 24." in text
    assert re.search(r"#   cubic: \{.*\}    # 12 configurations", text)
    config = load_config(tmp_path / "fit.yaml")
    assert config.data.file == (tmp_path / "mine.extxyz",)
    assert config.data.split.kind == "stratified"
    assert (config.descriptor.family, config.descriptor.species) == ("ace", ("Cu",))
    assert 5 <= config.descriptor.cutoff <= 6
    assert config.output.folder == tmp_path / "potential"
    assert run("fit", "fit.yaml", *QUICK).exit_code == 0
    assert (tmp_path / "potential" / "model.potl").exists()


def test_alternatives_of_the_file_are_valid(data, tmp_path):
    text = tasks.init({"files": data, "output": tmp_path / "fit.yaml"}).text
    (tmp_path / "a").mkdir()

    def load(changed):
        (tmp_path / "a" / "fit.yaml").write_text(changed)
        return load_config(tmp_path / "a" / "fit.yaml")

    assert load(text).fit.weights.groups == {}
    groups = load(uncommented(text, "# groups:", "primitive")).fit.weights.groups
    assert {*groups} == {"cubic", "primitive"}
    assert groups["cubic"].energy == 10000
    assert load(uncommented(text, "# keys:")).data.keys.energy == ("energy",)
    sized = load(uncommented(text, "# order:", "# degree:")).descriptor
    assert len(sized.degree) == sized.order == 4
    assert load(uncommented(text, "# solver:", "# ridge:")).fit.ridge == 1e-8
    assert not load(uncommented(text, "# report:")).output.report
    start, end = text.index("descriptor:"), text.index("# LAMMPS's POD")
    pod = uncommented(text[:start] + text[end:], "# descriptor:", "#   cutoff")
    assert load(pod).descriptor.family == "pod"
    start, end = text.index("  file:"), text.index("  # train:")
    apart = uncommented(text[:start] + text[end:], "# train:", "# test:")
    assert load(apart).data.test == (tmp_path / "a" / "test.extxyz",)


def test_init_does_not_overwrite_a_changed_file(run, data, tmp_path):
    path = tmp_path / "fit.yaml"
    assert run("init", data).exit_code == 0
    assert run("init", data).exit_code == 0  # the same content
    path.write_text("mine: 1\n")
    result = run("init", data)
    assert result.exit_code == 2
    assert "fit.yaml: exists and has other content" in result.stderr
    assert path.read_text() == "mine: 1\n"
    assert run("init", data, "--force").exit_code == 0
    assert "descriptor:" in path.read_text()


def test_names_that_need_quotes_and_few_configurations(tmp_path):
    frames = read_with_groups(["no", "null", "a: b # c", 'quote"s', "tab\tand ü"])
    path = tmp_path / "all: mine #1.extxyz"
    write(path, frames)
    outcome = tasks.init({"files": path, "output": tmp_path / "out" / "fit.yaml"})
    config = load_config(outcome.path)
    assert config.data.train == (path,)
    groups = load_config(write_uncommented(outcome, "# groups:", "tab")).fit.weights.groups
    assert {*groups} == {frame.info["config_type"] for frame in frames}


def test_a_virial_is_named_as_one(data, tmp_path):
    frames = read(data, ":")
    for atoms in frames:
        atoms.info["dft_virial"] = np.diag([1.0, 2.0, 3.0])
        atoms.calc = None
    write(tmp_path / "virial.xyz", frames, format="extxyz")
    outcome = tasks.init({"files": tmp_path / "virial.xyz", "output": tmp_path / "fit.yaml"})
    keys = load_config(write_uncommented(outcome, "# keys:", None)).data.keys
    assert (keys.virial, keys.stress) == (("dft_virial",), None)


def test_options_of_labels_are_in_the_configuration(run, data, tmp_path):
    frames = read(data, ":")
    for k, atoms in enumerate(frames):
        energy = atoms.get_potential_energy()
        atoms.calc = None
        atoms.info |= {"e_1": np.nan if k == 1 else energy / 27.211386, "q": "a b" if k % 2 else 1}
    write(tmp_path / "odd.xyz", frames, format="extxyz")
    options = ("--key", "energy=e_1", "--unit", "energy=Hartree", "--nan", "missing")
    result = run("init", "odd.xyz", *options, "--where", "q=a b")
    assert result.exit_code == 0, result.output
    config = load_config(tmp_path / "fit.yaml").data
    assert config.keys.energy == ("e_1",)
    assert (config.units.energy, config.nan, config.where) == ("Hartree", "missing", {"q": ["a b"]})
    result = run("fit", "odd.xyz", *options, *QUICK)
    assert result.exit_code == 0, result.output
    result = run("fit", "fit.yaml", *options)
    assert result.exit_code == 2
    assert "is a configuration: set keys, units, nan in its section data" in flat(result.output)


def flat(text):
    """The text of a message without its frame and line breaks."""
    return " ".join(text.replace("│", " ").split())


def write_uncommented(outcome, start, end):
    outcome.path.write_text(uncommented(outcome.text, start, end))
    return outcome.path


def read_with_groups(groups):
    """Copies of an alloy, each in a group of its own."""
    frames = []
    for group in groups:
        atoms = ALLOYS[0].copy()
        atoms.info["config_type"] = group
        atoms.calc = SinglePointCalculator(atoms, **ALLOYS[0].calc.results)
        frames.append(atoms)
    return frames


def test_molecules_and_lonely_atoms_have_a_configuration(tmp_path):
    lonely = Atoms("Cs")
    water = molecule("H2O")
    for atoms in (lonely, water):
        atoms.calc = SinglePointCalculator(atoms, energy=-1.0)
    write(tmp_path / "a.xyz", [lonely, water], format="extxyz")
    outcome = tasks.init({"files": tmp_path / "a.xyz", "output": tmp_path / "fit.yaml"})
    config = load_config(outcome.path)
    assert config.descriptor.species == ("H", "O", "Cs")
    assert config.descriptor.cutoff == 10


def test_a_fit_needs_no_configuration(run, data, tmp_path):
    result = run("fit", "mine.extxyz", *QUICK)
    assert result.exit_code == 0, result.output
    assert "settings of this fit: potential/fit.yaml" in result.stdout
    assert (tmp_path / "potential" / "model.potl").exists()
    config = load_config(tmp_path / "potential" / "fit.yaml")
    assert config.output.folder.resolve() == tmp_path / "potential"
    assert config.data.file[0].resolve() == tmp_path / "mine.extxyz"
    assert run("fit", "mine.extxyz", *QUICK).exit_code == 0  # the same again


def test_a_fit_of_several_files_pools_them(run, data, tmp_path):
    configurations = read(data, ":")
    for name, part in (("a.xyz", configurations[::2]), ("b.xyz", configurations[1::2])):
        write(tmp_path / name, part, format="extxyz")
    result = run("fit", "a.xyz", "b.xyz", "--output", "out", *QUICK)
    assert result.exit_code == 0, result.output
    assert "# 24 configurations" in (tmp_path / "out" / "fit.yaml").read_text()
    assert len(load_config(tmp_path / "out" / "config.yaml").data.file) == 2


def test_a_changed_configuration_of_an_earlier_fit_stays(run, data, tmp_path):
    (tmp_path / "potential").mkdir()
    (tmp_path / "potential" / "fit.yaml").write_text("mine: 1\n")
    result = run("fit", "mine.extxyz", *QUICK)
    assert result.exit_code == 2
    assert "potlearn fit potential/fit.yaml" in result.stderr


def test_types_become_elements(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.cfg").write_text(mtp([*ALLOYS] * 4))
    result = run("init", "a.cfg", "--type", "Cu", "--type", "Au")
    assert result.exit_code == 0, result.output
    config = load_config("fit.yaml")
    assert config.data.types == config.descriptor.species == ("Cu", "Au")
    assert run("fit", "fit.yaml", *QUICK).exit_code == 0


def test_the_only_species_of_a_fit_is_the_element_of_all_types(run, tmp_path):
    frames = [pure_copper(seed) for seed in range(12)]
    (tmp_path / "a.cfg").write_text(mtp(frames))
    (tmp_path / "fit.yaml").write_text(
        "data: {file: a.cfg}\ndescriptor: {family: ace, species: [Cu], cutoff: 4}\n"
    )
    result = run("fit", tmp_path / "fit.yaml", *QUICK)
    assert result.exit_code == 0, result.output


def pure_copper(seed):
    atoms = ALLOYS[0].copy()
    atoms.symbols[:] = "Cu"
    atoms.rattle(0.1, seed=seed)
    atoms.calc = EMT()
    atoms.get_stress()
    return atoms


@pytest.mark.parametrize("name", ["nope.xyz", "notes.md", "binary.traj"])
def test_what_is_no_data_is_not_called_a_configuration(run, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.md").write_text("# Notes\nnone\n")
    (tmp_path / "binary.traj").write_bytes(bytes(range(256)))
    result = run("fit", name)
    assert result.exit_code == 2
    assert f"error: {name}: " in result.stderr
    assert "sections" not in result.stderr


@pytest.mark.parametrize("name", ["config", "config.json", "config.txt"])
def test_a_configuration_is_known_by_its_sections(run, tmp_path, name):
    head = '{"data": {"file": "nope.xyz"}, "descriptor": {"species": ["Cu"], "cutoff": 4}}'
    yaml = "# mine\ndata:\n  file: nope.xyz\ndescriptor: {species: [Cu], cutoff: 4}\n"
    (tmp_path / name).write_text(head if name.endswith("json") else yaml)
    result = run("fit", tmp_path / name, "--no-report")
    assert f"{tmp_path / 'nope.xyz'}: no such file" in result.stderr


def test_data_in_place_of_another_configuration(run, data):
    result = run("study", data)
    assert result.exit_code == 2
    assert "holds data; expected a configuration (YAML), such as potlearn init" in result.stderr
    with pytest.raises(ConfigError, match="holds data"):
        load_config(data)


def test_what_the_data_do_not_give_is_said_once(run, tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    for k, atoms in enumerate(ALLOYS):
        (tmp_path / f"a{k}.json").write_text(fitsnap(atoms, None))
    line = "3 configurations used without the stress: its unit is unknown"
    result = run("init", "a0.json", "a1.json", "a2.json")
    assert result.stdout.count(line) == 1, result.output
    assert sum(line in note for note in load(load_config("fit.yaml").data).notes) == 1
    assert not caplog.records
