"""Long runs of the twin: users that are hardly there."""

from __future__ import annotations

import math

import numpy as np
import pytest

from py_agent.capacity.load import LeastLoad, Load
from py_agent.capacity.long_runs import LongRuns, Outcome, outcome_of
from py_agent.capacity.survey import Survey
from py_agent.capacity.verdict import Verdict
from py_agent.experiment.run_settings import RunSettings
from py_agent.long_run.trend import trend

_LEVEL = np.tile([2.0, 3.0, 2.5, 2.0, 3.5], (5, 20))
_RISES = np.tile(np.arange(100.0), (5, 1))
_RISES_IN_ONE = np.array([*_LEVEL[:4], np.arange(100.0)])


def test_places_that_nobody_ever_takes_are_no_users():
    settings = {"n_ue": 30, "n_bs": 2, "arrival": {"rate_hz": 0.1, "sojourn_s": 20.0}}
    run = RunSettings(policy="load-fill", retrain="spare", settings=settings)
    outcome = outcome_of(LongRuns(run, 2, 50.0))
    assert outcome.accuracy_slack is not None
    assert math.isfinite(outcome.accuracy_slack)
    assert math.isfinite(outcome.violations)


def _under(backlog, virtual_queue=_LEVEL):
    """A rule that keeps all accuracy, by what waits under it."""
    return Outcome("rule", 0.0, 1.0, 0.0, 0.1, trend(backlog, 1.0), trend(virtual_queue, 1.0))


@pytest.mark.parametrize(
    ("outcome", "is_stationary", "keeps"),
    [
        (_under(_LEVEL), True, True),
        (_under(_RISES), False, False),
        (_under(_RISES_IN_ONE), None, True),
        (_under(_LEVEL, _RISES_IN_ONE), None, True),
        (_under(_RISES, _RISES_IN_ONE), False, False),
    ],
)
def test_what_is_not_shown_to_be_level_is_not_known(outcome, is_stationary, keeps):
    assert outcome.is_stationary is is_stationary
    assert outcome.keeps is keeps


@pytest.mark.parametrize(
    ("series", "stationary"),
    [
        ([], None),
        ([_RISES], False),
        ([_RISES, _RISES_IN_ONE], None),
        ([_RISES, _RISES_IN_ONE, _LEVEL], True),
    ],
)
def test_one_rule_that_keeps_all_level_is_enough(series, stationary):
    total = {"band": 0.3, "tasks": 0.5, "training": 0.2}
    survey = Survey("strongest", [], Load([0.3], [0.5], [0.2], total), 40.0)
    outcomes = [_under(backlog) for backlog in series]
    judged = Verdict(survey, LeastLoad(0.7, "servers"), outcomes)
    assert judged.stationary is stationary
    assert judged.to_json()["stationary"] is stationary
