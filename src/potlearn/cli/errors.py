"""From exceptions to exit codes: 2 and one clear message for errors, 130 for an interrupt."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import typer

from potlearn.errors import PotlearnError

P = ParamSpec("P")


def reporting_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Command that ends on an expected error with its message alone, not with a traceback.

    Errors of potlearn and of the file system exit with code 2; the global option
    ``--traceback`` lets them through.  An interrupt (Ctrl-C) exits with 130, as shells expect.
    """

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (PotlearnError, OSError) as error:
            context: Any = kwargs["context"]
            if context.find_root().params["traceback"]:
                raise
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2) from error
        except KeyboardInterrupt as error:
            typer.echo("\ninterrupted; the same command continues from its checkpoint", err=True)
            raise typer.Exit(130) from error

    return run
