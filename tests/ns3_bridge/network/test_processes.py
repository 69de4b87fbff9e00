"""Gateway, simulator and agent as processes, and what happens when one of them is hurt."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from ns3_bridge import (
    BridgeError,
    ConnectionLost,
    HandshakeError,
    LocalHost,
    ScenarioEnv,
    make_keys,
    ping,
)
from ns3_bridge.testing import fake_scenario
from ns3_bridge.testing.processes import children_of

COMMAND = str(Path(sys.executable).parent / "ns3-twin")


@pytest.fixture
def gateway(fake_program, tmp_path):
    """Start ``ns3-twin serve``; returns the process and its address."""
    started = []

    def start(*options):
        command = [COMMAND, "serve", "--scenario", fake_program, "--heartbeat", "0.1", *options]
        if "--bind" not in options:
            command += ["--bind", "tcp://127.0.0.1:*"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process, process.stdout.readline().split(" at ")[1].strip()

    yield start
    for process in started:
        process.kill()
        process.communicate()


def children(pid):
    return [str(child) for child in children_of(pid)]


def gone(pids):
    end_s = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > end_s:
            return False
        time.sleep(0.02)
    return True


def step(env):
    return env.step(env.action_space.sample())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("during", ["idle", "slot"])
def test_a_signal_stops_it_cleanly(gateway, connect, tmp_path, number, during):
    fault = ["--set", "fault.kind=delay", "--set", "fault.slot=1", "--set", "fault.delay_s=600"]
    process, address = gateway("--bind", f"ipc://{tmp_path}/socket", *fault)
    env = connect(address)
    env.reset(seed=1)
    errors = []

    def step_and_fail():
        with pytest.raises(ConnectionLost, match="the gateway has been stopped") as caught:
            step(env)
        errors.append(caught.value)

    stepping = threading.Thread(target=step_and_fail)
    if during == "slot":
        stepping.start()
        time.sleep(0.3)
    pids = children(process.pid)
    assert len(pids) == 1
    process.send_signal(number)
    assert process.stdout.readline() == "stopped\n"  # after that, only Python's own exit
    assert process.wait(60) == 0
    assert gone(pids)
    assert not (tmp_path / "socket").exists()
    if during == "slot":
        stepping.join(60)
        assert errors


def test_ping_disturbs_nobody_and_tells_a_stopped_gateway(gateway, connect):
    fault = ["--set", "fault.kind=delay", "--set", "fault.slot=2", "--set", "fault.delay_s=1"]
    process, address = gateway(*fault)
    assert ping(address) < 5  # before anybody has come
    env = connect(address)
    env.reset(seed=1)
    step(env)
    slow = threading.Thread(target=step, args=(env,))
    slow.start()
    assert ping(address) < 5  # in the middle of a slot
    slow.join()
    step(env)
    process.send_signal(signal.SIGSTOP)  # its port still accepts
    with pytest.raises(HandshakeError, match="or it hangs"):
        ping(address, deadline_s=0.5)
    process.kill()
    process.wait()
    with pytest.raises(HandshakeError, match="nobody listens there"):
        ping(address, deadline_s=0.5)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_issued_keys_go_with_the_gateway(gateway, tmp_path, monkeypatch, number):
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    process, address = gateway("--issue-keys", str(tmp_path / "volume"))
    key = tmp_path / "volume" / "agent.key_secret"
    pinged = [COMMAND, "ping", address, "--key", str(key)]
    assert "is alive" in subprocess.run(pinged, capture_output=True, text=True, timeout=60).stdout
    process.send_signal(number)
    assert process.wait(60) == 0
    assert list(key.parent.iterdir()) == []
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_hangup_lets_a_gateway_read_its_keys_again(gateway, connect, tmp_path):
    make_keys(tmp_path / "keys")
    process, address = gateway("--keys", str(tmp_path / "keys"))
    make_keys(tmp_path / "keys", "second")
    with pytest.raises(HandshakeError):
        connect(address, key=tmp_path / "keys" / "second.key_secret", deadline_s=1.0)
    process.send_signal(signal.SIGHUP)
    end_s = time.monotonic() + 60
    env = None
    while env is None:
        with contextlib.suppress(HandshakeError):
            env = connect(address, key=tmp_path / "keys" / "second.key_secret", deadline_s=1.0)
        assert time.monotonic() < end_s
    env.reset(seed=1)
    assert process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("when", ["before reset", "between slots", "in a slot"])
def test_a_hurt_gateway_is_noticed_and_leaves_nothing(gateway, connect, number, when):
    fault = ["--set", "fault.kind=delay", "--set", "fault.slot=2", "--set", "fault.delay_s=600"]
    process, address = gateway(*fault)
    env = connect(address, **({"reconnect_s": 1.0} if number == signal.SIGSTOP else {}))
    if when != "before reset":
        env.reset(seed=1)
        step(env)
    pids = children(process.pid)
    delay_s = 0.3 if when == "in a slot" else 0.0
    hurt = threading.Timer(delay_s, process.send_signal, (number,))
    hurt.start()
    if when != "in a slot":
        hurt.join()
    complaint = "has been silent for 1 s" if number == signal.SIGSTOP else "refuses connections"
    with pytest.raises(ConnectionLost, match=complaint):
        env.reset(seed=1) if when == "before reset" else step(env)
    process.kill()
    process.wait()
    assert gone(pids)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("when", ["after hello", "after reset", "after a step"])
def test_the_session_of_a_hurt_agent_ends(gateway, connect, number, when):
    process, address = gateway("--grace", "0.2")
    script = f"""
