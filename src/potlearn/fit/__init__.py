"""Linear fits from streamed rows: triangular factors, the ledger, solvers."""

from potlearn.fit.entries import Key, Residual
from potlearn.fit.ledger import Ledger
from potlearn.fit.problem import LinearProblem, Solution, SolveInfo, Solver
from potlearn.fit.solvers import (
    QR,
    SOLVERS,
    SVD,
    CrossValidatedRidge,
    EvidenceRidge,
    GCVRidge,
    Ridge,
    make_solver,
)
from potlearn.fit.weights import Weights

__all__ = [
    "QR",
    "SOLVERS",
    "SVD",
    "CrossValidatedRidge",
    "EvidenceRidge",
    "GCVRidge",
    "Key",
    "Ledger",
    "LinearProblem",
    "Residual",
    "Ridge",
    "Solution",
    "SolveInfo",
    "Solver",
    "Weights",
    "make_solver",
]
