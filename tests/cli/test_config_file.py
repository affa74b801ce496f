"""Configuration files: what is accepted, and how every mistake is told."""

import json
from pathlib import Path

import pytest

from potlearn.cli.config_file import load_config
from potlearn.errors import ConfigError
from potlearn.tasks.settings import FitConfig

MINIMAL = """\
data:
  train: train.extxyz
descriptor:
  family: pod
  species: [Si]
  cutoff: 5
"""
ACE = """\
data:
  train: train.extxyz
descriptor:
  family: ace
  species: [W, Be]
  cutoff: 5
  order: 3
  degree: [8, 7, 6.5]
  wL: 1
  radial: {kind: cheb_exp_cos, decay: 3, inner: 1.2}
  pairs: {Be-Be: {cutoff: 4, decay: 2.5}}
  max_functions: 100
fit: {smoothness: false}
"""
SPLIT = MINIMAL.replace("train: train.extxyz", "file: all.extxyz")


@pytest.fixture
def load(tmp_path):
    def run(text, *overrides, **options):
        path = tmp_path / "fit.yaml"
        path.write_text(text)
        return load_config(path, overrides, **options)

    return run


def test_family_species_and_cutoff_are_enough(load):
    config = load(MINIMAL)
    assert config.descriptor.species == ("Si",)
    given = config.descriptor.model_dump(exclude_none=True)
    assert given == {"family": "pod", "species": ("Si",), "cutoff": 5}
    assert config.reference.kind == "zbl"


def test_relative_paths_start_from_the_file(load, tmp_path):
    config = load(MINIMAL, "data.test=[a.xyz, /b.xyz]", "output.folder=out")
    assert config.data.train == (tmp_path / "train.extxyz",)
    assert config.data.test == (tmp_path / "a.xyz", Path("/b.xyz"))
    assert config.output.folder == tmp_path / "out"


def test_output_option_starts_from_the_working_directory(load, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path.parent)
    assert load(MINIMAL, output="here").output.folder == tmp_path.parent / "here"


@pytest.mark.parametrize(
    "text",
    [MINIMAL, ACE, SPLIT + "  rin: 0.8\nfit: {ridge: 1e-8, e0: {Si: -0.5}}\nreference: none\n"],
)
def test_a_written_configuration_reads_back_the_same(load, tmp_path, text):
    config = load(text)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "config.yaml").write_text(config.to_yaml())
    assert load_config(tmp_path / "elsewhere" / "config.yaml") == config


@pytest.mark.parametrize(
    ("item", "path", "value"),
    [
        ("fit.ridge=1e-8", ("fit", "ridge"), 1e-8),
        ("fit.solver=svd", ("fit", "solver"), "svd"),
        ("descriptor.species=[In, P]", ("descriptor", "species"), ("In", "P")),
        ("descriptor.species=No", ("descriptor", "species"), ("No",)),
        ("data.keys={energy: dft, stress: []}", ("data", "keys", "stress"), ()),
        ("fit.weights.groups={Surface: {forces: 3}}", ("fit", "weights", "energy"), None),
    ],
)
def test_set_overrides_the_file(load, item, path, value):
    found = load(MINIMAL, item)
    for key in path:
        found = getattr(found, key)
    assert found == value


