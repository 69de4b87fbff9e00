"""The scenario tcp: who sets the windows of flows through one bottleneck."""

from __future__ import annotations

import subprocess
import threading

import gymnasium
import numpy as np
import pytest

import ns3_bridge
import ns3_scenarios
from ns3_bridge import InvalidSetting, LocalHost
from ns3_bridge.network.gateway import Gateway
from ns3_bridge.testing import check_scenario
from ns3_scenarios.asker_agents import AskerTurns
from py_agent.contract import MissingObservation, Network
from py_agent.policies import load_policy

# Eight megabits per second: an episode of four seconds is some 3,000 packets.
SMALL = {"duration_s": 4, "bottleneck": {"rate_mbps": 8}, "flows": {"start_spread_s": 0.2}}
RATE_MBPS = 8 * 1448 / 1502  # of payload


def windows(observation, packets, controller="agent"):
    n = len(observation["asks"])
    label = ["agent", "newreno", "cubic", "bbr"].index(controller)
    return {
        "controller": np.full(n, label, np.int32),
        "window_packets": np.full(n, float(packets)),
    }


def played(env, decide, seed=1, steps=None):
    """Observations, rewards and times of an episode, or of its first steps."""
    observation, info = env.reset(seed=seed)
    seen, rewards, times_s, over = [observation], [], [info["time_s"]], False
    while not over and len(rewards) != steps:
        observation, reward, terminated, truncated, info = env.step(decide(observation))
        seen.append(observation)
        rewards.append(reward)
        times_s.append(info["time_s"])
        over = terminated or truncated
    return seen, rewards, times_s


