"""From exceptions to an exit code: 2 and one clear message for expected errors."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import typer

from potlearn.cli.signals import interrupted
from potlearn.errors import PotlearnError

P = ParamSpec("P")


def reporting_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Command that ends on an expected error with its message alone, not with a traceback.

    Errors of potlearn and of the file system exit with code 2; the global option
    ``--traceback`` lets them through, and so does a signal whose consequence they are.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (PotlearnError, OSError) as error:
            context: Any = kwargs["context"]
            closed = isinstance(error, BrokenPipeError)  # the reader of our output has gone
            if closed or interrupted() or context.find_root().params["traceback"]:
                raise
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2) from error

    return run
