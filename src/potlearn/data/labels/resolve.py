r"""Labels of a configuration: their keys and their meaning.

.. math:: \text{stress} = \frac1V \frac{dE}{d\varepsilon} = -\frac{\text{virial}}{V}

Energies are totals in eV, forces in eV/Å, stress in eV/Å³ and positive under tension, in the Voigt
order xx yy zz yz xz xy; a virial is in eV.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from potlearn.data.frames import Frame
from potlearn.data.labels.found import KeysFound
from potlearn.data.labels.hints import hints
from potlearn.data.labels.keys import QUANTITIES, LabelKeys
from potlearn.data.labels.results import KNOWN_RESULTS, check_values
from potlearn.data.labels.stated_units import in_our_units
from potlearn.data.labels.values import (
    energy,
    forces,
    frozen,
    is_nan,
    look_up,
    mask,
    nan_rows,
    voigt,
)
from potlearn.errors import DataError
from potlearn.typing import Settings


@dataclass(frozen=True)
class Labels:
    """Reference values of one configuration; None for an absent label.

    Attributes
    ----------
    energy : float or None
        Total energy, in eV.
    forces : (N, 3) or None
        Forces, in eV/Å; zero on atoms that ``force_mask`` excludes.
    stress : (6,) or None
        Voigt xx yy zz yz xz xy, in eV/Å³, positive under tension.
    force_mask : (N,) bool or None
        Atoms whose forces are labelled; None means all.
    """

    energy: float | None = None
    forces: NDArray[np.float64] | None = None
    stress: NDArray[np.float64] | None = None
    force_mask: NDArray[np.bool_] | None = None


class Labelled(NamedTuple):
    """A configuration in eV and Å, its labels, and where they were found."""

    frame: Frame
    labels: Labels
    found: KeysFound


def labelled(frame: Frame, keys: LabelKeys, source: str) -> Labelled:
    """Check all values of a configuration, convert them to eV and Å, and find its labels.

    Raises
    ------
    DataError
        As :func:`resolve` and :func:`check_values`; a stated unit that is not known.
    """
    check_values(frame, source)
    converted, units = in_our_units(frame, keys, source)
    labels, found = resolve(converted, keys, source)
    return Labelled(converted, labels, replace(found, converted=units) if units else found)


def resolve(frame: Frame, keys: LabelKeys, source: str) -> tuple[Labels, KeysFound]:
    """Find the labels of one configuration in eV and Å.

    Raises
    ------
    DataError
        A label that is not finite, has the wrong shape, or a stress and a virial that disagree;
        the message names configuration, quantity, key and atom.
    """
    present = {
        quantity: [key for key in getattr(keys, quantity) if look_up(frame, key) is not None]
        for quantity in QUANTITIES
    }
    absent = _take_out_nan(frame, present) if keys.nan == "missing" else ()
    mask_key, forces_key = _first(present["force_mask"]), _first(present["forces"])
    atoms = None if mask_key is None else mask(frame, mask_key, source)
    if forces_key is not None and keys.nan == "missing":
        atoms = _without_nan(frame, forces_key, atoms)
    energy_key = _first(present["energy"])
    stress, stress_key = _stress(frame, present["stress"], present["virial"], source)
    labels = Labels(
        energy=None if energy_key is None else energy(frame, energy_key, source),
        forces=None if forces_key is None else forces(frame, forces_key, source, atoms),
        stress=stress,
        force_mask=atoms if forces_key is not None else None,
    )
    used = {energy_key, forces_key, stress_key, mask_key}
    unused = tuple(k for found in present.values() for k in found if k not in used)
    more = hints(frame, keys)
    return labels, replace(
        more,
        energy=energy_key,
        forces=forces_key,
        stress=stress_key,
        force_mask=mask_key,
        unused=unused,
        nan=absent,
    )


def _first(keys: list[str]) -> str | None:
    return keys[0] if keys else None


def _take_out_nan(frame: Frame, present: dict[str, list[str]]) -> tuple[str, ...]:
    """Forget energies, stresses, virials with NaN and forces that are all NaN; which they were."""
    before = {quantity: bool(keys) for quantity, keys in present.items()}
    for quantity in ("energy", "stress", "virial"):
        present[quantity] = [key for key in present[quantity] if not is_nan(frame, key)]
    present["forces"] = [k for k in present["forces"] if _some_forces(frame, k)]
    return tuple(quantity for quantity, was in before.items() if was and not present[quantity])


def _some_forces(frame: Frame, key: str) -> bool:
    rows = nan_rows(frame, key)
    return rows is None or bool(rows.any())


def _without_nan(
    frame: Frame, key: str, atoms: NDArray[np.bool_] | None
) -> NDArray[np.bool_] | None:
    """The mask without atoms whose force is NaN."""
    rows = nan_rows(frame, key)
    if rows is None or rows.all():
        return atoms
    return frozen(rows if atoms is None else rows & atoms)


def _stress(
    frame: Frame, stress_keys: list[str], virial_keys: list[str], source: str
) -> tuple[NDArray[np.float64] | None, str | None]:
    """Stress from the stress or the virial, checked against each other where both are given."""
    stress_key, virial_key = _first(stress_keys), _first(virial_keys)
    if stress_key is None and virial_key is None:
        return None, None
    volume = frame.volume
    if volume < 1e-6:
        return None, None
    stress = None if stress_key is None else voigt(frame, stress_key, "stress", source)
    virial = None if virial_key is None else voigt(frame, virial_key, "virial", source)
    if stress is None:
        assert virial is not None
        return frozen(-virial / volume), virial_key
    if virial is None or _rank(stress_key) < _rank(virial_key):
        return frozen(stress), stress_key
    if _rank(virial_key) < _rank(stress_key):
        return frozen(-virial / volume), virial_key
    _compare(stress, -virial / volume, f"{stress_key!r}", f"{virial_key!r}", source)
    return frozen(stress), stress_key


def _rank(key: str | None) -> int:
    """REF keys come before bare ones."""
    return 0 if key is not None and key.startswith("REF_") else 1


def _compare(
    stress: NDArray[np.float64], other: NDArray[np.float64], key: str, virial_key: str, source: str
) -> None:
    """Refuse a virial that is not -V times the stress."""
    scale = max(np.abs(stress).max(), np.abs(other).max())
    allowed = 1e-3 * scale + 1e-5
    error = np.abs(stress - other).max()
    if error <= allowed:
        return
    flipped = np.abs(stress + other).max() <= allowed
    hint = "; their signs are opposite: expected virial = -volume * stress" if flipped else ""
    raise DataError(
        f"{source}: stress (key {key}) and virial (key {virial_key}) disagree by {error:.3g} of "
        f"{scale:.3g} eV/Å³{hint}. Name the one to use, e.g. keys={{'stress': {key}}}"
    )


def calculator_results(frame: Frame, labels: Labels) -> Settings:
    """Results of the configuration's calculator, labels and others that ASE knows."""
    labels_of_frame = ("energy", "forces", "stress")
    kept = {
        k: v for k, v in frame.results.items() if k in KNOWN_RESULTS and k not in labels_of_frame
    }
    resolved = {"energy": labels.energy, "forces": labels.forces, "stress": labels.stress}
    return kept | {k: v for k, v in resolved.items() if v is not None}
