"""The schemas of the configuration files for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from potlearn.tasks.settings import FitConfig, Section
from potlearn.typing import Settings


def schema_as_json(config: type[Section] = FitConfig) -> str:
    """JSON schema of a configuration (draft 2020-12)."""
    return json.dumps(config.model_json_schema(), indent=2, ensure_ascii=False)


def schema_as_markdown(
    config: type[Section] = FitConfig, title: str = "Configuration of a fit"
) -> str:
    """One table per section: key, kind, default, meaning."""
    schema = config.model_json_schema()
    lines = [f"# {title}", ""]
    for name, section in [("Sections", schema), *schema.get("$defs", {}).items()]:
        lines += [f"## {name.removesuffix('Config')}", "", section["description"], ""]
        lines += ["| key | kind | default | meaning |", "|---|---|---|---|"]
        lines += list(_rows(section))
        lines.append("")
    return "\n".join(lines)


def _rows(section: Settings) -> Iterator[str]:
    for key, field in section["properties"].items():
        default = "required" if key in section.get("required", ()) else _default(field)
        meaning = " ".join(field.get("description", "").split())
        yield f"| `{key}` | {_kind(field)} | {default} | {meaning} |"


def _default(field: Settings) -> str:
    value = field.get("default")
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return ", ".join(" ".join(map(_short, item.values())) for item in value)
    return f"`{json.dumps(value)}`"


def _short(value: Any) -> str:
    """The values of an item of a list, as far as they say something."""
    if isinstance(value, dict):
        return " ".join(map(str, value.values()))
    return value if isinstance(value, str) and value != "standard" else ""


def _kind(field: Settings) -> str:
    """Kind of a value in words."""
    options = field.get("anyOf", field.get("oneOf"))
    if options:
        kinds = [_kind(option) for option in options if option.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[-1].removesuffix("Config")
        return f"[{name}](#{name.lower()})"
    if "enum" in field:
        return ", ".join(f"`{option}`" for option in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    words = {"string": "text", "boolean": "true or false", "integer": "whole number"}
    words |= {"array": "list", "object": "keys and values"}
    return words.get(field["type"], str(field["type"]))
