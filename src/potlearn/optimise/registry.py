"""Table of methods: a method is a class, and one row here."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from potlearn.errors import OptimisationError
from potlearn.optimise.method import Method
from potlearn.registry import Registry

METHODS: Registry[type[Method]] = Registry(
    "method",
    OptimisationError,
    {
        "lbfgs": "potlearn.optimise.methods.lbfgs:LBFGS",
        "bfgs": "potlearn.optimise.methods.bfgs:BFGS",
        "newton": "potlearn.optimise.methods.newton:Newton",
        "trust-constr": "potlearn.optimise.methods.trust_constr:TrustConstr",
        "adam": "potlearn.optimise.methods.adam:Adam",
        "adamw": "potlearn.optimise.methods.adamw:AdamW",
        "sgd": "potlearn.optimise.methods.sgd:SGD",
        "nelder-mead": "potlearn.optimise.methods.nelder_mead:NelderMead",
        "powell": "potlearn.optimise.methods.powell:Powell",
        "differential-evolution": "potlearn.optimise.methods.evolution:DifferentialEvolution",
        "cma": "potlearn.optimise.methods.cma_es:CMA",
    },
)
DEFAULT = "lbfgs"


def make_method(method: str | Method = DEFAULT, **options: Any) -> Method:
    """Method from its name in :data:`METHODS` and its options; a method is passed through.

    Raises
    ------
    OptimisationError
        The table has no such name, or the method no such option.
    """
    if isinstance(method, Method):
        if options:
            raise OptimisationError(
                f"options {', '.join(options)}: expected none beside a method that is made already"
            )
        return method
    kind = METHODS.load(method)
    known = [field.name for field in fields(kind)]
    if unknown := [name for name in options if name not in known]:
        raise OptimisationError(
            f"method {method!r}: unknown option {unknown[0]!r}; expected some of {', '.join(known)}"
        )
    return kind(**options)
