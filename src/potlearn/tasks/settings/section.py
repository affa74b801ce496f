"""The base of all sections of settings, and the types of their values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    SerializationInfo,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError

from potlearn.data.formats.urls import database_url, without_password
from potlearn.errors import ConfigError
from potlearn.runtime import shown
from potlearn.tasks.settings.texts import attribute_texts, own_texts
from potlearn.tasks.settings.words import problems
from potlearn.tasks.settings.yaml_text import dump_yaml
from potlearn.typing import Settings


def as_list(value: Any) -> Any:
    """One item where a list is allowed means a list of one."""
    return (value,) if isinstance(value, (str, Path)) else value


def _as_path(value: Any, info: ValidationInfo) -> Any:
    """Path from the context's ``folder`` (where the configuration file lies), if there is one."""
    if not isinstance(value, (str, Path)) or not str(value).strip() or "\0" in str(value):
        return value
    if database_url(value) is not None:
        return Path(value)
    return Path((info.context or {}).get("folder", ""), value)


def as_tuple(value: Any) -> Any:
    """A list is taken for a tuple."""
    return tuple(value) if isinstance(value, list) else value


def path_text(path: Path, info: SerializationInfo) -> str:
    """The absolute path, or its last part for what is given to others; no password of a URL."""
    url = database_url(path)
    if url is not None:
        return without_password(url)
    return path.name if (info.context or {}).get("names_only") else str(path.absolute())


MOST = 20
"""Mistakes of a configuration that are listed."""
FilePath = Annotated[
    Path,
    BeforeValidator(_as_path),
    PlainSerializer(path_text, when_used="json"),
    WithJsonSchema({"type": "string"}),
]
Paths = Annotated[
    tuple[FilePath, ...],
    BeforeValidator(as_tuple),
    BeforeValidator(as_list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Keys = Annotated[
    tuple[str, ...],
    BeforeValidator(as_tuple),
    BeforeValidator(as_list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Names = Annotated[Keys, Field(min_length=1)]


def as_element(symbol: str) -> str:
    """A chemical symbol, or the error that it is none."""
    from ase.data import atomic_numbers

    if symbol == "X" or symbol not in atomic_numbers:
        problem = "{symbol} is not a chemical symbol"
        raise PydanticCustomError("species", problem, {"symbol": shown(symbol)})
    return symbol


Element = Annotated[str, AfterValidator(as_element)]
"""A chemical symbol."""


class Section(BaseModel):
    """Settings of one thing: frozen, strictly typed, and with no other keys than its fields."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        defer_build=True,
    )

    described: ClassVar[type | None] = None
    """Class whose fields are keys of the section, where it was made from one."""

    @classmethod
    def of(
        cls,
        settings: Self | Mapping[str, Any],
        source: str = "settings",
        folder: str | Path = "",
    ) -> Self:
        """The section of plain data; a section is passed through.

        Parameters
        ----------
        settings : Section or mapping
        source : str
            What the data are called in messages, such as the name of their file.
        folder : path, optional
            Where relative paths start; by default the working directory.

        Raises
        ------
        ConfigError
            An unknown key, a missing one, or a value of a wrong kind; the message has a line for
            each mistake.
        """
        if isinstance(settings, cls):
            return settings
        raw = dict(settings) if isinstance(settings, Mapping) else settings
        if isinstance(raw, dict) and "output" in _subsections(cls):
            raw.setdefault("output", {})  # its default folder starts at ``folder``, too
        try:
            return cls.model_validate(raw, context={"folder": folder})
        except ValidationError as error:
            lines = [f"{source}: {problem}" for problem in problems(settings, error.errors())]
            more = [f"{source}: and {len(lines) - MOST} other mistakes"] if lines[MOST:] else []
            raise ConfigError("\n".join(lines[:MOST] + more)) from error

    def for_others(self) -> Settings:
        """Plain data without absolute paths: of files and folders only their names."""
        return self.model_dump(mode="json", exclude_none=True, context={"names_only": True})

    def to_yaml(self) -> str:
        """YAML text that gives the same section again, wherever it is read."""
        return dump_yaml(self.model_dump(mode="json", exclude_none=True))

    @classmethod
    def texts(cls) -> dict[str, str]:
        """The text of every key: those below the fields, read when a schema is made."""
        own = (own_texts(part) for part in reversed(cls.__mro__[: cls.__mro__.index(Section)]))
        found = attribute_texts(cls.described) if cls.described else {}
        for texts in own:
            found |= texts
        return {key: " ".join(text.split()) for key, text in found.items()}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        found = handler(schema)
        texts = cls.texts()
        for key, field in handler.resolve_ref_schema(found)["properties"].items():
            field |= {"description": texts[key]} if key in texts else {}
        return found

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        for key in data if isinstance(data, dict) else ():
            if key not in cls.model_fields:
                known = tuple(cls.model_fields)
                raise PydanticCustomError(
                    "unknown_key", "unknown key", {"key": str(key), "known": known}
                )
        return data


def _subsections(cls: type[Section]) -> set[str]:
    """Fields that are sections themselves."""
    return {name for name, field in cls.model_fields.items() if isinstance(field.default, Section)}
