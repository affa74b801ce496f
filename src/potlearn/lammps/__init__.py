"""LAMMPS: potential files both ways, data files, and run inputs."""

from .data_file import write_data
from .inputs import pair_commands
from .pod_files import read_pod, write_pod

__all__ = ["pair_commands", "read_pod", "write_data", "write_pod"]
