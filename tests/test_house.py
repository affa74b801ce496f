"""The size of rooms and functions, and the names of their parts."""

import ast
from pathlib import Path

import pytest

import potlearn

ROOT = Path(potlearn.__file__).parent
FILES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))
LINES = 400
FUNCTION = 60
ARGUMENTS = 8
# Functions that may have more arguments, and why.
MANY_ARGUMENTS = {
    "cli": "an argument is an option of the command line",
}


def functions(path):
    """Every function of a file, and its qualified name."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def own_lines(function):
    """Lines of a function without its docstring."""
    length = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function):
        first = function.body[0]
        length -= first.end_lineno - first.lineno + 1
    return length


def n_arguments(function):
    """Arguments without self and cls."""
    given = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
    return len([a for a in given if a.arg not in ("self", "cls")])


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_file_is_a_room_with_one_purpose(path):
    lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
    assert lines <= LINES, f"{path} has {lines} lines"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_functions_are_short(path):
    long = {f.name: own_lines(f) for f in functions(path) if own_lines(f) > FUNCTION}
    assert not long


@pytest.mark.parametrize("path", FILES, ids=str)
def test_functions_have_few_arguments(path):
    if path.parts[0] in MANY_ARGUMENTS:
        pytest.skip(MANY_ARGUMENTS[path.parts[0]])
    many = {f.name: n_arguments(f) for f in functions(path) if n_arguments(f) > ARGUMENTS}
    assert not many
