"""Names of units, and what one of each is in eV and Å."""

from __future__ import annotations

import re
from functools import lru_cache

from potlearn.errors import DataError
from potlearn.structure.units import GPA

_ATOMIC = (
    "au",
    "a.u.",
    "a.u",
    "atomic",
    "atomicunit",
    "atomicunits",
    "atomic_unit",
    "atomic_units",
)
_EXAMPLES = {
    "energy": "eV, meV, Hartree, Ry, kcal/mol, kJ/mol, J",
    "forces": "eV/Å, meV/Å, Hartree/Bohr, Ry/Bohr, kcal/mol/Å, au",
    "stress": "eV/Å³, GPa, MPa, kbar, bar, Hartree/Bohr³, au",
    "virial": "eV, Hartree, Ry, kcal/mol, kJ/mol",
    "length": "Å, nm, Bohr, au",
}
METAL = {"energy": "eV", "forces": "eV/Ang", "virial": "eV", "stress": "bar", "length": "Ang"}
"""Units of LAMMPS's style ``metal``."""


@lru_cache(maxsize=256)
def factor(quantity: str, unit: str, source: str = "") -> float:
    """What one ``unit`` of a quantity is in eV, eV/Å, eV/Å³ or Å.

    Raises
    ------
    DataError
        The unit is not known; ``source`` names the configuration.
    """
    kind = {"virial": "energy", "positions": "length", "cell": "length"}.get(quantity, quantity)
    text = _normal(unit)
    found = {"energy": _energy, "forces": _force, "stress": _stress, "length": _length}[kind](text)
    if found is None:
        where = f"{source}: " if source else ""
        per_atom = "/atom" in text or "peratom" in text
        more = (
            "; energies per atom are not read: multiply by the number of atoms" if per_atom else ""
        )
        raise DataError(
            f"{where}the unit of {quantity} is {unit!r}; expected one of {_EXAMPLES[kind]}{more}"
        )
    return found


def is_ours(unit: str) -> bool:
    """Whether a unit is eV, Å or made of these."""
    return any(_factor_or_none(kind, unit) == 1.0 for kind in _EXAMPLES)


def unit_in(name: str, quantity: str) -> str | None:
    """Unit at the end of a key's name, where it is not made of eV and Å."""
    words = [word for word in re.split(r"[^A-Za-z0-9.^]+", name) if word]
    for tail in (words[-1:], words[-2:]) if len(words) > 1 else ():
        unit = "/".join(tail)
        if tail != words and _factor_or_none(quantity, unit) not in (None, 1.0):
            return unit
    return None


def _factor_or_none(quantity: str, unit: str) -> float | None:
    try:
        return factor(quantity, unit)
    except DataError:
        return None


def _normal(unit: str) -> str:
    """``"eV Ang^-1"``, ``"eV*A**-1"`` and ``"eV / Ang"`` give ``"eV/ang"``."""
    text = (
        unit.strip().replace("Å", "A").replace("å", "A").replace("\u212b", "A").replace("³", "^3")
    )
    text = text.replace("⁻¹", "^-1").replace("·", " ").replace("**", "^").replace("*", " ")
    text = re.sub(r"\s*/\s*", "/", text)
    text = re.sub(r"[\s_]+([A-Za-z]+)\^?\(?-(\d)\)?", lambda m: f"/{m[1]}^{m[2]}", text)
    text = text.replace("^1", "").replace("(", "").replace(")", "")
    return re.sub(r"[\s_]+", "", text)


def _energy(text: str) -> float | None:
    from ase import units

    table = {
        **dict.fromkeys(("ev", "electronvolt", "electronvolts"), 1.0),
        "mev": 1e-3,
        "kev": 1e3,
        **dict.fromkeys(("hartree", "hartrees", "ha", "eh", "har", *_ATOMIC), units.Hartree),
        **dict.fromkeys(("rydberg", "rydbergs", "ry", "ryd"), units.Rydberg),
        **dict.fromkeys(("kcal/mol", "kcalmol", "kcalpermol"), units.kcal / units.mol),
        **dict.fromkeys(("kj/mol", "kjmol", "kjpermol"), units.kJ / units.mol),
        **dict.fromkeys(("j", "joule", "joules"), units.J),
    }
    return None if text == "MeV" else table.get(text.lower())


def _length(text: str) -> float | None:
    from ase import units

    table = {
        **dict.fromkeys(("a", "ang", "angst", "angstrom", "angstroms"), 1.0),
        **dict.fromkeys(("nm", "nanometer", "nanometre"), 10.0),
        **dict.fromkeys(("bohr", "bohrs", "bohrradius", "a0", *_ATOMIC), units.Bohr),
    }
    return table.get(text.lower())


def _force(text: str) -> float | None:
    if text.lower() in _ATOMIC:
        return _quotient("hartree/bohr", 1)
    return _quotient(text, 1)


def _stress(text: str) -> float | None:
    if text.lower() in _ATOMIC:
        return _quotient("hartree/bohr^3", 3)
    pressures = {
        "gpa": 1.0,
        "mpa": 1e-3,
        "kpa": 1e-6,
        **dict.fromkeys(("pa", "pascal"), 1e-9),
        **dict.fromkeys(("kbar", "kb"), 0.1),
        **dict.fromkeys(("bar", "bars"), 1e-4),
        "atm": 1.01325e-4,
    }
    pressure = pressures.get(text.lower())
    return _quotient(text, 3) if pressure is None else pressure / GPA


def _quotient(text: str, power: int) -> float | None:
    """An energy over a power of a length."""
    energy, _, length = text.rpartition("/")
    name, found = re.sub(r"\^?3$", "", length), length.endswith("3")
    above, below = _energy(energy), _length(name)
    if above is None or below is None or found != (power == 3):
        return None
    return above / below**power
