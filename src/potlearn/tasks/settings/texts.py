"""Texts of the attributes of a class, for schemas and documentation.

Those below the attributes; or, where a class has none, those of its docstring's list of parameters.
"""

from __future__ import annotations

import ast
import inspect
import re
from itertools import pairwise
from textwrap import dedent

from typing_extensions import get_original_bases


def attribute_texts(cls: type) -> dict[str, str]:
    """Texts of the attributes of a class and of its bases; none where there is no source."""
    found = parameter_texts(cls)
    for base in reversed(get_original_bases(cls)):
        found |= attribute_texts(base) if isinstance(base, type) and base is not object else {}
    return found | own_texts(cls)


def parameter_texts(cls: type) -> dict[str, str]:
    """Texts of the section ``Parameters`` in the docstring of a class, as sentences."""
    _, _, listed = (inspect.getdoc(cls) or "").partition("Parameters\n----------\n")
    listed = re.split(r"\n\n\w+\n-+\n", listed)[0]
    found = re.findall(r"^(\w+) :.*\n((?:    .*\n?)+)", listed, re.MULTILINE)
    return {name: inspect.cleandoc(words) for name, words in found}


def own_texts(cls: type) -> dict[str, str]:
    """Texts below the attributes that a class itself defines."""
    try:
        (tree,) = ast.parse(dedent(inspect.getsource(cls))).body
    except (OSError, TypeError):
        return {}
    found = {}
    for statement, text in pairwise(tree.body if isinstance(tree, ast.ClassDef) else []):
        match statement, text:
            case ast.AnnAssign(ast.Name(name)), ast.Expr(ast.Constant(str() as words)):
                found[name] = inspect.cleandoc(words)
    return found