def later(seen, name):
    """Mean of a field over the second half of an episode, ``[n_flows]``."""
    return np.mean([o[name] for o in seen[len(seen) // 2 :]], axis=0)


def test_a_user_s_own_socket_buffer_counts():
    settings = {**SMALL, "n_flows": 1}
    rates = []
    for attributes in ({}, {"ns3::TcpSocket::RcvBufSize": 20_000}):
        env = ns3_scenarios.make("tcp", settings, ns3_attributes=attributes)
        seen, _, _ = played(env, lambda o: windows(o, 40))
        rates.append(later(seen, "delivery_rate_mbps").sum())
        env.close()
    assert rates[1] < 0.7 * rates[0]


def test_a_window_of_one_round_trip_fills_the_link_and_a_larger_one_the_queue():
    env = ns3_scenarios.make("tcp", {**SMALL, "n_flows": 1, "bottleneck": {"rate_mbps": 8}})
    # 8 Mbit/s times 40 ms, and the packet that is being sent: 28 packets of 1502 bytes.
    full, rewards, _ = played(env, lambda o: windows(o, 29))
    waiting, worse, _ = played(env, lambda o: windows(o, 45))
    half, _, _ = played(env, lambda o: windows(o, 14))
    env.close()
    assert later(full, "delivery_rate_mbps")[0] == pytest.approx(RATE_MBPS, rel=0.03)
    assert later(full, "rtt_s")[0] < 0.046
    assert later(half, "delivery_rate_mbps")[0] == pytest.approx(RATE_MBPS / 2, rel=0.06)
    # Little's law: 45 packets at 1.5 ms each.
    assert later(waiting, "rtt_s")[0] == pytest.approx(45 * 1502 * 8 / 8e6, rel=0.03)
    assert later(waiting, "queue_packets")[0] == pytest.approx(45 - 28, abs=2)
    assert later(full, "cwnd_packets")[0] == 29
    assert all(o["loss_share"][0] == 0 for o in full + waiting)
    assert sum(rewards) > sum(worse)


def test_sockets_have_room_for_the_window_also_where_the_queue_is_very_long():
    """Twice the path and the queue are 2 ** 32 bytes and 33,088."""
    link = {"rate_mbps": 100, "buffer_bdp": 858}
    settings = {"n_flows": 1, "duration_s": 1.5, "bottleneck": link, "path": {"rtt_s": 0.2}}
    env = ns3_scenarios.make("tcp", {**settings, "flows": {"start_spread_s": 0}})
    seen, _, _ = played(env, lambda o: windows(o, 1500))
    env.close()
    assert later(seen, "delivery_rate_mbps")[0] > 80


def test_the_reward_is_the_utility_of_rate_and_round_trip():
    settings = {**SMALL, "n_flows": 1, "duration_s": 10, "reward": {"delay_weight": 0.5}}
    env = ns3_scenarios.make("tcp", settings)
    _, rewards, times_s = played(env, lambda o: windows(o, 45))
    env.close()
    last = np.searchsorted(times_s, 5.0)
    per_s = sum(rewards[last:]) / (times_s[-1] - times_s[last])
    without_queue_s = 0.04 + 1502 * 8 / 8e6
    expected = np.log(RATE_MBPS / 8) - 0.5 * np.log(45 * 1502 * 8 / 8e6 / without_queue_s)
    assert per_s == pytest.approx(expected, rel=0.05)


def test_flows_ask_at_their_start_and_once_a_round_trip():
    env = ns3_scenarios.make("tcp", SMALL)
    seen, _, times_s = played(env, lambda o: windows(o, 10, "cubic"))
    env.close()
    asks = np.array([o["asks"] for o in seen[:-1]])
    starts = env.schema.observation("asks").labels.index("start")
    assert [int((asks[:, flow] == starts).sum()) for flow in (0, 1)] == [1, 1]
    first = [times_s[int(np.argmax(asks[:, flow] > 0))] for flow in (0, 1)]
    assert all(0 <= start_s < 0.2 for start_s in first)
    own = np.array(times_s[:-1])[asks[:, 0] > 0]
    gaps_s = np.diff(own)[2:]
    assert 0.04 <= gaps_s.min() < gaps_s.max() < 0.2


@pytest.mark.parametrize(
    ("every", "least", "most"), [("interval", 30, 45), ("acknowledgement", 200, 3000)]
)
def test_how_often_flows_ask_is_a_setting(every, least, most):
    settings = {**SMALL, "n_flows": 1, "duration_s": 2, "ask": {"every": every}}
    env = ns3_scenarios.make("tcp", settings)
    seen, _, _ = played(env, lambda o: windows(o, 20))
    env.close()
    assert least <= len(seen) <= most


def test_one_seed_is_one_episode_and_another_seed_another():
    settings = {**SMALL, "cross": {"rate_share": 0.5, "on_s": 0.3, "off_s": 0.3}}
    settings["bottleneck"] = {"rate_mbps": 8, "loss_rate": 0.01}
    env = ns3_scenarios.make("tcp", settings)
    one, again, other = (played(env, lambda o: windows(o, 10, "bbr"), s)[1:] for s in (1, 1, 2))
    env.close()
    assert one == again
    assert one != other


def test_branches_go_on_alike_and_reseeded_ones_do_not():
    settings = {**SMALL, "cross": {"rate_share": 0.8, "on_s": 0.1, "off_s": 0.1}}
    env = ns3_scenarios.make("tcp", settings)
    observation, _ = env.reset(seed=1)
    for _ in range(30):
        observation, *_ = env.step(windows(observation, 10, "cubic"))
    same, reseeded = env.branch(2, seeds=[None, 7])
    ends = []
    for branch in (env, same, reseeded):
        rewards, truncated, seen = [], False, observation
        while not truncated:
            seen, reward, _, truncated, _ = branch.step(windows(seen, 10, "cubic"))
            rewards.append(reward)
        ends.append(rewards)
    same.close()
    reseeded.close()
    env.close()
    assert ends[0] == ends[1] != ends[2]


def test_vectors_warm_starts_and_gateways_serve_it(tmp_path):
    def decide(observation):
        return windows(observation, 20)

    env = ns3_scenarios.make("tcp", SMALL)
    expected = played(env, decide, steps=10)
    env.close()
    warm = ns3_scenarios.make("tcp", SMALL, warm_starts=1)
    assert played(warm, decide, steps=10)[1:] == expected[1:]
    assert played(warm, decide, steps=10)[1:] == expected[1:]
    warm.close()
    gateway = Gateway(LocalHost(ns3_scenarios.program("tcp"), SMALL), f"ipc://{tmp_path}/gateway")
    server = threading.Thread(target=gateway.serve)
    server.start()
    try:
        remote = ns3_bridge.connect(gateway.address)
        assert played(remote, decide, steps=10)[1:] == expected[1:]
        remote.close()
    finally:
        gateway.stop()
        server.join()
    envs = ns3_scenarios.make_vector("tcp", 2, settings=SMALL)
    envs.reset(seed=1)
    action = {"controller": np.zeros((2, 2), np.int32), "window_packets": np.full((2, 2), 20.0)}
    _, rewards, *_ = envs.step(action)
    assert rewards.shape == (2,)
    envs.close()


def test_it_keeps_what_it_declares():
    small = {"duration_s": 1, "bottleneck": {"rate_mbps": 4}}
    checks = list(check_scenario(ns3_scenarios.program("tcp"), small))
    assert len(checks) > 8
    assert [check for check in checks if not check.ok] == []


def test_flows_are_agents_that_take_turns():
    env = AskerTurns("tcp", {**SMALL, "duration_s": 1})
    env.reset(seed=1)
    turns = []
    for agent in env.agent_iter():
        _, _, terminated, truncated, _ = env.last()
        is_over = terminated or truncated
        turns += [] if is_over else [agent]
        decided = {"controller": np.int32(0), "window_packets": np.float64(10)}
        env.step(None if is_over else decided)
    env.close()
    assert min(turns.count("flow_0"), turns.count("flow_1")) > 8


def test_gymnasium_knows_it():
    env = gymnasium.make("ns3_scenarios:ns3/Tcp-v0", settings={"n_flows": 3})
    assert env.observation_space["rtt_s"].shape == (3,)
    assert env.action_space["controller"].nvec.tolist() == [4, 4, 4]
    env.close()


def test_flows_can_have_round_trips_and_starts_of_their_own():
    each = [{"rtt_s": 0.02, "start_s": 0}, {"rtt_s": 0.1, "start_s": 0.5}]
    env = ns3_scenarios.make("tcp", {**SMALL, "flows": {"each": each}})
    seen, _, times_s = played(env, lambda o: windows(o, 5))
    env.close()
    assert times_s[0] == 0
    assert seen[-1]["min_rtt_s"] == pytest.approx([0.022, 0.102], abs=0.002)
    asks = np.array([o["asks"][1] for o in seen])
    assert times_s[int(np.argmax(asks > 0))] == 0.5


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"n_flows": 0}, "n_flows"),
        ({"bottleneck": {"queue": "red"}}, "bottleneck.queue"),
        ({"flows": {"each": [{"rtt_s": 0.1}]}}, "has 1 items, must have n_flows = 2"),
        ({"flows": {"each": [{}, {"rtt_s": 9}]}}, "flows.each.1.rtt_s = 9"),
        ({"duration_s": 0.5}, "duration_s = 0.5: the first flow may begin as late as at 1 s"),
        (
            {"duration_s": 0.5, "flows": {"each": [{"start_s": 2}, {"start_s": 3}]}},
            "as late as at 2 s",
        ),
    ],
)
def test_wrong_settings_are_refused(settings, says):
    with pytest.raises(InvalidSetting, match=says):
        ns3_scenarios.make("tcp", settings)


