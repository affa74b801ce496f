"""Radial functions of a pair of species: primitives, cutoff, inner cutoff; from settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal, TypeAlias

from annotated_types import Ge, Gt, Le
from typing_extensions import TypedDict

from potlearn.descriptors.ace.primitives import (
    AgnesiJacobi,
    ChebExpCos,
    ChebLinear,
    ChebPow,
    Primitives,
    SBessel,
    check,
    smooth_step,
)
from potlearn.engine import Jet
from potlearn.errors import BasisError
from potlearn.runtime import shown
from potlearn.typing import Array, Length

Strength: TypeAlias = Annotated[float, Gt(0), Le(100)]
"""How fast a transform of distances is."""
EnvelopePower: TypeAlias = Annotated[int, Ge(0), Le(20)]


class RadialSettings(TypedDict, total=False):
    """Kind and parameters of ACE's radial functions; those of other kinds must be absent."""

    kind: Literal["sbessel", "cheb_exp_cos", "cheb_pow", "cheb_linear", "agnesi_jacobi"]
    """sbessel (the default): spherical Bessel functions; cheb_exp_cos, cheb_pow, cheb_linear:
    Chebyshev polynomials of a stretched distance; agnesi_jacobi: Jacobi polynomials of Agnesi's
    transform."""
    decay: Strength
    """cheb_exp_cos: how much faster than linear the distance is stretched at short distances."""
    dcut: Annotated[float, Ge(0), Le(100)]
    """cheb_exp_cos: width of a further switch at the cutoff, Å."""
    power: Strength
    """cheb_pow: power of the approach to the cutoff."""
    r0: Length
    """agnesi_jacobi: distance of best resolution, Å; the sum of the covalent radii if absent."""
    p: Strength
    """agnesi_jacobi: power of the transform at long distances."""
    q: Strength
    """agnesi_jacobi: power of the transform at short distances."""
    p1: EnvelopePower
    """agnesi_jacobi: power of the envelope at distance zero."""
    p2: EnvelopePower
    """agnesi_jacobi: power of the envelope at the cutoff."""
    inner: Annotated[float, Ge(0), Le(100)]
    """Distance below which an inner cutoff takes the radial functions to zero, Å."""
    width: Length
    """Width of the inner cutoff, Å."""


class PairSettings(RadialSettings, total=False):
    """Settings of one pair of species, where they differ from the general ones."""

    cutoff: Length
    """Cutoff of the pair, at most the general one, Å."""


@dataclass(frozen=True)
class AceRadial:
    """Radial functions of one pair of species: primitives up to a cutoff, and an inner cutoff.

    ``inner`` > 0 multiplies them by a smooth step from 0 up to inner - width to 1 from inner on.
    """

    primitives: Primitives
    cutoff: float
    inner: float = 0.0
    width: float = 0.3

    def __post_init__(self) -> None:
        check(
            self.inner == 0 or 0 < self.width <= self.inner < self.cutoff,
            f"ace: expected 0 < width <= inner < cutoff, got {self}",
        )

    def functions(self, r: Array, n: int) -> Jet:
        """R_1 to R_n and derivatives at distances ``r`` (K,) up to the cutoff: jet (K, n)."""
        g = self.primitives.primitives(r, self.cutoff, n)
        if self.inner == 0:
            return g
        step = 1.0 - smooth_step(Jet.variable(r), self.inner, self.width)
        return Jet(*(d[:, None] for d in (step.value, step.first, step.second))) * g


KINDS: dict[str, type[Any]] = {
    k.kind: k for k in (ChebExpCos, ChebPow, ChebLinear, SBessel, AgnesiJacobi)
}
DEFAULT_KIND = SBessel.kind


def make_radial(settings: Mapping[str, Any], cutoff: float, pair: tuple[str, str]) -> AceRadial:
    """Radial functions of a pair of species from ``kind`` and parameters.

    Parameters are those of the kind's class, and ``inner``, ``width`` of :class:`AceRadial`.
    ``r0`` of agnesi_jacobi is the sum of the covalent radii where not given.

    Raises
    ------
    BasisError
        An unknown kind, or a parameter that it does not have or that is out of range.
    """
    given = dict(settings)
    kind = given.pop("kind", DEFAULT_KIND)
    if kind not in KINDS:
        raise BasisError(f"ace: radial kind is {kind!r}; expected one of {', '.join(KINDS)}")
    common = {k: given.pop(k) for k in ("inner", "width") if k in given}
    known = [f.name for f in fields(KINDS[kind])]
    unknown = [k for k in given if k not in known]
    if unknown:
        raise BasisError(
            f"ace: {kind} has no parameter {shown(unknown[0])}; it has {', '.join(known)}"
        )
    if kind == AgnesiJacobi.kind and "r0" not in given:
        from ase.data import atomic_numbers, covalent_radii

        given["r0"] = float(sum(covalent_radii[atomic_numbers[symbol]] for symbol in pair))
    made = KINDS[kind](**given)
    if isinstance(made, ChebExpCos):
        check(made.decay > 0, f"ace: cheb_exp_cos: decay must be above 0, got {made.decay}")
    if isinstance(made, ChebPow):
        check(made.power >= 2, f"ace: cheb_pow: power must be 2 or more, got {made.power}")
    return AceRadial(made, cutoff, **common)
