# SPDX-License-Identifier: MIT
"""Work in processes of their own: results, what is reported meanwhile, and how it ends."""

import os
import signal
from contextlib import closing

import pytest

from ns3_bridge import Ns3TwinError
from py_agent.side_by_side import WorkerDied, one_by_one, report, side_by_side


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


def die_at_two(number):
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_worker_that_dies_takes_no_other_work_with_it():
    with closing(side_by_side(die_at_two, [1, 2, 3, 4], 2)) as ended:
        futures = dict(ended)
    assert [futures[i].result() for i in (0, 2, 3)] == [1, 3, 4]
    with pytest.raises(WorkerDied, match="SIGKILL"):
        futures[1].result()


class Unspeakable(Exception):
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def raise_unspeakable(number):
    raise Unspeakable(number, number)


def test_an_error_that_cannot_be_pickled_says_what_it_was():
    with closing(side_by_side(raise_unspeakable, [7], 1)) as ended:
        ((_, future),) = ended
    with pytest.raises(Ns3TwinError, match="Unspeakable: 7 and 7"):
        future.result()


def interrupt(*_):
    raise KeyboardInterrupt


def reports_to_its_end_and_then(item):
    signal.signal(signal.SIGTERM, interrupt)
    try:
        while True:
            report("x" * 100_000)
    finally:
        report("x" * 1_000_000)  # more than a pipe holds


def test_a_worker_that_reports_while_it_is_ended_holds_nobody_up():
    ended = side_by_side(reports_to_its_end_and_then, [1, 2], 2, interrupt)
    with pytest.raises(KeyboardInterrupt), closing(ended):
        next(ended)
