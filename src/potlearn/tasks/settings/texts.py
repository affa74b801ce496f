"""Texts below the attributes of a class, for schemas and documentation."""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
from textwrap import dedent

from typing_extensions import get_original_bases


def attribute_texts(cls: type) -> dict[str, str]:
    """Texts below the attributes of a class and of its bases; none where there is no source."""
    found: dict[str, str] = {}
    for base in reversed(get_original_bases(cls)):
        found |= attribute_texts(base) if isinstance(base, type) and base is not object else {}
    return found | own_texts(cls)


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
