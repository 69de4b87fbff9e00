"""Series of frames: statistics after a cut, and their way through JSON."""

import json

import numpy as np
import pytest

from py_agent.long_run.frame_series import FrameSeries

SERIES = FrameSeries(
    {
        "frame_s": np.array([1.0, 1.0, 0.5]),
        "tasks": np.array([4.0, 2.0, 0.0]),
        "delay_s": np.array([8.0, 1.0, 0.0]),
        "p95_delay_s_from": np.array([3.0, 0.9, np.nan]),
        "user_s": np.array([2.0, 2.0, 1.0]),
        "below_s": np.array([2.0, 1.0, 0.0]),
        "handovers_done": np.array([1.0, 2.0, 3.0]),
    }
)


def test_statistics_are_of_the_frames_that_are_left():
    whole, later, last = (SERIES.after(cut) for cut in range(3))
    assert whole["mean_delay_s"] == 1.5
    assert later["mean_delay_s"] == 0.5
    assert (whole["p95_delay_s"], later["p95_delay_s"]) == (3.0, 0.9)
    assert (whole["share_below_target"], later["share_below_target"]) == (0.6, 1 / 3)
    assert (later["horizon_s"], later["handovers_per_min"]) == (1.5, 200.0)
    assert last["mean_delay_s"] is None  # no task was created then
    assert last["p95_delay_s"] is None
    assert "cost_per_s" not in whole  # not measured


def test_an_amount_per_frame_is_told_per_second():
    assert SERIES.rate("handovers_done").tolist() == [1.0, 2.0, 6.0]
    assert SERIES.rate("task_s") is None


def test_a_series_outlives_json():
    again = FrameSeries.from_json(json.loads(json.dumps(SERIES.to_json())))
    for name, column in SERIES.columns.items():
        np.testing.assert_array_equal(again.columns[name], column)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0], "no series of frames: list"),
        ({"tasks": [1.0]}, "frame_s is missing"),
        ({"frame_s": [1.0], "colour": [1.0]}, "unknown: colour"),
        ({"frame_s": [1.0, 1.0], "tasks": [1.0]}, "columns of different length"),
        ({"frame_s": [1.0], "tasks": [{}]}, "no series of frames"),
        ({"frame_s": ["long"]}, "could not convert"),
    ],
)
def test_what_is_no_series_is_told(values, message):
    with pytest.raises(ValueError, match=message):
        FrameSeries.from_json(values)
