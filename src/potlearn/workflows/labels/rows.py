"""A configuration and what became of it, as a row of ASE's database.

A row has the key of the label as its ``unique_id``, so that the database itself refuses a second
one, and the word ``labelling`` (``planned``, ``done`` or ``failed``) among its key-value pairs.
Info keys of the configuration are in its ``data``, and so is the reason of a failure.
"""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

from potlearn.data.formats.database import DONE, FAILED, PLANNED, REASON, STATE
from potlearn.data.labels import LabelKeys
from potlearn.data.labels.keys import QUANTITIES
from potlearn.typing import Atoms, Settings
from potlearn.workflows.labels.spec import CalculatorSpec

RESULTS = ("energy", "forces", "stress")
BESIDE = "energy_zero_smearing"
"""The engine's energy where it is extrapolated to zero smearing."""
LABELS = frozenset(name for quantity in QUANTITIES for name in getattr(LabelKeys(), quantity))
"""Names of labels, which new labels replace."""


def row_of(atoms: Atoms, key: str, spec: CalculatorSpec, outcome: Settings | None) -> Any:
    """The row of a configuration.

    Parameters
    ----------
    atoms : ase.Atoms
    key : str
    spec : CalculatorSpec
    outcome : dict or None
        ``{"results": ...}``, ``{"reason": ...}``, or None for what is planned.
    """
    from ase.db.core import now
    from ase.db.row import AtomsRow, atoms2dict

    plain = atoms.copy()
    plain.calc = None
    values: Settings = {**atoms2dict(plain), "unique_id": key}
    values |= {"ctime": now(), "user": os.getenv("USER")}
    data: Settings = {k: v for k, v in atoms.info.items() if k not in LABELS and _is_plain(v)}
    state = PLANNED
    if outcome is not None and "results" in outcome:
        state, results = DONE, outcome["results"]
        values |= {name: _array(results[name]) for name in RESULTS if name in results}
        data |= {name: results[name] for name in (BESIDE,) if name in results}
        values |= {"calculator": spec.name, "calculator_parameters": spec.settings}
    elif outcome is not None:
        state, data = FAILED, {**data, REASON: outcome["reason"]}
    return AtomsRow({**values, "data": data, "key_value_pairs": {STATE: state}})


def labelled(atoms: Atoms, row: Any) -> Atoms:
    """A copy of a configuration with the labels of its row, under ``REF_...`` and as results."""
    from ase.calculators.singlepoint import SinglePointCalculator

    found: Atoms = atoms.copy()
    found.info = {name: value for name, value in atoms.info.items() if name not in LABELS}
    for name in LABELS & set(found.arrays):
        del found.arrays[name]
    results = {name: row[name] for name in RESULTS if name in row}
    for name, value in results.items():
        if name == "forces":
            found.set_array(f"REF_{name}", np.array(value))
        else:
            found.info[f"REF_{name}"] = value
    if BESIDE in row.data:
        found.info[BESIDE] = row.data[BESIDE]
    calculator: Any = SinglePointCalculator
    found.calc = calculator(found, **results)
    found.calc.name = row.get("calculator", "unknown")
    return found


def _array(value: Any) -> Any:
    return np.array(value, float) if isinstance(value, list) else value


def _is_plain(value: Any) -> bool:
    """Whether a value can be kept in the database."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "bif"
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return isinstance(value, np.generic)
    return True
