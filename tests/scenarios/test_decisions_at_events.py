"""Programs of ns-3 that decide when they ask: no class, no slots."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest

import ns3_bridge
import ns3_scenarios
from ns3_bridge import (
    DeadlineExceeded,
    InvalidSetting,
    LocalHost,
    SchemaMismatch,
    SimulatorDied,
)
from ns3_bridge.network.gateway import Gateway
from ns3_scenarios.build import build

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[1] / "examples" / "tcp-window.cc"


@pytest.fixture(scope="module")
def asks(build_cache, tmp_path_factory):
    program = tmp_path_factory.mktemp("asks") / "asks"
    return str(build([HERE / "asks.cc"], [], program, build_cache))


@pytest.fixture(scope="module")
def tcp_window(build_cache, tmp_path_factory):
    program = tmp_path_factory.mktemp("tcp") / "tcp-window"
    return str(build([EXAMPLE], [], program, build_cache))


def answer(observation):
    """Whoever asks gets the time and its own number; the others nothing that counts."""
    numbers = np.arange(len(observation["asks"])) / 10
    return {"decided": np.where(observation["asks"], observation["time_s"] + numbers, 99.0)}


def played(env, seed=1, rule=answer, steps=None):
    """Observations, rewards and times of an episode, or of its first steps."""
    observation, info = env.reset(seed=seed)
    seen, rewards, times_s, over = [observation], [], [info["time_s"]], False
    while not over and len(rewards) != steps:
        observation, reward, terminated, truncated, info = env.step(rule(observation))
        seen.append(observation)
        rewards.append(reward)
        times_s.append(info["time_s"])
        over = terminated or truncated
    return seen, rewards, times_s


def test_a_step_is_the_next_moment_at_which_somebody_asks(asks):
    env = ns3_scenarios.make(asks)
    seen, rewards, times_s = played(env)
    env.close()
    assert times_s == [1, 2, 3, 4, 5, 6, 6.5]
    assert [o["time_s"][0] for o in seen] == times_s
    # Asker i asks every i + 1 seconds; those of one instant ask in one step.
    who = [np.flatnonzero(o["asks"]).tolist() for o in seen[:-1]]
    assert who == [[0], [0, 1], [0, 2], [0, 1], [0], [0, 1, 2]]
    assert rewards == [0, 0, 0, 0, 0, 3]


def test_decisions_count_for_those_who_ask_alone(asks):
    env = ns3_scenarios.make(asks)
    seen, _, _ = played(env)
    env.close()
    assert seen[3]["value"].tolist() == [3, 2.1, 3.2]
    assert seen[-1]["value"].tolist() == [6, 6.1, 6.2]


def test_who_asks_in_the_midst_of_an_event_asks_before_those_who_wait(asks):
    env = ns3_scenarios.make(asks, {"fault": "now", "n": 2})
    seen, _, times_s = played(env)
    env.close()
    assert times_s == [1, 2, 2, 3, 4, 4, 5, 6, 6, 6.5]
    who = [np.flatnonzero(o["asks"]).tolist() for o in seen[:-1]]
    assert who == [[0], [0], [1], [0], [0], [1], [0], [0], [1]]
    assert seen[-1]["value"].tolist() == [6, 6.1]


def test_the_program_s_own_arguments_are_settings(asks):
    described = json.loads(subprocess.run([asks, "--describe"], capture_output=True).stdout)
    kinds = {s["name"]: (s["type"], s["default"]) for s in described["settings"]}
    assert described["settings"][0]["help"] == "how many ask: one or more, of each a question"
    assert kinds == {
        **{"n": ("real", 3), "seconds": ("real", 6.5)},
        **{"ends": ("flag", False), "fault": ("text", "none")},
    }
    env = ns3_scenarios.make(asks, {"n": 5, "seconds": 1.5, "ends": True})
    observation, _ = env.reset(seed=1)
    assert observation["asks"].shape == (5,)
    assert env.observation_space["value"].shape == (5,)
    _, _, terminated, truncated, _ = env.step(answer(observation))
    assert (terminated, truncated) == (True, False)
    env.close()
    with pytest.raises(InvalidSetting, match="Did you mean seconds"):
        ns3_scenarios.make(asks, {"second": 1})


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("twice", 'asker 0 asks twice at one instant: "tick" and "tick"'),
        ("reason", 'reason "no such": not declared'),
        ("late", "all is declared before Open"),
        ("nan", "value"),
        ("throws", "error: thrown in an event"),
        ("leaves", "exit"),
        ("never", "the simulation has ended and never asked"),
    ],
)
def test_what_a_program_does_wrong_is_told(asks, fault, says):
    env = ns3_scenarios.make(asks, {"fault": fault})
    with pytest.raises(SimulatorDied) as told:
        played(env)
    env.close()
    assert says in str(told.value)


def test_a_program_that_prints_is_described_and_driven_all_the_same(asks):
    env = ns3_scenarios.make(asks, {"fault": "prints"})
    assert len(played(env)[1]) == 6
    env.close()


def test_a_program_that_blocks_is_ended_at_the_deadline(asks):
    env = ns3_scenarios.make(asks, {"fault": "blocks"}, deadline_s=0.5)
    with pytest.raises(DeadlineExceeded, match=r"gave no answer within 0\.5 s"):
        played(env)
    env.close()
    with pytest.raises(DeadlineExceeded, match="--describe gave no answer within 1 s"):
        ns3_scenarios.make(asks, {"fault": "mute"}, start_deadline_s=1.0)


def test_a_program_that_changes_its_declaration_is_refused(asks):
    env = ns3_scenarios.make(asks, {"fault": "schema"})
    with pytest.raises(SchemaMismatch, match="now declares other fields"):
        env.reset(seed=1)
    env.close()


def test_a_program_killed_within_a_decision_is_told(asks):
    env = ns3_scenarios.make(asks)
    observation, _ = env.reset(seed=1)
    os.kill(env.channel.process.pid, signal.SIGTERM)
    with pytest.raises(SimulatorDied, match="killed by SIGTERM"):
        env.step(answer(observation))
    env.close()


def test_arguments_of_a_command_are_settings(asks):
    command = [asks, "--n=5", "--seconds=1.5", "--ends"]
    env = ns3_bridge.make(command, {"seconds": 2.5})
    assert env.settings.model_dump() == {"n": 5, "seconds": 2.5, "ends": True, "fault": "none"}
    assert env.observation_space["value"].shape == (5,)
    _, _, times_s = played(env)
    assert times_s == [1, 2, 2.5]
    env.close()
    envs = ns3_bridge.make_vector(command, 2)
    assert envs.single_observation_space["value"].shape == (5,)
    envs.close()
    with pytest.raises(InvalidSetting, match="Invalid command-line argument"):
        ns3_bridge.make([asks, "--second=1"])


def test_a_branch_goes_on_from_the_question(asks):
    env = ns3_scenarios.make(asks)
    observation, _ = env.reset(seed=1)
    for _ in range(3):
        observation, *_ = env.step(answer(observation))
    with env.branch(seeds=[7])[0] as branch:
        for _ in range(2):
            one = env.step(answer(observation))
            two = branch.step(answer(observation))
            observation = one[0]
            assert all((one[0][name] == two[0][name]).all() for name in one[0])
    env.close()


def test_vectors_pools_and_gateways_serve_it(asks, tmp_path):
    alone = ns3_scenarios.make(asks)
    expected = played(alone, steps=4)
    alone.close()
    gateway = Gateway(LocalHost(asks), f"ipc://{tmp_path}/gateway")
    server = threading.Thread(target=gateway.serve)
    server.start()
    try:
        remote = ns3_bridge.connect(gateway.address)
        found = played(remote, steps=4)
        remote.close()
    finally:
        gateway.stop()
        server.join()
    assert found[1:] == expected[1:]
    for here, there in zip(expected[0], found[0], strict=True):
        assert all((here[name] == there[name]).all() for name in here)
    envs = ns3_scenarios.make_vector(asks, 2)
    observations, _ = envs.reset(seed=1)
    observations, *_ = envs.step(answer_all(observations))
    assert observations["time_s"].tolist() == [[2], [2]]
    envs.close()


def answer_all(observations):
    return {"decided": np.where(observations["asks"], observations["time_s"], 99.0)}


def test_alone_it_is_the_program_that_it_was(tcp_window):
    done = subprocess.run(
        [tcp_window, "--seconds=2", "--flows=1"], capture_output=True, timeout=120, check=True
    )
    assert done.stdout == done.stderr == b""


def test_the_example_s_agent_keeps_the_queue_short_and_the_link_full(tcp_window):
    def as_newreno(observation):
        return {"next_window_packets": np.clip(observation["window_packets"], 1, 1000)}

    def as_fast_tcp(observation):
        # FAST TCP (Jin, Wei and Low 2004): four packets of each flow wait.
        window = observation["window_packets"]
        least_s, latest_s = observation["least_rtt_s"], observation["rtt_s"]
        ratio = np.divide(least_s, latest_s, out=np.ones_like(least_s), where=latest_s > 0)
        return {"next_window_packets": np.clip((window + window * ratio + 4) / 2, 1, 1000)}

    def rewards_and_rtt(rule):
        env = ns3_scenarios.make(tcp_window, {"seconds": 10})
        seen, rewards, _ = played(env, rule=rule)
        env.close()
        return sum(rewards), np.mean([o["rtt_s"].max() for o in seen[len(seen) // 2 :]])

    reward, rtt_s = rewards_and_rtt(as_fast_tcp)
    newreno_reward, newreno_rtt_s = rewards_and_rtt(as_newreno)
    assert rtt_s < 0.07 < newreno_rtt_s  # 40 ms are the line's own
    assert reward > 1.5 * newreno_reward
