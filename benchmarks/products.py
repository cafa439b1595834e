"""Draws by product on a real Dask cluster of this machine: what one costs, and what 1,000 take.

``python -m benchmarks.products [DRAWS]`` starts a scheduler and a worker for each processor, draws
the full package by six-digit product through ``get_executor`` and keeps what it measured in
``benchmarks/products.json``, which ``docs/scale.md`` quotes. 1,000 draws take some minutes of all
processors, so that ``python -m benchmarks.table`` does not repeat them.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import date
from pathlib import Path

import dask
from distributed import Client, LocalCluster

import cepasim
from cepasim.studies.executors import processors
from cepasim.studies.monte_carlo import CHUNK, monte_carlo

KEPT = Path(__file__).with_name("products.json")
DRAWS = 1000
#: What workers by product are started with, as docs/scale.md says: Dask has them hand back memory
#: at once, and each thread keeps a store of its own.
MEMORY = {
    "MALLOC_TRIM_THRESHOLD_": 1 << 30,
    "MALLOC_MMAP_THRESHOLD_": 1 << 25,
    "MALLOC_ARENA_MAX": 1,
}


def used() -> tuple[float, float]:
    """Seconds of processor that this process has used, and its peak memory in MB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return sum(os.times()[:2]), peak / 1024


def measured(draws: int = DRAWS) -> dict[str, object]:
    """Run the draws on a cluster of this machine, and say what they took."""
    economy, scenario = cepasim.load(level="hs6"), cepasim.Scenario.bundled("full-package")
    workers = processors()
    with (
        dask.config.set({"distributed.nanny.pre-spawn-environ": MEMORY}),
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=workers, threads_per_worker=1, memory_limit=0, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,  # type: ignore[no-untyped-call]
    ):
        executor = client.get_executor()
        monte_carlo(economy, scenario, 1, 9, executor)  # a worker has read the program
        before = client.run(used)
        start = time.perf_counter()
        found = monte_carlo(economy, scenario, draws, 1, executor)
        seconds = time.perf_counter() - start
        after = client.run(used)
    low, high = found.range_of("change_in_balance_usd_mn", "2030-31")
    processor = sum(cpu - before[worker][0] for worker, (cpu, _) in after.items())
    return {
        "date": date.today().isoformat(),
        "products": len(economy.chapters),
        "draws": draws,
        "failed": len(found.failed),
        "workers": workers,
        "chunk": CHUNK,
        "load_average": round(os.getloadavg()[0], 1),
        "wall_seconds": round(seconds, 1),
        "processor_seconds": round(processor, 1),
        "processor_seconds_a_draw": round(processor / draws, 3),
        "worker_peak_mb": round(max(peak for _, peak in after.values())),
        "change_in_balance_2030_31_usd_mn": [round(low, 1), round(high, 1)],
    }


def main() -> None:
    """Measure, keep and print."""
    found = measured(int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS)
    KEPT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
