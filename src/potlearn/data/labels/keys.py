"""Under which names labels are looked up, and how what is found is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias, get_args

from potlearn.errors import DataError
from potlearn.typing import Settings

KeyNames: TypeAlias = Mapping[str, str | Iterable[str] | None]
OnNan: TypeAlias = Literal["error", "missing"]
"""What NaN in a label means: a mistake, or that there is no label."""
QUANTITIES = ("energy", "forces", "stress", "virial", "force_mask")
"""Quantities that have keys."""
UNITS = ("energy", "forces", "stress", "virial", "length")
"""Quantities whose unit can be given."""


@dataclass(frozen=True)
class LabelKeys:
    """Names under which labels are looked up, the first that is present wins.

    ``REF_...`` comes before the bare name, and the bare name may be a key of the file or a result
    of an ASE calculator.  An empty tuple turns a quantity off.  Where no configuration has any of
    the default names, other spellings are recognised (:mod:`potlearn.data.recognition`).

    Attributes
    ----------
    energy, forces, stress, virial, force_mask : tuple of str
        Names of each quantity.
    nan : "error" or "missing"
        Whether NaN in a label is refused or means that there is no label.
    units : tuple of (quantity, unit)
        Units of the labels, or of ``"length"``, where they are not eV and Å; they win over units
        that the file states.
    recognised : tuple of str
        Names that were recognised, not given.
    """

    energy: tuple[str, ...] = ("REF_energy", "energy", "free_energy")
    forces: tuple[str, ...] = ("REF_forces", "forces")
    stress: tuple[str, ...] = ("REF_stress", "stress")
    virial: tuple[str, ...] = ("REF_virial", "REF_virials", "virial", "virials")
    force_mask: tuple[str, ...] = ("REF_force_mask", "force_mask", "forces_mask")
    nan: OnNan = "error"
    units: tuple[tuple[str, str], ...] = ()
    recognised: tuple[str, ...] = ()

    @classmethod
    def of(cls, keys: LabelKeys | KeyNames | None) -> LabelKeys:
        """Accept ``{"energy": "dft_energy", "stress": None}``: named keys, the rest by default.

        Naming ``stress`` or ``virial`` alone turns the other off.

        Raises
        ------
        DataError
            A quantity that does not exist.
        """
        if isinstance(keys, LabelKeys):
            return keys
        given = {name: _as_tuple(value) for name, value in (keys or {}).items()}
        _check_names(given, QUANTITIES, "label keys")
        if ("stress" in given) != ("virial" in given) and (
            given.get("stress") or given.get("virial")
        ):
            given = {"stress": (), "virial": ()} | given
        return cls().with_names(given)

    def with_names(self, names: Mapping[str, tuple[str, ...]]) -> LabelKeys:
        """Other names of some quantities."""
        changes: Settings = dict(names)
        return replace(self, **changes)

    def reading(
        self, nan: OnNan | None = None, units: Mapping[str, str] | None = None
    ) -> LabelKeys:
        """The same names, read with other settings.

        Raises
        ------
        DataError
            An unknown word for ``nan``, or a unit of a quantity that does not exist.
        """
        if nan is not None and nan not in get_args(OnNan):
            words = ", ".join(get_args(OnNan))
            raise DataError(f"nan is {nan!r}; expected one of {words}")
        _check_names(units or {}, UNITS, "units")
        given = self.units if units is None else tuple(sorted(units.items()))
        return replace(self, nan=self.nan if nan is None else nan, units=given)

    def named(self) -> dict[str, tuple[str, ...]]:
        """Quantities whose keys were given, where they are not turned off."""
        own = ((quantity, getattr(self, quantity)) for quantity in QUANTITIES)
        return {q: names for q, names in own if names and not self.is_default(q)}

    def joined(self, other: LabelKeys) -> LabelKeys | None:
        """These names and those that ``other`` recognised; None where they differ otherwise."""
        if self._given != other._given:
            return None
        more = {q: tuple(dict.fromkeys(getattr(self, q) + getattr(other, q))) for q in QUANTITIES}
        both = tuple(sorted({*self.recognised, *other.recognised}))
        return replace(self.with_names(more), recognised=both)

    @cached_property
    def _given(self) -> LabelKeys:
        """Without what was recognised."""
        own = {
            q: tuple(n for n in getattr(self, q) if n not in self.recognised) for q in QUANTITIES
        }
        return replace(self.with_names(own), recognised=())

    def is_default(self, quantity: str) -> bool:
        """Whether the names of a quantity are the default ones, recognised ones apart."""
        return bool(getattr(self._given, quantity) == getattr(_DEFAULT, quantity))


_DEFAULT = LabelKeys()


def _check_names(given: Iterable[str], known: tuple[str, ...], what: str) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise DataError(f"{what} name {unknown}; expected some of {list(known)}")


def _as_tuple(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """One name, several, or none."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)
