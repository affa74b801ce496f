"""Command line and configuration files: the only room that reads configuration files."""

from __future__ import annotations

COLLECTING = 50_000, 20, 50
"""Thresholds of Python's search for circles of objects.  Its own take 7 % of a small fit.
These are as tight as memory needs."""


def main() -> None:
    """Entry point of the ``potlearn`` command."""
    from potlearn.cli.signals import ending_in_words

    with ending_in_words():
        import gc
        import os
        import warnings

        os.environ.setdefault(
            "PYDANTIC_DISABLE_PLUGINS", "__all__"
        )  # a search through all packages
        gc.set_threshold(*COLLECTING)

        from potlearn.cli.app import app

        warnings.formatwarning = lambda message, *_, **__: f"warning: {message}\n"
        app(prog_name="potlearn")
