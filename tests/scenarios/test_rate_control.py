"""The scenario rate-control: links ask for the rate of each frame."""

from __future__ import annotations

import threading

import gymnasium
import numpy as np
import pytest

import ns3_bridge
import ns3_scenarios
from ns3_bridge import InvalidSetting, SimulatorDied
from ns3_bridge.network.gateway import Gateway
from ns3_bridge.testing import check_scenario
from py_agent.contract import MissingObservation, Network
from py_agent.policies import load_policy

ON_A_ROAD = {"distance_m": 0.0, "fading": {"model": "none"}}
STILL = {"duration_s": 0.3, "distance_m": 10.0, "fading": {"model": "none"}}
AGENT, MINSTREL_HT, IDEAL, THOMPSON = range(4)


def always(mcs, controller=AGENT):
    def rule(observation):
        n = len(observation["asks"])
        return {
            "controller": np.full(n, controller, np.int32),
            "next_mcs": np.full(n, mcs, np.int32),
        }

    return rule


def played(settings, rule, seed=1, steps=None, env=None):
    """Observations and rewards of an episode, or of its first steps."""
    own = env or ns3_scenarios.make("rate-control", settings)
    observation, _ = own.reset(seed=seed)
    seen, rewards, over = [observation], [], False
    while not over and len(rewards) != steps:
        observation, reward, terminated, truncated, _ = own.step(rule(observation))
        seen.append(observation)
        rewards.append(reward)
        over = terminated or truncated
    if env is None:
        own.close()
    return seen, np.array(rewards)


def bits(seen):
    return [{name: value.tobytes() for name, value in o.items()} for o in seen]


def test_each_frame_goes_at_the_mcs_that_is_decided():
    drawn = np.random.default_rng(1).integers(0, 8, 10_000)
    asked = iter(drawn.tolist())
    seen, _ = played(STILL, lambda o: always(next(asked))(o))
    sent = [int(o["mcs"][0]) for o in seen[1:]]
    assert len(sent) > 50
    assert sent == drawn[: len(sent)].tolist()


def test_rewards_are_the_payload_that_was_acknowledged():
    seen, rewards = played(STILL, always(5))
    acknowledged = sum(int(o["acknowledged_mpdus"][0]) for o in seen)
    assert rewards.sum() == pytest.approx(acknowledged * 1500 * 8e-6)
    # IEEE 802.11ax-2021, 27.5: 68.8 Mbit/s at MCS 5 of 20 MHz and 0.8 us.
    rate_mbps = seen[0]["mcs_rate_mbps"][5]
    assert rate_mbps == pytest.approx(68.8, abs=0.1)
    assert 0.9 * rate_mbps < rewards.sum() / STILL["duration_s"] < rate_mbps


def test_what_is_seen_of_a_frame_is_its_own():
    seen, _ = played(STILL, always(3))
    frame = seen[20]
    mpdus = int(frame["sent_mpdus"][0])
    assert mpdus == frame["acknowledged_mpdus"][0] > 1
    # A-MPDU subframes of 1500 + 38 byte and delimiter, padded to 4 byte: 1544 byte each, 34.4
    # Mbit/s, after a preamble of 40 us and some.
    data_us = mpdus * 1544 * 8 / 34.4
    assert data_us + 40 <= frame["airtime_us"][0] < data_us + 80
    # 16 dBm; log-distance, exponent 3, from free space at 1 m and 5.5 GHz; noise of 20 MHz, 7 dB.
    snr_db = 16 - (47.2 + 30) + 94
    assert frame["ack_snr_db"][0] == pytest.approx(snr_db, abs=1)
    assert frame["queue_mpdus"][0] == 130


def test_frames_that_fail_have_no_acknowledgement_and_no_snr():
    seen, rewards = played({**STILL, "distance_m": 40.0}, always(11))
    lost = [o for o in seen if o["sent_mpdus"][0] > 0]
    assert lost
    assert all(o["acknowledged_mpdus"][0] == 0 for o in lost)
    assert all(o["ack_snr_db"][0] == -100 for o in lost)
    assert rewards.sum() == 0


def test_rate_controls_of_ns3_choose_where_they_are_decided():
    by = {c: played(STILL, always(0, c)) for c in (AGENT, MINSTREL_HT, IDEAL, THOMPSON)}
    best = {c: max(int(o["mcs"][0]) for o in seen) for c, (seen, _) in by.items()}
    assert best[AGENT] == 0
    assert best[IDEAL] == 9
    assert best[MINSTREL_HT] > 0
    assert best[THOMPSON] > 0
    total = {c: rewards.sum() for c, (_, rewards) in by.items()}
    assert total[IDEAL] > 3 * total[AGENT]


