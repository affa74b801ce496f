"""The engine: moments, then polynomials of moments, for every descriptor family."""

from .engine import Engine, close_pairs, instruction_sets
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
    "close_pairs",
    "instruction_sets",
    "tabulate",
]
