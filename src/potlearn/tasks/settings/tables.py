"""Names of parts, and sections of parts: what the tables hold is what settings may name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from potlearn.tasks.settings.section import Section
from potlearn.tasks.settings.words import alternatives


@dataclass(frozen=True, eq=False)
class NameIn:
    """Annotation of a text that must be one of the names, as they are when the text is read."""

    names: Callable[[], Iterable[str]]

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._known)

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "enum": [*self.names()]}

    def _known(self, name: Any) -> Any:
        names = [*self.names()]
        if name not in names:
            raise PydanticKnownError("literal_error", {"expected": alternatives(names)})
        return name


@dataclass(frozen=True, eq=False)
class SectionOf:
    """Annotation of a section whose kind is the value of one of its keys.

    Parameters
    ----------
    key : str
        The key, such as ``family``.
    names : callable
        Its values, as they are when the section is read.
    section : callable
        The section of a value; part of the class that the value names.
    default : str, optional
        The value where the key is absent.
    """

    key: str
    names: Callable[[], Iterable[str]]
    section: Callable[[str], type[Section]]
    default: str | None = None

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        sections = {name: self.section(name) for name in self.names()}
        for section in sections.values():
            section.model_rebuild()
        choices = {name: s.__pydantic_core_schema__ for name, s in sections.items()}
        return handler(core_schema.tagged_union_schema(choices, discriminator=self.key))

    def _read(self, value: Any, info: core_schema.ValidationInfo) -> Section:
        if isinstance(value, Section):
            return value
        if not isinstance(value, dict):
            raise PydanticKnownError("model_type", {"class_name": "Section"})
        name, names = value.get(self.key, self.default), [*self.names()]
        if self.key not in value and self.default is None:
            raise self._error("missing", value, {})
        if name not in names:
            raise self._error("literal_error", name, {"expected": alternatives(names)})
        return self.section(name).model_validate(value, context=info.context)

    def _error(self, kind: str, found: Any, context: dict[str, Any]) -> ValidationError:
        error: Any = {"type": kind, "loc": (self.key,), "input": found, "ctx": context}
        return ValidationError.from_exception_data("Section", [error])
