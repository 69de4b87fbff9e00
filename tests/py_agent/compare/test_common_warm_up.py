"""All policies of a setting lose the same frames."""

import numpy as np
import pytest

from py_agent.compare.common_warm_up import common_warm_up
from py_agent.compare.grid import Grid
from py_agent.compare.results_file import RunResult
from py_agent.compare.table import compare
from py_agent.long_run.frame_series import FrameSeries

FRAMES = 100
NOISE = np.tile([0.1, -0.1, 0.0, 0.2, -0.2], FRAMES // 5)
STEADY = 1 + NOISE


def late(frames):
    """In the system: more tasks in the first frames."""
    return STEADY + 5 * (np.arange(FRAMES) < frames)


def series(task_s, **columns):
    ones = np.ones(FRAMES)
    return FrameSeries(
        {"frame_s": ones, "tasks": ones, "delay_s": task_s, "task_s": task_s, **columns}
    )


def test_the_largest_cut_of_all_policies_holds_for_all():
    common = common_warm_up({"a": [series(late(10))] * 2, "b": [series(late(25))] * 2})
    assert (common.cut, common.time_s, common.unsettled) == (25, 25.0, [])


def test_models_that_start_behind_their_data_are_a_warm_up_too():
    run = series(STEADY, deficit_s=0.01 + 0.3 * (np.arange(FRAMES) < 20))
    assert common_warm_up({"a": [run]}).cut == 20


def test_the_mean_over_seeds_is_cut_not_each_run():
    hump = STEADY + 5 * (np.arange(FRAMES) == 60)  # a busy second of one seed
    assert common_warm_up({"a": [series(late(10)), *[series(STEADY)] * 9]}).cut == 10
    assert common_warm_up({"a": [series(hump), *[series(STEADY)] * 99]}).cut < 10


def test_a_policy_whose_queue_grows_is_told_and_takes_nothing_from_the_others():
    growing = series(STEADY + 0.5 * np.arange(FRAMES))
    common = common_warm_up({"growing": [growing], "steady": [series(late(15))]})
    assert (common.cut, common.unsettled) == (15, ["growing"])
    assert common_warm_up({"growing": [growing]}).cut == FRAMES // 2


@pytest.mark.parametrize("frames", [60, 120])
def test_by_chance_a_dozen_stationary_policies_lose_about_a_third(frames):
    rng = np.random.default_rng(5)
    cuts = []
    for _ in range(50):
        noise = {f"p{i}": 1 + 0.2 * rng.standard_normal(frames) for i in range(12)}
        runs = {
            name: [FrameSeries({"frame_s": np.ones(frames), "task_s": task_s})]
            for name, task_s in noise.items()
        }
        cuts.append(common_warm_up(runs).cut / frames)
    assert 0.25 <= np.median(cuts) <= 0.42


def test_short_runs_and_runs_without_series_are_left_whole_and_the_reason_is_told():
    short = FrameSeries({"frame_s": np.ones(8), "task_s": np.ones(8)})
    assert "runs of 8 frames are too short" in common_warm_up({"a": [short]}).reason
    old = common_warm_up({"a": [series(STEADY)], "b": [None]})
    assert old.cut == 0
    assert "before runs kept series" in old.reason


def test_rows_are_of_what_is_left():
    grid = Grid(["load-srpt", "load-fill"], [1, 2])
    of_policy = {"load-srpt": late(25), "load-fill": 2 * late(10)}
    results = {
        cell.key: RunResult(
            {"mean_delay_s": 99.0, "sim_time_s": 100.0}, series(of_policy[cell.label])
        )
        for cell in grid.cells()
    }
    comparison = compare(grid.cells(), results, None)
    first, second = comparison.rows
    assert (first.warm_up_s, second.warm_up_s, first.is_settled) == (25.0, 25.0, True)
    assert first.mean_delay_s.mean == pytest.approx(STEADY[25:].mean())
    assert second.paired_ratio_to_best_rule.mean == pytest.approx(2.0)
    assert comparison.notes == {"": []}
