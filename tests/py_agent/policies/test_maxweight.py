"""MaxWeight: queue length times rate, and what a share brings."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from py_agent.policies.association import Strongest
from py_agent.policies.cell_work import CellWork
from py_agent.policies.fill import fill
from py_agent.policies.maxweight import MaxWeightPolicy

SLOT_S = 0.02
N = 4


def work(queue, rate_hz):
    """Users at one station: tasks that wait, tasks per second that all of it would serve."""
    zeros, ints = np.zeros(N), np.zeros(N, np.int32)
    queue, typical_s = np.asarray(queue, float), 1 / np.asarray(rate_hz, float)
    waits_s = queue * typical_s
    return CellWork(
        *(ints, zeros, waits_s, ints, ints, waits_s, zeros, ints, typical_s, typical_s, zeros)
    )


def order(queue, rate_hz, field="compute_share"):
    priorities = MaxWeightPolicy(Strongest()).priorities(work(queue, rate_hz), {})
    return np.argsort(-priorities[field], kind="stable").tolist()


def test_the_longest_queue_is_first_where_rates_are_equal():
    assert order([1, 4, 2, 3], [5] * N) == [1, 3, 2, 0]


def test_the_fastest_link_is_first_where_queues_are_equal():
    assert order([2] * N, [5, 1, 9, 3], "bandwidth_share") == [2, 0, 3, 1]


def test_a_job_counts_by_its_virtual_queue_and_the_part_a_second_does():
    policy = MaxWeightPolicy(Strongest())
    seen = {
        "virtual_queue": np.array([2.0, 0.0, 4.0, 2.0]),
        "accuracy_deficit": np.zeros(N),
        "training_backlog_cycles": np.array([1e9, 1e9, 1e9, 4e9]),
        "task_mean_cycles": np.full(N, 4e8),  # a server of 2e9 Hz does 5 per second
    }
    found = policy.priorities(work([2, 2, 2, 2], [5] * N), seen)
    # Z = 2 and 2 jobs per second weigh 4; two tasks and 5 per second weigh 10.
    assert np.allclose(np.exp(found["training_share"]), [4, 2e-6, 8, 1])
    assert np.allclose(np.exp(found["compute_share"]), 10)


@given(
    hnp.arrays(np.float64, N, elements=st.floats(0.01, 8)),
    hnp.arrays(np.float64, N, elements=st.floats(0.5, 60)),
)
def test_no_other_division_serves_more_weight(queue, rate_hz):
    """The shares maximise Σ Q s(v), s = min(v R τ, Q): no better one on a grid of divisions."""
    priorities = MaxWeightPolicy(Strongest()).priorities(work(queue, rate_hz), {})
    need = queue / rate_hz / SLOT_S
    shares = fill(priorities["compute_share"], need, np.zeros(N, np.int32)).astype(float)

    def served(share):
        return (queue * np.minimum(share * rate_hz * SLOT_S, queue)).sum(axis=-1)

    grid = np.array([v for v in itertools.product(range(6), repeat=N) if sum(v) == 5]) / 5
    assert served(shares) >= served(grid).max() * (1 - 1e-5)
