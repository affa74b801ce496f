"""Command line and configuration files: the only room that reads configuration files."""

from __future__ import annotations

COLLECTING = 50_000, 20, 50
"""Thresholds of Python's search for objects that hold one another.  With Python's own thresholds
the search takes some 7 % of the CPU time of a small fit.  Peak memory is the same, that of a fit to
24,151 configurations of W-Be too."""


def main() -> None:
    """Entry point of the ``potlearn`` command."""
    from potlearn.cli.signals import ending_in_words

    with ending_in_words():
        import gc
        import os
        import warnings

        # pydantic would look through all installed packages for plugins.
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
        gc.set_threshold(*COLLECTING)

        from potlearn.cli.app import app

        warnings.formatwarning = lambda message, *_, **__: f"warning: {message}\n"
        app(prog_name="potlearn")
