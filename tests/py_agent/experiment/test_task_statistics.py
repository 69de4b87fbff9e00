from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from py_agent.experiment.task_statistics import delay_parts, summarise_delays

NAN = float("nan")


def tasks(*rows):
    names = ("created_s", "uploaded_s", "compute_s", "computed_s", "done_s")
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def test_parts_of_done_computing_and_uploading_tasks():
    parts = delay_parts(
        tasks(
            (1.0, 2.0, 0.5, 3.5, 4.0),
            (1.0, 2.0, 0.5, 3.5, NAN),
            (1.0, 3.0, 0.5, NAN, NAN),
            (1.0, NAN, NAN, NAN, NAN),
        ),
        end_s=5.0,
    )
    assert parts.done.tolist() == [True, False, False, False]
    assert parts.delay_s.tolist() == [3.0, 4.0, 4.0, 4.0]
    assert parts.upload_s.tolist() == [1.0, 1.0, 2.0, 4.0]
    assert parts.compute_queue_s.tolist() == [1.0, 1.0, 1.5, 0.0]
    assert parts.compute_s.tolist() == [0.5, 0.5, 0.5, 0.0]
    assert parts.download_s.tolist() == [0.5, 1.5, 0.0, 0.0]


@given(
    st.lists(
        st.tuples(*[st.floats(0, 10) for _ in range(5)], st.integers(0, 3)), min_size=1, max_size=20
    )
)
def test_the_parts_are_never_negative_and_add_up(raw):
    rows = []
    for created, upload, compute, queue, download, stage in raw:
        uploaded = created + upload
        computed = uploaded + compute + queue
        done = computed + download
        rows.append(
            [
                (created, NAN, NAN, NAN, NAN),
                (created, uploaded, compute, NAN, NAN),
                (created, uploaded, compute, computed, NAN),
                (created, uploaded, compute, computed, done),
            ][stage]
        )
    parts = delay_parts(tasks(*rows), end_s=60.0)
    split = (parts.upload_s, parts.compute_queue_s, parts.compute_s, parts.download_s)
    assert all((part >= -1e-9).all() for part in split)
    assert np.allclose(sum(split), parts.delay_s)


def test_unfinished_tasks_count_with_their_age():
    summary = summarise_delays(
        delay_parts(tasks((0.0, 1.0, 1.0, 2.0, 2.0), (1.0, NAN, NAN, NAN, NAN)), end_s=11.0)
    )
    assert summary["tasks_completed"] == 1
    assert summary["tasks_unfinished"] == 1
    assert summary["mean_delay_s"] == pytest.approx(6.0)


def test_no_task_at_all_is_no_number():
    summary = summarise_delays(delay_parts(tasks(), end_s=1.0))
    assert summary["tasks_completed"] == 0
    assert summary["mean_delay_s"] is None
    assert summary["p95_delay_s"] is None
