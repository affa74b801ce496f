"""The engine: moments, then polynomials of moments, for every descriptor family."""

from .engine import Engine, instruction_sets
from .jets import Jet
from .program import ONE, Program, ProgramBuilder
from .radial import RadialTable, tabulate

__all__ = [
    "ONE",
    "Engine",
    "Jet",
    "Program",
    "ProgramBuilder",
    "RadialTable",
    "instruction_sets",
    "tabulate",
]
