"""An unmodified agent of ns3-gym drives a scenario of ours."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from contract import NS3_GYM as contract
from gym_agent import GymAgent

from ns3_bridge import DeadlineExceeded, InvalidSetting, LocalHost, ScenarioEnv, SimulatorDied
from ns3_bridge.compat import Ns3GymServer
from ns3_bridge.testing import fake_scenario

DECLARATION = {
    "observations": [
        {"name": "rate_bps", "shape": [2, 3], "low": 0, "high": 1e6},
        {"name": "bits", "dtype": "int64", "shape": [2], "low": 0, "high": 2**40},
        {"name": "phase", "dtype": "int32", "shape": [], "low": 0, "high": 2, "categorical": True},
        {"name": "flags", "dtype": "uint8", "shape": [3], "low": 0, "high": 1},
    ],
    "actions": [
        {"name": "share", "shape": [2, 2], "low": 0, "high": 1},
        {"name": "bs", "dtype": "int32", "shape": [2], "low": 0, "high": 2, "categorical": True},
    ],
}
SHARE = [0.5, 0.25, 1.0, 0.0]
ACTION = (contract.box(contract.FLOAT, SHARE, "share"), contract.box(contract.INT, [2, 0], "bs"))


@pytest.fixture
def program(tmp_path):
    return fake_scenario(tmp_path / "fake", DECLARATION)


@pytest.fixture
def agent():
    agent = GymAgent()
    yield agent
    agent.close()


@pytest.fixture
def serve(program, in_background):
    def start(agent, settings=None, deadline_s=20.0, **options):
        lines = []
        server = Ns3GymServer(
            LocalHost(program, settings, None, deadline_s),
            f"tcp://localhost:{agent.port}",
            **{"agent_deadline_s": 30.0, "report": lines.append, **options},
        )
        in_background(server)
        return lines

    return start


def test_the_spaces_are_those_of_the_scenario(serve, agent):
    serve(agent)
    told = agent.begin()
    agent.receive("EnvStateMsg")
    agent.stop()
    assert told.simProcessId == told.wafShellProcessId == 0
    assert told.obsSpace == contract.dict_space(
        contract.box_space(0, 1e6, contract.FLOAT, [6], "rate_bps"),
        contract.box_space(0, 2**40, contract.DOUBLE, [2], "bits"),
        contract.discrete_space(3, "phase"),
        contract.box_space(0, 1, contract.UINT, [3], "flags"),
    )
    assert told.actSpace == contract.dict_space(
        contract.box_space(0, 1, contract.FLOAT, [4], "share"),
        contract.box_space(0, 2, contract.INT, [2], "bs"),
    )


def test_each_episode_is_that_of_shared_memory_under_the_next_run_number(serve, agent, program):
    settings = {"duration_s": 0.06}
    lines = serve(agent, settings, seed=11)
    local = ScenarioEnv(LocalHost(program, settings))
    action = {"share": np.reshape(SHARE, (2, 2)), "bs": [2, 0]}
    for run in (11, 12):
        agent.begin()
        expected = [(*local.reset(seed=run), 0.0, False)]
        for _ in range(3):
            observation, reward, _, truncated, info = local.step(action)
            expected.append((observation, info, reward, truncated))
        for observation, info, reward, over in expected:
            state = agent.receive("EnvStateMsg")
            seen = contract.observation_of(state)
            assert list(seen) == ["phase", "rate_bps", "bits", "flags"]
            for name, values in seen.items():
                assert np.ravel(values).tolist() == observation[name].ravel().tolist()
            assert np.float32(reward) == np.float32(state.reward)
            assert (state.isGameOver, state.reason) == (over, 0)
            assert json.loads(state.info) == info
            agent.stop() if over else agent.act(*ACTION)
    agent.begin()
    agent.receive("EnvStateMsg")
    agent.stop()
    local.close()
    assert lines[:2] == ["run 11: over after 3 slots", "run 12: over after 3 slots"]


def test_a_reset_stops_the_simulation_and_the_next_one_comes(serve):
    agent = GymAgent()
    lines = serve(agent)
    for _ in range(3):
        agent.begin()
        agent.receive("EnvStateMsg")
        agent.act(*ACTION)
        agent.receive("EnvStateMsg")
        agent.stop()
        agent.close()
        agent = GymAgent(agent.port)  # as ns3-gym does it: a new socket at the same port
    agent.begin()
    agent.close()
    ends = [line.partition(": ")[2] for line in lines if line.startswith("run")]
    # One that reaches an agent on its way out is stopped at once, and the next one comes.
    played = [end for end in ends if end != "stopped by the agent after 0 slots"]
    assert played[:3] == ["stopped by the agent after 1 slots"] * 3


def test_an_agent_may_stop_before_the_first_slot(serve, agent):
    serve(agent)
    agent.receive("SimInitMsg")
    agent.send(contract.new("SimInitAck", done=True, stopSimReq=True))
    agent.begin()
    assert agent.receive("EnvStateMsg").info.startswith('{"slot": 0')
    agent.stop()


@pytest.mark.parametrize(
    ("action", "complaint"),
    [
        ([ACTION[0]], "ProtocolViolation: action has the elements ['share']"),
        (
            [contract.box(contract.FLOAT, [0, float("nan"), 0, 0], "share"), ACTION[1]],
            "InvalidAction: share[0, 1] = nan is outside [0, 1]",
        ),
        (
            [ACTION[0], contract.box(contract.INT, [3, 0], "bs")],
            "InvalidAction: bs[0] = 3 is outside [0, 2]",
        ),
    ],
)
def test_a_wrong_action_ends_the_episode_and_says_why(serve, agent, action, complaint):
    serve(agent)
    agent.begin()
    first = agent.receive("EnvStateMsg")
    agent.act(*action)
    last = agent.receive("EnvStateMsg")
    assert (last.isGameOver, last.reason, last.reward) == (True, 1, 0)
    assert last.info.startswith(complaint)
    assert last.obsData == first.obsData
    agent.stop()
    agent.begin()
    assert not agent.receive("EnvStateMsg").isGameOver
    agent.stop()


def test_garbled_answers(serve, agent):
    serve(agent)
    agent.receive("SimInitMsg")
    agent.socket.send(b"\xff" * 30)
    last = agent.receive("EnvStateMsg")
    assert last.isGameOver
    assert "30 bytes are no SimInitAck" in last.info
    agent.stop()
    agent.begin()
    agent.receive("EnvStateMsg")
    agent.socket.send_multipart([b"", b""])
    assert "a message of 2 frames" in agent.receive("EnvStateMsg").info
    agent.socket.send(b"\xff" * 30)
    agent.begin()
    agent.receive("EnvStateMsg")
    agent.stop()


def test_an_oversized_answer_ends_the_episode(serve, agent):
    lines = serve(agent)
    agent.begin()
    agent.receive("EnvStateMsg")
    agent.socket.send(b"\x00" * 2**20)
    agent.begin()
    agent.receive("EnvStateMsg")
    agent.stop()
    assert "is gone, or has sent more than" in lines[0]


@pytest.mark.parametrize(
    ("kind", "complaint"),
    [
        ("die", "SimulatorDied: the simulator was killed by SIGKILL"),
        ("exit", "SimulatorDied: the simulator ended with exit status"),
        ("stop", "DeadlineExceeded: "),
        ("garble", "ChannelCorrupted: "),
    ],
)
def test_a_simulator_that_fails_is_game_over_and_the_next_comes(serve, agent, kind, complaint):
    serve(agent, {"fault": {"kind": kind, "slot": 1}}, deadline_s=1.0)
    for _ in range(2):
        agent.begin()
        agent.receive("EnvStateMsg")
        agent.act(*ACTION)
        last = agent.receive("EnvStateMsg")
        assert (last.isGameOver, last.reason) == (True, 1)
        assert last.info.startswith(complaint)
        agent.stop()
    agent.begin()
    agent.receive("EnvStateMsg")
    agent.stop()


def test_a_simulator_that_does_not_start_ends_the_service(agent, tmp_path):
    path = tmp_path / "fake"
    host = LocalHost(fake_scenario(path, DECLARATION))
    path.write_text("#!/bin/sh\nexit 7\n")
    server = Ns3GymServer(host, f"tcp://localhost:{agent.port}", agent_deadline_s=30.0)
    seen = []
    player = threading.Thread(
        target=lambda: (agent.begin(), seen.append(agent.receive("EnvStateMsg")))
    )
    player.start()
    with pytest.raises(SimulatorDied) as raised:
        server.serve()
    player.join(60)
    assert seen[0].isGameOver
    assert str(raised.value) in seen[0].info


def test_no_agent_within_the_deadline(program, agent):
    for address in (f"tcp://localhost:{agent.port}", "tcp://localhost:1"):
        server = Ns3GymServer(LocalHost(program), address, agent_deadline_s=0.3)
        with pytest.raises(DeadlineExceeded, match=r"within 0.3 s \(--agent-deadline\)"):
            server.serve()


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("tcp://192.0.2.1:5555", "localhost only"),
        ("tcp://localhost", "must be tcp://HOST:PORT"),
        ("tcp://localhost:0", "must be tcp://HOST:PORT"),
        ("ipc:///tmp/x", "must be tcp://HOST:PORT"),
    ],
)
def test_addresses_that_it_does_not_go_to(program, address, complaint):
    with pytest.raises(InvalidSetting, match=complaint):
        Ns3GymServer(LocalHost(program), address)


def start_agent(port):
    script = Path(__file__).with_name("gym_agent.py")
    process = subprocess.Popen([sys.executable, script, str(port)], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"playing\n"
    return process


def test_an_agent_that_is_killed_is_replaced_by_the_next(tmp_path):
    declaration = {**DECLARATION, "actions": [{"name": "share", "shape": [4], "low": 0, "high": 1}]}
    free = GymAgent()
    free.close()
    port = free.port
    command = [
        *(str(Path(sys.executable).with_name("ns3-twin")), "serve", "--protocol", "ns3-gym"),
        *("--scenario", fake_scenario(tmp_path / "fake", declaration)),
        *("--connect", f"tcp://localhost:{port}", "--set", "duration_s=1000"),
    ]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    agents = []
    try:
        for _ in range(2):
            agents.append(start_agent(port))
            agents[-1].kill()
            agents[-1].wait()
        agents.append(start_agent(port))
        served.send_signal(signal.SIGTERM)
        output, _ = served.communicate(timeout=60)
    finally:
        for process in (*agents, served):
            process.kill()
            process.communicate()
    assert served.returncode == 0
    assert output.count("is gone") == 2
    assert output.endswith("stopped\n")


def test_options_of_the_other_protocol_are_refused(program):
    for options, complaint in (
        (["--protocol", "ns3-gym", "--bind", "tcp://127.0.0.1:9"], "--bind means nothing"),
        (["--connect", "tcp://localhost:9"], "--connect means nothing"),
    ):
        done = subprocess.run(
            [
                *(str(Path(sys.executable).with_name("ns3-twin")), "serve"),
                *("--scenario", program, *options),
            ],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 2
        assert complaint in done.stderr
