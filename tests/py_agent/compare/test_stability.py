"""What rises under a policy, and what a table says of it."""

import numpy as np
import pytest

from py_agent.compare.stability import rising, stability_notes
from py_agent.long_run.frame_series import FrameSeries

LENGTH = 100


def run(rng, rise=0.0, queue_rise=0.0, level=5.0):
    time = np.arange(LENGTH)
    return FrameSeries(
        {
            "frame_s": np.full(LENGTH, 2.0),
            "task_s": 2.0 * (level + rise * time + rng.normal(0, 1, LENGTH)),
            "virtual_queue": np.abs(queue_rise * time + rng.normal(0, 0.05, LENGTH)),
        }
    )


@pytest.mark.parametrize(
    ("rises", "told"),
    [
        ((0.0, 0.0), []),
        ((0.1, 0.0), ["backlog"]),
        ((0.0, 0.02), ["virtual queue"]),
        ((0.1, 0.02), ["backlog", "virtual queue"]),
    ],
)
def test_what_rises_is_named(rises, told):
    rng = np.random.default_rng(1)
    assert rising([run(rng, *rises) for _ in range(6)], cut=20) == told


def test_a_warm_up_that_is_cut_off_is_no_rise():
    rng = np.random.default_rng(2)
    runs = [run(rng) for _ in range(8)]
    for one in runs:
        one.columns["task_s"][:30] *= np.linspace(0, 1, 30)
    assert rising(runs, cut=30) == []
    assert rising(runs, cut=0) == ["backlog"]


def test_few_seeds_or_old_results_cannot_tell():
    rng = np.random.default_rng(3)
    runs = [run(rng, rise=1.0) for _ in range(5)]
    assert rising(runs, cut=0) == ["backlog"]
    assert rising(runs[:4], cut=0) is None
    assert rising([*runs, None], cut=0) is None


def test_policies_are_told_by_what_rises_under_them():
    notes = stability_notes({"a": ["backlog", "virtual queue"], "b": ["backlog"], "c": None})
    assert notes == [
        "unstable: backlog rises under a, b, and its delay with the horizon",
        "unstable: virtual queue rises under a",
    ]
