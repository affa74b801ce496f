"""Calculations in another Python, which gets configurations as JSON over a pipe."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import numpy as np

from potlearn.typing import Atoms, Settings
from potlearn.workflows.labels import calculation
from potlearn.workflows.labels.calculation import EngineError, NoResultError

TAIL = 300
"""Characters of what a process said last that a message repeats."""


class OtherPython:
    """A process of another Python that calculates; started again after it has died.

    Parameters
    ----------
    python : str
        Path or name of the program.
    work : dict
        ``target``, ``settings``, ``properties`` and ``kept``, see
        :func:`~potlearn.workflows.labels.calculation.serve`.
    timeout : float, optional
        Seconds that a calculation may take, without the start of the process.
    """

    def __init__(self, python: str, work: Settings, timeout: float | None = None) -> None:
        self._python, self._work, self._timeout = python, work, timeout
        self._said: Any = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as this object
        self._process: subprocess.Popen[str] | None = None

    def results_of(
        self, atoms: Atoms | None, folder: str | None, properties: Sequence[str] | None = None
    ) -> Settings:
        """Results of a configuration; None only tries the calculator.

        The properties are those of the work, if no others are asked for.

        Raises
        ------
        EngineError
            There is no such Python, or it has no such calculator.
        NoResultError
            The calculation failed, took too long, or killed the process.
        """
        if atoms is None:
            return self._results(None, None)
        if self._process is None and self._timeout is not None:
            self._results(None, None)
        with tempfile.TemporaryDirectory(prefix="potlearn-label-") as own:
            item = {**_plain(atoms), "folder": folder or own, "properties": properties}
            return self._results(item, self._timeout)

    def _results(self, item: Settings | None, timeout: float | None) -> Settings:
        answer = self._answer(json.dumps(item), timeout)
        if answer is None:
            raise (EngineError if item is None else NoResultError)(self._end())
        if "engine" in answer:
            raise EngineError(answer["engine"])
        if "reason" in answer:
            raise NoResultError(answer["reason"])
        return dict(answer["results"])

    def close(self) -> None:
        """End the process."""
        self._kill()
        self._said.close()

    def _kill(self) -> None:
        """End the process, if it runs, and the programs that it has started."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()
        self._process = None

    def _answer(self, line: str, timeout: float | None) -> Settings | None:
        """The answer to a line; None where the process died."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            return None
        if not wait([process.stdout.fileno()], timeout):
            self._kill()
            raise NoResultError(f"no result within {timeout:g} s, the timeout")
        text = process.stdout.readline()
        return json.loads(text) if text.endswith("\n") else None

    def _running(self) -> subprocess.Popen[str]:
        """The process; it is started if none runs."""
        if self._process is not None:
            return self._process
        command = [self._python, str(Path(calculation.__file__))]
        own = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        paths = own if self._python == sys.executable else {}
        try:
            # A session of its own: Ctrl-C is for the process that waits, whose end it follows.
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said,
                text=True, start_new_session=True,
                env={"OMP_NUM_THREADS": "1", **os.environ, **paths},
            )  # fmt: skip
        except OSError as error:
            reason = error.strerror or str(error)
            raise EngineError(f"no Python can be started there ({reason})") from error
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(self._work) + "\n")
        return self._process

    def _end(self) -> str:
        """How the process ended, in words; it is forgotten."""
        assert self._process is not None
        code = self._process.wait()
        self._process.communicate()
        self._process = None
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with code {code}"
        self._said.seek(max(0, self._said.seek(0, os.SEEK_END) - TAIL))
        last = self._said.read().decode(errors="replace").strip().rpartition("\n")[2]
        return f"the process of {self._python} ended {how}{last and f': {last}'}"


def _plain(atoms: Atoms) -> Settings:
    """Arguments of ``ase.Atoms`` as JSON holds them."""
    found: Settings = {
        name: np.asarray(getattr(atoms, name)).tolist()
        for name in ("numbers", "positions", "cell", "pbc")
    }
    for name in ("initial_charges", "initial_magmoms"):
        if atoms.has(name):
            found[name.removeprefix("initial_")] = atoms.arrays[name].tolist()
    return {**found, "info": atoms.info}
