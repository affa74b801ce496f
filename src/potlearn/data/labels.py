r"""Labels of a configuration: their keys and their meaning.

.. math:: \text{stress} = \frac1V \frac{dE}{d\varepsilon} = -\frac{\text{virial}}{V}

Energies are totals in eV, forces in eV/Å, stress in eV/Å³ and positive under tension, in the Voigt
order xx yy zz yz xz xy; a virial is in eV.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from potlearn.data.frames import Frame
from potlearn.errors import DataError
from potlearn.structure.units import VOIGT
from potlearn.typing import Settings

# Rows and columns of a 3x3 tensor in Voigt order.


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


@dataclass(frozen=True)
class LabelKeys:
    """Names under which labels are looked up, the first that is present wins.

    ``REF_...`` comes before the bare name, and the bare name may be a key of the file or a result
    of an ASE calculator.  An empty tuple turns a quantity off.
    """

    energy: tuple[str, ...] = ("REF_energy", "energy", "free_energy")
    forces: tuple[str, ...] = ("REF_forces", "forces")
    stress: tuple[str, ...] = ("REF_stress", "stress")
    virial: tuple[str, ...] = ("REF_virial", "REF_virials", "virial", "virials")
    force_mask: tuple[str, ...] = ("REF_force_mask", "force_mask", "forces_mask")

    @classmethod
    def of(cls, keys: LabelKeys | Mapping[str, str | Iterable[str] | None] | None) -> LabelKeys:
        """Accept ``{"energy": "dft_energy", "stress": None}``: named keys, the rest by default.

        Naming ``stress`` or ``virial`` alone turns the other off.
        """
        if isinstance(keys, LabelKeys):
            return keys
        given = {name: _as_tuple(value) for name, value in (keys or {}).items()}
        known = [f.name for f in fields(cls)]
        unknown = sorted(set(given) - set(known))
        if unknown:
            raise DataError(f"label keys name {unknown}; expected some of {known}")
        if ("stress" in given) != ("virial" in given) and (
            given.get("stress") or given.get("virial")
        ):
            given = {"stress": (), "virial": ()} | given
        return cls(**given)

    def named(self) -> dict[str, tuple[str, ...]]:
        """Quantities whose keys differ from the defaults."""
        default = LabelKeys()
        return {
            f.name: value
            for f in fields(self)
            if (value := getattr(self, f.name)) and value != getattr(default, f.name)
        }


def _as_tuple(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """One name, several, or none."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


@dataclass(frozen=True)
class KeysFound:
    """Keys of one configuration that gave its labels, and those that were there but not used."""

    energy: str | None = None
    forces: str | None = None
    stress: str | None = None
    force_mask: str | None = None
    unused: tuple[str, ...] = ()


def resolve(frame: Frame, keys: LabelKeys, source: str) -> tuple[Labels, KeysFound]:
    """Find the labels of one configuration.

    Raises
    ------
    DataError
        A label that is not finite, has the wrong shape, or a stress and a virial that disagree;
        the message names configuration, quantity, key and atom.
    """
    present = {
        quantity: [key for key in getattr(keys, quantity) if _look_up(frame, key) is not None]
        for quantity in ("energy", "forces", "stress", "virial", "force_mask")
    }
    mask_key = _first(present["force_mask"])
    mask = None if mask_key is None else _mask(frame, mask_key, source)
    energy_key, forces_key = _first(present["energy"]), _first(present["forces"])
    stress, stress_key = _stress(frame, present["stress"], present["virial"], source)
    labels = Labels(
        energy=None if energy_key is None else _energy(frame, energy_key, source),
        forces=None if forces_key is None else _forces(frame, forces_key, mask, source),
        stress=stress,
        force_mask=mask if forces_key is not None else None,
    )
    used = {energy_key, forces_key, stress_key, mask_key}
    unused = tuple(k for found in present.values() for k in found if k not in used)
    return labels, KeysFound(energy_key, forces_key, stress_key, mask_key, unused)


def _look_up(frame: Frame, key: str) -> Any:
    """Value of a key: of the configuration, of the atoms, or of a calculator."""
    for holder in (frame.info, frame.arrays, frame.results):
        if holder.get(key) is not None:
            return holder[key]
    return None


def _first(keys: list[str]) -> str | None:
    return keys[0] if keys else None


