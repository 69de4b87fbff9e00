"""The scenario `wifi` on real ns-3: its settings, its association, its state."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from wifi_run import (
    BUSY,
    ONE_CELL,
    ROAMING,
    SATURATED,
    SERVERS,
    STANDING,
    TRIGGER,
    action,
    ahead_in_branches,
    bits,
    labels,
    play,
)

import ns3_scenarios
from ns3_bridge import InvalidSetting


def test_all_but_the_radio_is_declared_as_in_cellular(wifi, cellular):
    settings = {"retraining": {"enabled": True}, "traffic": {"result_ratio": 0.5}}
    other, lte = wifi(**settings).schema, cellular(**settings).schema
    assert other.radio == "wifi"
    of_lte = {field.name: field for field in lte.observations}
    own = {field.name for field in other.observations} - of_lte.keys()
    assert {"rssi_dbm", "snr_db", "airtime_ul", "bs_airtime"} <= own
    of_radio = {"connection_state", "mcs_ul", "mcs_dl", "queue_ul_bit", "queue_dl_bit"}
    of_place = {"bs_position_m", "compute_capacity_hz"}
    for field in other.observations:
        if field.name not in own | of_radio | of_place:
            assert dataclasses.replace(of_lte[field.name], offset=field.offset) == field
    assert other.actions == lte.actions
    assert {table.name for table in other.tables} == {table.name for table in lte.tables}


def test_tasks_and_results_come_through(wifi):
    env = wifi(n_ue=6, n_bs=3, duration_s=4, traffic={"result_ratio": 0.1, **BUSY}, compute=SERVERS)
    observation, records = play(env)
    assert (observation["serving_bs"] >= 0).all()
    tasks = records["task"]
    done = np.isfinite(tasks["done_s"])
    assert len(tasks) > 300
    assert done.mean() > 0.98
    assert (tasks["done_s"] > tasks["computed_s"])[done].all()


def test_stations_go_where_they_are_told(wifi):
    near = {"site_distance_m": 20}
    env = wifi(n_bs=3, n_ue=3, duration_s=3, layout=near, traffic=BUSY, compute=SERVERS, **STANDING)
    turn = iter(np.arange(10))
    observation, records = play(env, command=lambda seen: (np.arange(3) + next(turn)) % 3)
    rows = records["handover"]
    outcome = np.array(labels(env, "handover", "outcome"))[rows["outcome"]]
    assert set(outcome) == {"done"}
    done = rows[outcome == "done"]
    assert len(done) >= 6
    assert (done["interruption_s"] > 0.001).all()  # the channel switch and three exchanges
    assert (done["interruption_s"] < 0.2).all()
    assert done["ended_s"] - done["started_s"] == pytest.approx(done["interruption_s"])
    assert (observation["connection_losses"] == 0).all()
    last_s = done["ended_s"].max()
    assert (records["task"]["uploaded_s"] > last_s).any()  # data flow again


def test_an_access_point_that_is_not_heard_is_refused(wifi):
    far = {"positions": "0,0; 250,0"}
    env = wifi(n_ue=12, layout=far, channel={"shadowing": False}, **STANDING)
    observation, _ = env.reset(seed=1)
    served = np.flatnonzero(observation["serving_bs"] >= 0)
    assert len(served) > 2
    others = 1 - observation["serving_bs"][served]
    assert (observation["rssi_dbm"][served, others] == -110).all()
    targets = np.maximum(observation["serving_bs"], 0)
    targets[served] = others
    env.step(action(observation, targets))
    rows = env.take_records()["handover"]
    own = np.isin(rows["ue"], served)
    outcomes = [labels(env, "handover", "outcome")[row] for row in rows["outcome"][own]]
    assert outcomes == ["refused"] * len(served)
    reasons = rows["reason"][own]
    assert {labels(env, "handover", "reason")[row] for row in reasons} == {"not_heard"}


def test_who_walks_out_of_reach_is_lost_and_comes_back(wifi):
    env = wifi(
        n_ue=12,
        n_bs=2,
        duration_s=12,
        layout={"site_distance_m": 120},
        mobility={"speed_min_mps": 15, "speed_max_mps": 30},
        channel={"shadowing": False},
    )
    observation, records = play(env)
    links = records["radio_link"]
    assert len(links) > 3
    assert observation["connection_losses"].sum() == len(links)
    back = links[np.isfinite(links["restored_s"])]
    assert len(back) > 2
    assert (back["restored_s"] > back["lost_s"]).all()
    reasons = {labels(env, "radio_link", "reason")[row] for row in links["reason"]}
    assert "beacons_missed" in reasons


def test_who_loses_the_line_of_sight_goes_on_at_a_lower_rate(wifi):
    """Some 15 dB within a step; links of 20 dB and more carry data all the same."""
    env = wifi(n_ue=6, n_bs=3, duration_s=10, traffic=SATURATED, compute=SERVERS)
    observation, _ = env.reset(seed=1)
    stalled = []
    for _ in range(450):
        before = observation
        observation, *_ = env.step(action(before))
        serving = np.maximum(before["serving_bs"], 0)
        own_db = np.minimum(before["snr_db"], observation["snr_db"])[np.arange(6), serving]
        left_bit = before["upload_backlog_bit"] - before["upload_unconfirmed_bit"]
        waits = (left_bit > 1e5) & (own_db > 20) & (observation["serving_bs"] == serving)
        stalled += (observation["delivered_bit"] == before["delivered_bit"])[waits].tolist()
    assert len(stalled) > 500
    assert np.mean(stalled) < 0.1


def test_stations_go_in_the_middle_of_an_exchange_of_frames(wifi):
    """Commands come while an acknowledgement is due: one in some hundred."""
    traffic = {**SATURATED, "size_min_bit": 2e4, "size_max_bit": 4e4, "result_ratio": 5}
    near = {"site_distance_m": 20}
    env = wifi(
        n_ue=8, duration_s=4, slots_per_frame=2, layout=near, traffic=traffic, compute=SERVERS
    )
    turn = iter(range(1000))
    _, records = play(env, command=lambda seen: (np.arange(8) + next(turn)) % 2)
    done = np.array(labels(env, "handover", "outcome"))[records["handover"]["outcome"]] == "done"
    assert done.sum() > 300


def test_results_follow_a_station_that_has_no_share_where_it_has_gone(wifi):
    traffic = {**BUSY, "size_min_bit": 1e4, "size_max_bit": 1e4, "result_ratio": 0.1}
    env = wifi(
        n_ue=1,
        n_bs=2,
        slots_per_frame=5,
        duration_s=1.2,
        layout={"site_distance_m": 20},
        traffic=traffic,
        compute={"capacity_hz": 5e7},
        **STANDING,
    )
    observation, _ = env.reset(seed=1)
    other = 1 - observation["serving_bs"]
    for slot in range(60):
        goes = slot >= 10
        decision = action(observation, other if goes else None)
        observation, *_ = env.step({**decision, "bandwidth_share": np.float32([0 if goes else 1])})
        if slot == 25:
            assert (observation["serving_bs"] == other).all()
            arrived_s = observation["time_s"][0]
    assert (env.take_records()["task"]["done_s"] > arrived_s).any()


def test_stations_go_between_access_points_on_one_channel(wifi):
    """Both send all the time, so that what ends is always in the middle of something."""
    traffic = {**SATURATED, "size_min_bit": 2e4, "size_max_bit": 4e4, "result_ratio": 1}
    layout = {"site_distance_m": 20}
    env = wifi(
        n_ue=8,
        n_bs=4,
        duration_s=4,
        slots_per_frame=10,
        layout=layout,
        traffic=traffic,
        compute=SERVERS,
        radio={"channels": 1},
    )
    turn = iter(range(1000))
    observation, records = play(env, command=lambda seen: (np.arange(8) + next(turn)) % 4)
    handover = records["handover"]
    outcome = np.array(labels(env, "handover", "outcome"))[handover["outcome"]]
    assert (outcome == "done").sum() > 50
    assert (observation["connection_state"] > 0).all()


def delivered_bit(env):
    """Of four stations in two cells, in 0.6 s in which they have more to send than they can."""
    observation, _ = env.reset(seed=1)
    for slot in range(50):
        if slot == 20:
            begin_bit = observation["delivered_bit"].copy()
            assert (observation["serving_bs"] == [0, 1, 0, 1]).all()
        observation, *_ = env.step(action(observation, np.array([0, 1, 0, 1])))
    return observation["delivered_bit"] - begin_bit


def test_access_points_on_one_channel_share_its_airtime(wifi):
    settings = {
        "n_ue": 4,
        "slots_per_frame": 5,
        "duration_s": 1,
        "layout": {"positions": "0,0; 15,0"},
        "channel": {"shadowing": False},
        "traffic": {"on_s": 1, "off_s": 0, "rate_hz": 400},
        **STANDING,
    }
    own = delivered_bit(wifi(**settings))
    shared = delivered_bit(wifi(radio={"channels": 1}, **settings))
    assert 0.35 < shared.sum() / own.sum() < 0.6
    assert (shared > 0.2 * own).all()


def test_the_delay_of_the_wires_does_not_take_their_rate(wifi):
    settings = {**ONE_CELL, "n_ue": 4, "n_bs": 2, "slots_per_frame": 5, "duration_s": 1}
    near, far = (
        delivered_bit(wifi(**settings, distribution={"delay_us": delay_us})).sum()
        for delay_us in (20, 5000)
    )
    assert far > 0.8 * near


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"radio": {"standard": "ac", "band_ghz": "6"}}, "band_ghz"),
        ({"radio": {"width_mhz": 30}}, "20, 40, 80 or 160"),
        ({"radio": {"standard": "n", "width_mhz": 80}}, "at most 40"),
        ({"n_bs": 4, "radio": {"band_ghz": "2.4"}}, r"n_bs = 4: .* 3 channels of 20 MHz"),
        ({"n_bs": 5, "radio": {"band_ghz": "2.4", "channels": 4}}, "radio.channels = 4"),
        ({"n_bs": 29}, r"n_bs = 29: .* 28 channels of 20 MHz .* beside a spare one"),
        ({"n_bs": 58, "radio": {"channels": 29}}, "radio.channels = 29: .* radio.channels = 28"),
        ({"radio": {"rate_control": "constant", "constant_mcs": 12}}, "at most 11"),
        (
            {"radio": {"standard": "ac", "rate_control": "constant", "constant_mcs": 9}},
            "radio.constant_mcs = 9: 1 streams of 20 MHz have no such modulation",
        ),
        ({"radio": {"standard": "be", "rate_control": "minstrel-ht"}}, "minstrel-ht"),
        ({"radio": {"shares": "edca", "bandwidth_mode": "quota"}}, "contention windows"),
        ({"radio": {"shares": "edca", "downlink_shares": True}}, "one contention window"),
        ({"radio": {"shares": "trigger-frames"}}, "resource units"),
        ({"radio": {**TRIGGER, "standard": "ac"}}, "ax and be"),
        ({"radio": {**TRIGGER, "rate_control": "minstrel-ht"}}, "how to send"),
        ({"radio": {**TRIGGER, "downlink_shares": True}}, "uplink alone"),
        ({"n_bs": 64, "n_ue": 1, "radio": {**TRIGGER, "channels": 1}}, "n_bs = 64: .* at most 63"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(wifi, settings, message):
    with pytest.raises(InvalidSetting, match=message):
        wifi(**settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"radio": {"standard": "n", "width_mhz": 40, "streams": 2}},
        {"radio": {"standard": "ac", "width_mhz": 80, "rate_control": "minstrel-ht"}},
        {"radio": {"standard": "ax", "band_ghz": "6", "width_mhz": 160}},
        {"radio": {"standard": "be", "rate_control": "constant"}},
        {"radio": {**TRIGGER, "band_ghz": "2.4", "rate_control": "constant"}},
        {"radio": {"band_ghz": "2.4", "rate_control": "minstrel-ht"}},
        {"radio": {"phy": "spectrum"}, "channel": {"environment": "umi"}},
        {"radio": {"bandwidth_mode": "quota"}},
        {"radio": {"shares": "edca"}},
        {"radio": TRIGGER},
        {"n_bs": 1, "radio": {**TRIGGER, "standard": "be", "width_mhz": 40, "streams": 2}},
        {"n_bs": 1, "radio": {**TRIGGER, "rate_control": "constant", "width_mhz": 160}},
        {"radio": {"downlink_shares": True, "bandwidth_mode": "quota"}},
        {"n_bs": 4, "radio": {"band_ghz": "2.4", "channels": 3}},
        {"channel": {"environment": "tgax-residential"}},
        {"channel": {"environment": "tgax-enterprise"}, "distribution": {"delay_us": 1000}},
    ],
)
def test_tasks_are_uploaded_under_every_kind_of_setting(wifi, settings):
    env = wifi(duration_s=1.5, traffic=BUSY, compute=SERVERS, **settings)
    _, records = play(env)
    assert np.isfinite(records["task"]["uploaded_s"]).sum() > 40


def test_path_loss_is_that_of_tgax(wifi):
    places = {"positions": "0,0; 40,0", "bs_height_m": 5}
    env = wifi(
        layout=places, channel={"environment": "tgax-residential", "shadowing": False}, **STANDING
    )
    observation, _ = env.reset(seed=3)
    apart_m = np.linalg.norm(
        observation["position_m"][:, None] - np.array([[0.0, 0.0], [40.0, 0.0]]), axis=2
    )
    d_m = np.hypot(apart_m, 5 - 1.5)
    loss_db = (
        40.05
        + 20 * np.log10(5.5 / 2.4)
        + 20 * np.log10(np.minimum(d_m, 5))
        + 35 * np.log10(np.maximum(d_m, 5) / 5)
    )
    assert observation["rssi_dbm"] == pytest.approx(20 - loss_db, abs=1e-3)


def test_the_same_seed_gives_the_same_bits(wifi):
    assert bits(wifi(**ROAMING)) == bits(wifi(**ROAMING)) != bits(wifi(**ROAMING), seed=5)


@pytest.mark.parametrize("phy", ["yans", "spectrum"])
def test_branches_and_warm_starts_go_on_bit_by_bit(wifi, phy):
    settings = {"n_ue": 4, "n_bs": 2, **ROAMING, "radio": {"phy": phy}}
    env = ns3_scenarios.make("wifi", settings, warm_starts=1)
    cold = bits(wifi(**settings))
    assert bits(env) == bits(env) == cold
    first, second, itself = ahead_in_branches(env)
    assert first == second == itself
    env.close()


def test_the_mcs_is_that_of_a_stream(wifi):
    """802.11n numbers those of two streams from 8 on."""
    radio = {"standard": "n", "streams": 2, "rate_control": "constant", "constant_mcs": 7}
    observation, _ = play(wifi(duration_s=0.5, radio=radio, traffic=BUSY, compute=SERVERS))
    sent = observation["mcs_ul"]
    assert set(sent[sent >= 0]) == {7}
