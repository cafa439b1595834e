"""Long work in chunks: on any executor, kept as it goes, taken up again where it stopped.

A chunk is a function of plain arguments that gives an array. The process that was asked writes
each finished chunk to disk, whole or not at all and with a mark that names its size and digest,
so that an interrupt or a lost worker costs no more than what was under way. What a chunk gives
depends on its arguments alone: not on how many there are, who computes them, or in which order.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
import tempfile
import weakref
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

from cepasim.core.arrays import Floats
from cepasim.core.files import replace_file
from cepasim.core.language import tr
from cepasim.core.problems import InputError, RunError
from cepasim.studies import kept

T = TypeVar("T")
#: Chunks under way at once: enough for every worker of a small cluster, few enough that a chunk
#: is written soon after it is done.
_UNDER_WAY = 64


class Shared(Generic[T]):
    """What every chunk needs, such as an economy: in this process itself, packed once for others.

    Workers on other machines are sent it compressed; those on this one read it from a file, which
    takes less than packing and unpacking.

    Attributes
    ----------
    thing : object
    here : bool
        Whether all workers are on this machine.
    """

    def __init__(self, thing: T) -> None:
        self.thing = thing
        self.here = False

    @cached_property
    def _packed(self) -> bytes:
        return zlib.compress(pickle.dumps(self.thing, protocol=pickle.HIGHEST_PROTOCOL), 1)

    @cached_property
    def _file(self) -> str:
        """File that holds it, for the user alone; gone with this object."""
        handle, name = tempfile.mkstemp(prefix="cepasim-", suffix=".shared")
        weakref.finalize(self, _remove, name)
        with open(handle, "wb") as file:
            pickle.dump(self.thing, file, protocol=pickle.HIGHEST_PROTOCOL)
        return name

    def __reduce__(self) -> tuple[Callable[[Any], Shared[Any]], tuple[bytes | str]]:
        """What is sent to another process with each chunk."""
        if self.here:
            with suppress(OSError):  # such as a full disk
                return _opened, (self._file,)
        return _unpacked, (self._packed,)


@lru_cache(maxsize=2)
def _unpacked(blob: bytes) -> Shared[Any]:
    """What was packed; a worker unpacks it once and keeps it for the chunks that follow."""
    return Shared(pickle.loads(zlib.decompress(blob)))


@lru_cache(maxsize=2)
def _opened(name: str) -> Shared[Any]:
    """What was written to a file; kept as in `_unpacked`."""
    return Shared(pickle.loads(Path(name).read_bytes()))


def _remove(name: str) -> None:
    with suppress(OSError):
        os.unlink(name)


def run_chunks(
    work: Callable[..., Floats],
    tasks: Mapping[str, tuple[Any, ...]],
    folder: Path,
    executor: Executor | None = None,
    *,
    label: str = "",
    size: Callable[[str], int] = lambda _: 1,
    resumes: bool = False,
) -> None:
    """Compute every chunk that is not in the folder yet, or is not as it was written.

    Parameters
    ----------
    work : callable
        Importable by name in another process; called as ``work(*tasks[key])``.
    tasks : mapping of str to tuple
        Arguments by the name of the chunk; the array goes to ``<name>.npy``.
    folder : Path
        As `kept.take_up` left it.
    executor : concurrent.futures.Executor, optional
        Threads, processes or ``dask.distributed.Client.get_executor()``; none works here and now.
    label : str, optional
        What a progress bar on a terminal counts.
    size : callable, optional
        How much a chunk counts in it.
    resumes : bool, optional
        Whether the folder stays, so that an error may say that the same command goes on.

    Raises
    ------
    RunError
        If the executor breaks down; finished chunks stay.
    """
    missing = {key: given for key, given in tasks.items() if not _is_done(folder, key)}
    run_tasks(
        work,
        missing,
        lambda key, array: _keep(folder, key, array),
        executor,
        label=label,
        size=size,
        done=sum(size(key) for key in tasks if key not in missing),
        resumes=resumes,
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
    resumes: bool = False,
) -> None:
    """Compute tasks and hand over each result as it comes, in no particular order.

    Parameters
    ----------
    work, tasks, executor, label, size, resumes
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
    with progress(label, sum(map(size, tasks)) + done, done) as advance:
        if executor is None:
            for key, given in tasks.items():
                keep(key, work(*given))
                advance(size(key))
            return
        if isinstance(executor, ProcessPoolExecutor):
            for one in {id(one): one for given in tasks.values() for one in given}.values():
                if isinstance(one, Shared):
                    one.here = True
        waiting = iter(tasks.items())
        under_way: dict[Future[T], str] = {}
        try:
            while True:
                with _told_in_our_words(resumes):
                    while len(under_way) < _UNDER_WAY:
                        following = next(waiting, None)
                        if following is None:
                            break
                        under_way[executor.submit(work, *following[1])] = following[0]
                if not under_way:
                    return
                for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                    key = under_way.pop(future)
                    with _told_in_our_words(resumes):
                        found = future.result()
                    keep(key, found)
                    advance(size(key))
        finally:
            for future in under_way:
                future.cancel()


