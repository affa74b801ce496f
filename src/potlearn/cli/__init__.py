"""Command line and configuration files: the only room that reads configuration files."""

from __future__ import annotations


def main() -> None:
    """Entry point of the ``potlearn`` command."""
    from potlearn.cli.signals import ending_in_words

    with ending_in_words():
        import warnings

        from potlearn.cli.app import app

        warnings.formatwarning = lambda message, *_, **__: f"warning: {message}\n"
        app(prog_name="potlearn")
