"""Who computes: this process, several processes, or a Dask cluster.

Library functions take any ``concurrent.futures.Executor``; this is how the command line opens one.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing.context import BaseContext

from cepasim.core.problems import RunError

#: Times a Dask cluster computes a chunk again that a lost worker took with it.
_RETRIES = 3
#: Module that imports all that a worker needs.
_WORK = "cepasim.studies.monte_carlo"


def processors() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def open_executor(workers: int = 0, scheduler: str | None = None) -> Iterator[Executor | None]:
    """Yield an executor and close it; None where one worker is all there is.

    Parameters
    ----------
    workers : int, optional
        Processes; 0 is one for each processor.
    scheduler : str, optional
        Address of a Dask scheduler, ``tcp://host:8786``; its workers need this program installed
        in the same version.

    Raises
    ------
    RunError
        If Dask is not installed or the scheduler cannot be reached.
    """
    if scheduler is not None:
        with _dask(scheduler) as executor:
            yield executor
        return
    workers = workers or processors()
    if workers == 1:
        yield None
        return
    pool = ProcessPoolExecutor(
        workers, mp_context=_fresh_processes(), initializer=_leave_interrupts_alone
    )
    try:
        # They start while this process reads its figures, and not with the first chunk.
        for _ in range(workers):
            pool.submit(_make_ready)
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def _fresh_processes() -> BaseContext:
    """How to start processes: not as a fork of this one, which may have threads and hang.

    Where there is a server to fork from, it imports the program once for all of them.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_WORK])
    return context


def _make_ready() -> None:
    """Import the program before the first chunk arrives."""
    import_module(_WORK)


def _leave_interrupts_alone() -> None:
    """Ctrl-C reaches every process of a terminal; the one that was asked decides."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _dask(scheduler: str) -> Iterator[Executor]:
    try:
        client_of = import_module("distributed").Client
    except ImportError:
        raise RunError(
            "a scheduler needs Dask, which is not installed: pip install 'cepasim[dask]'"
        ) from None
    try:
        client = client_of(scheduler, timeout="20s")
    except (OSError, ValueError) as error:
        raise RunError(f"no Dask scheduler at {scheduler}: {error}") from error
    with client:
        yield client.get_executor(retries=_RETRIES, pure=False)
