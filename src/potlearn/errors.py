"""Errors that potlearn raises on purpose.

Every message says where the problem is (file, frame, quantity), what was expected, and what was
got.  All of them derive from :class:`PotlearnError`; those that a caller would otherwise catch as
``ValueError`` derive from that too.
"""

from __future__ import annotations


class PotlearnError(Exception):
    """Base of all errors that potlearn raises on purpose."""


class DataError(PotlearnError, ValueError):
    """A file, a frame or a label is missing, malformed or implausible."""


class SpeciesError(PotlearnError, ValueError):
    """A configuration holds an element that the model does not know."""


class BasisError(PotlearnError, ValueError):
    """A descriptor was asked for with settings that define no valid basis."""


class FitError(PotlearnError, ValueError):
    """The linear system cannot give the coefficients that were asked for."""


class SelectionError(PotlearnError, ValueError):
    """A subset cannot be chosen from these rows as it was asked for."""


class TooFewError(SelectionError):
    """Fewer items can be chosen than were asked for; ``available`` says how many can."""

    def __init__(self, message: str, available: int) -> None:
        super().__init__(message, available)
        self.available = available

    def __str__(self) -> str:
        """Give the message alone; both arguments are kept so that the error can be pickled."""
        return str(self.args[0])


class TuneError(PotlearnError, ValueError):
    """A search cannot continue, is of other settings, or has no such point."""


class UncertaintyError(PotlearnError, ValueError):
    """An uncertainty was asked of a model that has none, or cannot be had from these data."""


class OptimisationError(PotlearnError, ValueError):
    """A function cannot be minimised; ``x`` and ``value`` are the best point so far, if any."""

    def __init__(self, message: str, x: object = None, value: float | None = None) -> None:
        super().__init__(message, x, value)
        self.x, self.value = x, value

    def __str__(self) -> str:
        """Give the message alone; all arguments are kept so that the error can be pickled."""
        return str(self.args[0])


class ExecutionError(PotlearnError, RuntimeError):
    """Workers are missing, or died at a piece of work."""


class ModelFileError(PotlearnError, ValueError):
    """A saved model or a LAMMPS potential file is malformed."""


class LammpsError(PotlearnError, RuntimeError):
    """LAMMPS, its headers or a compiler are missing, or what was built for it does not work."""


class DynamicsError(PotlearnError, RuntimeError):
    """A simulation cannot start or continue: its settings, its start or its files do not fit."""


class LabellingError(PotlearnError, RuntimeError):
    """A calculator is missing, or its results cannot be kept or used."""


class PropertyError(PotlearnError, RuntimeError):
    """A property cannot be had: a crystal that is not stable, a relaxation that does not end."""


class LearningError(PotlearnError, RuntimeError):
    """Active learning cannot start or continue as it was asked for."""


class ConfigError(PotlearnError, ValueError):
    """A configuration file has an unknown key or a value of the wrong kind."""


class OutputError(PotlearnError, OSError):
    """A file cannot be written: no space, no permission, no such folder."""


class BusyError(PotlearnError, RuntimeError):
    """Another process works in the same folder."""


class MissingExtraError(PotlearnError, ImportError):
    """An optional package is needed and not installed; the message says how to install it."""


class PotlearnWarning(UserWarning):
    """Something that a user should know about a result that is given all the same."""
