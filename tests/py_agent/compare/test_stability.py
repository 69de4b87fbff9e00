"""What rises under a policy, and what a table says of it."""

import numpy as np
import pytest

from py_agent.compare.stability import Stability, stability, stability_notes
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
    assert stability([run(rng, *rises) for _ in range(6)], cut=20) == Stability(tuple(told))


def test_a_warm_up_that_is_cut_off_is_no_rise():
    rng = np.random.default_rng(2)
    runs = [run(rng) for _ in range(8)]
    for one in runs:
        one.columns["task_s"][:30] *= np.linspace(0, 1, 30)
    assert stability(runs, cut=30) == Stability(())
    assert stability(runs, cut=0) == Stability(("backlog",))


def test_few_seeds_or_old_results_cannot_tell():
    rng = np.random.default_rng(3)
    runs = [run(rng, rise=1.0) for _ in range(5)]
    assert stability(runs, cut=0) == Stability(("backlog",))
    assert stability(runs[:4], cut=0) is None
    assert stability([*runs, None], cut=0) is None


def test_where_only_some_networks_are_overloaded_nothing_is_called_stationary():
    rng = np.random.default_rng(4)
    runs = [run(rng, rise=1.0 if seed < 4 else 0.0) for seed in range(20)]
    assert stability(runs, cut=20) == Stability((), unsure=("backlog",))
    assert stability(runs[4:], cut=20) == Stability(())


@pytest.mark.parametrize("shape", [lambda t: t**2, np.exp, lambda t: np.maximum(0, t - 0.5)])
def test_what_grows_ever_faster_is_not_stationary(shape):
    rng = np.random.default_rng(5)
    runs = [run(rng) for _ in range(5)]
    for one in runs:
        one.columns["task_s"][:] *= 1 + 9 * shape(np.linspace(0, 1, LENGTH))
    assert stability(runs, cut=0).rising == ("backlog",)


def violating(rng, start, end):
    """A run in which the share of 18 users below the target goes from one value to another."""
    share = np.linspace(start, end, LENGTH) + rng.normal(0, 0.01, LENGTH)
    seconds = np.full(LENGTH, 18.0)
    return FrameSeries({"frame_s": np.ones(LENGTH), "user_s": seconds, "below_s": 18.0 * share})


def test_a_constraint_that_is_kept_in_the_mean_alone_is_told():
    rng = np.random.default_rng(6)
    ramp = [violating(rng, 0.0, 0.09) for _ in range(8)]
    assert stability(ramp, cut=0) == Stability(("share below target",))
    differs = [violating(rng, 0.01, 0.3 if seed < 2 else 0.01) for seed in range(8)]
    assert stability(differs, cut=0) == Stability((), unsure=("share below target",))
    assert stability(differs, cut=0, tolerance=0.5) == Stability(())
    level = [violating(rng, 0.03, 0.03) for _ in range(8)]
    assert stability(level, cut=0) == Stability(())


def test_policies_are_told_by_what_rises_under_them():
    found = {
        "a": Stability(("backlog", "virtual queue")),
        "b": Stability(("backlog",), unsure=("share below target",)),
        "c": None,
        "d": Stability((), unsure=("backlog",)),
    }
    assert stability_notes(found) == [
        "unstable: backlog rises under a, b, and its delay with the horizon",
        "backlog is not shown to be level under d: it may double meanwhile",
        "unstable: virtual queue rises under a",
        "share below target is not shown to be level under b: it may break the constraint at the "
        "end",
    ]
