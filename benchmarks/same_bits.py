"""Whether another revision gives the same coefficients, choices and files, bit for bit.

    python benchmarks/same_bits.py [--against REV] [--installed PYTHON]

The revision is installed below build/same_bits (or stands behind ``--installed``), and its example
files are run there; the installed package runs those of the working tree.  Exit status 1: something
differs for which no reason is stated in ``EXPECTED``.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.select import SELECTORS

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "same_bits"
DATA = "datasets/silicon/silicon.extxyz.xz"
# What is on the path goes before an editable install.
START = "import sys, importlib.machinery as m; sys.meta_path.insert(0, m.PathFinder);"
MAIN = "from potlearn.cli import main; sys.exit(main())"
EXAMPLE = "import runpy; runpy.run_path('examples/ace_in_python.py')"
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
# Files that may differ, and why.
EXPECTED: dict[str, str] = {}
# Parts of files that say when and by which version they were made.
UNTIMED = ("timing", "metadata")

Content = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Side:
    """One of the two revisions: where it runs, and by which Python."""

    folder: Path
    python: str
    packages: Path | None = None

    def run(self, code: str, *arguments: str) -> str:
        """Run Python in the folder; what it says on failure, or nothing."""
        path = os.pathsep.join(filter(None, (str(self.packages or ""), os.getenv("PYTHONPATH"))))
        done = subprocess.run(
            [self.python, "-c", START + code, *arguments],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stderr.strip()[-300:] or f"exit {done.returncode}" if done.returncode else ""


def commands() -> Iterator[tuple[str, ...]]:
    """Commands whose outputs are compared."""
    ace = "silicon_ace.potl"
    yield "fit", "examples/silicon.yaml", "--no-report", "--output", "fit"
    for model, name in (("fit/model.potl", "pod"), (ace, "ace")):
        yield "evaluate", model, DATA, "--no-report", "--output", f"evaluate_{name}"
        yield "descriptors", DATA, "--family", name, "--output", f"descriptors_{name}.npz"
    yield "export", "fit/model.potl", "--to", "pod", "--output", "export_fit"
    yield "export", "fit/model.potl", "--to", "table", "--output", "export_pairs"
    yield "export", ace, "--to", "yace", "--output", "export_ace"
    yield "import", "export_fit_param.pod", "export_fit_coeff.pod", "--output", "import_pod.potl"
    yield "import", "export_ace.yace", "--output", "import_yace.potl"
    for method in sorted(SELECTORS):
        chosen = f"select_{method}.extxyz"
        yield "select", DATA, "-k", "12", "--method", method, "--seed", "0", "--output", chosen


def tree(revision: str, folder: Path) -> None:
    """Files of a revision in a folder."""
    archive = subprocess.run(
        ["git", "archive", revision], cwd=ROOT, capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")


def other_side(revision: str, installed: str | None) -> Side:
    """The revision that is compared with; it is installed once."""
    source, packages = BUILD / revision / "source", BUILD / revision / "packages"
    if not source.exists():
        tree(revision, source)
    if installed is None and not packages.exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
        subprocess.run([*command, str(packages), str(source)], check=True)
    folder = prepared(source, f"{revision}/output")
    if installed is not None:
        return Side(folder, installed)
    side = Side(folder, sys.executable, packages)
    said = side.run(f"import potlearn; assert potlearn.__file__.startswith({str(packages)!r})")
    if said:
        raise SystemExit(f"the package of {revision} is not the one that is imported: {said}")
    return side


def prepared(source: Path, name: str) -> Path:
    """A fresh folder with the examples and data of a tree."""
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("examples", "datasets/silicon"):
        shutil.copytree(source / part, folder / part)
    return folder


def made(side: Side) -> dict[str, str]:
    """Run all commands; what failed, and how."""
    print(f"{side.python}: {side.folder}", flush=True)
    failures = {"the example of ACE": side.run(EXAMPLE)}
    for command in commands():
        failures[" ".join(command)] = side.run(MAIN, *command)
    return {command: said for command, said in failures.items() if said}


def outputs(folder: Path) -> set[str]:
    """Files that the commands wrote, but for the settings of fits, which name folders."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    inputs = ("examples", "datasets")
    return {str(p) for p in found if p.parts[0] not in inputs and p.name != "config.yaml"}


