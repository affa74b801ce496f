"""``potlearn label`` as a process, with calculators that are slow and write what they did."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from ase.io import write

HERE = Path(__file__).parent / "workflows" / "labels"


def pool(folder, frames):
    """``pool.extxyz``, 20 configurations, and their number."""
    folder.mkdir()
    more = [atoms.copy() for atoms in frames for _ in range(4)]
    for seed, atoms in enumerate(more):
        atoms.rattle(0.02, seed=seed)
    write(folder / "pool.extxyz", more)
    return len(more)


def command(workers, database="a.db", pause=0.05, fault="nan", more=()):
    return [
        *(sys.executable, "-m", "potlearn.cli", "label", "pool.extxyz"),
        *("--calculator", "calculators:faulty", "--set", f"fault={fault}"),
        *("--set", f"pause={pause}", "--set", "log=log"),
        *("--output", database, "--workers", str(workers)),
        *more,
    ]


def started(folder, workers=1, **options):
    """A process that answers to SIGINT, even where these tests run in a script's background."""
    paths = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        command(workers, **options), cwd=folder, env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