UNKNOWN = [
    ("descriptor.cutof=3", "descriptor.cutof: unknown key; did you mean 'cutoff'?"),
    ("fitt.ridge=3", "fitt: unknown key; did you mean 'fit'?"),
    ("data.xyzzy=3", "data.xyzzy: unknown key; known are train, test,"),
    (
        "descriptor.threebody_angular_degre=3",
        "descriptor.threebody_angular_degre: unknown key; did you mean 'threebody_angular_degree'?",
    ),
    (
        "fit.weights.groups={Surface: {force: 1}}",
        "fit.weights.groups.Surface.force: unknown key; did you mean 'forces'?",
    ),
]
WRONG = [
    ("descriptor.cutoff=five", "descriptor.cutoff: expected a number, got 'five' (text)"),
    ("descriptor.cutoff='5'", "descriptor.cutoff: expected a number, got '5' (text)"),
    (
        "descriptor.cutoff=-1",
        "descriptor.cutoff: expected a number not below 0.001, got -1 (a number)",
    ),
    ("descriptor.cutoff=.inf", "descriptor.cutoff: expected a finite number, got inf"),
    ("descriptor.rin=true", "descriptor.rin: expected a number, got True (a truth value)"),
    (
        "descriptor.threebody_angular_degree=2.5",
        "descriptor.threebody_angular_degree: expected a whole number, got 2.5 (a number)",
    ),
    ("descriptor.family=mace", "descriptor.family: expected 'ace' or 'pod', got 'mace'"),
    ("descriptor.order=3", "descriptor.order: unknown key; "),
    ("descriptor.species=[]", "descriptor.species: expected at least 1 item, got []"),
    ("descriptor.species=[Sii]", "descriptor.species: 'Sii' is not a chemical symbol"),
    ("descriptor.species=[Si, Si]", "descriptor.species: 'Si' is given twice"),
    ("descriptor=", "descriptor: expected a section (keys and values), got None"),
    ("data.train=[5]", "data.train.0: expected a path, got 5 (a number)"),
    ("data.train={a: 1}", "data.train: expected a list, got {'a': 1} (a section)"),
    ("data.train=", "data: give either 'train' or 'file'"),
    ("data.train=[]", "data: 'train' names no file"),
    ("data.file=a", "data: give either 'train' or 'file'"),
    ("data.split={test: 0.1}", "data: 'split' splits one 'file'"),
    ("reference=zlb", "reference: expected 'zbl' or 'none', got 'zlb' (text)"),
    ("reference={inner: 2, outer: 1}", "reference: 'inner' must be below 'outer'"),
    ("reference={kind: none, outer: 1}", "reference: 'inner' and 'outer' need kind 'zbl'"),
    ("fit.e0=isolate", "fit.e0: expected 'auto', 'isolated' or 'fitted', got 'isolate' (text)"),
    ("fit.e0={Si: x}", "fit.e0.Si: expected a number, got 'x' (text)"),
    (
        "fit={solver: qr, ridge: 1}",
        "fit: 'ridge' is the penalty of the solver 'ridge', not of 'qr'",
    ),
    ("output.report=yes", "output.report: expected true or false, got 'yes' (text)"),
]


WRONG_ACE = [
    ("descriptor.rin=1", "descriptor.rin: unknown key; did you mean"),
    ("descriptor.order=6", "descriptor.order: expected a number not above 5, got 6"),
    ("descriptor.degree=[8, x]", "descriptor.degree.1: expected a number, got 'x' (text)"),
    ("descriptor.degree=-1", "descriptor.degree: expected a "),
    ("descriptor.nmax=2.5", "descriptor.nmax: expected a "),
    ("descriptor.radial.kind=bessel", "descriptor.radial.kind: expected 'sbessel', 'cheb_exp_cos'"),
    ("descriptor.radial.dekay=1", "descriptor.radial.dekay: unknown key; did you mean 'decay'?"),
    ("descriptor.pairs={Be-Be: {cutof: 1}}", "descriptor.pairs.Be-Be.cutof: unknown key"),
    ("descriptor.pairs={Be-Be: {cutoff: 0}}", "descriptor.pairs.Be-Be.cutoff: expected a number"),
]


@pytest.mark.parametrize(("item", "message"), WRONG_ACE, ids=[i for i, _ in WRONG_ACE])
def test_a_mistake_in_an_ace_section(load, tmp_path, item, message):
    with pytest.raises(ConfigError) as caught:
        load(ACE, item)
    assert str(caught.value).startswith(f"{tmp_path / 'fit.yaml'}: {message}")
    assert "\n" not in str(caught.value)


def test_an_ace_section_makes_its_descriptor(load):
    from potlearn.tasks.descriptor import filled, make_descriptor

    config = load(ACE)
    descriptor = make_descriptor(config.descriptor, None)
    assert descriptor.degree == (8, 7, 6.5)
    assert descriptor.radials[1, 1].cutoff == 4
    assert descriptor.radials[1, 1].primitives.decay == 2.5
    assert descriptor.radials[0, 1].primitives.decay == 3
    assert descriptor.n_features == 100
    assert make_descriptor(filled(config.descriptor, descriptor), None) == descriptor


