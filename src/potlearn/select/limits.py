"""Memory that a selector asks for: what is too much is refused before any of it is taken."""

from __future__ import annotations

from potlearn.errors import SelectionError

# Numbers that a selector may hold beside the rows: 8 GB.
MOST_NUMBERS = 1e9


def check_memory(numbers: float, what: str, remedy: str) -> None:
    """SelectionError where so many numbers are more than a selector may hold."""
    if numbers > MOST_NUMBERS:
        raise SelectionError(
            f"{what} would take {8e-9 * numbers:.3g} GB; expected at most "
            f"{8e-9 * MOST_NUMBERS:g} GB: {remedy}"
        )
