"""Section of the descriptor: any family's, made from its class."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import create_model, field_validator
from pydantic_core import PydanticCustomError

from potlearn.descriptors.families import FAMILIES
from potlearn.tasks.settings.from_class import section_of
from potlearn.tasks.settings.section import Names, Section, as_element
from potlearn.tasks.settings.tables import SectionOf
from potlearn.typing import Length

DEFAULT_FAMILY = "pod"
"""Family of a section that names none."""


class FamilyConfig(Section):
    """Keys that the sections of all descriptor families have."""

    family: str
    """The descriptor family."""
    species: Names
    """Chemical symbols; their order is that of the elements in LAMMPS files."""
    cutoff: Length
    """Distance up to which an atom sees its neighbours, Å."""

    @field_validator("species")
    @classmethod
    def _know_the_elements(cls, species: tuple[str, ...]) -> tuple[str, ...]:
        for symbol in map(as_element, species):
            if species.count(symbol) > 1:
                raise PydanticCustomError("species", f"{symbol!r} is given twice")
        return species


def family_section(name: str) -> type[FamilyConfig]:
    """Section of the family of that name."""
    family: Any = FAMILIES.load(name)
    return _family_section(name, family)


@cache
def _family_section(name: str, family: Any) -> type[FamilyConfig]:
    """The keys of the family's class, and its name as the only value of ``family``."""
    kind: Any = Literal[name]
    default = name if name == DEFAULT_FAMILY else ...
    key = (kind, default)
    base = create_model("FamilyConfig", __base__=FamilyConfig, __module__=__name__, family=key)
    made = section_of(family, f"{name.capitalize()}Config", base)
    assert issubclass(made, FamilyConfig)
    return made


DescriptorConfig = Annotated[
    FamilyConfig, SectionOf("family", lambda: FAMILIES, family_section, DEFAULT_FAMILY)
]
"""The section of any family in the table of families, chosen by ``family``."""
