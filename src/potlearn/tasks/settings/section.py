"""What every section of a configuration is, and the types of its values."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=0)]


def _as_list(value: Any) -> Any:
    """One item where a list is allowed means a list of one."""
    return (value,) if isinstance(value, (str, Path)) else value


def _as_path(value: Any, info: ValidationInfo) -> Any:
    """Path from the context's ``folder`` (where the configuration file lies), if there is one."""
    if not isinstance(value, (str, Path)) or not str(value).strip() or "\0" in str(value):
        return value
    return Path((info.context or {}).get("folder", ""), value)


def as_tuple(value: Any) -> Any:
    """A list is taken for a tuple."""
    return tuple(value) if isinstance(value, list) else value


FilePath = Annotated[Path, BeforeValidator(_as_path), WithJsonSchema({"type": "string"})]
Paths = Annotated[
    tuple[FilePath, ...],
    BeforeValidator(as_tuple),
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Keys = Annotated[
    tuple[str, ...],
    BeforeValidator(as_tuple),
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Names = Annotated[Keys, Field(min_length=1)]


class Section(BaseModel):
    """Part of a configuration: frozen, typed strictly, no other keys than its fields."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        defer_build=True,
    )

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
