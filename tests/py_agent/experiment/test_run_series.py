"""Series of frames from records: against sums by hand, and against the summary of a whole run."""

import numpy as np
import pytest

from py_agent.experiment.run_data import frame_series
from py_agent.experiment.run_series import (
    accuracy_columns,
    handover_columns,
    task_columns,
    training_columns,
)
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.runner import Run

EDGES_S = [1.0, 2.0, 3.0, 4.0]


def rows(**columns):
    """A table of records."""
    return np.rec.fromarrays(list(columns.values()), names=list(columns))


def tasks(created_s, done_s, **more):
    done_s = np.array(done_s, float)
    stages = {name: done_s for name in ("uploaded_s", "computed_s")}
    return rows(
        ue=np.arange(len(done_s)),
        created_s=np.array(created_s, float),
        compute_s=np.zeros(len(done_s)),
        done_s=done_s,
        **stages,
        **more,
    )


def test_tasks_count_where_they_are_created_and_for_as_long_as_they_are_there():
    columns = task_columns(tasks([0.9, 1.5, 2.0, 3.5], [1.2, 3.25, 2.5, np.nan]), EDGES_S)
    assert columns["tasks"].tolist() == [2, 1, 1]  # the first of before the first slot, too
    np.testing.assert_allclose(columns["delay_s"], [0.3 + 1.75, 0.5, 0.5])
    np.testing.assert_allclose(columns["task_s"], [0.2 + 0.5, 1.0 + 0.5, 0.25 + 0.5])
    np.testing.assert_allclose(columns["p95_delay_s_from"][1:], [0.5, 0.5])
    assert "tasks_left" not in columns


def test_tasks_that_leave_with_their_user_count_with_their_age_at_that_time():
    left = tasks([1.0, 2.5], [1.5, np.nan], left_s=np.array([np.nan, 3.25]))
    columns = task_columns(left, EDGES_S)
    assert columns["tasks"].tolist() == [1, 1, 0]
    np.testing.assert_allclose(columns["delay_s"], [0.5, 0.75, 0.0])
    assert columns["tasks_left"].tolist() == [0, 0, 1]
    np.testing.assert_allclose(columns["task_s"], [0.5, 0.5, 0.25])
    assert np.isnan(columns["p99_delay_s_from"]).tolist() == [False, False, True]


def test_accuracy_is_summed_by_frame_and_by_user_from_each_frame_on():
    accuracy = rows(
        ue=np.array([0, 1, 0, 1, 0]),
        time_s=np.array([2.0, 2.0, 3.0, 3.0, 4.0]),
        accuracy=np.array([0.5, 0.9, 0.9, 0.7, 0.9]),
        deficit=np.array([0.3, 0.0, 0.0, 0.1, 0.0]),
        frame_s=np.ones(5),
    )
    columns = accuracy_columns(accuracy, 0.8, EDGES_S)
    assert columns["user_s"].tolist() == [2, 2, 1]
    assert columns["below_s"].tolist() == [1, 1, 0]
    np.testing.assert_allclose(columns["deficit_s"], [0.3, 0.1, 0.0])
    # User 0 is below in 1 of 3 s, user 1 in 1 of 2 s; from the second frame on user 1 in 1 of 1 s.
    np.testing.assert_allclose(columns["worst_share_below_target_from"], [0.5, 1.0, 0.0])
    # Means: user 0 0.767, user 1 0.8; then 0.9 and 0.7; then user 0 alone.
    np.testing.assert_allclose(columns["users_below_target_from"], [0.5, 0.5, 0.0])


def test_jobs_count_when_they_are_done_and_handovers_when_they_are_commanded():
    training = rows(done_s=np.array([1.5, 3.9, np.nan]), samples=np.array([32, 64, 128]))
    columns = training_columns(training, 10, EDGES_S)
    assert columns["training_samples"].tolist() == [32, 0, 64]
    assert columns["training_bit"].tolist() == [320, 0, 640]
    handovers = rows(commanded_s=np.array([1.0, 2.0, 2.0]), outcome=np.array([0, 1, 0]))
    columns = handover_columns(handovers, ["done", "failed"], EDGES_S)
    assert columns["handovers_done"].tolist() == [1, 1, 0]
    assert columns["handovers_failed"].tolist() == [0, 1, 0]
    assert handover_columns(handovers, ["fine"], EDGES_S) == {}


@pytest.mark.parametrize("arrival", [{}, {"arrival": {"rate_hz": 1.0, "sojourn_s": 3.0}}])
def test_nothing_cut_off_a_series_is_the_summary(tmp_path, arrival):
    settings = {"n_ue": 5, "n_bs": 2, "duration_s": 6.5, "slots_per_frame": 50}
    settings |= {"traffic": {"rate_hz": 2.0, "off_s": 0}, **arrival}
    run = RunSettings(
        policy="load-fill", retrain="spare", settings=settings, runs_dir=tmp_path, seed=3
    )
    folder = Run(run).execute()
    series, summary = frame_series(folder), folder.read_summary()
    assert len(series) == 7
    assert series.columns["frame_s"][-1] == pytest.approx(0.5)
    statistics = series.after(0)
    shared = set(statistics) & set(summary)
    assert {"mean_delay_s", "p95_delay_s", "share_below_target", "users_below_target"} <= shared
    assert ("tasks_left" in shared) == bool(arrival)
    for name in shared:
        assert statistics[name] == pytest.approx(summary[name]), name
    assert series.columns["cost_s"].sum() == pytest.approx(-summary["total_reward"])
    assert series.columns["training_samples"].sum() == summary["training_samples"]
    of_all_tasks_s = summary["mean_delay_s"] * series.columns["tasks"].sum()
    assert series.columns["task_s"].sum() == pytest.approx(of_all_tasks_s)