@pytest.mark.parametrize("controller", [MINSTREL_HT, IDEAL, THOMPSON])
def test_a_link_comes_back_from_a_rate_control(controller):
    def rule(observation):
        first = observation["time_s"][0] < 1.15
        return always(2, controller if first else AGENT)(observation)

    seen, _ = played(STILL, rule)
    late = [int(o["mcs"][0]) for o in seen if o["time_s"][0] > 1.2]
    assert set(late) == {2}


@pytest.mark.parametrize("direction", ["downlink", "uplink"])
def test_every_link_asks_for_itself(direction):
    settings = {**STILL, "n_stations": 3, "traffic": {"direction": direction}}
    seen, _ = played(
        settings, lambda o: {**always(0)(o), "next_mcs": np.array([1, 3, 5], np.int32)}
    )
    asking = [np.flatnonzero(o["asks"]).tolist() for o in seen[:-1]]
    assert all(len(who) == 1 for who in asking)
    assert {who[0] for who in asking} == {0, 1, 2}
    assert seen[-1]["mcs"].tolist() == [1, 3, 5]


def test_cbr_sends_what_it_says():
    settings = {**STILL, "traffic": {"model": "cbr", "rate_mbps": 12.0}}
    _, rewards = played(settings, always(5))
    assert rewards.sum() / STILL["duration_s"] == pytest.approx(12, rel=0.02)


@pytest.mark.parametrize("band_ghz", ["2.4", "5"])
def test_an_interferer_takes_what_its_load_says(band_ghz):
    alone = {**STILL, "radio": {"band_ghz": band_ghz}}
    beside = {**alone, "interferer": {"distance_m": 30.0, "load": 0.2}}
    free, shared = (played(settings, always(5))[1].sum() for settings in (alone, beside))
    assert 0.6 < shared / free < 0.95


def test_a_link_asks_as_often_as_it_is_set_to():
    often = len(played(STILL, always(5))[1])
    seldom = len(played({**STILL, "ask": {"frames": 4}}, always(5))[1])
    assert seldom == pytest.approx(often / 4, abs=2)
    seen, _ = played({**STILL, "ask": {"ms": 20.0}}, always(5))
    times_s = [o["time_s"][0] for o in seen[:-1]]
    assert np.diff(times_s).min() >= 0.02
    assert len(times_s) == pytest.approx(15, abs=2)


@pytest.mark.parametrize(
    "settings",
    [
        {"fading": {"model": "jakes", "speed_mps": 5.0}},
        {"fading": {"model": "nakagami", "nakagami_m": 2.0}},
        {"distance_m": 0.0, "mobility": {"model": "random-walk"}},
        {"interferer": {"distance_m": 60.0}},
        {"radio": {"width_mhz": 80, "streams": 2, "band_ghz": "6", "guard_interval_ns": 3200}},
    ],
    ids=["jakes", "nakagami", "walk", "interferer", "wide"],
)
def test_a_seed_is_a_run(settings):
    settings = {**STILL, **settings, "duration_s": 0.1}
    first, _ = played(settings, always(4, MINSTREL_HT))
    again, _ = played(settings, always(4, MINSTREL_HT))
    other, _ = played(settings, always(4, MINSTREL_HT), seed=2)
    assert bits(first) == bits(again)
    assert bits(first) != bits(other)


def test_a_branch_goes_on_from_the_question():
    env = ns3_scenarios.make("rate-control", {**STILL, "fading": {"model": "jakes"}})
    played(None, always(0, MINSTREL_HT), steps=20, env=env)
    alike, other = env.branch(2)
    action = always(0, MINSTREL_HT)(env.reset(seed=1)[0])
    env.close()
    seen = [[branch.step(action)[0] for _ in range(10)] for branch in (alike, other)]
    assert bits(seen[0]) == bits(seen[1])
    alike.close()
    other.close()


def test_warm_starts_and_gateways_give_the_same_bits(tmp_path):
    settings = {**STILL, "duration_s": 0.1, "fading": {"model": "jakes"}}
    cold, _ = played(settings, always(4, MINSTREL_HT))
    warm = ns3_scenarios.make("rate-control", settings, warm_starts=1)
    for _ in range(2):
        assert bits(played(None, always(4, MINSTREL_HT), env=warm)[0]) == bits(cold)
    warm.close()
    host = ns3_bridge.LocalHost(ns3_scenarios.program("rate-control"), settings)
    gateway = Gateway(host, f"ipc://{tmp_path}/gateway")
    server = threading.Thread(target=gateway.serve)
    server.start()
    try:
        remote = ns3_bridge.connect(gateway.address)
        assert bits(played(None, always(4, MINSTREL_HT), env=remote)[0]) == bits(cold)
        remote.close()
    finally:
        gateway.stop()
        server.join()


