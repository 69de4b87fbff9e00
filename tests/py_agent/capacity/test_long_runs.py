"""Long runs of the twin: users that are hardly there."""

from __future__ import annotations

import math

from py_agent.capacity.long_runs import LongRuns, outcome_of
from py_agent.experiment.run_settings import RunSettings


def test_places_that_nobody_ever_takes_are_no_users():
    settings = {"n_ue": 30, "n_bs": 2, "arrival": {"rate_hz": 0.1, "sojourn_s": 20.0}}
    run = RunSettings(policy="load-fill", retrain="spare", settings=settings)
    outcome = outcome_of(LongRuns(run, 2, 40.0))
    assert outcome.accuracy_slack is not None
    assert math.isfinite(outcome.accuracy_slack)
    assert math.isfinite(outcome.violations)