def content(path: Path, folder: Path) -> Content:
    """Arrays of a file: numbers where it has any, and the text between them, but for its folder."""
    if path.suffix == ".npz":
        return dict(np.load(path))
    if path.suffix == ".json":
        return flat(json.loads(path.read_text()))
    if path.suffix == ".potl":
        with zipfile.ZipFile(path) as archive:
            return {k: v for n in archive.namelist() for k, v in member(archive, n).items()}
    lines = path.read_text().replace(str(folder), "").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    numbers = np.array(NUMBER.findall(text), float)
    return {"text": np.array(NUMBER.sub("#", text)), "numbers": numbers}


def member(archive: zipfile.ZipFile, name: str) -> Content:
    """Arrays of a file in a saved model."""
    data = archive.read(name)
    if name.endswith(".json"):
        return flat(json.loads(data)["potential"])
    return {name: np.load(io.BytesIO(data))}


def flat(value: Any, name: str = "") -> Content:
    """Values of nested dictionaries and lists by their path."""
    if isinstance(value, dict):
        parts = [(f"{name}.{key}", part) for key, part in value.items() if key not in UNTIMED]
    elif isinstance(value, list):
        parts = [(f"{name}.{i}", part) for i, part in enumerate(value)]
    else:
        return {name: np.array(np.nan if value is None else value)}
    return {key: array for path, part in parts for key, array in flat(part, path).items()}


def difference(ours: NDArray[Any], theirs: NDArray[Any]) -> float:
    """Largest difference in units of the largest number; 0 for the same bits, inf for others."""
    if ours.dtype == theirs.dtype and ours.shape == theirs.shape:
        if ours.tobytes() == theirs.tobytes():
            return 0.0
        if ours.dtype.kind == "f" and np.array_equal(np.isnan(ours), np.isnan(theirs)):
            largest = max(float(np.nanmax(np.abs(theirs))), 1e-300)
            return float(np.nanmax(np.abs(ours - theirs))) / largest
    return np.inf


def compared(name: str, ours_in: Path, theirs_in: Path) -> str:
    """What differs in a file of both folders, in words; nothing for the same bits."""
    here, there = ours_in / name, theirs_in / name
    if not (here.exists() and there.exists()):
        return "only there" if there.exists() else "only here"
    if here.read_bytes() == there.read_bytes():
        return ""
    ours, theirs = content(here, ours_in), content(there, theirs_in)
    missing = sorted(ours.keys() ^ theirs.keys())
    if missing:
        return f"only in one: {', '.join(missing[:3])}"
    found = {name: difference(ours[name], theirs[name]) for name in ours}
    worst = max(found, key=found.__getitem__, default="")
    if not found or found[worst] == 0:
        return ""
    return f"{worst}: " + ("other content" if found[worst] == np.inf else f"{found[worst]:.1e}")


def report(here: Side, there: Side) -> int:
    """Print the table; number of differences that are not expected."""
    unexpected = 0
    for name in sorted(outputs(here.folder) | outputs(there.folder)):
        words = compared(name, here.folder, there.folder)
        unexpected += bool(words) and name not in EXPECTED
        reason = f"; expected: {EXPECTED[name]}" if words and name in EXPECTED else ""
        print(f"{name:<36} {words or 'same bits'}{reason}")
    return unexpected


def main() -> int:
    """Make both sides' files and compare them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", default="HEAD", metavar="REV", help="revision of git")
    parser.add_argument("--installed", metavar="PYTHON", help="Python that has the revision")
    options = parser.parse_args()
    there = other_side(options.against, options.installed)
    here = Side(prepared(ROOT, "here"), sys.executable)
    failures = [made(side) for side in (there, here)]
    for command in failures[1].keys() | failures[0].keys():
        print(f"failed: {command}\n  there: {failures[0].get(command, 'works')}")
        print(f"  here: {failures[1].get(command, 'works')}")
    unexpected = report(here, there)
    print(f"{unexpected} files differ without a stated reason")
    return int(unexpected > 0 or bool(failures[1]))


if __name__ == "__main__":
    sys.exit(main())
