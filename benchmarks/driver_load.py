# SPDX-License-Identifier: MIT
"""What many nodes ask of the one driver: ``python -m benchmarks.driver_load``.

The driver is ours as it is; messages go through Ray. In place of simulators there are thousands of
workers that only wait, as many in one process as one can hold. They are said to be on one node of
as many CPUs, so that what Ray itself needs to know of a thousand nodes is not in the numbers.
Needs ``pip install 'ns3-twin[ray]'``.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import logging
import pickle
import resource
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import ray
from rich.console import Console
from rich.table import Table

from py_agent.cluster.executor import RayCluster
from py_agent.cluster.installation import installation
from py_agent.compare.execution import run_result
from py_agent.compare.grid import Grid

CPUS_PER_NODE = 16
WAITERS_PER_PROCESS = 4_000
NODES = (10, 100, 1000)


class _Waiters:
    """Thousands of workers in one process, which answer a run with a true result after a while.

    Args:
        run_s: how long.
        result: of each run.
    """

    def __init__(self, run_s: float, result: bytes) -> None:
        self._run_s = run_s
        self._result = pickle.loads(result)
        self._installation = installation()

    async def about(self) -> tuple[str, dict[str, str]]:
        """As a worker's."""
        return "no folder", self._installation

    async def do(self, content: bytes, keys: list[str], *files: bytes) -> tuple[Any, None]:
        """Wait in place of the run."""
        await asyncio.sleep(self._run_s)
        return self._result, None

    async def close(self) -> None:
        """Nothing is to be removed."""


class _Places:
    """Stands in for the class of the workers: each that is hired is a place in some process."""

    def __init__(self, processes: list[Any]) -> None:
        self._next = itertools.cycle(processes)

    def options(self, **_: Any) -> _Places:
        """Wherever that is."""
        return self

    def remote(self, reports: Any) -> Any:
        """A place."""
        return next(self._next)


def measure(run_s: float = 30.0, rounds: int = 3) -> list[Table]:
    """All numbers, as a table."""
    table = Table(title=f"{CPUS_PER_NODE} workers per node that wait {run_s:g} s")
    for title in ("nodes", "runs", "against the least time", "driver per run", "driver is busy"):
        table.add_column(title, justify="right")
    table.add_column("memory", justify="right")
    for nodes, runs, elapsed_s, driver_s, memory_mb in _loads(run_s, rounds):
        table.add_row(
            f"{nodes:,}",
            f"{runs:,}",
            f"{elapsed_s / (run_s * rounds):.2f}",
            f"{1e3 * driver_s / runs:.2f} ms",
            f"{driver_s / elapsed_s:.0%} of a core",
            f"{memory_mb:.0f} MB",
        )
    return [table]


def _loads(run_s: float, rounds: int) -> Iterator[tuple[int, int, float, float, float]]:
    """Nodes, runs, elapsed seconds, seconds of the driver's CPUs, MB of its memory."""
    grid = Grid(["load-fill"], [1], assignments=["n_ue=12", "duration_s=1"])
    run = grid.cells()[0].movable().run
    result = pickle.dumps(run_result(run))
    for nodes in NODES:
        workers = CPUS_PER_NODE * nodes
        ray.init(
            num_cpus=workers,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            _system_config={"prestart_worker_first_driver": False},
        )
        try:
            kind: Any = ray.remote(num_cpus=0, max_concurrency=2 * WAITERS_PER_PROCESS)(_Waiters)
            count = -(-workers // WAITERS_PER_PROCESS)
            processes = [kind.remote(run_s, result) for _ in range(count)]
            ray.get([process.about.remote() for process in processes])
            before_mb, before_s = _memory_mb(), time.process_time()
            began_s = time.perf_counter()
            items = [run] * (workers * rounds)
            with closing(RayCluster(worker=_Places(processes)).run(run_result, items)) as ended:
                kept = [future.result() for _, future in ended]
                elapsed_s = time.perf_counter() - began_s
                driver_s = time.process_time() - before_s
                yield nodes, len(kept), elapsed_s, driver_s, _memory_mb() - before_mb
        finally:
            ray.shutdown()


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run-s", type=float, default=30.0, help="how long a simulator takes")
    parser.add_argument("--rounds", type=int, default=3, help="runs per worker")
    arguments = parser.parse_args()
    Console().print(*measure(arguments.run_s, arguments.rounds))


if __name__ == "__main__":
    main()
