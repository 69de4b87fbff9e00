"""How shares divide the airtime of an access point, on real ns-3."""

from __future__ import annotations

import numpy as np
import pytest
from wifi_run import (
    ONE_CELL,
    ROAMING,
    SATURATED,
    SERVERS,
    TRIGGER,
    action,
    ahead_in_branches,
    airtime,
    bits,
    labels,
    play,
)


def test_shares_divide_the_airtime(wifi):
    env = wifi(n_ue=3, duration_s=1.2, **ONE_CELL)
    used = airtime(env, [0.5, 0.25, 0.125])
    assert used.sum() > 0.6
    assert used / used.sum() == pytest.approx([4 / 7, 2 / 7, 1 / 7], rel=0.05)


def test_a_share_that_has_grown_counts_at_once(wifi):
    env = wifi(n_ue=5, duration_s=1, **ONE_CELL)
    observation, _ = env.reset(seed=1)
    used = []
    for slot in range(40):
        shares = [0.24875] * 4 + [0.0005] if slot < 25 else [0.2] * 5
        decision = {**action(observation), "bandwidth_share": np.float32(shares)}
        observation, *_ = env.step(decision)
        used.append(observation["airtime_ul"].copy())
    before, after = np.sum(used[10:25], axis=0), np.sum(used[28:], axis=0)
    assert before[4] < 0.02 * before.sum()
    assert after / after.sum() == pytest.approx([0.2] * 5, rel=0.1)


def test_a_quota_of_next_to_nothing_is_waited_for(wifi):
    env = wifi(n_ue=1, duration_s=0.6, radio={"bandwidth_mode": "quota"}, **ONE_CELL)
    observation, _ = env.reset(seed=1)
    for slot in range(30):
        share = np.float32([0.5 if slot < 10 else 1e-30])
        observation, *_ = env.step({**action(observation), "bandwidth_share": share})
    assert observation["airtime_ul"] == 0


def test_shares_divide_the_downlink_where_they_are_told_to(wifi):
    """Results are ten times as large as tasks: more than the access point can send."""
    results = {**SATURATED, "size_min_bit": 1.5e4, "size_max_bit": 3e4, "result_ratio": 10}
    shares = np.float32([0.5, 0.25, 0.125])

    def down(**radio):
        env = wifi(n_ue=3, duration_s=1.6, radio=radio, **{**ONE_CELL, "traffic": results})
        observation, _ = env.reset(seed=1)
        parts = []
        for _ in range(80):
            observation, *_ = env.step({**action(observation), "bandwidth_share": shares})
            parts.append(observation["airtime_dl"])
        used = np.mean(parts[20:], axis=0)
        assert (observation["download_backlog_bit"] > 1e6).all()
        return used / used.sum()

    assert down(downlink_shares=True) == pytest.approx([4 / 7, 2 / 7, 1 / 7], rel=0.03)
    assert down()[0] < 0.5


def test_contention_windows_divide_the_airtime_by_and_large(wifi):
    edca = {"shares": "edca"}
    used = airtime(wifi(n_ue=3, duration_s=1.2, radio=edca, **ONE_CELL), [0.5, 0.25, 0.125])
    assert used.sum() > 0.6
    assert used / used.sum() == pytest.approx([4 / 7, 2 / 7, 1 / 7], rel=0.35)
    alone, none = airtime(wifi(n_ue=2, duration_s=1.2, radio=edca, **ONE_CELL), [0.5, 0])
    assert none == 0
    assert alone > 0.5


def test_a_share_of_zero_waits_and_others_take_it_unless_it_is_a_quota(wifi):
    env = wifi(n_ue=2, duration_s=1.2, **ONE_CELL)
    alone, none = airtime(env, [0.5, 0])
    assert none == 0
    quota = wifi(n_ue=2, duration_s=1.2, radio={"bandwidth_mode": "quota"}, **ONE_CELL)
    half, _ = airtime(quota, [0.5, 0])
    assert half < 0.5 < alone


def test_without_shares_the_action_is_refused_with_the_reason(wifi):
    env = wifi(radio={"shares": "none"})
    assert "bandwidth_share" not in env.action_space.spaces
    observation, _ = env.reset(seed=1)
    with pytest.raises(Exception, match="contend for the channel"):
        env.step(action(observation))


