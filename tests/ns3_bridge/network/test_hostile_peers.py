"""What peers of a gateway can take from it: little, and never from its driver."""

from __future__ import annotations

import contextlib
import errno
import resource
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import zmq

from ns3_bridge import GatewayBusy, HandshakeError
from ns3_bridge.network import bridge_pb2 as pb
from ns3_bridge.network.messages import NETWORK_VERSION

COMMAND = str(Path(sys.executable).parent / "ns3-twin")
PROPERTIES = b"\x05READY\x0bSocket-Type" + (6).to_bytes(4, "big") + b"DEALER"
HANDSHAKE = (
    b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
    + b"\x04" + bytes([len(PROPERTIES)]) + PROPERTIES
)  # fmt: skip
PATIENCE_S = 60.0


def hello(agent="raw"):
    request = pb.Request(hello=pb.Hello(protocol_version=NETWORK_VERSION, agent=agent))
    return request.SerializeToString()


def step(env):
    return env.step(env.action_space.sample())


def host_and_port(address):
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    return host, int(port)


@pytest.fixture
def served(fake_program):
    """Start ``ns3-twin serve`` with few descriptors; returns the process and its address."""
    started = []

    def start(descriptors):
        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        started.append(
            subprocess.Popen(
                [COMMAND, "serve", "--scenario", fake_program, "--bind", "tcp://127.0.0.1:*"],
                stdout=subprocess.PIPE,
                text=True,
                preexec_fn=limit,
            )
        )
        return started[-1], started[-1].stdout.readline().split(" at ")[1].strip()

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_the_next_reset_is_answered_beside_idle_connections(served, connect):
    process, address = served(160)
    env = connect(address, deadline_s=PATIENCE_S)
    env.reset(seed=1)
    with contextlib.ExitStack() as stack:
        for _ in range(300):
            idle = stack.enter_context(socket.socket())
            idle.setblocking(False)
            idle.connect_ex(host_and_port(address))
        for seed in range(3):
            env.reset(seed=seed)
            step(env)
    assert process.poll() is None


def test_a_gateway_without_descriptors_answers_and_goes_on(serve, connect, monkeypatch):
    gateway = serve()
    env = connect(gateway.address)
    with monkeypatch.context() as patch:

        def refuse(*_, **__):
            raise OSError(errno.EMFILE, "Too many open files")

        patch.setattr("ns3_bridge.local_host.LocalHost.start", refuse)
        with pytest.raises(HandshakeError, match=r"has no room: .*Too many open files"):
            env.reset(seed=1)
    env.reset(seed=1)
    assert step(env)[4]["slot"] == 1


def test_a_message_that_never_ends_ends_its_connection(serve, connect):
    gateway = serve()
    env = connect(gateway.address)
    env.reset(seed=1)
    ended = threading.Event()

    def send():
        with (
            contextlib.suppress(OSError),
            socket.create_connection(host_and_port(gateway.address)) as peer,
        ):
            peer.sendall(HANDSHAKE)
            while True:
                peer.sendall(b"\x01\x00" * 100_000)
        ended.set()

    threading.Thread(target=send, daemon=True).start()
    end_s = time.monotonic() + PATIENCE_S
    while not ended.is_set() and time.monotonic() < end_s:
        step(env)
        if env.channel.slot > 100:
            env.reset(seed=1)
    assert ended.is_set()


def test_who_floods_is_cut_off(serve, connect):
    gateway = serve()
    env = connect(gateway.address)
    env.reset(seed=1)
    data = hello()
    message = b"\x00" + bytes([len(data)]) + data
    with socket.create_connection(host_and_port(gateway.address)) as peer:
        peer.settimeout(PATIENCE_S)
        peer.sendall(HANDSHAKE)
        end_s = time.monotonic() + PATIENCE_S
        is_cut_off = False
        while not is_cut_off and time.monotonic() < end_s:
            try:
                peer.sendall(message * 1000)
            except OSError:
                is_cut_off = True
        assert is_cut_off
    assert step(env)[4]["slot"] == 1


def test_the_queue_has_an_end_and_each_hears_its_own_place_only(serve, connect):
    gateway = serve(busy="queue", heartbeat_s=5.0)
    connect(gateway.address)
    context = zmq.Context()
    waiting = []
    try:
        for place in range(1, 33):
            waiting.append(context.socket(zmq.DEALER))
            waiting[-1].rcvtimeo = 1000 * int(PATIENCE_S)
            waiting[-1].connect(gateway.address)
            waiting[-1].send(hello())
            assert pb.Reply.FromString(waiting[-1].recv()).queued.position == place
        with pytest.raises(GatewayBusy, match="32 agents wait already"):
            connect(gateway.address)
        waiting[4].send(hello())
        assert pb.Reply.FromString(waiting[4].recv()).queued.position == 5
        beats = [s for s in waiting if s.poll(0) and not _is_heartbeat(s.recv())]
        assert beats == []
    finally:
        context.destroy(0)


def _is_heartbeat(data):
    return pb.Reply.FromString(data).HasField("heartbeat")


def test_names_of_agents_reach_others_without_escape_sequences(serve, connect):
    gateway = serve()
    with zmq.Context() as context, context.socket(zmq.DEALER) as driver:
        driver.linger = 0
        driver.connect(gateway.address)
        driver.send(hello("\x1b[2J\nroot: " + "x" * 500))
        assert driver.poll(1000 * int(PATIENCE_S))
        with pytest.raises(GatewayBusy) as caught:
            connect(gateway.address)
    text = str(caught.value)
    assert "another agent drives" in text
    assert "\x1b" not in text
    assert "\n" not in text
    assert len(text) < 300