import time
import ns3_bridge
env = ns3_bridge.connect({address!r})
if {when!r} != "after hello":
    env.reset(seed=1)
if {when!r} == "after a step":
    env.step(env.action_space.sample())
print("ready", flush=True)
time.sleep(600)
"""
    agent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert agent.stdout.readline() == "ready\n"
        pids = children(process.pid)
        agent.send_signal(number)
        end_s = time.monotonic() + 60
        env = None
        while env is None:
            assert time.monotonic() < end_s
            try:
                env = connect(address)
            except BridgeError:
                time.sleep(0.1)
        assert gone(pids)
        env.reset(seed=1)
        step(env)
    finally:
        agent.kill()
        agent.communicate()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_hurt_simulator_is_replaced(gateway, connect, number):
    process, address = gateway()
    env = connect(address)
    env.reset(seed=1)
    if number == signal.SIGKILL:
        os.kill(int(children(process.pid)[0]), number)
        with pytest.raises(BridgeError, match="SIGKILL"):
            step(env)
    else:
        stopped = int(children(process.pid)[0])
        os.kill(stopped, number)
        env.reset(seed=1)  # ends the stopped one
        assert gone([stopped])
    env.reset(seed=1)
    step(env)


FLOOD = """
import sys, zmq
socket = zmq.Context().socket(zmq.DEALER)
socket.connect(sys.argv[1])
print("go", flush=True)
while True:
    socket.send(bytes(int(sys.argv[2])))
"""


@contextlib.contextmanager
def flood(address, n_bytes):
    command = [sys.executable, "-c", FLOOD, address, str(n_bytes)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout.readline() == b"go\n"
            yield
        finally:
            process.kill()


def test_a_flood_that_breaks_off_hurts_nobody(gateway, connect, tmp_path):
    process, address = gateway("--heartbeat", "0.05", "--bind", f"ipc://{tmp_path}/socket")
    env = connect(address, deadline_s=30.0, reconnect_s=30.0)
    env.reset(seed=1)
    for _ in range(4):
        with flood(address, 7):
            time.sleep(0.5)
        time.sleep(0.2)
        step(env)
    assert process.poll() is None


def test_a_flood_takes_little_memory_and_keeps_nobody_from_driving(gateway, connect):
    process, address = gateway()
    env = connect(address, deadline_s=30.0, reconnect_s=30.0)
    env.reset(seed=1)

    def largest_mb():
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    before_mb = largest_mb()
    with flood(address, 60_000), flood(address, 60_000):
        end_s = time.monotonic() + 2
        while time.monotonic() < end_s:
            *_, truncated, _ = step(env)
            if truncated:  # on a fast machine two seconds are more than an episode
                env.reset(seed=1)
    assert largest_mb() - before_mb < 48


def test_a_gateway_ends_in_order_while_agents_flood_it(gateway):
    for _ in range(2):
        process, address = gateway("--heartbeat", "0.05")
        with flood(address, 7), flood(address, 7):
            time.sleep(0.5)
            process.terminate()
        assert process.wait(60) == 0


@pytest.mark.parametrize("n_bytes", [1, 100_000, 64_000_000])
def test_observations_of_any_size(tmp_path, serve_program, connect, n_bytes):
    declaration = {
        "observations": [{"name": "x", "dtype": "uint8", "shape": [n_bytes], "low": 0, "high": 9}],
        "actions": [{"name": "y", "dtype": "uint8", "shape": [n_bytes], "low": 0, "high": 9}],
    }
    program = fake_scenario(tmp_path / "sized", declaration)
    local = ScenarioEnv(LocalHost(program))
    env = connect(serve_program(program))
    expected, _ = local.reset(seed=2)
    seen, _ = env.reset(seed=2)
    assert np.array_equal(seen["x"], expected["x"])
    action = {"y": np.full(n_bytes, 3, np.uint8)}
    assert np.array_equal(env.step(action)[0]["x"], local.step(action)[0]["x"])
    local.close()
