"""Section of the pair potentials under a fit."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, model_validator
from pydantic_core import PydanticCustomError

from potlearn.tasks.settings.section import Positive, Section, as_tuple

PairValue = Positive | dict[str, Positive]
_PAIR_PARAMETERS = {
    "lj": ("epsilon", "sigma"),
    "morse": ("depth", "alpha", "r0"),
    "born_mayer": ("amplitude", "rho"),
    "coulomb": ("charges",),
}


class PairPotentialConfig(Section):
    """A pair potential, cut with shifted force; a parameter is a number, or one per pair (Si-O)."""

    kind: Literal["lj", "morse", "born_mayer", "coulomb"]
    """lj: 4 epsilon ((sigma/r)^12 - (sigma/r)^6); morse: depth ((1 - exp(-alpha (r - r0)))^2 - 1);
    born_mayer: amplitude exp(-r/rho); coulomb: between `charges`, without Ewald sum."""
    cutoff: Positive
    """Distance where it ends, Å."""
    weight: float = 1.0
    """Factor of the whole potential."""
    epsilon: PairValue | None = None
    """Depth of lj, eV."""
    sigma: PairValue | None = None
    """Distance where lj crosses zero, Å."""
    depth: PairValue | None = None
    """Depth of morse, eV."""
    alpha: PairValue | None = None
    """Inverse width of morse, 1/Å."""
    r0: PairValue | None = None
    """Distance of the minimum of morse, Å."""
    amplitude: PairValue | None = None
    """Strength of born_mayer, eV."""
    rho: PairValue | None = None
    """Decay length of born_mayer, Å."""
    charges: dict[str, float] | None = None
    """Charge of every species, e."""

    @model_validator(mode="after")
    def _match_parameters_and_kind(self) -> Self:
        wanted = _PAIR_PARAMETERS[self.kind]
        names = {name for group in _PAIR_PARAMETERS.values() for name in group}
        given = {name for name in names if getattr(self, name) is not None}
        if given != set(wanted):
            problem = f"the parameters of {self.kind} are {', '.join(wanted)}; {{0}}"
            odd = sorted(given ^ set(wanted))[0]
            state = "is missing" if odd in wanted else "is none of them"
            raise PydanticCustomError("parameters", problem.format(f"{odd!r} {state}"))
        return self


class ReferenceConfig(Section):
    """Pair potentials under the fit, for a core that repels where there are no data."""

    kind: Literal["zbl", "none"] = "zbl"
    """zbl: screened nuclear repulsion, switched off smoothly; none: no such repulsion. A kind of
    `add` in this place, with its parameters, is that potential alone."""
    add: Annotated[tuple[PairPotentialConfig, ...], BeforeValidator(as_tuple)] = ()
    """Pair potentials added to it."""
    inner: Positive | None = None
    """Distance where the switch begins, Å; chosen from the data where absent."""
    outer: Positive | None = None
    """Distance where the pair potential has vanished, Å; chosen from the data where absent."""
    repulsive: bool = True
    """Whether the fit is held to repel below the shortest distances in the data."""

    @model_validator(mode="before")
    @classmethod
    def _accept_short_forms(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"kind": data}
        if not isinstance(data, dict) or data.get("kind") not in (*_PAIR_PARAMETERS,):
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
