"""Ctrl-C and SIGTERM: the command ends in words, with the exit codes that shells expect."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

AGAIN = 0.01
"""Seconds after which an exception is raised again that Python could not pass on."""

_received: list[int] = []


class Terminated(KeyboardInterrupt):
    """SIGTERM was received; work ends as after Ctrl-C."""


def interrupted() -> bool:
    """Whether a signal has asked this process to end."""
    return bool(_received)


@contextmanager
def ending_in_words() -> Iterator[None]:
    """Exit with 130 after SIGINT and 143 after SIGTERM, and with one line instead of a traceback.

    Whatever is raised after a signal is its consequence: an import that is cut short, for example,
    raises errors of its own.
    """
    _listen()
    try:
        yield
    except GeneratorExit:  # a signal between entering and the first step: whoever raised it speaks
        raise
    except BaseException:
        if not _received:
            raise
        try:
            _silence()
        except KeyboardInterrupt:  # was on its way
            _silence()
        _end()
    finally:
        _stop_listening()


def _listen() -> None:
    signal.signal(signal.SIGTERM, _receive)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _receive)  # ignored in the background of a script: stays so
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _raise)
        sys.unraisablehook = _raise_later


def _stop_listening() -> None:
    """Nothing of ours is left to be tidied up: from here on a signal ends the process at once."""
    for number in _taken():
        signal.signal(number, signal.SIG_DFL)


def _silence() -> None:
    """No further signal or alarm interrupts the last words."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
    for number in _taken():
        signal.signal(number, _ignore)


def _taken() -> list[signal.Signals]:
    """Signals that are answered here."""
    ours = (_receive, _ignore)
    return [s for s in (signal.SIGTERM, signal.SIGINT) if signal.getsignal(s) in ours]


def _ignore(*_: object) -> None:
    """The command is ending already."""


def _receive(number: int, frame: FrameType | None) -> None:
    _received.append(number)
    _raise(number, frame)


def _raise(*_: object) -> None:
    raise Terminated if _received[0] == signal.SIGTERM else KeyboardInterrupt


def _raise_later(lost: Any) -> None:
    """What is raised inside a destructor or a callback of a weak reference is lost."""
    if isinstance(lost.exc_value, KeyboardInterrupt) and _received:
        signal.setitimer(signal.ITIMER_REAL, AGAIN)
    else:
        sys.__unraisablehook__(lost)


def _end() -> None:
    word = "terminated" if _received[0] == signal.SIGTERM else "interrupted"
    print(f"\n{word}; the same command continues from what was saved", file=sys.stderr)
    sys.exit(128 + _received[0])
