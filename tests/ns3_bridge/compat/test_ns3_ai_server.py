"""An unmodified agent of ns3-ai drives a scenario of ours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from contract import NS3_AI as contract
from gym_agent import AiAgent

from ns3_bridge import DeadlineExceeded, HandshakeError, InvalidSetting, LocalHost, ScenarioEnv
from ns3_bridge.compat import Ns3AiServer
from ns3_bridge.testing import fake_scenario

DECLARATION = {
    "observations": [
        {"name": "rate_bps", "shape": [2, 3], "low": 0, "high": 1e6},
        {"name": "bits", "dtype": "int64", "shape": [2], "low": 0, "high": 2**40},
        {"name": "phase", "dtype": "int32", "shape": [], "low": 0, "high": 2, "categorical": True},
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
def agent(segment):
    agent = AiAgent(segment)
    yield agent
    agent.close()
    Path("/dev/shm", segment).unlink(missing_ok=True)  # an agent that is killed leaves it


@pytest.fixture
def serve(program, segment, in_background):
    def start(settings=None, deadline_s=20.0, **options):
        lines = []
        server = Ns3AiServer(
            LocalHost(program, settings, None, deadline_s),
            segment,
            **{"agent_deadline_s": 30.0, "report": lines.append, **options},
        )
        return lines, in_background(server)

    return start


def test_each_episode_is_that_of_shared_memory_under_the_next_run_number(serve, agent, program):
    settings = {"duration_s": 0.06}
    local = ScenarioEnv(LocalHost(program, settings))
    action = {"share": np.reshape(SHARE, (2, 2)), "bs": [2, 0]}
    for run in (11, 12):  # the agent starts a process for each; its memory stays
        lines, thread = serve(settings, seed=11)
        told = agent.begin()
        assert told.obsSpace == contract.dict_space(
            contract.box_space(0, 1e6, contract.FLOAT, [6], "rate_bps"),
            contract.box_space(0, 2**40, contract.DOUBLE, [2], "bits"),
            contract.discrete_space(3, "phase"),
        )
        expected = [(*local.reset(seed=run), 0.0, False)]
        for _ in range(3):
            observation, reward, _, truncated, info = local.step(action)
            expected.append((observation, info, reward, truncated))
        for observation, info, reward, over in expected:
            state = agent.receive("EnvStateMsg")
            for name, values in contract.observation_of(state).items():
                assert np.ravel(values).tolist() == observation[name].ravel().tolist()
            assert np.float32(reward) == np.float32(state.reward)
            assert (state.isGameOver, state.reason) == (over, 0)
            assert json.loads(state.info) == info
            agent.stop() if over else agent.act(*ACTION)
        thread.join(20)
        assert lines == [f"run {run}: over after 3 slots"]
    local.close()


def test_an_agent_may_see_and_decide_on_some_fields_only(serve, agent):
    serve(observe=["phase", "bits"], act=["bs"])
    told = agent.begin()
    assert list(contract.elements(told.obsSpace, "DictSpace", "space")) == ["bits", "phase"]
    assert list(contract.elements(told.actSpace, "DictSpace", "space")) == ["bs"]
    assert list(contract.observation_of(agent.receive("EnvStateMsg"))) == ["phase", "bits"]
    agent.act(ACTION[1])
    assert not agent.receive("EnvStateMsg").isGameOver
    agent.stop()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"observe": ["phase", "rate"]}, "--observe: no field 'rate'; known: rate_bps, bits, ph"),
        ({"act": ["share", ""]}, "--act: no field ''; known: share, bs"),
        ({"segment": "a/b"}, "must be 1 to 255 bytes without '/'"),
    ],
)
def test_wrong_options(program, options, complaint):
    with pytest.raises(InvalidSetting, match=complaint):
        Ns3AiServer(LocalHost(program), **options)


@pytest.mark.parametrize(
    ("name", "count", "size", "complaint"),
    [
        ("observations", 1, 260, r"observation takes up to 1\d\d\d: .*; the largest: o0 11\d\d"),
        ("actions", 1, 260, r"action takes up to 1\d\d\d: .*; the largest: a0 11\d\d"),
        ("observations", 15, 1, r"descriptions of the fields take 1\d\d\d: choose fields \(--obs"),
    ],
)
def test_fields_that_do_not_fit_in_a_message(tmp_path, name, count, size, complaint):
    fields = [{"name": f"{name[0]}{i}", "shape": [size], "low": 0, "high": 1} for i in range(count)]
    program = fake_scenario(tmp_path / "fake", {**DECLARATION, name: fields})
    with pytest.raises(InvalidSetting, match="holds 1024 bytes, but the " + complaint):
        Ns3AiServer(LocalHost(program))


def test_the_largest_message_that_is_promised_to_fit_does(tmp_path, agent, segment):
    field = {"dtype": "int32", "low": -(2**31), "high": 2**31 - 1}
    declaration = {
        "observations": [{"name": "o", "shape": [70], **field}],
        "actions": [{"name": "a", "shape": [80], **field}],
    }
    host = LocalHost(fake_scenario(tmp_path / "fake", declaration))
    server = Ns3AiServer(host, segment, agent_deadline_s=30.0)
    thread = threading.Thread(target=server.serve)
    thread.start()
    agent.begin()
    agent.receive("EnvStateMsg")
    agent.act(contract.box(contract.INT, [-(2**31)] * 80, "a"))
    assert not agent.receive("EnvStateMsg").isGameOver
    agent.stop()
    thread.join(20)


def test_a_wrong_action_ends_the_episode_and_says_why(serve, agent):
    _, thread = serve()
    agent.begin()
    first = agent.receive("EnvStateMsg")
    agent.act(contract.box(contract.FLOAT, [0, float("nan"), 0, 0], "share"), ACTION[1])
    last = agent.receive("EnvStateMsg")
    assert (last.isGameOver, last.reason, last.reward) == (True, 1, 0)
    assert last.info.startswith("InvalidAction: share[0, 1] = nan is outside [0, 1]")
    assert last.obsData == first.obsData
    agent.stop()
    thread.join(20)


@pytest.mark.parametrize(
    ("kind", "complaint"),
    [("die", "SimulatorDied: the simulator was killed by SIGKILL"), ("stop", "DeadlineExceeded: ")],
)
def test_a_simulator_that_fails_is_game_over(serve, agent, kind, complaint):
    serve({"fault": {"kind": kind, "slot": 1}}, deadline_s=1.0)
    agent.begin()
    agent.receive("EnvStateMsg")
    agent.act(*ACTION)
    last = agent.receive("EnvStateMsg")
    assert last.isGameOver
    assert last.info.startswith(complaint)
    agent.stop()


@pytest.mark.parametrize("size", [30, 1025])
def test_answers_that_are_none(serve, agent, size):
    _, thread = serve()
    agent.begin()
    agent.receive("EnvStateMsg")
    agent.relay.send(b"\xff" * 30, size)
    last = agent.receive("EnvStateMsg")
    assert last.isGameOver
    assert f"{size} bytes" in last.info
    agent.stop()
    thread.join(20)


def test_a_stop_that_the_simulation_before_did_not_read_is_not_for_the_next(serve, agent):
    agent.stop()
    serve()
    agent.begin()
    assert not agent.receive("EnvStateMsg").isGameOver
    agent.stop()


def test_an_agent_that_is_killed_ends_the_service_and_its_memory_goes(serve, segment):
    agent = AiAgent(segment)
    lines, thread = serve(agent_deadline_s=60.0)
    agent.begin()
    agent.receive("EnvStateMsg")
    agent.relay.process.kill()
    agent.relay.process.communicate()
    thread.join(60)
    assert not thread.is_alive()
    assert lines == [f"the agent at the shared-memory segment {segment!r} is gone"]


def test_no_agent_within_the_deadline(program, segment):
    server = Ns3AiServer(LocalHost(program), segment, agent_deadline_s=0.1)
    with pytest.raises(DeadlineExceeded, match=r"is not there; waited 0.1 s \(--agent-deadline\)"):
        server.serve()
    left = AiAgent(segment)
    left.relay.process.kill()
    left.close()
    with pytest.raises(DeadlineExceeded, match="was left behind by an agent that is gone"):
        server.serve()
    Path("/dev/shm", segment).unlink()


def test_shared_memory_of_something_else(program, segment):
    path = Path("/dev/shm", segment)
    path.write_bytes(b"\2\0\0\0" + bytes(4092))
    holder = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            f"import mmap; f = open({str(path)!r}, 'r+b'); m = mmap.mmap(f.fileno(), 0)\n"
            "print('mapped', flush=True); input()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout.readline() == b"mapped\n"
        with pytest.raises(HandshakeError, match=r"no managed segment of Boost\. Is it ns3-ai's"):
            Ns3AiServer(LocalHost(program), segment, agent_deadline_s=5).serve()
    finally:
        path.unlink()
        holder.communicate(b"\n")


def test_an_agent_starts_its_simulations_and_resets_them(agent, segment, program, tmp_path):
    """As ns3-ai does it: in a shell, by `./ns3 run`, killed before the next."""
    serve = f"{Path(sys.executable).with_name('ns3-twin')} serve --protocol ns3-ai --seed 5"
    launcher = tmp_path / "ns3"
    launcher.write_text(f'#!/bin/sh\nexec {serve} --segment "{segment}" --scenario "$2"\n')
    launcher.chmod(0o755)
    for reset in range(2):
        with (tmp_path / "output").open("a") as output:
            process = subprocess.Popen(
                f"./ns3 run {program}",
                shell=True,
                cwd=tmp_path,
                stdout=output,
                preexec_fn=os.setpgrp,
            )
        agent.begin()
        agent.receive("EnvStateMsg")
        agent.act(*ACTION)
        agent.receive("EnvStateMsg")
        agent.stop()
        if reset == 0:
            process.wait(60)
        else:  # at any time
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(60)
    assert "run 5: stopped by the agent after 1 slots" in (tmp_path / "output").read_text()


def test_a_signal_ends_the_service(agent, segment, program):
    command = [str(Path(sys.executable).with_name("ns3-twin")), "serve", "--protocol", "ns3-ai"]
    command += ["--segment", segment, "--scenario", program]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    agent.begin()
    agent.receive("EnvStateMsg")
    served.send_signal(signal.SIGTERM)
    output, _ = served.communicate(timeout=60)
    assert served.returncode == 0
    assert output.endswith("stopped\n")


def test_options_of_the_other_protocols_are_refused(program):
    for options in (["--bind", "tcp://127.0.0.1:9"], ["--connect", "tcp://localhost:9"]):
        done = subprocess.run(
            [
                *(str(Path(sys.executable).with_name("ns3-twin")), "serve", "--protocol", "ns3-ai"),
                *("--scenario", program, *options),
            ],
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 2
        assert f"{options[0]} means nothing" in done.stderr
