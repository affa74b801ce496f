"""Where the time of a whole fit goes: ``potlearn fit`` from the command line, stage by stage.

Functions are replaced by timed ones as their modules are imported; the time of each leaves out that
of timed functions that it calls, so that the stages add up to the whole command.  One thread; CPU
seconds, medians of repeated runs.

python benchmarks/fit_stages.py [small medium] [--repeats 5]
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.machinery
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any

STAGES: dict[str, tuple[str, ...]] = {
    "reading": ("potlearn.tasks.data:load",),
    "copies": ("potlearn.tasks.copies_notes:copies_notes",),
    "what the data cover": ("potlearn.fit.beyond.coverage:Coverage.of",),
    "design rows": ("potlearn.fit.rows.make:RowMaker.blocks",),
    "QR": ("potlearn.linalg.triangular:factor", "potlearn.linalg.triangular:update"),
    "sums of rows, checkpoint": ("potlearn.fit.ledger.reduction:reduce_dataset",),
    "solution": ("potlearn.fit.solved:solved",),
    "beyond the data": (
        "potlearn.fit.beyond.check:check_beyond",
        "potlearn.fit.beyond.protect:protect",
    ),
    "training errors": ("potlearn.metrics.predict:evaluate",),
    "metrics": (
        "potlearn.tasks.fit_outcome:FitOutcome.of_fit",
        "potlearn.tasks.fit_outcome:FitOutcome.numbers",
    ),
    "files": ("potlearn.tasks.fitting:_write",),
}
IMPORTS, REST, START = "imports", "the rest of the command", "start of the interpreter"


class Timers:
    """CPU seconds of stages, each without those that begin within it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.open = [REST]
        self.since = time.process_time()
        self.seconds[START] = self.since

    def turn(self) -> None:
        """Give the time since the last turn to the stage that is open."""
        now = time.process_time()
        self.seconds[self.open[-1]] += now - self.since
        self.since = now

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, whose time is that of a stage."""

        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            self.turn()
            self.open.append(stage)
            try:
                return function(*args, **kwargs)
            finally:
                self.turn()
                self.open.pop()

        return run


class TimedImports(importlib.abc.MetaPathFinder):
    """Times all imports, and the functions of the stages from then on."""

    def __init__(self, timers: Timers) -> None:
        self.timers = timers

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """What the usual finder finds, with a timed loader."""
        find = self.timers.timed(IMPORTS, importlib.machinery.PathFinder.find_spec)
        spec = find(name, path, target)
        loader = None if spec is None else spec.loader
        if isinstance(loader, importlib.machinery.SourceFileLoader):
            execute = self.timers.timed(IMPORTS, loader.exec_module)

            def then(module: ModuleType) -> None:
                execute(module)
                self._wrap(module)

            loader.exec_module = then
        return spec

    def _wrap(self, module: ModuleType) -> None:
        for stage, functions in STAGES.items():
            for function in functions:
                where, _, name = function.partition(":")
                if where == module.__name__:
                    _replace(module, name, lambda f, stage=stage: self.timers.timed(stage, f))


def _replace(module: ModuleType, name: str, change: Callable[[Any], Any]) -> None:
    """Replace a function, a method or a class method of a module."""
    *owners, last = name.split(".")
    owner: Any = getattr(module, owners[0]) if owners else module
    found = vars(owner)[last]
    whole = isinstance(found, classmethod)
    setattr(owner, last, classmethod(change(found.__func__)) if whole else change(found))


def child(arguments: Sequence[str]) -> None:
    """Run the command line with timers, and print the seconds of the stages as JSON."""
    timers = Timers()
    sys.meta_path.insert(0, TimedImports(timers))
    sys.argv = ["potlearn", *arguments]
    try:
        from potlearn.cli import main as command

        command()
    finally:
        timers.turn()
        print(json.dumps(timers.seconds))


def stages(folder: Path, train: Path, name: str, repeats: int) -> dict[str, float]:
    """Medians of the seconds of every stage."""
    import yaml
    from common import one_thread
    from fits import configuration

    (folder / f"{name}.yaml").write_text(yaml.safe_dump(configuration(train, name)))
    command = [sys.executable, __file__, "--child", "fit", f"{name}.yaml"]
    runs = []
    for _ in range(repeats + 1):
        found = subprocess.run(
            command, env=one_thread(), capture_output=True, text=True, check=True, cwd=folder
        )
        runs.append(json.loads(found.stdout.splitlines()[-1]))
    names = sorted({stage for run in runs for stage in run})
    ordered = [s for s in (START, IMPORTS, *STAGES, REST) if s in names]
    middle = len(runs[1:]) // 2
    return {s: sorted(run.get(s, 0.0) for run in runs[1:])[middle] for s in ordered}


def main() -> None:
    """Print a table for each basis."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=["small", "medium"])
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    from common import DATA
    from fits import write_for_fitpod

    from potlearn.data import read

    source = DATA / "Si_Zuo2020" / "Si_train.extxyz.xz"
    if not source.exists():
        print(f"the whole fit is not timed: there is no {source}")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train = folder / "train.xyz"
        write_for_fitpod(train, read(source))
        tables = {n: stages(folder, train, n, arguments.repeats) for n in arguments.names}
    print(f"| stage, CPU ms | {' | '.join(tables)} |\n|---|{'---|' * len(tables)}")
    for stage in next(iter(tables.values())):
        print(f"| {stage} | {' | '.join(f'{1e3 * t[stage]:.0f}' for t in tables.values())} |")
    print(f"| all | {' | '.join(f'{1e3 * sum(t.values()):.0f}' for t in tables.values())} |")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2:])
    else:
        main()