@contextmanager
def _told_in_our_words(resumes: bool) -> Iterator[None]:
    """Turn what a pool or a cluster raises into one line, and say how to go on."""
    try:
        yield
    except (RunError, InputError):
        raise
    except (BrokenExecutor, CancelledError, asyncio.CancelledError) as error:
        if isinstance(error, BrokenExecutor):
            lost = tr("a worker process was ended from outside, perhaps because memory ran out")
        else:
            lost = tr("the scheduler of the workers was lost")
        raise RunError(_going_on(lost, resumes)) from None
    except Exception as error:
        why = " ".join(str(error).split()) or tr("no reason given")
        failed = tr("the workers failed ({kind}: {why})", kind=type(error).__name__, why=why)
        raise RunError(_going_on(failed, resumes)) from error


def _going_on(lost: str, resumes: bool) -> str:
    if not resumes:
        return lost
    return tr("{lost}; what is done is kept, and the same command goes on from there", lost=lost)


def stored(folder: Path, keys: Iterator[str] | list[str]) -> list[Floats]:
    """Chunks as arrays on disk, in the order of the keys."""
    return [np.load(_file(folder, key), mmap_mode="r") for key in keys]


def _file(folder: Path, key: str) -> Path:
    return folder / f"{key}.npy"


def _mark(folder: Path, key: str) -> Path:
    return folder / f"{key}.json"


def _is_done(folder: Path, key: str) -> bool:
    return kept.sound_mark(_mark(folder, key), folder, [_file(folder, key).name]) is not None


def _keep(folder: Path, key: str, array: Floats) -> None:
    with replace_file(_file(folder, key)) as partial, partial.open("wb") as stream:
        np.save(stream, array, allow_pickle=False)
    kept.write_mark(_mark(folder, key), folder, [_file(folder, key).name], {})


#: Who is told of progress instead of a terminal: called with the label and the share done.
_WATCHER: ContextVar[Callable[[str, float], None] | None] = ContextVar("watcher", default=None)


@contextmanager
def watched(by: Callable[[str, float], None]) -> Iterator[None]:
    """Tell a front end of the progress of whatever is computed inside.

    Parameters
    ----------
    by : callable
        Called with what is counted and the share that is done, 0 to 1.
    """
    token = _WATCHER.set(by)
    try:
        yield
    finally:
        _WATCHER.reset(token)


@contextmanager
def progress(label: str, total: int, done: int) -> Iterator[Callable[[int], None]]:
    """Progress bar on a terminal, or for who watches; nothing in a pipe.

    Parameters
    ----------
    label : str
    total, done : int
        What there is to do, and what is done already.
    """
    watcher = _WATCHER.get()
    if label and watcher is not None:
        counted = [done]

        def tell(amount: int) -> None:
            counted[0] += amount
            watcher(tr(label), counted[0] / max(total, 1))

        yield tell
        return
    if not label or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(tr(label), total=total, completed=done)
        yield lambda amount: bar.advance(task, amount)
