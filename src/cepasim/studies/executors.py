"""Who computes: this process, several processes, or a Dask cluster.

Library functions take any ``concurrent.futures.Executor``; this is how the command line opens one.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from pathlib import Path

from cepasim.core.arguments import whole_number
from cepasim.core.language import tr
from cepasim.core.problems import RunError

#: Processes at most, asked for by name or not; more have no use on one machine.
MOST_WORKERS = 256
#: Times a Dask cluster computes a chunk again that a lost worker took with it.
_RETRIES = 3
#: Seconds that a pool has to notice that a worker ended, before the others are ended.
_TO_NOTICE = 2.0
#: What Linux, where it does, weighs the session of this process by.
_SESSION = Path("/proc/self/autogroup")
#: Module that imports all that a worker needs.
_WORK = "cepasim.studies.monte_carlo"


def processors() -> int:
    """Processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def workers_for(asked: int = 0, oversubscribe: bool = False) -> int:
    """How many processes to start.

    Parameters
    ----------
    asked : int, optional
        0 is one for each processor.
    oversubscribe : bool, optional
        Whether there may be more than processors: they gain nothing and cost memory.

    Raises
    ------
    InputError
        For a number below 0 or above `MOST_WORKERS`.
    """
    asked = whole_number("workers", asked, 0, MOST_WORKERS)
    if oversubscribe:
        return asked or processors()
    return min(asked or processors(), processors(), MOST_WORKERS)


@contextmanager
def open_executor(
    workers: int = 0, scheduler: str | None = None, *, oversubscribe: bool = False
) -> Iterator[Executor | None]:
    """Yield an executor and close it; None where one worker is all there is.

    Parameters
    ----------
    workers, oversubscribe : optional
        Processes, as `workers_for` has them.
    scheduler : str, optional
        Address of a Dask scheduler, ``tcp://host:8786``; its workers need this program installed
        in the same version.

    Raises
    ------
    InputError
        For a number of workers that cannot be.
    RunError
        If Dask is not installed or the scheduler cannot be reached.
    """
    workers = workers_for(workers, oversubscribe)
    if scheduler is not None:
        with _dask(scheduler) as executor:
            yield executor
        return
    if workers == 1:
        yield None
        return
    pool = ProcessPoolExecutor(workers, mp_context=_fresh_processes(), initializer=begin_worker)
    try:
        # They start while this process reads its data, and not with the first chunk.
        for _ in range(workers):
            pool.submit(_make_ready)
        break_with_lost_worker(pool)
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


def break_with_lost_worker(pool: ProcessPoolExecutor) -> None:
    """Have a pool that has begun to work break when a worker is killed while it sends a result.

    The pool's thread then waits for the rest of the message and looks at nothing else, and the
    other workers wait for the lock of the pipe: nobody ever ends. CPython has mended the like of
    it for the pipe to the workers (gh-94777), not for the one from them. The rest cannot come, but
    the pipe ends only when nobody holds its writing end, neither a worker nor this process.
    """
    # The pool drops both when it is shut down; its thread goes on with them.
    workers = pool._processes
    writing_end: Connection = pool._result_queue._writer  # type: ignore[attr-defined]

    def watch() -> None:
        # Every second anew: a pool starts a worker when it finds none idle.
        while not wait([worker.sentinel for worker in list(workers.values())], timeout=1):
            pass
        # All work is done, or the pool is broken and ends the others, or it is stuck.
        time.sleep(_TO_NOTICE)
        for worker in list(workers.values()):
            if not wait([worker.sentinel], timeout=0):
                worker.kill()
        writing_end.close()

    threading.Thread(target=watch, name="break with lost worker", daemon=True).start()


def _make_ready() -> None:
    """Import the program before the first chunk arrives."""
    import_module(_WORK)


def begin_worker() -> None:
    """Begin a worker process: it leaves Ctrl-C to its parent and does not outlive it."""
    # Ctrl-C reaches every process of a terminal; the one that was asked decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()


def end_with_parent() -> None:
    """End this worker process when its parent is gone, however that came about.

    A pool's idle workers wait for a task on a pipe that they themselves keep open, and the server
    they are forked from waits for them: a parent that is killed would leave all of them for good.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="end with parent", daemon=True).start()


def give_way(level: int) -> None:
    """Let other processes have the processors before this worker, wherever the system allows it.

    Linux on a desktop shares processors between sessions, those of a terminal or of a browser,
    before it does between the processes of each, so that a worker that is only nice would take as
    much from the browser as the server that it belongs to: it begins a session of its own, which
    gives way as a whole.

    Parameters
    ----------
    level : int
        As of ``nice``, up to 19.
    """
    if hasattr(os, "nice"):
        os.nice(max(level - os.nice(0), 0))
    if not _SESSION.exists():
        return
    with suppress(OSError):
        os.setsid()
        for _ in range(20):
            with suppress(BlockingIOError):  # the system answers one process at a time
                _SESSION.write_text(str(level))
                return
            time.sleep(0.15)


@contextmanager
def _dask(scheduler: str) -> Iterator[Executor]:
    try:
        client_of = import_module("distributed").Client
    except ImportError:
        raise RunError(
            tr("a scheduler needs Dask, which is not installed: pip install 'cepasim[dask]'")
        ) from None
    # What it has to say reaches the user as an error of ours, in one line.
    logging.getLogger("distributed").setLevel(logging.CRITICAL + 1)
    try:
        client = client_of(scheduler, timeout="20s")
    except (OSError, ValueError) as error:
        words = tr("no Dask scheduler at {scheduler}: {error}", scheduler=scheduler, error=error)
        raise RunError(words) from error
    try:
        yield client.get_executor(retries=_RETRIES, pure=False)
    finally:
        with suppress(Exception):  # a scheduler that is gone cannot be told good-bye
            client.close(timeout=2)
