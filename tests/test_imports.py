"""The order of the rooms: imports follow the flow of data and never run back."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import potlearn

ROOT = Path(potlearn.__file__).parent
# Every room may import from those before it.
ORDER = (
    "errors",
    "typing",
    "registry",
    "linalg",
    "runtime",
    "optimise",
    "structure",
    "select",
    "data",
    "engine",
    "descriptors",
    "features",
    "potentials",
    "testing",
    "fit",
    "uncertainty",
    "neural",
    "compress",
    "metrics",
    "tune",
    "studies",
    "report",
    "lammps",
    "workflows",
    "tasks",
    "cli",
)
HEAVY = (
    "numpy",
    "scipy",
    "ase",
    "plotly",
    "matplotlib",
    "sklearn",
    "distributed",
    "pydantic",
    "yaml",
    "jax",
    "optax",
    "cma",
)
MODULES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))


def room(parts: tuple[str, ...]) -> str:
    """First name below the package: the room, or the package itself."""
    return parts[1] if len(parts) > 1 else "potlearn"


def imported(path: Path) -> set[tuple[str, ...]]:
    """Modules of the package that a file imports, absolutely or relatively, anywhere in it."""
    here = ("potlearn", *path.with_suffix("").parts)
    package = here[:-1]
    found: set[tuple[str, ...]] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {tuple(alias.name.split(".")) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            module = (*base, *(node.module.split(".") if node.module else ()))
            found |= {(*module, alias.name) for alias in node.names}
    return {module for module in found if module[0] == "potlearn"}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_follow_the_flow(path):
    here = room(("potlearn", *path.with_suffix("").parts))
    if here == "__init__":
        pytest.skip("the package's own exports")
    assert here in ORDER, f"{path}: the room {here!r} has no place in the order"
    allowed = {*ORDER[: ORDER.index(here) + 1], "potlearn", "__version__"}
    backwards = {".".join(m) for m in imported(path) if room(m) not in allowed}
    assert not backwards, f"{path} imports {backwards}, which come after {here!r}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "from potlearn.cli.app import app",
            ("potlearn", "cli", "app", "app"),
        ),
        ("import potlearn.cli", ("potlearn", "cli")),
        ("from ..cli import main", ("potlearn", "cli", "main")),
        ("def f():\n    from .. import cli", ("potlearn", "cli")),
    ],
)
def test_the_check_sees_every_form_of_import(tmp_path, monkeypatch, text, expected):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "reading.py").write_text(text)
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    assert expected in imported(Path("data/reading.py"))


def modules_of(path: Path) -> set[str]:
    """Files of the package that a file imports, as dotted names."""
    files = {".".join(("potlearn", *p.with_suffix("").parts)) for p in MODULES}
    found = set()
    for names in imported(path):
        for n in range(len(names), 1, -1):
            name = ".".join(names[:n])
            if name in files or f"{name}.__init__" in files:
                found.add(name if name in files else f"{name}.__init__")
                break
    return found


def test_no_circle_of_imports():
    """Also not by imports inside functions or for type checkers alone."""
    graph = {".".join(("potlearn", *p.with_suffix("").parts)): modules_of(p) for p in MODULES}
    left = {name: targets - {name} for name, targets in graph.items()}
    while free := [name for name, targets in left.items() if not targets & left.keys()]:
        for name in free:
            del left[name]
    circle = {name: sorted(targets & left.keys()) for name, targets in left.items()}
    assert not circle, f"circles among {circle}"


@pytest.mark.parametrize("name", potlearn.__all__)
def test_every_export_resolves(name):
    assert getattr(potlearn, name) is not None
    assert name in dir(potlearn)


def test_no_export_hides_a_room():
    exports = set(potlearn.__all__)
    rooms = {path.stem for path in ROOT.iterdir() if path.suffix in ("", ".py")} - {
        "__init__",
        "__pycache__",
        "py",
    }
    assert set(ORDER) == {r for r in rooms if not r.startswith("_")}
    assert set(ORDER) <= exports


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nothing"):
        _ = potlearn.nothing


def modules_after(code: str) -> set[str]:
    """Top-level modules in a fresh interpreter after running ``code``."""
    code += "\nimport sys; print(*sys.modules, sep='\\n')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in run.stdout.split()}


def test_importing_the_package_loads_nothing_heavy():
    assert modules_after("import potlearn; dir(potlearn)").isdisjoint(HEAVY)


def test_help_loads_nothing_heavy():
    code = "import sys; sys.argv = ['potlearn', '--help']\n"
    code += "from potlearn.cli import main\ntry: main()\nexcept SystemExit: pass"
    assert modules_after(code).isdisjoint(HEAVY)


def test_a_small_fit_loads_no_package_that_it_does_not_use(tmp_path):
    """Such packages take longer to load than the fit takes: SciPy's statistics, ASE's builders."""
    data = Path(__file__).parents[1] / "datasets" / "silicon" / "silicon.extxyz.xz"
    given = {
        "data": {"train": str(data)},
        "descriptor": {"family": "ace", "species": ["Si"], "cutoff": 4.0, "order": 2},
        "reference": "none",
        "output": {"folder": str(tmp_path / "out"), "report": False},
    }
    (tmp_path / "fit.yaml").write_text(json.dumps(given))
    code = f"import sys; sys.argv = ['potlearn', 'fit', {str(tmp_path / 'fit.yaml')!r}]\n"
    code += "from potlearn.cli import main\ntry: main()\n"
    code += "except SystemExit as end: assert not end.code\n"
    code += "print('loaded', {'scipy.stats', 'scipy.optimize', 'ase.build'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "loaded set()"


@pytest.mark.parametrize(("name", "other"), [("ACE", "pod"), ("POD", "ace")])
def test_a_descriptor_family_loads_no_other(name, other):
    code = f"from potlearn.descriptors import {name}\nimport sys\n"
    code += f"assert 'potlearn.descriptors.{other}' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_the_package_has_no_side_effects(tmp_path):
    code = (
        "import os, random, warnings; before = dict(os.environ), random.getstate(), "
        "list(warnings.filters), os.getcwd()\n"
        "import potlearn\nfor name in potlearn.__all__: getattr(potlearn, name)\n"
        "assert before[0] == dict(os.environ), 'environment'\n"
        "assert before[1] == random.getstate(), 'random state'\n"
        "assert before[3] == os.getcwd(), 'working directory'\n"
        "assert not os.listdir(), 'files'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