@pytest.mark.parametrize("mode", ["work-conserving", "quota"])
@pytest.mark.parametrize("shares", [(0.4, 0.3, 0.2, 0.1), (0.6, 0.3, 0.1)])
def test_trigger_frames_divide_the_airtime(wifi, mode, shares):
    """Stations whose sum of shares is 1: a quota leaves them all of it, too."""
    radio = {**TRIGGER, "bandwidth_mode": mode}
    used = airtime(wifi(n_ue=len(shares), duration_s=1.2, radio=radio, **ONE_CELL), shares)
    assert used.sum() > 0.55
    assert used / used.sum() == pytest.approx(shares, rel=0.03)


def test_trigger_frames_divide_the_airtime_of_weak_stations(wifi):
    """They send at a few bits per subcarrier, so that what lies between PPDUs counts for less."""
    weak = {**TRIGGER, "station_power_dbm": -5}
    env = wifi(n_ue=3, duration_s=1.2, radio=weak, **ONE_CELL)
    used = airtime(env, [0.6, 0.3, 0.1])
    assert used.sum() > 0.6
    assert used / used.sum() == pytest.approx([0.6, 0.3, 0.1], rel=0.03)


def test_trigger_frames_leave_unused_shares_to_the_others_unless_they_are_quotas(wifi):
    def used(**radio):
        env = wifi(n_ue=2, duration_s=1.2, radio={**TRIGGER, **radio}, **ONE_CELL)
        return airtime(env, [0.5, 0])

    alone, none = used()
    assert none == 0
    half, _ = used(bandwidth_mode="quota")
    assert 0.3 < half < 0.5 < alone


def test_stations_of_equal_shares_answer_at_once_in_parts_of_the_channel(wifi):
    """Four of 52 tones each have less than a fourth of the rate of 20 MHz with its 242."""
    env = wifi(n_ue=4, duration_s=1.2, radio=TRIGGER, **ONE_CELL)
    observation, _ = env.reset(seed=1)
    own = busy = 0
    for slot in range(50):
        observation, *_ = env.step(action(observation))
        if slot >= 10:
            own += observation["airtime_ul"].sum()
            busy += observation["bs_airtime"].sum()
    whole_bps = 234 / 12.8e-6  # of one bit per subcarrier, without guard interval
    bits_per_subcarrier = np.array([0.5, 1, 1.5, 2, 3, 4, 4.5, 5, 6, 20 / 3, 7.5, 25 / 3])
    part = observation["rate_ul_bps"] / whole_bps / bits_per_subcarrier[observation["mcs_ul"]]
    assert (part < 0.25).all()
    assert (part > 0.15).all()
    assert own < 0.85 * busy  # four times 4 MHz of 20, beside what the access point sends


def test_modulation_in_a_part_of_the_channel_is_that_of_all_of_it(wifi):
    """All power is on few subcarriers: by their SNR the next frame would be too fast to arrive."""

    radio = {**TRIGGER, "station_power_dbm": -3}
    env = wifi(n_ue=2, duration_s=1.5, radio=radio, **ONE_CELL)
    observation, _ = env.reset(seed=1)
    for _ in range(75):  # the first is asked alone, and with the second
        shares = np.float32([0.8, 0.2])
        observation, *_ = env.step({**action(observation), "bandwidth_share": shares})
    lost = observation["mpdus_nacked_ul"] + observation["mpdus_unanswered_ul"]
    assert (lost < 0.05 * observation["mpdus_acked_ul"]).all()


def test_stations_go_while_they_are_asked_for_data(wifi):
    """Once in a while between a trigger frame and its answer, in which ns-3 looks up the AID."""
    traffic = {**SATURATED, "size_min_bit": 2e4, "size_max_bit": 4e4, "result_ratio": 1}
    env = wifi(
        n_ue=8,
        n_bs=3,
        duration_s=4,
        slots_per_frame=5,
        layout={"site_distance_m": 20},
        traffic=traffic,
        compute=SERVERS,
        radio=TRIGGER,
    )
    turn = iter(range(1000))
    _, records = play(env, command=lambda seen: (np.arange(8) + next(turn)) % 3)
    done = np.array(labels(env, "handover", "outcome"))[records["handover"]["outcome"]] == "done"
    assert done.sum() > 150
    uploaded_s = records["task"]["uploaded_s"]
    for ue in range(8):
        own = uploaded_s[records["task"]["ue"] == ue]
        assert np.nanmax(own) > 3.8  # until the end


@pytest.mark.parametrize("n_bs", [1, 2])
def test_trigger_frames_give_the_same_bits_and_go_on_in_branches(wifi, n_bs):
    settings = {"n_ue": 4, "n_bs": n_bs, **ROAMING, "radio": TRIGGER}
    assert bits(wifi(**settings)) == bits(wifi(**settings))
    first, second, itself = ahead_in_branches(wifi(**settings))
    assert first == second == itself
