"""Linear algebra libraries: SciPy's compiled routines, and their threads.

A compiled module of SciPy alone loads in 5 ms; the package around it takes 0.15 to 0.4 s, a good
part of a small fit.  Where SciPy keeps the module elsewhere, the public function serves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any


def compiled(folder: str, name: str) -> ModuleType | None:
    """A compiled module of SciPy without the package around it; None where it is elsewhere."""
    scipy = find_spec("scipy")
    if scipy is None or scipy.origin is None:
        return None
    spec = PathFinder.find_spec(name, [str(Path(scipy.origin).parent / folder)])
    if spec is None or spec.loader is None:
        return None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def lapack() -> ModuleType:
    """Module with SciPy's LAPACK wrappers (``dgeqrt``, ``dtpqrt``, ``dtrtrs``, ``dgetrf``)."""
    module = compiled("linalg", "_flapack")
    if module is not None:
        return module
    from scipy.linalg import lapack as public

    found: ModuleType = public
    return found


class _Limit:
    """One limit for all threads of a process that ask for it, lifted by the last of them."""

    def __init__(self) -> None:
        self.lock, self.holders = Lock(), 0
        self.before: list[tuple[Any, int]] = []

    def take(self) -> None:
        from threadpoolctl import ThreadpoolController

        lapack()  # limits reach the libraries that are loaded
        with self.lock:
            self.holders += 1
            if self.holders == 1:
                libraries = ThreadpoolController().select(user_api="blas").lib_controllers
                self.before = [(library, library.num_threads) for library in libraries]
            for library, _ in self.before:  # with OpenMP the number is each thread's own
                _set_threads(library, 1)

    def release(self) -> None:
        with self.lock:
            self.holders -= 1
            if self.holders == 0:
                for library, number in self.before:
                    _set_threads(library, number)


def _set_threads(library: Any, number: int) -> None:
    """Set a library's number, whichever thread asks.

    From its version 3.7 on, threadpoolctl hears only the first thread that sets the number of
    OpenBLAS, which the whole process shares; the limit here is the whole process's by design.
    """
    getattr(library, "_real_set_num_threads", library.set_num_threads)(number)


_LIMIT = _Limit()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Keep BLAS on one thread: its results then do not depend on the machine's cores."""
    _LIMIT.take()
    try:
        yield
    finally:
        _LIMIT.release()
