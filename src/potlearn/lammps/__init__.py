"""LAMMPS: potential files both ways, data files, and run inputs."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .data_file import write_data as write_data
    from .inputs import LammpsFiles as LammpsFiles
    from .inputs import pair_commands as pair_commands
    from .inputs import parts as parts
    from .inputs import write_lammps as write_lammps
    from .pod_files import read_pod as read_pod
    from .pod_files import write_pod as write_pod
    from .tables import write_table as write_table
    from .yace.expansion import expansion_error as expansion_error
    from .yace.read import read_yace as read_yace
    from .yace.read import read_yace_file as read_yace_file
    from .yace.write import to_yace as to_yace
    from .yace.write import write_yace as write_yace

_EXPORTS = {
    "LammpsFiles": "inputs",
    "expansion_error": "yace.expansion",
    "pair_commands": "inputs",
    "parts": "inputs",
    "read_pod": "pod_files",
    "read_yace": "yace.read",
    "read_yace_file": "yace.read",
    "to_yace": "yace.write",
    "write_data": "data_file",
    "write_lammps": "inputs",
    "write_pod": "pod_files",
    "write_table": "tables",
    "write_yace": "yace.write",
}

__all__ = [*_EXPORTS]


def __getattr__(name: str) -> Any:
    """Load the module of a name when it is first used (PEP 562)."""
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_EXPORTS[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