def _array(frame: Frame, key: str, quantity: str, source: str) -> NDArray[np.float64]:
    """The value of a key as real numbers."""
    value = _look_up(frame, key)
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "if":
            raise ValueError
        return array.astype(np.float64)
    except (ValueError, TypeError):
        raise DataError(
            f"{source}: {quantity} (key {key!r}) is {str(value)[:60]!r}; expected numbers"
        ) from None


def _energy(frame: Frame, key: str, source: str) -> float:
    """Total energy in eV."""
    value = _array(frame, key, "energy", source)
    if value.size != 1:
        raise DataError(
            f"{source}: energy (key {key!r}) has shape {value.shape}; expected one number"
        )
    if not np.isfinite(value).all():
        raise DataError(
            f"{source}: energy (key {key!r}) is {value.item()}; expected a finite number of eV"
        )
    return float(value.item())


def _forces(
    frame: Frame, key: str, mask: NDArray[np.bool_] | None, source: str
) -> NDArray[np.float64]:
    """Forces in eV/Å, zero where masked."""
    value = _array(frame, key, "forces", source)
    expected = (len(frame.numbers), 3)
    if value.shape != expected:
        raise DataError(
            f"{source}: forces (key {key!r}) have shape {value.shape}; expected {expected}"
        )
    if mask is not None:
        value = np.where(mask[:, None], value, 0.0)
    bad = ~np.isfinite(value).all(axis=1)
    if bad.any():
        atom = int(np.argmax(bad))
        raise DataError(
            f"{source}: forces (key {key!r}) of atom {atom} are {value[atom].tolist()}; expected "
            "finite numbers of eV/Å (mark atoms without forces with a column force_mask:L:1)"
        )
    return _frozen(value)


def _mask(frame: Frame, key: str, source: str) -> NDArray[np.bool_]:
    """Atoms whose forces are labelled."""
    value = np.asarray(_look_up(frame, key))
    if value.shape != (len(frame.numbers),) or value.dtype.kind not in "bi":
        raise DataError(
            f"{source}: force mask (key {key!r}) has shape {value.shape} and type {value.dtype}; "
            f"expected one logical for each of {len(frame.numbers)} atoms"
        )
    mask = value.astype(bool)
    mask.setflags(write=False)
    return mask


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
        return _frozen(-virial / volume), virial_key
    if virial is None or _rank(stress_key) < _rank(virial_key):
        return _frozen(stress), stress_key
    if _rank(virial_key) < _rank(stress_key):
        return _frozen(-virial / volume), virial_key
    _compare(stress, -virial / volume, f"{stress_key!r}", f"{virial_key!r}", source)
    return _frozen(stress), stress_key


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


def voigt(frame: Frame, key: str, quantity: str, source: str) -> NDArray[np.float64]:
    """Six Voigt components of a tensor given as 3x3, 9 or 6 numbers."""
    value = _array(frame, key, quantity, source)
    if value.shape not in ((3, 3), (9,), (6,)):
        raise DataError(
            f"{source}: {quantity} (key {key!r}) has shape {value.shape}; expected 3x3, 9 or 6 "
            "(Voigt xx yy zz yz xz xy) numbers"
        )
    if not np.isfinite(value).all():
        raise DataError(
            f"{source}: {quantity} (key {key!r}) is not finite: {value.ravel().tolist()}"
        )
    if value.shape == (6,):
        return value
    full = value.reshape(3, 3)
    asymmetry, scale = np.abs(full - full.T).max(), np.abs(full).max()
    if asymmetry > 0.01 * scale + 1e-6:
        raise DataError(
            f"{source}: {quantity} (key {key!r}) is not symmetric: {full.tolist()}; expected a "
            "symmetric tensor (name other keys, or None to leave it out)"
        )
    return np.asarray((0.5 * full + 0.5 * full.T)[VOIGT])


def _frozen(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """The array, read-only."""
    array.setflags(write=False)
    return array


def calculator_results(frame: Frame, labels: Labels) -> Settings:
    """Results of the configuration's calculator, labels and others."""
    kept = {k: v for k, v in frame.results.items() if k not in ("energy", "forces", "stress")}
    resolved = {"energy": labels.energy, "forces": labels.forces, "stress": labels.stress}
    return kept | {k: v for k, v in resolved.items() if v is not None}
