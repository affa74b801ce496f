"""Optuna without its messages, and its errors in words."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import optuna

from potlearn.errors import DataError, PotlearnError, TuneError

LONGEST = 300
"""Most characters of what is quoted."""
# What numbers and keys of damaged trials raise when Optuna reads them.
_MALFORMED = (
    *(LookupError, TypeError, ValueError, ArithmeticError),
    *(AttributeError, AssertionError, RecursionError, MemoryError),
)


@contextmanager
def quiet() -> Iterator[None]:
    """No message of Optuna reaches the user: experimental arguments, new studies, odd ranges."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        optuna.logging.set_verbosity(before)


@contextmanager
def speaking(place: str) -> Iterator[None]:
    """Turn what a storage raises into an error that names the place.

    Raises
    ------
    TuneError
        It does not answer: locked, no access, no connection.
    DataError
        It does not hold trials, or they are damaged.
    """
    try:
        with quiet():
            yield
    except PotlearnError:
        raise
    except _no_answer() as error:
        raise TuneError(
            f"{place}: the storage does not answer: {_cause(error)[:LONGEST]}"
        ) from error
    except (optuna.exceptions.OptunaError, RuntimeError) as error:
        raise DataError(
            f"{place}: this storage cannot be read as trials: {_short(error)}"
        ) from error
    except _MALFORMED as error:
        raise DataError(
            f"{place}: the trials in this storage are damaged ({_short(error)})"
        ) from error


def _no_answer() -> tuple[type[Exception], ...]:
    """What a storage raises that does not answer; a database, where one is used, has its own."""
    own = (optuna.exceptions.StorageInternalError, OSError)
    module = sys.modules.get("sqlalchemy.exc")
    return (*own, module.SQLAlchemyError) if module else own


def _short(error: BaseException) -> str:
    """An error and its kind; values of a damaged file may be long."""
    return repr(error)[:LONGEST]


def _cause(error: BaseException) -> str:
    """The first line of what the database said."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error).strip().partition("\n")[0]
