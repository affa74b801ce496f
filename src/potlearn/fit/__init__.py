"""Linear fits from streamed rows: triangular factors, the ledger, solvers."""

from potlearn.fit.entries import Key, Residual
from potlearn.fit.ledger import Ledger
from potlearn.fit.ledger_file import load_ledger, save_ledger
from potlearn.fit.leverage import Influence, influences
from potlearn.fit.linear import FitResult, fit_linear, solve_ledger
from potlearn.fit.problem import LinearProblem, Solution, SolveInfo, Solver
from potlearn.fit.rowstore import RowStore
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
from potlearn.fit.stored import store_rows
from potlearn.fit.suspicious import Suspicion, find_suspicious, suspicious_labels
from potlearn.fit.validation import CrossValidation, Trial, cross_validate, search
from potlearn.fit.weights import Weights

__all__ = [
    "QR",
    "SOLVERS",
    "SVD",
    "CrossValidatedRidge",
    "CrossValidation",
    "EvidenceRidge",
    "FitResult",
    "GCVRidge",
    "Influence",
    "Key",
    "Ledger",
    "LinearProblem",
    "Residual",
    "Ridge",
    "RowStore",
    "Solution",
    "SolveInfo",
    "Solver",
    "Suspicion",
    "Trial",
    "Weights",
    "cross_validate",
    "find_suspicious",
    "fit_linear",
    "influences",
    "load_ledger",
    "make_solver",
    "save_ledger",
    "search",
    "solve_ledger",
    "store_rows",
    "suspicious_labels",
]
