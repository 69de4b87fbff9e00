from __future__ import annotations

import numpy as np
import pytest

from py_agent.learning.reward import (
    accuracy_term,
    price,
    price_by_group,
    retraining_term,
    task_term,
)

UPLOADING = np.array([[1, 0, 2], [0, 0, 0]])
COMPUTING = np.array([[[1, 0], [0, 0], [0, 3]], [[0, 0], [0, 1], [0, 0]]])


def terms():
    return [
        task_term(UPLOADING + COMPUTING.sum(axis=-1)),
        retraining_term(0.1, np.array([4e8, 0, 8e8]), np.array([4e8, 4e8, 0.0])),
        accuracy_term(10.0, np.array([0.0, 0.25, 0.0])),
    ]


def test_each_term_counts_in_tasks():
    tasks, retraining, accuracy = terms()
    assert tasks.by_user.tolist() == [[2, 0, 5], [0, 1, 0]]
    assert retraining.by_user.tolist() == pytest.approx([0.1, 0, 0.1 * 8e8])
    assert accuracy.by_user.tolist() == [0, 2.5, 0]


def test_the_price_of_a_slot_is_the_sum_over_terms_and_users_times_its_length():
    tasks, _, accuracy = terms()
    assert price([tasks, accuracy], 0.02).tolist() == pytest.approx([0.02 * 9.5, 0.02 * 3.5])
    assert price([accuracy], 0.02) == pytest.approx(0.05)


def test_users_of_a_cell_bear_what_all_of_them_cost():
    tasks, _, accuracy = terms()
    cells = np.array([[0, 0, 1], [1, 1, 0]])
    local = price_by_group([tasks, accuracy], cells, 2)
    assert local.tolist() == [[4.5, 4.5, 5.0], [3.5, 3.5, 0.0]]
