"""Long work in chunks: on any executor, kept as it goes, taken up again where it stopped.

A chunk is a function of plain arguments that gives an array. The process that was asked writes
each finished chunk to disk, whole or not at all, so that an interrupt or a lost worker costs no
more than what was under way. What a chunk gives depends on its arguments alone: not on how many
there are, who computes them, or in which order.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from cepasim.core.files import replace_file
from cepasim.core.problems import InputError, Problem, RunError

Floats = NDArray[np.float64]
T = TypeVar("T")
PLAN = "plan.json"
#: Chunks under way at once: enough for every worker of a small cluster, few enough that a chunk
#: is written soon after it is done.
_UNDER_WAY = 64


def packed(thing: object) -> bytes:
    """Pickle of an object, compressed, to be sent with every chunk."""
    return zlib.compress(pickle.dumps(thing, protocol=pickle.HIGHEST_PROTOCOL), 1)


@lru_cache(maxsize=2)
def unpacked(blob: bytes) -> Any:
    """What was packed; a worker unpacks it once and keeps it for the chunks that follow."""
    return pickle.loads(zlib.decompress(blob))


def run_chunks(
    work: Callable[..., Floats],
    tasks: Mapping[str, tuple[Any, ...]],
    folder: Path,
    executor: Executor | None = None,
    *,
    label: str = "",
    size: Callable[[str], int] = lambda _: 1,
) -> None:
    """Compute every chunk that is not in the folder yet.

    Parameters
    ----------
    work : callable
        Importable by name in another process; called as ``work(*tasks[key])``.
    tasks : mapping of str to tuple
        Arguments by the name of the chunk; the array goes to ``<name>.npy``.
    folder : Path
        Must exist.
    executor : concurrent.futures.Executor, optional
        Threads, processes or ``dask.distributed.Client.get_executor()``; none works here and now.
    label : str, optional
        What a progress bar on a terminal counts.
    size : callable, optional
        How much a chunk counts in it.

    Raises
    ------
    RunError
        If the executor breaks down; finished chunks stay.
    """
    missing = {key: given for key, given in tasks.items() if not _file(folder, key).is_file()}
    run_tasks(
        work,
        missing,
        lambda key, array: _keep(folder, key, array),
        executor,
        label=label,
        size=size,
        done=sum(size(key) for key in tasks if key not in missing),
    )


def run_tasks(
    work: Callable[..., T],
    tasks: Mapping[str, tuple[Any, ...]],
    keep: Callable[[str, T], None],
    executor: Executor | None = None,
    *,
    label: str = "",
    size: Callable[[str], int] = lambda _: 1,
    done: int = 0,
) -> None:
    """Compute tasks and hand over each result as it comes, in no particular order.

    Parameters
    ----------
    work, tasks, executor, label, size
        As in `run_chunks`.
    keep : callable
        ``keep(key, result)``, called in this process.
    done : int, optional
        What a progress bar counts as done already.

    Raises
    ------
    RunError
        If the executor breaks down; what was handed over stays.
    """
    with _progress(label, sum(map(size, tasks)) + done, done) as advance:
        if executor is None:
            for key, given in tasks.items():
                keep(key, work(*given))
                advance(size(key))
            return
        waiting = iter(tasks.items())
        under_way: dict[Future[T], str] = {}
        try:
            while True:
                while len(under_way) < _UNDER_WAY:
                    following = next(waiting, None)
                    if following is None:
                        break
                    under_way[executor.submit(work, *following[1])] = following[0]
                if not under_way:
                    return
                for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                    key = under_way.pop(future)
                    keep(key, future.result())
                    advance(size(key))
        except (RunError, InputError):
            raise
        except Exception as error:
            # A broken pool, a lost scheduler: what is done is kept, and a rerun goes on from it.
            why = str(error) or "no reason given"
            raise RunError(f"the workers failed ({type(error).__name__}: {why})") from error
        finally:
            for future in under_way:
                future.cancel()


def stored(folder: Path, keys: Iterator[str] | list[str]) -> list[Floats]:
    """Chunks as arrays on disk, in the order of the keys."""
    return [np.load(_file(folder, key), mmap_mode="r") for key in keys]


def take_up(folder: Path, plan: Mapping[str, object]) -> None:
    """Make the folder of a long run, or check that it belongs to this one.

    Parameters
    ----------
    folder : Path
    plan : mapping
        All that the chunks depend on, ready for JSON.

    Raises
    ------
    InputError
        If the folder holds chunks of another run; says what differs.
    """
    file = folder / PLAN
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        for stale in folder.glob("*.npy"):
            stale.unlink()
        with replace_file(file) as partial:
            partial.write_text(json.dumps(plan, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        return
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        found = {}
    differs = [key for key in plan if found.get(key) != json.loads(json.dumps(plan[key]))]
    if differs:
        raise InputError(
            [
                Problem(
                    str(file),
                    None,
                    ", ".join(differs),
                    "another run",
                    "chunks of the same run, or a folder without any",
                )
            ]
        )


def _file(folder: Path, key: str) -> Path:
    return folder / f"{key}.npy"


def _keep(folder: Path, key: str, array: Floats) -> None:
    with replace_file(_file(folder, key)) as partial, partial.open("wb") as stream:
        np.save(stream, array, allow_pickle=False)


@contextmanager
def _progress(label: str, total: int, done: int) -> Iterator[Callable[[int], None]]:
    """Progress bar on a terminal; nothing in a pipe."""
    if not label or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total, completed=done)
        yield lambda amount: bar.advance(task, amount)
