"""What a key holds, by its name; case, ``_``, ``-`` and other separators do not matter.

Names in the wild put the level of theory before or behind the quantity: ``dft_energy``,
``energy_pbe``, ``REF_Forces``.  Only names made of known words and the quantity are taken for
labels.  Every other word may change the meaning: energies per atom, of formation or of cohesion,
uncertainties, weights, units, predictions of a potential.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

LONGEST = 60
"""Longer names are not recognised."""

# Reference calculations: role, code, functional or method, each with an optional dispersion
# correction (which alone is not a total energy) and basis set.
_ROLES = "reference|ref|target|true|label|dft|qm|abinitio|ks|scf"
_CODES = (
    "vasp|quantumespresso|espresso|qe|cp2k|castep|fhiaims|aims|abinit|abacus|siesta|gpaw|crystal|"
    "wien2k|openmx|dmol3?|orca|gaussian|psi4|nwchem|turbomole|molpro|pyscf|qchem|xtb|tblite|dftbplus|dftb"
)
_METHODS = (
    "pbesol|revpbe|rpbe|pbe0|pbe|r2scan|rscan|scan|lda|gga|pw91|am05|hse06|hse03|hse|b3lyp|blyp|"
    "bp86|tpss|m062x|wb97mv|wb97m|wb97xv|wb97x|wb97|optb88vdw|optb86bvdw|vdwdf2|vdwdf|hf|mp2|"
    "dlpno|ccsdt|ccsd|cc|cbs|gfn0|gfn1|gfn2|rpa|dmc|qmc"
)
_CORRECTIONS = "u|d3bj|d3|d4|d2|mbd|ts|vv10|def2(?:sv|tz|qz)v?pp?d?|(?:aug)?ccpv[dtq5]z|[dtq]z"
_LEVEL = rf"(?:(?:{_ROLES}|{_CODES}|{_METHODS})(?:{_CORRECTIONS})*)*"
_TOTAL = "(?:total|tot|potential|pot)?"
_QUANTITIES = {
    "energy": rf"{_TOTAL}(?:energy|energies)|etot|etotal|epot",
    "free_energy": rf"{_TOTAL}free(?:energy|energies)",
    "forces": rf"{_TOTAL}forces?",
    "stress": "stress(?:es|tensor)?",
    "virial": "virials?(?:tensor)?",
}
# What KLIFF calls forces: a word too common to stand beside others.
_WHOLE = {"for": "forces"}
# Any of these in a name: not the label itself.
_OTHER = re.compile(
    "sigma|std|stdev|err|var|uncert|weight|mask|unit|peratom|atomic|atomization|formation|"
    "cohesive|cohesion|binding|adsorption|interaction|reaction|mixing|excess|relative|above|hull|"
    "diff|delta|shift|offset|min|max|mean|avg|average|norm|rms|scale|factor|key|kinetic|vdw|"
    "dispersion|thermal|entropy|zpe|fermi|correction|barrier|surface|strain|cutoff|ecut|conv|tol"
)
_LIKE = {
    "energy": re.compile("energ|^e0?$|toten|etot"),
    "forces": re.compile("forc|^f$|gradient"),
    "stress": re.compile("stress"),
    "virial": re.compile("virial"),
}
_WEIGHT = re.compile(
    "(?:(?:config|configuration|sample|frame)?(?:energy|forces?|stress|virials?|[efsv])?weights?"
    "|(?:energy|forces?|forcecomponent|forceatom|virials?|virialcomponent|stress|stresscomponent)"
    "sigmas?)"
)
_STATE = re.compile(
    "(?:total|tot|net|system|molecular)?charge(?:state)?|(?:total)?spin(?:multiplicity)?|"
    "multiplicity|mult|(?:total|tot)?(?:magmom|magneticmoment|magnetization)|nelect|nelectrons"
)
_UNIT = re.compile("(.*?)units?(?:of(.*))?")
_LENGTHS = {
    **dict.fromkeys(("length", "lengths", "distance", "distances"), "length"),
    **dict.fromkeys(("position", "positions", "pos", "coordinate", "coordinates"), "positions"),
    **dict.fromkeys(("cell", "lattice", "box"), "cell"),
    "": "all",
    "pressure": "stress",
    "e": "energy",
    "f": "forces",
    "s": "stress",
    "v": "virial",
}


class LabelName(NamedTuple):
    """Quantity that a name stands for, and the words for the level of theory, in lower case."""

    quantity: str
    level: str


@cache
def _labels() -> dict[str, re.Pattern[str]]:
    """Names of each quantity; compiled when first needed, in some 20 ms."""
    return {
        quantity: re.compile(rf"(?P<before>{_LEVEL})(?:{name})(?:total)?(?P<behind>{_LEVEL})")
        for quantity, name in _QUANTITIES.items()
    }


def plain(name: str) -> str:
    """A name without case and separators: ``"REF-Energy"`` gives ``"refenergy"``."""
    return re.sub(r"[^a-z0-9]+", "", name.lower()) if len(name) <= LONGEST else ""


@lru_cache(maxsize=4096)
def label_name(name: str) -> LabelName | None:
    """The label that a key holds, or None if its name leaves any doubt."""
    word = plain(name)
    if word in _WHOLE:
        return LabelName(_WHOLE[word], "")
    for quantity, pattern in _labels().items():
        if match := pattern.fullmatch(word):
            return LabelName(quantity, match["before"] + match["behind"])
    return None


@lru_cache(maxsize=4096)
def label_like(name: str) -> str | None:
    """Quantity that a key may hold, for a suggestion; None for energies of another kind."""
    word = plain(name)
    if not word or _OTHER.search(word):
        return None
    return next((quantity for quantity, like in _LIKE.items() if like.search(word)), None)


@lru_cache(maxsize=4096)
def is_weight(name: str) -> bool:
    """Whether a key holds a weight or an expected error of a configuration's labels."""
    return _WEIGHT.fullmatch(plain(name)) is not None


@lru_cache(maxsize=4096)
def is_state(name: str) -> bool:
    """Whether a key holds the charge or the spin of a configuration."""
    return _STATE.fullmatch(plain(name)) is not None


@lru_cache(maxsize=4096)
def unit_of(name: str) -> str | None:
    """What a key states the unit of: a label, ``length``, ``positions``, ``cell``, or ``all``."""
    match = _UNIT.fullmatch(plain(name))
    if match is None:
        return None
    word = match[1] or match[2] or ""
    if word in _LENGTHS:
        return _LENGTHS[word]
    found = label_name(word)
    if found is None:
        return None
    return "energy" if found.quantity == "free_energy" else found.quantity
