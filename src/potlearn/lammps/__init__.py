"""LAMMPS: potential files both ways, and run inputs."""

from .pod_files import read_pod, write_pod

__all__ = ["read_pod", "write_pod"]
