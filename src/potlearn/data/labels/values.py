"""Values of labels: numbers of the right shape, finite, and within what physics allows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.data.frames import PER_CONFIGURATION, Frame
from potlearn.errors import DataError
from potlearn.structure.units import VOIGT

LARGEST = 1e10
"""No label in eV and Å is larger; a sum of squares of such numbers does not overflow."""
NAN_REMEDY = (
    "; if NaN means that there is no label, say so: data: {nan: missing} in a configuration, "
    "--nan missing on the command line, nan='missing' in Python"
)


def look_up(frame: Frame, key: str) -> Any:
    """Value of a key: of the configuration, of the atoms, or of a calculator."""
    for holder in (frame.info, frame.arrays, frame.results):
        if holder.get(key) is not None:
            return holder[key]
    return None


def shown(value: Any) -> str:
    """A short printable form of any value."""
    try:
        return repr(str(value)[:60])
    except ValueError:  # an integer of thousands of digits
        return "a huge integer"


def numbers(value: Any) -> NDArray[np.float64] | None:
    """The value as real numbers; None where it is something else."""
    try:
        array = np.asarray(value)
        return array.astype(np.float64) if array.dtype.kind in "iuf" else None
    except (ValueError, TypeError, OverflowError):
        return None


def is_nan(frame: Frame, key: str) -> bool:
    """Whether a label holds NaN."""
    array = numbers(look_up(frame, key))
    return array is not None and bool(np.isnan(array).any())


def fits(frame: Frame, quantity: str, key: str) -> bool:
    """Whether a value has the shape of a label, where labels of this kind are kept."""
    array = numbers(look_up(frame, key))
    if array is None:
        return False
    if quantity == "forces":
        return key not in frame.info and array.shape == (len(frame.numbers), 3)
    per_configuration = key in frame.info or key in PER_CONFIGURATION
    sizes = (1,) if quantity == "energy" else (6, 9)
    return per_configuration and array.size in sizes


def is_usable(frame: Frame, quantity: str, key: str) -> bool:
    """Whether a value could be taken for a label without an error."""
    try:
        if quantity == "energy":
            energy(frame, key, "")
        elif quantity == "forces":
            forces(frame, key, "")
        else:
            voigt(frame, key, quantity, "")
    except DataError:
        return False
    return fits(frame, quantity, key)


def _array(frame: Frame, key: str, quantity: str, source: str) -> NDArray[np.float64]:
    """The value of a key as real numbers."""
    value = look_up(frame, key)
    array = numbers(value)
    if array is None:
        raise DataError(f"{source}: {quantity} (key {key!r}) is {shown(value)}; expected numbers")
    return array


def _check_size(array: NDArray[np.float64], what: str, source: str) -> None:
    largest = float(np.abs(array).max(initial=0.0))
    if largest > LARGEST:
        raise DataError(
            f"{source}: {what} reaches {largest:.3g}; expected at most {LARGEST:g} in units of eV "
            "and Å"
        )


def energy(frame: Frame, key: str, source: str) -> float:
    """Total energy in eV."""
    value, what = _array(frame, key, "energy", source), f"energy (key {key!r})"
    if value.size != 1:
        raise DataError(f"{source}: {what} has shape {value.shape}; expected one number")
    if not np.isfinite(value).all():
        remedy = NAN_REMEDY if np.isnan(value).all() else ""
        raise DataError(
            f"{source}: {what} is {value.item()}; expected a finite number of eV{remedy}"
        )
    _check_size(value, what, source)
    return float(value.item())


def mask(frame: Frame, key: str, source: str) -> NDArray[np.bool_]:
    """Atoms whose forces are labelled."""
    value = np.asarray(look_up(frame, key))
    if value.shape != (len(frame.numbers),) or value.dtype.kind not in "bi":
        raise DataError(
            f"{source}: force mask (key {key!r}) has shape {value.shape} and type {value.dtype}; "
            f"expected one logical for each of {len(frame.numbers)} atoms"
        )
    found = value.astype(bool)
    found.setflags(write=False)
    return found


def forces(
    frame: Frame,
    key: str,
    source: str,
    labelled: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64]:
    """Forces in eV/Å, zero where masked."""
    value, what = _array(frame, key, "forces", source), f"forces (key {key!r})"
    expected = (len(frame.numbers), 3)
    if value.shape != expected:
        raise DataError(f"{source}: {what} have shape {value.shape}; expected {expected}")
    if labelled is not None:
        value = np.where(labelled[:, None], value, 0.0)
    bad = ~np.isfinite(value).all(axis=1)
    if bad.any():
        atom = int(np.argmax(bad))
        remedy = NAN_REMEDY if np.isnan(value[atom]).any() else ""
        raise DataError(
            f"{source}: {what} of atom {atom} are {value[atom].tolist()}; expected "
            "finite numbers of eV/Å (mark atoms without forces with a column force_mask:L:1)"
            f"{remedy}"
        )
    _check_size(value, what, source)
    return frozen(value)


def nan_rows(frame: Frame, key: str) -> NDArray[np.bool_] | None:
    """Atoms whose force is not NaN; None if the value is not one vector per atom."""
    array = numbers(look_up(frame, key))
    if array is None or array.shape != (len(frame.numbers), 3):
        return None
    return frozen(np.asarray(~np.isnan(array).any(axis=1)))


def voigt(frame: Frame, key: str, quantity: str, source: str) -> NDArray[np.float64]:
    """Six Voigt components of a tensor given as 3x3, 9 or 6 numbers."""
    value, what = _array(frame, key, quantity, source), f"{quantity} (key {key!r})"
    if value.shape not in ((3, 3), (9,), (6,)):
        raise DataError(
            f"{source}: {what} has shape {value.shape}; expected 3x3, 9 or 6 "
            "(Voigt xx yy zz yz xz xy) numbers"
        )
    if not np.isfinite(value).all():
        remedy = NAN_REMEDY if np.isnan(value).any() else ""
        raise DataError(f"{source}: {what} is not finite: {value.ravel().tolist()}{remedy}")
    _check_size(value, what, source)
    if value.shape == (6,):
        return value
    full = value.reshape(3, 3)
    asymmetry, scale = np.abs(full - full.T).max(), np.abs(full).max()
    if asymmetry > 0.01 * scale + 1e-6:
        raise DataError(
            f"{source}: {what} is not symmetric: {full.tolist()}; expected a "
            "symmetric tensor (name other keys, or None to leave it out)"
        )
    return np.asarray(0.5 * (full + full.T)[VOIGT])


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """The array, read-only."""
    array.setflags(write=False)
    return array