def test_cross_traffic_of_next_to_nothing_changes_next_to_nothing():
    rates = []
    for share in (0, 1e-9):
        env = ns3_scenarios.make("tcp", {**SMALL, "n_flows": 1, "cross": {"rate_share": share}})
        rates.append(later(played(env, lambda o: windows(o, 40))[0], "delivery_rate_mbps").sum())
        env.close()
    assert rates[1] == pytest.approx(rates[0], rel=0.01)


def test_queue_disciplines_are_those_that_are_named():
    # CUBIC fills whatever is there; CoDel does not let it.
    rtts_s = {}
    for queue in ("drop-tail", "codel", "fq-codel"):
        bottleneck = {"rate_mbps": 8, "buffer_bdp": 5, "queue": queue}
        env = ns3_scenarios.make("tcp", {**SMALL, "duration_s": 8, "bottleneck": bottleneck})
        rtts_s[queue] = later(played(env, lambda o: windows(o, 10, "cubic"))[0], "rtt_s").mean()
        env.close()
    assert max(rtts_s["codel"], rtts_s["fq-codel"]) < 0.6 * rtts_s["drop-tail"]


@pytest.mark.parametrize("name", ["newreno", "cubic", "bbr"])
def test_controllers_of_ns3_are_policies(name):
    env = ns3_scenarios.make("tcp", SMALL)
    policy = load_policy(name)
    policy.begin(Network("tcp", env.settings.model_dump(), env.schema), seed=1)
    seen, _, _ = played(env, policy.decide_slot)
    env.close()
    in_force = env.schema.observation("controller_in_force").labels
    assert {in_force[i] for i in seen[-1]["controller_in_force"]} == {name}
    assert later(seen, "delivery_rate_mbps").sum() > 0.4 * RATE_MBPS
    cellular = ns3_scenarios.make("cellular", {"n_ue": 2, "n_bs": 2})
    network = Network("cellular", cellular.settings.model_dump(), cellular.schema)
    with pytest.raises(MissingObservation, match="decides on controller, which cellular does not"):
        policy.begin(network, seed=1)
    cellular.close()


def test_alone_it_is_cubic():
    done = subprocess.run(
        [ns3_scenarios.program("tcp"), "--duration_s=2"],
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert done.stdout == done.stderr == b""
