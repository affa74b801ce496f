"""What was found under the keys of one configuration; equal for most configurations of a file."""

from __future__ import annotations

from dataclasses import dataclass

Named = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class KeysFound:
    """Keys of one configuration that gave its labels, and other keys that matter.

    Attributes
    ----------
    energy, forces, stress, force_mask : str or None
        Keys that gave the labels.
    unused : tuple of str
        Keys of labels that were there but gave nothing.
    recognisable : tuple of (quantity, key)
        Keys that are not looked up, whose name and value leave no doubt.
    unusable : tuple of (quantity, key)
        Keys with such a name, and a value of another shape or that is not finite.
    alike : tuple of (quantity, key)
        Keys that may be labels; they are used only if the user names them.
    converted : tuple of (quantity, unit)
        Labels that were converted from a unit.
    weights : tuple of str
        Keys of weights and expected errors.
    states : tuple of (key, value)
        Charges and spins; all values that are not integers count as one, "not whole".
    nan : tuple of str
        Quantities that are absent because their value is NaN.
    """

    energy: str | None = None
    forces: str | None = None
    stress: str | None = None
    force_mask: str | None = None
    unused: tuple[str, ...] = ()
    recognisable: Named = ()
    unusable: Named = ()
    alike: Named = ()
    converted: Named = ()
    weights: tuple[str, ...] = ()
    states: Named = ()
    nan: tuple[str, ...] = ()
