"""How errors are reported: one line for each problem, and the exit code that belongs to it.

Exit codes: 0 done; 1 the run failed (one line says why); 2 the input is wrong (one line for each
problem).
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer

from cepasim.core.problems import InputError, Problem, RunError

FAILED, WRONG_INPUT = 1, 2
_COMMAND_LINE = "command line"


@contextmanager
def reporting(debug: bool, kept: Path | None = None) -> Iterator[None]:
    """Turn an exception into one line for each problem and the exit code that belongs to it.

    Parameters
    ----------
    debug : bool
        Show the traceback as well.
    kept : Path, optional
        Folder of the work that an interrupt leaves half done but not undone.
    """
    try:
        yield
    except (typer.Exit, typer.Abort, BrokenPipeError):
        raise
    except KeyboardInterrupt:
        told = (
            "nothing was written"
            if kept is None
            else f"what is done stays in {kept}, and the same command goes on from there"
        )
        typer.echo(f"cepasim: interrupted; {told}", err=True)
        raise typer.Exit(FAILED) from None
    except Exception as error:
        if debug:
            traceback.print_exc()
        lines, code = _told(error)
        for line in lines:
            typer.echo(" ".join(line.split()), err=True)
        raise typer.Exit(code) from None


def _told(error: Exception) -> tuple[list[str], int]:
    """Lines that tell an error to people, and its exit code."""
    if isinstance(error, InputError):
        return [str(problem) for problem in error.problems], WRONG_INPUT
    if isinstance(error, RunError):
        why = str(error)
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        why = f"{place}{error.strerror or error}"
    else:  # a defect of the program, not of the input
        why = f"unexpected {type(error).__name__}: {error} (--debug shows where)"
    return [f"cepasim: the run failed: {why}"], FAILED


def refuse(field: str, value: str, allowed: str) -> NoReturn:
    """Refuse an argument of the command line."""
    raise InputError([Problem(_COMMAND_LINE, None, field, value, f"allowed: {allowed}")])
