"""The processes beside the server: none that is killed leaves a page waiting.

Imports little: each process that is started here imports this file.
"""

from __future__ import annotations

import os
import signal
import struct
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="kills a process")


def end_while_sending() -> None:
    """Send the beginning of a long result, no more of it, and end."""

    def send(pipe: Connection, _: object) -> None:
        os.write(pipe.fileno(), struct.pack("!i", 1000) + b"the beginning")
        os.kill(os.getpid(), signal.SIGKILL)

    Connection._send_bytes = send  # type: ignore[attr-defined]


@pytest.mark.slow(seconds=5)
def test_a_process_killed_while_it_answers_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page used to wait for ever: the pool waited for the rest of the answer."""
    from cepasim.studies import executors
    from cepasim.ui import workers

    monkeypatch.setattr(executors, "_TO_NOTICE", 0.2)
    monkeypatch.setattr(workers, "_begin", abs)  # reads no figures
    workers.pool.clear("splits")
    try:
        lost = workers.submit("splits", end_while_sending)
        with pytest.raises(BrokenProcessPool):
            lost.result(timeout=120)
        assert workers.lost([lost])
        again = workers.submit("splits", os.getpid)
        assert again.result(timeout=120) != os.getpid()
        assert not workers.lost([again])
    finally:
        workers.pool("splits").shutdown()
        workers.pool.clear("splits")
