"""Read and write configuration files; every mistake is told by file, key path and words."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from potlearn.cli.yaml_text import dump_yaml, parse_yaml
from potlearn.errors import ConfigError
from potlearn.tasks.settings import FitConfig, Section

Kind = TypeVar("Kind", bound=Section)
_EXPECTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "is_instance_of": "a path",
    "tuple_type": "a list",
    "dict_type": "keys and values",
    "model_type": "keys and values",
    "model_attributes_type": "keys and values",
    "finite_number": "a finite number",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "a number not below {ge}",
    "less_than": "a number below {lt}",
    "less_than_equal": "a number not above {le}",
    "literal_error": "{expected}",
    "too_short": "at least {min_length} item",
}


def load_config(
    path: str | Path, overrides: Iterable[str] = (), output: str | Path | None = None
) -> FitConfig:
    """Configuration in a YAML file.

    Parameters
    ----------
    path : path
        The file; relative paths in it start from its folder.
    overrides : iterable of str
        ``key.path=value`` each, the value in YAML; they win over the file.
    output : path, optional
        Output folder instead of the file's, from the working directory.

    Raises
    ------
    ConfigError
        The file cannot be read, is no YAML, or holds an unknown key or a value of a wrong kind.
    """
    return load_section(FitConfig, path, overrides, output)


def load_section(
    kind: type[Kind],
    path: str | Path,
    overrides: Iterable[str] = (),
    output: str | Path | None = None,
) -> Kind:
    """Configuration of any kind in a YAML file; see :func:`load_config`."""
    path = Path(path)
    raw = read_raw(path)
    for item in overrides:
        set_value(raw, item)
    if output is not None:
        set_value(raw, "output.folder", str(Path(output).absolute()))
    return parse_section(kind, raw, source=str(path), folder=path.absolute().parent)


def read_raw(path: Path) -> dict[str, Any]:
    """Plain data of a YAML file of keys and values; ConfigError where it is none."""
    raw = parse_yaml(_read_text(path), str(path))
    raw = {} if raw is None else raw
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: expected sections (keys and values), got {_show(raw)}")
    return raw


def parse_config(
    raw: Mapping[str, Any], source: str = "configuration", folder: str | Path = ""
) -> FitConfig:
    """Configuration from plain data; relative paths start from ``folder``.

    Raises
    ------
    ConfigError
        As :func:`load_config`, naming ``source``.
    """
    return parse_section(FitConfig, raw, source, folder)


def parse_section(
    kind: type[Kind],
    raw: Mapping[str, Any],
    source: str = "configuration",
    folder: str | Path = "",
) -> Kind:
    """Configuration of any kind from plain data; see :func:`parse_config`."""
    sections: dict[str, Any] = {"output": {}} if "output" in kind.model_fields else {}
    try:
        return kind.model_validate({**sections, **raw}, context={"folder": folder})
    except ValidationError as error:
        problems = _problems(raw, error.errors())
        raise ConfigError("\n".join(f"{source}: {problem}" for problem in problems)) from error


def set_value(raw: dict[str, Any], item: str, value: Any = None) -> None:
    """Set ``key.path=value`` (the value in YAML), or ``value`` at the key path ``item``.

    Raises
    ------
    ConfigError
        There is no ``=``, the value is no YAML, or the path runs through something not a section.
    """
    keys, equals, text = item.partition("=")
    if not equals and value is None:
        raise ConfigError(f"--set {item}: expected key.path=value")
    *parents, last = (key.strip() for key in keys.split("."))
    section: Any = raw
    for key in parents:
        section = section.setdefault(key, {})
        if not isinstance(section, dict):
            raise ConfigError(f"--set {item}: {key!r} is no section, it is {_show(section)}")
    section[last] = parse_yaml(text, f"--set {keys}") if equals else value


def write_config(config: Section, path: str | Path) -> None:
    """Write a configuration so that :func:`load_config` gives the same one back."""
    values = config.model_dump(mode="json", exclude_none=True)
    Path(path).write_text(dump_yaml(values), encoding="utf-8")


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text (byte {error.start})") from error


def _problems(raw: Any, errors: Sequence[Any]) -> list[str]:
    """Problems in words; of those that stand at one key path or above another, the most precise.

    A key that may be of several kinds gives one error for each kind.
    """
    found: dict[str, str] = {}
    for error in errors:
        found.setdefault(_key_path(raw, error), _words(error))
    return [
        f"{place}: {words}"
        for place, words in found.items()
        if not any(other.startswith(f"{place}.") for other in found)
    ]


def _words(error: Any) -> str:
    """One problem in words: what was expected, and what was got."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "unknown_key":
        return f"unknown key{_suggest(context['key'], context['known'])}"
    if kind == "missing":
        return "missing"
    if kind == "union_tag_invalid":
        return f"expected one of {context['expected_tags']}, got {context['tag']!r}"
    if kind in _EXPECTED:
        expected = _EXPECTED[kind].format(**context)
        return f"expected {expected}, got {_show(error['input'])}"
    return str(error["msg"])


def _key_path(raw: Any, error: Any) -> str:
    """Keys of the error's location that stand in ``raw``: pydantic mixes in names of kinds."""
    keys: list[str] = []
    for position, key in enumerate(error["loc"]):
        last = position == len(error["loc"]) - 1
        if isinstance(raw, dict) and (key in raw or (error["type"] == "missing" and last)):
            raw = raw.get(key)
        elif isinstance(raw, list) and isinstance(key, int) and key < len(raw):
            raw = raw[key]
        else:
            continue
        keys.append(str(key))
    if error["type"] == "unknown_key":
        keys.append(error["ctx"]["key"])
    if error["type"] == "union_tag_invalid":
        keys.append("family")
    return ".".join(keys)


def _suggest(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(known)}"


def _show(value: Any) -> str:
    kinds = {dict: "a section", list: "a list", str: "text", bool: "a truth value"}
    kinds |= {int: "a number", float: "a number", type(None): "nothing"}
    if isinstance(value, Path):
        value = str(value)
    return f"{reprlib.repr(value)} ({kinds.get(type(value), type(value).__name__)})"
