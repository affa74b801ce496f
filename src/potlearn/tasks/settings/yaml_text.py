"""YAML 1.2 scalars from a safe loader: ``1e-8`` is a number, ``no`` a word, keys are unique."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from typing import Any, ClassVar

import yaml

from potlearn.errors import ConfigError

_TAG = "tag:yaml.org,2002:"
_SCALARS = {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?[0-9]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
}


DEEPEST = 50
"""Most sections and lists inside one another."""
MOST_DIGITS = 400
"""Most digits of a whole number."""
LONGEST = 5_000_000
"""Most characters of a document."""
_TOO_DEEP = f"nested too deeply (the limit is {DEEPEST} levels)"


class _Loader(yaml.SafeLoader):
    """YAML 1.2's core schema and no more: no other tags, no aliases, no duplicate keys."""

    depth = 0

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}
    yaml_constructors: ClassVar[dict[Any, Any]] = {}

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Node at the next event; aliases and tags are refused (no recursion, no objects)."""
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None) is not None:
            kind = "aliases" if isinstance(event, yaml.AliasEvent) else "tags"
            raise yaml.composer.ComposerError(
                None, None, f"{kind} are not supported here", event.start_mark
            )
        if self.depth > DEEPEST:
            raise yaml.composer.ComposerError(None, None, _TOO_DEEP, event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def fetch_flow_collection_start(self, kind: Any) -> None:
        """An opening bracket; the scanner's time grows with the square of their number."""
        if self.flow_level > DEEPEST:
            raise yaml.scanner.ScannerError(None, None, _TOO_DEEP, self.get_mark())
        super().fetch_flow_collection_start(kind)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Mapping of ``node``; a duplicate key is an error."""
        values: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            plain = isinstance(key, (str, int, float))
            if not plain or key in values:
                problem = "duplicate key" if plain else "expected a word as a key, got"
                raise yaml.constructor.ConstructorError(
                    None, None, f"{problem} {key!r}", key_node.start_mark
                )
            values[key] = self.construct_object(value_node, deep=True)
        return values


def _int(text: str) -> int:
    if len(text) > MOST_DIGITS:  # Python reads no number of 5000 digits
        raise ValueError(f"a whole number of {len(text)} digits")
    return int(text)


def _float(text: str) -> float:
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


def _scalar(convert: Callable[[str], Any], node: Any) -> Any:
    try:
        return convert(node.value)
    except ValueError as error:
        raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from error


_CONVERT: dict[str, Callable[[str], Any]] = {
    "null": lambda text: None,
    "bool": lambda text: text.lower() == "true",
    "int": _int,
    "float": _float,
}
for _name, _pattern in _SCALARS.items():
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"^(?:{_pattern})$"), None)
    _Loader.add_constructor(
        _TAG + _name, lambda _, node, convert=_CONVERT[_name]: _scalar(convert, node)
    )
_Loader.add_constructor(_TAG + "str", yaml.SafeLoader.construct_yaml_str)
_Loader.add_constructor(_TAG + "seq", yaml.SafeLoader.construct_yaml_seq)
_Loader.add_constructor(_TAG + "map", yaml.SafeLoader.construct_yaml_map)


class _Dumper(yaml.SafeDumper):
    """Safe dumper that writes lists of scalars on one line and no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        """Every value is written out in full."""
        return True

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:
        """List node; flow style (one line) when all items are scalars."""
        plain = all(isinstance(item, (str, int, float, bool)) for item in sequence)
        return super().represent_sequence(tag, sequence, flow_style=plain)


for _name, _pattern in _SCALARS.items():
    _Dumper.add_implicit_resolver(_TAG + _name, re.compile(rf"^(?:{_pattern})$"), None)


def parse_yaml(text: str, source: str) -> Any:
    """Value of a YAML document.

    Parameters
    ----------
    text : str
        The document.
    source : str
        Its name in messages: a file or a command-line option.

    Raises
    ------
    ConfigError
        The text is not a YAML document; the message gives the line.
    """
    if len(text) > LONGEST:
        raise ConfigError(
            f"{source}: {len(text)} characters are too long for settings (the limit is {LONGEST}); "
            "is this a data file?"
        )
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{source}:{mark.line + 1}" if mark is not None else source
        problem = error.problem or error.context or "malformed"
        raise ConfigError(f"{place}: not valid YAML: {problem}") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{source}: not valid YAML: {str(error).splitlines()[0]}") from error
    except RecursionError as error:
        raise ConfigError(f"{source}: not valid YAML: nested too deeply") from error
    except ValueError as error:
        raise ConfigError(f"{source}: not valid YAML: {error}") from error


def dump_yaml(value: Any) -> str:
    """YAML text of plain data, keys in their order, lists of scalars on one line."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=100)
    return text