def test_it_is_a_scenario_like_the_others():
    program = ns3_scenarios.program("rate-control")
    checks = list(check_scenario(program, {**STILL, "duration_s": 0.05, "n_stations": 2}))
    assert [check for check in checks if not check.ok] == []
    assert "a branch under the same action gives the same bits" in {check.what for check in checks}
    env = gymnasium.make("ns3_scenarios:ns3/Rate-Control-v0", settings=STILL)
    env.reset(seed=1)
    env.close()
    envs = ns3_scenarios.make_vector("rate-control", 2, settings=STILL)
    observations, _ = envs.reset(seed=1)
    assert observations["asks"].shape == (2, 1)
    envs.close()


@pytest.mark.parametrize("policy", ["minstrel-ht", "ideal", "thompson"])
def test_policies_are_refused_by_other_scenarios(policy, cellular):
    env = cellular(n_ue=2, n_bs=2)
    network = Network("cellular", env.settings.model_dump(), env.schema)
    with pytest.raises(MissingObservation, match="decides on controller, which cellular does not"):
        load_policy(policy).begin(network, seed=1)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"radio": {"band_ghz": "2.4", "width_mhz": 80}}, "must be 20, 40 at most with"),
        ({"radio": {"width_mhz": 60}}, "must be 20, 40, 80 or 160"),
        ({"radio": {"guard_interval_ns": 900}}, "must be 800, 1600 or 3200"),
        ({"distance_m": 20.0, "interferer": {"distance_m": 20.0}}, "where a station is"),
        (
            {**ON_A_ROAD, "mobility": {"speed_min_mps": 3.0, "speed_max_mps": 2.0}},
            "speed_max_mps",
        ),
        ({"mobility": {"model": "random-walk"}}, "have no effect with distance_m = 15"),
        ({"area_m": 50.0}, "area_m = 50: has no effect with distance_m = 15"),
        ({"mobility": {"trace": "vehicles"}}, "have no effect with distance_m = 15"),
        ({"distance_m": 0.0, "mobility": {"trace": "vehicles"}}, "no effect with mobility.model"),
        ({"distance_m": 0.0, "mobility": {"trace_x_m": 3.0}}, "trace_x_m = 3: has no effect"),
        ({**ON_A_ROAD, "mobility": {"model": "trace", "trace": "/none.xml"}}, "none.xml"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings, says):
    with pytest.raises(InvalidSetting, match=says):
        ns3_scenarios.make("rate-control", settings)


def test_stations_of_a_trace_that_leave_are_refused(tmp_path):
    trace = tmp_path / "one.csv"
    lines = ["time,id,x,y", *(f"{second},a,{second},0" for second in range(5))]
    trace.write_text("\n".join(lines) + "\n")
    settings = {**ON_A_ROAD, "mobility": {"model": "trace", "trace": str(trace)}}
    env = ns3_scenarios.make("rate-control", {**settings, "duration_s": 2.0})
    seen = env.reset(seed=1)[0]
    assert seen["asks"].sum() == 1
    env.close()
    with pytest.raises(InvalidSetting, match="station 0 is there from 0 to 4 s; links need it"):
        ns3_scenarios.make("rate-control", {**settings, "duration_s": 5.0})


def test_a_station_that_comes_within_reach_gets_its_data(tmp_path):
    trace = tmp_path / "one.csv"
    lines = ["time,id,x,y", *(f"{second},a,{max(5, 400 - 200 * second)},0" for second in range(7))]
    trace.write_text("\n".join(lines) + "\n")
    settings = {**ON_A_ROAD, "mobility": {"model": "trace", "trace": str(trace)}, "duration_s": 4.0}
    seen, rewards = played(settings, always(0))
    assert seen[0]["time_s"][0] > 1.5  # beyond the warm-up
    assert rewards.sum() > 0
    assert seen[-1]["time_s"][0] == pytest.approx(5.0)


def test_stations_out_of_reach_never_ask():
    env = ns3_scenarios.make("rate-control", {**STILL, "distance_m": 900.0})
    with pytest.raises(SimulatorDied, match="never asked"):
        env.reset(seed=1)
    env.close()
