"""What travels between processes, as bytes.

A pool that pickles a piece itself does so in a thread of its own: where that fails, Python 3.11 may
wait for ever when the pool is closed, and a result that cannot be read back looks like a dead
worker.  Packed here, both are errors at the piece.
"""

from __future__ import annotations

import pickle
from typing import Any

from potlearn.errors import ExecutionError


def packed(what: Any, name: str) -> bytes:
    """Bytes of an object.

    Raises
    ------
    ExecutionError
        It cannot be pickled.
    """
    try:
        return pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # objects decide themselves what they raise
        raise ExecutionError(
            f"{name} cannot travel between processes ({_shown(error)}); expected what pickle "
            "takes: functions and classes of modules, no lambda, no open file"
        ) from error


def unpacked(content: bytes, name: str) -> Any:
    """The object of :func:`packed`.

    Raises
    ------
    ExecutionError
        It cannot be read back, such as an object of a module that is not there.
    """
    try:
        return pickle.loads(content)
    except Exception as error:  # objects decide themselves what they raise
        raise ExecutionError(
            f"{name} cannot be read by the process that got it ({_shown(error)})"
        ) from error


def portable(error: Exception) -> Exception:
    """An exception that travels: itself, or one of ours in its words."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # as above
        return ExecutionError(f"a piece of work failed with {_shown(error)}")
    return error


def _shown(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
