"""LAMMPS: potential files both ways, data files, and run inputs."""

from .ace_yace import expansion_error
from .data_file import write_data
from .inputs import LammpsFiles, pair_commands, parts, write_lammps
from .pod_files import read_pod, write_pod
from .tables import write_table
from .yace_read import read_yace, read_yace_file
from .yace_write import to_yace, write_yace

__all__ = [
    "LammpsFiles",
    "expansion_error",
    "pair_commands",
    "parts",
    "read_pod",
    "read_yace",
    "read_yace_file",
    "to_yace",
    "write_data",
    "write_lammps",
    "write_pod",
    "write_table",
    "write_yace",
]
