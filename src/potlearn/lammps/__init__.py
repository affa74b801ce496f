"""LAMMPS: potential files both ways, and run inputs."""

from .inputs import pair_commands
from .pod_files import read_pod, write_pod

__all__ = ["pair_commands", "read_pod", "write_pod"]
