import gc
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from cepasim.studies.chunks import Shared, run_tasks


def test_workers_of_this_machine_read_a_file_that_goes_with_it() -> None:
    shared = Shared({"much": [1.5] * 1000})
    elsewhere = pickle.dumps(shared)
    assert pickle.loads(elsewhere).thing == shared.thing
    shared.here = True
    sent = pickle.dumps(shared)
    assert len(sent) < 300
    assert pickle.loads(sent).thing == shared.thing
    file = Path(shared._file)
    assert file.stat().st_mode & 0o077 == 0
    del shared
    gc.collect()
    assert not file.exists()


def test_only_a_pool_of_processes_is_on_this_machine() -> None:
    class Pool(ProcessPoolExecutor):
        def submit(self, *given: Any, **more: Any) -> Any:
            return threads.submit(*given, **more)

    with ThreadPoolExecutor(1) as threads:
        for executor, here in ((threads, False), (Pool(1), True)):
            shared, found = Shared(2), {}
            run_tasks(lambda one: one.thing, {"a": (shared,)}, found.__setitem__, executor)
            assert found == {"a": 2} and shared.here is here
