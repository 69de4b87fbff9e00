"""Unmodified scenario programs of ns3-gym and ns3-ai, driven as Gymnasium environments."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env

from ns3_bridge import (
    ConnectionLost,
    DeadlineExceeded,
    HandshakeError,
    InvalidAction,
    InvalidSetting,
    ProtocolViolation,
    SimulatorDied,
)
from ns3_bridge.compat import Ns3AiEnv, Ns3GymEnv

PROGRAM = [sys.executable, str(Path(__file__).with_name("gym_simulation.py"))]
ENVS = {
    "ns3-gym": (Ns3GymEnv, PROGRAM),
    "ns3-ai": (Ns3AiEnv, [*PROGRAM, "--segment={segment}"]),
}
ACTION = np.array([0.5, 0.25], np.float32)


@pytest.fixture(params=ENVS)
def project(request):
    return request.param


@pytest.fixture
def simulation(tmp_path, project):
    made = []
    env_type, program = ENVS[project]

    def make(*arguments, **options):
        command = [*program, f"--pid-file={tmp_path}/pids", *arguments]
        made.append(env_type(command, **{"deadline_s": 20.0, "start_deadline_s": 30.0, **options}))
        return made[-1]

    yield make
    for env in made:
        env.close()
    until(lambda: not any(map(is_alive, pids(tmp_path))))
    assert not shared_memory()


def shared_memory():
    return list(Path("/dev/shm").glob(f"ns3-twin-{os.getpid()}-*"))


def pids(folder):
    file = folder / "pids"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def is_alive(pid):
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            != "Z"
        )
    except FileNotFoundError:
        return False


def until(condition, deadline_s=20.0):
    end_s = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.02)


def test_an_episode_from_reset_to_the_simulation_s_end(simulation):
    env = simulation()
    assert env.observation_space == spaces.Dict(
        [("seen", spaces.Box(0, 4 * 10**9, (2,), np.uint32)), ("step", spaces.Discrete(4))]
    )
    assert env.action_space == spaces.Box(-1, 1, (2,), np.float32)
    observation, info = env.reset(seed=77)
    assert observation["seen"].tolist() == [77, 0]
    assert info == {"info": "step 0"}
    steps = [env.step(ACTION) for _ in range(3)]
    assert [o["step"] for o, *_ in steps] == [1, 2, 3]
    assert [reward for _, reward, *_ in steps] == [0.75] * 3
    assert [
        ends for *_, terminated, truncated, _ in steps for ends in [(terminated, truncated)]
    ] == [
        (False, False),
        (False, False),
        (False, True),
    ]
    with pytest.raises(ResetNeeded):
        env.step(ACTION)
    assert env.reset(seed=5)[0]["seen"].tolist() == [5, 0]


def test_game_over_terminates(simulation):
    env = simulation("--end=game-over")
    env.reset(seed=1)
    assert [env.step(ACTION)[2:4] for _ in range(3)][-1] == (True, False)


def test_it_is_a_gymnasium_environment(simulation):
    check_env(simulation(), skip_render_check=True)


@pytest.mark.parametrize("project", ["ns3-gym"])
def test_arguments_are_a_template(simulation):
    env = simulation("--simSeed=3{seed}", arguments=["--openGymPort={port}"])
    assert env.reset(seed=4)[0]["seen"].tolist() == [34, 0]
    with pytest.raises(InvalidSetting, match=r"\{port\} occurs nowhere"):
        Ns3GymEnv(PROGRAM, arguments=[])


def test_a_wrong_action_leaves_the_simulation_where_it_was(simulation):
    env = simulation()
    env.reset(seed=1)
    with pytest.raises(InvalidAction, match=r"action\[1\] = 2.0 is outside"):
        env.step(np.array([0, 2], np.float32))
    assert env.step(ACTION)[0]["step"] == 1


@pytest.mark.parametrize("env_type", [Ns3GymEnv, Ns3AiEnv])
def test_a_program_that_is_not_there(env_type):
    with pytest.raises(HandshakeError, match="no such program"):
        env_type(["/nowhere/scenario"])


def test_a_port_that_is_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InvalidSetting, match=f"port {port}: Address already in use"):
            Ns3GymEnv(PROGRAM, port=port)


@pytest.mark.parametrize("project", ["ns3-gym"])
def test_one_port_serves_one_episode_after_the_other(simulation):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = simulation(port=port)
    for seed in (1, 2, 3):
        assert env.reset(seed=seed)[0]["seen"][0] == seed


FAULTS = {
    "die": (SimulatorDied, "killed by SIGKILL; it said last:\nabout to die at "),
    "exit": (SimulatorDied, "exit status 3; it said last:\nabout to exit at "),
    "stop": (DeadlineExceeded, "within .* s; it said last:\nabout to stop at "),
    "hang": (DeadlineExceeded, "within .* s; it said last:\nabout to hang at "),
}


@pytest.mark.parametrize(
    ("project", "fault"),
    [*(("ns3-gym", fault) for fault in FAULTS), ("ns3-ai", "die"), ("ns3-ai", "hang")],
)
@pytest.mark.parametrize("at", ["start", "init", "action"])
def test_faults_are_errors_and_leave_nothing(simulation, tmp_path, fault, at):
    error, complaint = FAULTS[fault]
    short = {"deadline_s": 1.0, "start_deadline_s": 20.0}
    if error is DeadlineExceeded and at != "action":
        short["start_deadline_s"] = 4.0
    if at == "start":
        with pytest.raises(error, match=complaint + at):
            simulation(f"--fault={fault}", f"--at={at}", **short)
    else:
        env = simulation(f"--fault={fault}", f"--at={at}", **short)
        if at == "action":
            env.reset(seed=1)
        with pytest.raises(error, match=complaint + at):
            env.reset(seed=1) if at == "init" else env.step(ACTION)
        with pytest.raises(ResetNeeded):
            env.step(ACTION)
    until(lambda: not any(map(is_alive, pids(tmp_path))))


@pytest.mark.parametrize("at", ["init", "state"])
@pytest.mark.parametrize(
    ("project", "fault", "complaint"),
    [
        ("ns3-gym", "garble", "40 bytes are no "),
        ("ns3-ai", "garble", "40 bytes are no "),
        ("ns3-gym", "frames", "a message of 2 frames"),
        ("ns3-ai", "overflow", "has 1025 bytes, ns3-ai's buffer 1024"),
    ],
)
def test_messages_that_are_none(simulation, fault, complaint, at):
    with pytest.raises(ProtocolViolation, match=complaint):
        simulation(f"--fault={fault}", f"--at={at}").reset(seed=1)


@pytest.mark.parametrize("project", ["ns3-gym"])
@pytest.mark.parametrize(
    ("fault", "at"), [("huge", "init"), ("huge", "state"), ("hang-up", "init")]
)
def test_a_program_that_hangs_up_or_sends_too_much(simulation, fault, at):
    with pytest.raises(ConnectionLost, match="hung up, or has sent more than 67108864 bytes"):
        simulation(f"--fault={fault}", f"--at={at}").reset(seed=1)


def test_the_program_ends_with_an_agent_that_is_killed(tmp_path, project):
    env_type, program = ENVS[project]
    code = (
        f"import sys; from ns3_bridge.compat import {env_type.__name__} as Env\n"
        f"env = Env({[*program, f'--pid-file={tmp_path}/pids']!r})\n"
        "env.reset(seed=1); print('ready', flush=True); sys.stdin.read()"
    )
    agent = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert agent.stdout.readline() == b"ready\n"
    assert is_alive(pids(tmp_path)[-1])
    agent.kill()
    agent.communicate()
    until(lambda: not is_alive(pids(tmp_path)[-1]))


def test_many_episodes_leave_no_descriptors(simulation):
    env = simulation()
    env.reset(seed=1)
    before = len(os.listdir("/proc/self/fd"))
    for seed in range(4):
        env.reset(seed=seed)
    assert len(os.listdir("/proc/self/fd")) == before
