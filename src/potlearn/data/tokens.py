"""Numbers as a file writes them: strict, because a number read wrongly looks like any other.

Python alone would read ``1_000``, digits of other scripts, and refuse the exponents of Fortran
(``1.5D-03``).  Here a number is ASCII digits with an optional sign, decimal point and exponent
(e, E, d or D); ``nan`` and ``inf`` are read, and refused later where they mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.errors import DataError

LOGICAL = {
    **dict.fromkeys(("T", "True", "true", "TRUE"), True),
    **dict.fromkeys(("F", "False", "false", "FALSE"), False),
}
# A number, in a pattern that matches in one way alone (else long digits cost their square); no
# number of a file is longer than LONGEST characters.
NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eEdD][-+]?[0-9]+)?"
LONGEST = 400
_REAL = re.compile(rf"{NUMBER}|[-+]?(?:nan|inf|infinity)", re.IGNORECASE)
_INTEGER = re.compile(r"[-+]?[0-9]+")
# In free text a decimal point tells Fortran's 1.0D2 from a word such as 1D2.
_FORTRAN = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)[dD][-+]?[0-9]+")
_FROM_FORTRAN = str.maketrans("dD", "ee")


def shown(text: bytes | str) -> str:
    """A short printable form of a piece of a file."""
    if isinstance(text, bytes):
        text = text[:1000].decode("utf-8", "replace")
    text = text[:1000].strip()
    return repr(text if len(text) <= 60 else text[:57] + "...")


def real(token: str) -> float:
    """A real number; raises ValueError."""
    if len(token) > LONGEST or not _REAL.fullmatch(token):
        raise ValueError(token)
    return float(token if token[-1] in "nfyNFY" else token.translate(_FROM_FORTRAN))


def integer(token: str) -> int:
    """An integer; raises ValueError."""
    if len(token) > LONGEST or not _INTEGER.fullmatch(token):
        raise ValueError(token)
    return int(token)


def _logical(token: str) -> bool:
    """T or F; raises ValueError."""
    if token not in LOGICAL:
        raise ValueError(token)
    return LOGICAL[token]


def is_plain(tokens: Sequence[str]) -> bool:
    """Whether Python's own conversions would read these numbers as they are meant."""
    text = "".join(tokens)
    return text.isascii() and "_" not in text


def numbers_of(items: Sequence[str]) -> NDArray[Any] | None:
    """Integers if all are, else reals if all are, else None."""
    if not is_plain(items) or any(len(item) > LONGEST for item in items):
        return None
    for convert, dtype in ((int, np.int64), (float, np.float64), (_free_real, np.float64)):
        try:
            return np.array([convert(item) for item in items], dtype)
        except (ValueError, OverflowError):
            continue
    return None


def _free_real(item: str) -> float:
    """A real number, perhaps with Fortran's exponent; raises ValueError."""
    return float(item.translate(_FROM_FORTRAN) if _FORTRAN.fullmatch(item) else item)


# How a column of each type is read: quickly, strictly, as which type, and what was expected.
KINDS: dict[str, tuple[Callable[[str], Any], Callable[[str], Any], Any, str]] = {
    "R": (float, real, np.float64, "a real number"),
    "I": (int, integer, np.int64, "an integer"),
    "S": (str, str, None, "a word"),
    "L": (_logical, _logical, np.bool_, "T or F"),
}


def column(
    tokens: Sequence[str], kind: str, name: str, source: str, plain: bool = False
) -> NDArray[Any]:
    """One column of the atoms' lines as an array; ``plain``: known to be ASCII without ``_``.

    Raises
    ------
    DataError
        Naming the first atom whose entry cannot be read.
    """
    quick, _, dtype, _ = KINDS[kind]
    if plain or kind == "S" or is_plain(tokens):
        try:
            return np.array(list(map(quick, tokens)), dtype)
        except (ValueError, OverflowError):
            pass
    return _strict_column(tokens, kind, name, source)


def _strict_column(tokens: Sequence[str], kind: str, name: str, source: str) -> NDArray[Any]:
    """One column, entry by entry."""
    _, strict, dtype, expected = KINDS[kind]
    values = np.empty(len(tokens), dtype)
    for atom, token in enumerate(tokens):
        try:
            values[atom] = strict(token)
        except (ValueError, OverflowError):
            raise DataError(
                f"{source}: {name[:60]} of atom {atom} is {shown(token)}; expected {expected}"
                f"{hint(token)}"
            ) from None
    return values


def hint(text: str) -> str:
    """What may be wrong with a number, as the end of a sentence."""
    if re.search(r"[0-9],[0-9]", text):
        return "; is this a decimal comma? Write a decimal point"
    if not text.isascii():
        return "; write digits, sign and point in ASCII"
    return ""
