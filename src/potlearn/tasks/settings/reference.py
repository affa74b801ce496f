"""Section of the pair potentials under a fit."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Annotated, Any, Literal, Self, get_type_hints

from pydantic import BeforeValidator, create_model, model_validator
from pydantic_core import PydanticCustomError

from potlearn.potentials.kinds import PAIRS
from potlearn.tasks.settings.section import Section, as_tuple
from potlearn.tasks.settings.tables import SectionOf
from potlearn.typing import Positive

PerPair = Positive | dict[str, Positive]
PerSpecies = dict[str, float]
_SHORT = {"lennard_jones": "lj"}


def pair_names() -> list[str]:
    """Names of pair potentials in settings: those of the table, some of them short."""
    return [_SHORT.get(name, name) for name in PAIRS]


def pair_class(kind: str) -> Any:
    """Class of the pair potential that settings call ``kind``."""
    long = {short: name for name, short in _SHORT.items()}
    return PAIRS.load(long.get(kind, kind))


class PairPotentialConfig(Section):
    """A pair potential, cut with shifted force; a parameter is a number, or one per pair (Si-O)."""

    kind: str
    """The pair potential."""
    cutoff: Positive
    """Cutoff, Å."""
    weight: float = 1.0
    """Factor of the whole potential."""

    @property
    def parameters(self) -> dict[str, float | dict[str, float]]:
        """Values of the potential's own parameters."""
        return self.model_dump(exclude={"kind", "cutoff", "weight"})


def pair_section(kind: str) -> type[PairPotentialConfig]:
    """Section of the pair potential that settings call ``kind``."""
    return _pair_section(kind, pair_class(kind))


@cache
def _pair_section(kind: str, cls: Any) -> type[PairPotentialConfig]:
    hints = get_type_hints(cls)
    keys: dict[str, Any] = {"kind": (Literal[kind], ...)}
    for field in fields(cls):
        if field.name not in ("species", "radius"):
            value: Any = PerSpecies if hints[field.name] == tuple[float, ...] else PerPair
            keys[field.name] = (value, ...)
    text = f"{cls.__doc__.splitlines()[0]} {PairPotentialConfig.__doc__}"
    name = f"{cls.__name__}Config"
    made = create_model(name, __base__=PairPotentialConfig, __doc__=text, **keys)
    made.described = cls
    return made


AnyPair = Annotated[PairPotentialConfig, SectionOf("kind", pair_names, pair_section)]


class ReferenceConfig(Section):
    """Pair potentials under the fit, and protection where there are no data."""

    kind: Literal["zbl", "none"] = "zbl"
    """zbl: screened nuclear repulsion, switched off smoothly; none: no such repulsion, and no
    protection beyond the data unless `add` has a potential; or a kind of `add` with its parameters:
    that potential alone."""
    add: Annotated[tuple[AnyPair, ...], BeforeValidator(as_tuple)] = ()
    """Further pair potentials."""
    inner: Positive | None = None
    """Distance where the switch begins, Å; chosen from the data where absent."""
    outer: Positive | None = None
    """Distance where the pair potential has vanished, Å; chosen from the data where absent."""
    repulsive: bool = True
    """Whether the potential is protected beyond the data: a wall that is zero on them, and soft
    bounds that keep crystals, packings, dimers and trimers from falling. Errors on what
    the data cover grow by an estimated 3 % at most; on configurations that are more crowded than
    all of them, far more. The check beyond the data is made in any case."""

    @property
    def protects(self) -> bool:
        """Whether the potential is protected; one without any pair potential is not."""
        return self.repulsive and (self.kind != "none" or bool(self.add))

    @model_validator(mode="before")
    @classmethod
    def _accept_short_forms(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"kind": data}
        if not isinstance(data, dict) or data.get("kind") not in pair_names():
            return data
        own = {k: v for k, v in data.items() if k in ("repulsive", "add")}
        alone = {k: v for k, v in data.items() if k not in own}
        more = own.get("add") or ()
        if not isinstance(more, (list, tuple)):
            return data
        return own | {"kind": "none", "add": (alone, *more)}

    @model_validator(mode="after")
    def _order_radii(self) -> Self:
        if self.kind == "none" and (self.inner or self.outer):
            raise PydanticCustomError("radii", "'inner' and 'outer' need kind 'zbl'")
        if self.inner and self.outer and self.inner >= self.outer:
            raise PydanticCustomError("radii", "'inner' must be below 'outer'")
        return self
