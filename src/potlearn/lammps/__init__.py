"""LAMMPS: potential files both ways, and run inputs."""

from .inputs import pair_commands
from .pod_files import read_pod, write_pod
from .yace_read import read_yace, read_yace_file
from .yace_write import to_yace, write_yace

__all__ = [
    "pair_commands",
    "read_pod",
    "read_yace",
    "read_yace_file",
    "to_yace",
    "write_pod",
    "write_yace",
]
