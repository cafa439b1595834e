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

from cepasim.core.language import mark, tr
from cepasim.core.problems import InputError, Problem, RunError

FAILED, WRONG_INPUT = 1, 2
_COMMAND_LINE = mark("command line")


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
        typer.echo(_interrupted(kept), err=True)
        raise typer.Exit(FAILED) from None
    except Exception as error:
        if debug:
            traceback.print_exc()
        lines, code = _reported(error)
        for line in lines:
            typer.echo(" ".join(line.split()), err=True)
        raise typer.Exit(code) from None


def _interrupted(kept: Path | None) -> str:
    """What an interrupt leaves."""
    if kept is None:
        return tr("cepasim: interrupted; nothing was written")
    return tr(
        "cepasim: interrupted; what is done stays in {folder}, and the same command goes on from "
        "there",
        folder=kept,
    )


def _reported(error: Exception) -> tuple[list[str], int]:
    """Lines that report an error to people, and its exit code."""
    if isinstance(error, InputError):
        return [str(problem) for problem in error.problems], WRONG_INPUT
    if isinstance(error, RunError):
        why = str(error)
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        why = f"{place}{error.strerror or error}"
    else:  # a defect of the program, not of the input
        why = tr(
            "unexpected {kind}: {error} (--debug shows where)",
            kind=type(error).__name__,
            error=error,
        )
    return [tr("cepasim: the run failed: {why}", why=why)], FAILED


def refuse(field: str, value: str, allowed: str) -> NoReturn:
    """Refuse an argument of the command line."""
    allowed = tr("allowed: {allowed}", allowed=allowed)
    raise InputError([Problem(tr(_COMMAND_LINE), None, field, value, allowed)])


def refuse_no_file(field: str, file: Path) -> None:
    """Refuse an argument that is not a file."""
    if not file.is_file():
        refuse(field, str(file), tr("an existing file"))


def refuse_no_folder(out: Path | None) -> None:
    """Refuse ``--out`` that is something else than a folder."""
    if out is not None and out.exists() and not out.is_dir():
        refuse("--out", str(out), tr("a folder, or a name that does not exist yet"))


def say_written(out: Path, what: str) -> None:
    """Say on the error stream what was written where."""
    typer.echo(tr("Wrote {place}: {what}", place=out, what=what), err=True)
