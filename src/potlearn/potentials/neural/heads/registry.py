"""Table of heads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from potlearn.errors import ModelFileError
from potlearn.potentials.neural.heads.base import Head
from potlearn.registry import Registry

HEADS: Registry[type[Head]] = Registry(
    "head",
    ModelFileError,
    {
        "mlp": "potlearn.potentials.neural.heads.mlp:SpeciesMLP",
        "embedded": "potlearn.potentials.neural.heads.embedded:EmbeddedMLP",
        "finnis_sinclair": "potlearn.potentials.neural.heads.finnis_sinclair:FinnisSinclair",
    },
)


def head_from_dict(settings: Mapping[str, Any]) -> Head:
    """The head that ``Head.to_dict`` described."""
    given = dict(settings)
    return HEADS.load(given.pop("kind", None)).from_dict(given)
