# SPDX-License-Identifier: MIT
"""The channel between network and twin."""

import numpy as np
import pytest

from py_agent.twin.estimation.reporting import ReportingChannel, ReportingSettings


def carried(recorded, **settings):
    network, observations = recorded
    channel = ReportingChannel(
        ReportingSettings(**settings), tuple(network.schema.observations), 6, seed=3
    )
    now_s = [float(o["time_s"][0]) for o in observations]
    return channel, list(zip(now_s, map(channel.carry, observations), strict=True))


def user_reports(arrivals):
    return sum(len(r.users) for _, reports in arrivals for r in reports if r.users is not None)


def test_without_settings_everything_comes_at_once_and_is_paid_for(recorded):
    _, observations = recorded
    channel, arrivals = carried(recorded)
    assert all(len(reports) == 2 for _, reports in arrivals)  # the users', the cells'
    assert user_reports(arrivals) == 6 * len(observations)
    clock = ("time_s", "slot_in_frame")
    bits = sum(v.nbytes * 8 for name, v in observations[0].items() if name not in clock)
    assert channel.bits == bits * len(observations)


def test_a_period_spreads_reports_over_its_slots(recorded):
    _, observations = recorded
    _, arrivals = carried(recorded, period_s=0.4)
    assert user_reports(arrivals) == pytest.approx(6 * len(observations) / 20, abs=7)
    first = {
        int(r.users[0]): at
        for at, reports in reversed(arrivals)
        for r in reports
        if r.users is not None
    }
    assert len(set(first.values())) > 3


def test_some_are_lost_and_some_come_twice(recorded):
    _, observations = recorded
    whole = 6 * len(observations)
    assert user_reports(carried(recorded, loss=0.3)[1]) == pytest.approx(0.7 * whole, rel=0.1)
    channel, arrivals = carried(recorded, duplicates=0.5)
    assert user_reports(arrivals) == pytest.approx(1.5 * whole, rel=0.1)
    assert channel.bits > carried(recorded)[0].bits


def test_late_reports_say_when_they_were_measured_and_overtake_each_other(recorded):
    _, arrivals = carried(recorded, delay_s=0.1)
    times = [(at, r.time_s) for at, reports in arrivals for r in reports]
    late_s = np.array([at - measured for at, measured in times])
    assert (late_s >= -1e-9).all()
    assert late_s.mean() == pytest.approx(0.11, abs=0.03)  # until the end of a slot
    assert (np.diff([measured for _, measured in times]) < 0).any()
