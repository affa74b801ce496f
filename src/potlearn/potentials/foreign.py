"""Files that users give for potentials and that are something else: what they are, what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from potlearn.potentials.content import Content

_PAIRS = re.compile(r"N\s+\d+(\s|$)")
_PROTOCOLS = (b"\x02", b"\x03", b"\x04", b"\x05")
_NEP = re.compile(r"nep\d?(_\w+)?$")
_DATA = "configurations, not a potential; give them where configurations are asked for"
_OTHER = "potlearn cannot evaluate it"


class Foreign(NamedTuple):
    """A kind of file that holds no potential of ours."""

    what: str
    remedy: str
    matches: Callable[[Content], bool]


def named(content: Content) -> str | None:
    """What the file is and what to do, in words; nothing if it is not known either."""
    found = next((kind for kind in FOREIGN if kind.matches(content)), None)
    return None if found is None else f"this is {found.what}; {found.remedy}"


def _is_pickle(content: Content) -> bool:
    return content.start[:1] == b"\x80" and content.start[1:2] in _PROTOCOLS


def _is_gzip(content: Content) -> bool:
    return content.start.startswith(b"\x1f\x8b")


def _is_torch(content: Content) -> bool:
    ends = ("/data.pkl", "/constants.pkl", "data.pkl")
    legacy = b"torch" in content.start[:200_000] and _is_pickle(content)
    return legacy or any(name.endswith(ends) for name in content.members)


def _is_arrays(content: Content) -> bool:
    return bool(content.members) and all(name.endswith(".npy") for name in content.members)


def _is_table(content: Content) -> bool:
    return any(_PAIRS.match(line) for line in content.lines)


def _is_eam(content: Content) -> bool:
    """A setfl file: in its fourth line, a number and as many elements."""
    words = content.lines[3].split() if len(content.lines) > 4 else []
    return (
        len(words) > 1
        and words[0].isdecimal()
        and len(words) - 1 == int(words[0][:3])
        and all(word.isalpha() for word in words[1:])
    )


def _is_extxyz(content: Content) -> bool:
    lines = content.lines
    count = lines[0].strip() if lines else ""
    return count.isdecimal() and len(lines) > 1 and "=" in lines[1]


def _first_word(content: Content) -> str:
    return content.words[0][0] if content.words else ""


def _starts(*starts: bytes) -> Callable[[Content], bool]:
    return lambda content: content.start.lstrip().startswith(starts)


def _has_keys(*keys: str) -> Callable[[Content], bool]:
    return lambda content: set(keys) <= content.keys


FOREIGN: tuple[Foreign, ...] = (
    Foreign("a model of PyTorch (MACE, NequIP, Allegro and others)", _OTHER, _is_torch),
    Foreign(
        "a pickle (pacemaker keeps training data in pickles)",
        "reading one can run any code, so potlearn reads none",
        _is_pickle,
    ),
    Foreign(
        "a compressed file (pacemaker keeps training data in .pckl.gzip)",
        "a potential must be decompressed first; pickles are not read, as they can run any code",
        _is_gzip,
    ),
    Foreign(
        "an archive of potlearn that holds no potential (a ledger or a checkpoint)",
        "give the model that was saved (.potl)",
        lambda content: "header.json" in content.members,
    ),
    Foreign("an archive of NumPy arrays", "it holds no potential of ours", _is_arrays),
    Foreign("an HDF5 file", "it holds no potential of ours", _starts(b"\x89HDF")),
    Foreign("an SQLite database, as ASE writes", _DATA, _starts(b"SQLite format 3")),
    Foreign(
        "a FitSNAP JSON data file",
        _DATA,
        lambda content: '"Dataset"' in content.text[:1000] and '"Data"' in content.text[:1000],
    ),
    Foreign(
        "a model of ACEpotentials.jl",
        "write it as .yace in Julia with export2lammps, and give that file",
        lambda content: '"__id__"' in content.text,
    ),
    Foreign("a GAP potential (XML)", _OTHER, _starts(b"<GAP", b"<Potential", b"<?xml")),
    Foreign("an MTP potential", _OTHER, lambda content: _first_word(content) == "MTP"),
    Foreign(
        "a NEP potential",
        _OTHER,
        lambda content: bool(_NEP.match(_first_word(content))) and len(content.words[0]) > 2,
    ),
    Foreign(
        "a SNAP parameter file",
        _OTHER,
        lambda content: {"rcutfac", "twojmax"} <= {words[0] for words in content.words},
    ),
    Foreign("an extended XYZ file", _DATA, _is_extxyz),
    Foreign(
        "an MTP configuration file", _DATA, lambda content: _first_word(content) == "BEGIN_CFG"
    ),
    Foreign(
        "a table for LAMMPS's pair_style table",
        "potlearn writes such tables and does not read them",
        _is_table,
    ),
    Foreign(
        "an EAM potential (setfl)", f"{_OTHER}, LAMMPS can: pair_style eam/alloy or fs", _is_eam
    ),
    Foreign(
        "a configuration of potlearn",
        "run it with `potlearn fit`, and give the model that it saves",
        lambda content: "data" in content.keys and bool({"descriptor", "fit"} & content.keys),
    ),
    Foreign(
        "an input file of pacemaker",
        "give the potential that pacemaker wrote (output_potential.yaml, or its .yace)",
        lambda content: "potential" in content.keys and bool({"fit", "data"} & content.keys),
    ),
)
"""The first that matches gives the words."""
