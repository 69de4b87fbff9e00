"""The gap to the oracle is between runs of the same seeds, and there is none where one is lost."""

from __future__ import annotations

import pytest

from py_agent.benchmark.oracle_gap import oracle_gap
from py_agent.compare.comparison import Comparison, Row
from py_agent.intervals import Estimate


def row(policy, delay_s, failed=(), keeps_constraint=None):
    delay = None if delay_s is None else Estimate(delay_s, None, None)
    return Row(
        policy, "", 5 - len(failed), failed, mean_delay_s=delay, keeps_constraint=keeps_constraint
    )


def gap(*rows):
    return oracle_gap(Comparison(rows, None, {"": "twin-fill"}), "oracle-fill", "load-fill")


def test_it_is_to_the_best_rule_of_the_whole_table():
    found = gap(row("load-fill", 1.0), row("twin-fill", 0.9), row("oracle-fill", 0.8))
    assert found.closed == {
        "load-fill": pytest.approx(0.0),
        "twin-fill": pytest.approx(0.5),
        "oracle-fill": pytest.approx(1.0),
    }
    assert found.note == "gap to oracle-fill: between it and load-fill, over 5 seeds"


def test_a_policy_that_failed_under_a_seed_has_no_part_of_it():
    found = gap(row("load-fill", 1.0), row("twin-drl", 0.1, [3]), row("oracle-fill", 0.8))
    assert set(found.closed) == {"load-fill", "oracle-fill"}


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([row("load-fill", 1.0), row("oracle-fill", 0.2, [3])], "oracle-fill has failed"),
        ([row("load-fill", 1.0), row("oracle-fill", None)], "oracle-fill has failed"),
        ([row("load-fill", 1.0, [1]), row("oracle-fill", 0.2)], "load-fill has failed"),
        ([row("load-fill", 1.0), row("oracle-fill", 1.0)], "load-fill is as fast"),
        (
            [row("load-fill", 1.0), row("oracle-fill", 0.2, keeps_constraint=False)],
            "does not keep the constraint",
        ),
    ],
)
def test_where_there_is_none_it_is_said_why(rows, why):
    found = gap(*rows)
    assert found.closed == {}
    assert why in found.note
