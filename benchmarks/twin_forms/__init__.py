# SPDX-License-Identifier: MIT
"""The uplink of one slot of the twin in four forms: C++, Numba, torch and JAX.

Same inputs, same outputs to rounding, one thread. Most users have nothing to send in most slots:
C++, Numba and torch serve only those that have, JAX is dense.
"""

from __future__ import annotations

import importlib
import importlib.util
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from benchmarks.twin_forms.case import OUTPUTS, Case

BATCHES = (64, 16_384)
ROUNDS = 7
FORMS = {"C++": "cpp", "Numba": "numba", "torch": "torch", "JAX": "jax"}

Slot = Callable[[], Mapping[str, NDArray[Any]]]


def measure() -> list[Table]:
    table = Table(title="Uplink of one slot, 3 stations × 20 users, one thread")
    table.add_column("form")
    for batch in BATCHES:
        table.add_column(f"{batch:,} rollouts: ns per rollout", justify="right")
    table.add_column("to compile (s)", justify="right")
    cases = [Case.of(batch) for batch in BATCHES]
    expected: list[Mapping[str, NDArray[Any]]] = []
    for form, needed in FORMS.items():
        if needed != "cpp" and importlib.util.find_spec(needed) is None:
            table.add_row(form, *["–"] * len(cases), f"{needed} is not installed: pip install it")
            continue
        module = importlib.import_module(f"benchmarks.twin_forms.{needed}_form")
        cells, compiled_s = [], 0.0
        for i, case in enumerate(cases):
            start_s = time.perf_counter()
            slot: Slot = module.prepare(case)
            found = slot()
            compiled_s += time.perf_counter() - start_s
            if len(expected) <= i:
                expected.append({name: value.copy() for name, value in found.items()})
            _compare(form, found, expected[i])
            cells.append(f"{_least_s(slot) / case.batch * 1e9:,.0f}")
        table.add_row(form, *cells, f"{compiled_s:.2f}")
    return [table]


def _compare(
    form: str, found: Mapping[str, NDArray[Any]], expected: Mapping[str, NDArray[Any]]
) -> None:
    for name in OUTPUTS:
        scale = np.abs(expected[name]).max()
        # Whether all of a task has been sent may turn by rounding.
        wrong = np.abs(np.asarray(found[name]) - expected[name]) > 1e-3 * scale
        if wrong.mean() > 5e-3:
            raise AssertionError(f"{form}: {name} differs in {wrong.sum()} of {wrong.size} places")


def _least_s(slot: Slot) -> float:
    """Processor time, so that other work on the machine counts little."""
    least_s = np.inf
    for _ in range(ROUNDS):
        repeats, start_s = 0, time.process_time()
        while repeats < 3 or time.process_time() - start_s < 0.1:
            slot()
            repeats += 1
        least_s = min(least_s, (time.process_time() - start_s) / repeats)
    return least_s
