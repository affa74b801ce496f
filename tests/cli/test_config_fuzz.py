"""Mangled configuration text gives a configuration or a ConfigError, never anything else."""

import pytest
from fit_texts import GOOD, GOOD_ACE
from hypothesis import example, given, settings
from hypothesis import strategies as st

from potlearn.cli.config_file import load_config, set_value
from potlearn.errors import ConfigError
from potlearn.tasks.settings import FitConfig
from potlearn.tasks.settings.yaml_text import dump_yaml, parse_yaml

MARKS = [": ", "- ", "{", "}", "[", "]", "*a", "&a ", "!!int ", "!x ", "<<: ", "? ", "'", '"', "#"]
PIECES = st.sampled_from([*MARKS, *" \n\t%|>~\0\x85", "", "1e999", "-1", ".nan", "9" * 5000])


@st.composite
def mangled(draw):
    """The good text with a few cuts, copies and insertions."""
    text = draw(st.sampled_from([GOOD, GOOD_ACE]))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        stop = draw(st.integers(start, min(len(text), start + 40)))
        copied = text[stop:][: draw(st.integers(0, 30))]
        text = text[:start] + draw(PIECES | st.just(copied) | st.text(max_size=5)) + text[stop:]
    return text


def outcome(run, *arguments) -> FitConfig | str:
    """What ``run`` returns, or its ConfigError's message; others come through."""
    try:
        return run(*arguments)
    except ConfigError as error:
        return str(error)


def parse(text: str) -> FitConfig:
    raw = parse_yaml(text, "fit.yaml")
    return FitConfig.of(raw if isinstance(raw, dict) else {}, "fit.yaml", "/data")


@settings(max_examples=300)
@given(mangled() | st.text(max_size=80))
@example(GOOD)
@example("true: 1\n1: 2\n1.5: {}\n")
def test_text(text):
    result = outcome(parse, text)
    assert isinstance(result, FitConfig) or result.startswith("fit.yaml")


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_bytes(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_bytes(data)
    result = outcome(load_config, path)
    assert isinstance(result, FitConfig) or "fuzz.yaml" in result


KEYS = ("data", "train", "descriptor", "cutoff", "fit", "weights", "groups", "reference", "e0", "x")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.integers(), inner, max_size=4)
    ),
    max_leaves=10,
)


@settings(max_examples=300)
@given(path=st.lists(st.sampled_from(KEYS), min_size=1, max_size=4), value=VALUES)
def test_values_of_any_kind_anywhere(path, value):
    raw = parse_yaml(GOOD, "fit.yaml")
    unset = outcome(set_value, raw, ".".join(path), value)
    result = unset or outcome(FitConfig.of, raw, "fit.yaml", "/data")
    assert isinstance(result, FitConfig) or result.startswith(("fit.yaml", "--set"))


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(max_examples=200)
@given(PLAIN)
@example({"a": "1e-8", "b": "no", "c": "0x10", "d": "1:30", "e": "2020-01-01", "f": "~", "g": ""})
def test_what_is_dumped_is_read_back(value):
    assert parse_yaml(dump_yaml(value), "text") == value


@pytest.mark.parametrize("text", [GOOD, GOOD_ACE])
def test_the_good_text_is_good(tmp_path, text):
    (tmp_path / "fit.yaml").write_text(text)
    config = load_config(tmp_path / "fit.yaml")
    (tmp_path / "again.yaml").write_text(config.to_yaml())
    assert load_config(tmp_path / "again.yaml") == config