@pytest.mark.parametrize(("item", "message"), UNKNOWN + WRONG, ids=[i for i, _ in UNKNOWN + WRONG])
def test_a_mistake_is_told_with_file_and_key_path(load, tmp_path, item, message):
    with pytest.raises(ConfigError) as caught:
        load(MINIMAL, item)
    assert str(caught.value).startswith(f"{tmp_path / 'fit.yaml'}: {message}")
    assert "\n" not in str(caught.value)


def test_several_mistakes_are_told_in_one_go(load):
    with pytest.raises(ConfigError) as caught:
        load(MINIMAL, "descriptor.cutoff=five", "fit.solver=best", "output.report=3")
    assert len(str(caught.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "data: missing"),
        ("5", "expected sections (keys and values), got 5"),
        ("data:\n  train: [a\n", ":3: not valid YAML"),
        ("data:\n\ttrain: a\n", ":2: not valid YAML"),
        ("data: 1\ndata: 2\n", ":2: not valid YAML: duplicate key 'data'"),
        ("data: &a {}\nfit: *a\n", ":2: not valid YAML: aliases are not supported here"),
        ("data: !!python/name:os.system\n", ":1: not valid YAML: tags are not supported here"),
        ("[" * 3000, "nested too deeply"),
    ],
)
def test_text_that_is_no_configuration(load, text, message):
    with pytest.raises(ConfigError) as caught:
        load(text)
    assert message in str(caught.value)
    assert "fit.yaml" in str(caught.value)


def test_a_file_that_is_absent_or_not_text(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: cannot be read: No such file"):
        load_config(tmp_path / "nowhere.yaml")
    (tmp_path / "fit.yaml").write_bytes(b"data: \xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        load_config(tmp_path / "fit.yaml")


@pytest.mark.parametrize("item", ["descriptor.cutoff", "descriptor.cutoff.x=1", "fit=[1"])
def test_set_that_cannot_be_understood_names_itself(load, item):
    with pytest.raises(ConfigError, match=r"^--set "):
        load(MINIMAL, item)


def test_a_configuration_is_frozen():
    config = FitConfig.of({"data": {"file": "a"}, "descriptor": {"species": "Si", "cutoff": 5}})
    with pytest.raises(ValueError, match="frozen"):
        config.descriptor = None


def test_the_schema_documents_every_key():
    schema = json.loads(json.dumps(FitConfig.model_json_schema()))
    sections = [schema, *schema["$defs"].values()]
    for section in sections:
        assert section["additionalProperties"] is False
        for name, field in section["properties"].items():
            assert field.get("description"), f"{section['title']}.{name}"


def keys_of(name):
    return set(FitConfig.model_json_schema()["$defs"][name]["properties"])


def test_the_schema_has_the_names_of_the_descriptor():
    from dataclasses import fields

    from potlearn.descriptors import POD

    assert keys_of("PodConfig") == {f.name for f in fields(POD) if f.compare} | {"family"}


def test_the_schema_has_the_names_of_ace():
    from dataclasses import fields

    from potlearn.descriptors import ACE
    from potlearn.descriptors.ace.radial import KINDS, AceRadial

    assert keys_of("AceConfig") == {f.name for f in fields(ACE) if f.compare} | {"family"}
    parameters = {f.name for kind in KINDS.values() for f in fields(kind)}
    own = {f.name for f in fields(AceRadial)} - {"primitives", "cutoff"}
    assert keys_of("RadialConfig") == parameters | own | {"kind"}
    assert keys_of("PairConfig") == keys_of("RadialConfig") | {"cutoff"}
    schema = FitConfig.model_json_schema()["$defs"]["RadialConfig"]["properties"]["kind"]
    assert set(schema["anyOf"][0]["enum"]) == set(KINDS)


def test_the_schema_has_the_names_of_the_solvers():
    from potlearn.fit import SOLVERS

    schema = FitConfig.model_json_schema()["$defs"]["SolverConfig"]["properties"]["solver"]
    assert schema["anyOf"][0]["enum"] == [*SOLVERS]
