# SPDX-License-Identifier: MIT
"""Work in processes of their own: results, what is reported meanwhile, and how it ends."""

import os
from contextlib import closing

import pytest

from py_agent.side_by_side import one_by_one, report, side_by_side


def square(number):
    report(("at", number))
    if number < 0:
        raise ValueError("negative")
    return number**2, os.getpid()


@pytest.mark.parametrize("jobs", [0, 2])
def test_every_item_is_worked_on_and_its_reports_arrive(jobs):
    reports = []
    items = [3, 4, -1]
    ended = side_by_side(square, items, jobs, reports.append) if jobs else one_by_one(
        square, items, reports.append
    )  # fmt: skip
    with closing(ended):
        futures = dict(ended)
    assert sorted(futures) == [0, 1, 2]
    assert [futures[i].result()[0] for i in (0, 1)] == [9, 16]
    assert (futures[0].result()[1] == os.getpid()) == (jobs == 0)
    with pytest.raises(ValueError, match="negative"):
        futures[2].result()
    assert sorted(reports) == [("at", -1), ("at", 3), ("at", 4)]


def test_a_report_without_a_callback_is_dropped():
    assert square(2)[0] == 4
