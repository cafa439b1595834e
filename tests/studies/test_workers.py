"""Worker processes: how many, what is said when they are lost, and that none outlives us."""

from __future__ import annotations

import contextlib
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cepasim import InputError, RunError
from cepasim.cli.commands import app
from cepasim.cli.studies import _say_workers
from cepasim.studies import chunks
from cepasim.studies.executors import MOST_WORKERS, open_executor, processors, workers_for

linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


# --- how many -----------------------------------------------------------------------------------


def test_never_more_than_processors_unless_asked_by_name() -> None:
    more = processors() + 3
    assert workers_for(0) == min(processors(), MOST_WORKERS)
    assert workers_for(more) == min(processors(), MOST_WORKERS)
    assert workers_for(more, oversubscribe=True) == more
    assert workers_for(1) == workers_for(1, oversubscribe=True) == 1


@pytest.mark.parametrize("asked", [-1, MOST_WORKERS + 1, 1.5, "2", True])
@pytest.mark.parametrize("oversubscribe", [False, True])
def test_a_number_of_workers_that_cannot_be_is_refused(asked: Any, oversubscribe: bool) -> None:
    with pytest.raises(InputError, match="workers"):
        workers_for(asked, oversubscribe)


def test_fewer_workers_than_asked_for_are_announced(capsys: pytest.CaptureFixture[str]) -> None:
    more = processors() + 3
    _say_workers(more, False, None)
    said = capsys.readouterr().err
    assert f"--workers {more}: {processors()} started" in said and "--oversubscribe" in said
    _say_workers(more, True, None)
    _say_workers(more, False, "tcp://elsewhere:8786")
    _say_workers(1, False, None)
    assert capsys.readouterr().err == ""


# --- what is said when they are lost ------------------------------------------------------------


def end_oneself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def end_while_sending() -> None:
    """Send the beginning of a long result, no more of it, and end."""

    def send(pipe: Connection, _: object) -> None:
        os.write(pipe.fileno(), struct.pack("!i", 1000) + b"the beginning")
        end_oneself()

    Connection._send_bytes = send  # type: ignore[attr-defined]


@linux
@pytest.mark.parametrize(
    ("work", "resumes"), [(end_oneself, True), (end_oneself, False), (end_while_sending, True)]
)
def test_a_killed_worker_is_reported_in_one_line(work: Callable[[], None], resumes: bool) -> None:
    with (
        pytest.raises(RunError, match="a worker process was ended from outside") as told,
        open_executor(2, oversubscribe=True) as executor,
    ):
        chunks.run_tasks(work, {"a": ()}, lambda *_: None, executor, resumes=resumes)
    assert ("the same command goes on from there" in str(told.value)) == resumes
    assert told.value.__cause__ is None and told.value.__suppress_context__


@linux
@pytest.mark.slow(seconds=6)
def test_the_command_says_that_it_goes_on_after_a_killed_worker(tmp_path: Path) -> None:
    program = started(tmp_path)
    try:
        wait_for(lambda: any((tmp_path / "out" / "draws").glob("*.npy")), "the first chunk")
        os.kill(workers_of(program.pid)[0], signal.SIGKILL)
        program.wait(timeout=60)
    finally:
        end(program)
    said = (tmp_path / "said").read_text(encoding="utf-8")
    assert program.returncode == 1
    # The pool's own thread may add nothing: no foreign traceback, one line of ours.
    assert "Traceback" not in said
    [line] = [line for line in said.splitlines() if line.startswith("cepasim: the run failed")]
    assert "the same command goes on from there" in line


class Impatient(ThreadPoolExecutor):
    """Threads that a worker leaves alone when it closes: it would give their task 30 s to end."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=False, cancel_futures=True)


def wait_for_file(path: str) -> None:
    while path and not Path(path).exists():
        time.sleep(0.01)


def test_a_lost_scheduler_is_reported_in_one_line(tmp_path: Path) -> None:
    """The scheduler goes away while a task is under way: a real cluster, in this process."""
    distributed = pytest.importorskip("distributed")
    cluster = distributed.LocalCluster(
        n_workers=1, executor=Impatient(1), processes=False, dashboard_address=None
    )
    try:
        with (
            pytest.raises(RunError) as told,
            open_executor(scheduler=cluster.scheduler_address) as executor,
        ):

            def keep(key: str, _: object) -> None:
                cluster.close()

            tasks = {"short": ("",), "long": (str(tmp_path / "go on"),)}
            chunks.run_tasks(wait_for_file, tasks, keep, executor, resumes=True)
    finally:
        cluster.close()
        (tmp_path / "go on").touch()
    said = str(told.value)
    assert "scheduler" in said and "the same command goes on from there" in said
    assert "\n" not in said


# --- none outlives its parent -------------------------------------------------------------------


@linux
@pytest.mark.slow(seconds=6)
def test_workers_and_their_server_end_with_a_killed_parent(tmp_path: Path) -> None:
    program = started(tmp_path)
    try:
        wait_for(lambda: any((tmp_path / "out" / "draws").glob("*.npy")), "the first chunk")
        family = descendants(program.pid)
        assert len(family) >= 3, "a server and two workers at least"
        os.kill(program.pid, signal.SIGKILL)
        program.wait(timeout=10)
        wait_for(lambda: not any(map(is_alive, family)), "the workers' end")
    finally:
        end(program)


def started(folder: Path) -> subprocess.Popen[bytes]:
    """A long study with two workers, in a group of processes of its own."""
    command = [sys.executable, "-m", "cepasim.cli", "montecarlo", "origin-rules"]
    options = ["--draws", "65536", "--workers", "2", "--oversubscribe"]
    # To a file: a pipe is open for as long as any process of the group holds it.
    with (folder / "said").open("w", encoding="utf-8") as said:
        return subprocess.Popen(
            [*command, *options, "--out", str(folder / "out")],
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )


def end(program: subprocess.Popen[bytes]) -> None:
    """End whatever is left of the group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    program.wait(timeout=10)


def wait_for(holds: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"waited {seconds:g} s in vain for {what}"
        time.sleep(0.05)


def processes() -> dict[int, tuple[str, int]]:
    """State and parent of every process."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            found[int(folder.name)] = (state, int(parent))
    return found


def children(pid: int) -> list[int]:
    return [one for one, (_, parent) in processes().items() if parent == pid]


def descendants(pid: int) -> list[int]:
    return [one for child in children(pid) for one in (child, *descendants(child))]


def workers_of(pid: int) -> list[int]:
    """Processes that the fork server started."""
    return [one for child in children(pid) for one in children(child)]


def is_alive(pid: int) -> bool:
    return processes().get(pid, ("Z", 0))[0] not in "ZX"


def test_the_command_refuses_workers_that_cannot_be(tmp_path: Path) -> None:
    arguments = ["batch", "reference", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, [*arguments, "--workers", str(MOST_WORKERS + 1)])
    assert done.exit_code == 2 and "workers" in done.output
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="sessions are not weighed")
def test_a_worker_gives_way_with_a_session_of_its_own() -> None:
    program = (
        "import os; from cepasim.studies.executors import give_way; give_way(11); "
        "own = os.getsid(0) == os.getpid(); print(own, os.nice(0)); "
        "print(open('/proc/self/autogroup').read())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    own, nice, *session = done.stdout.split()
    assert own == "True" and int(nice) >= 11 and session[-2:] == ["nice", "11"], done.stderr
