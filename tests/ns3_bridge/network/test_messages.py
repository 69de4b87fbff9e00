"""The parser meets anything; the gateway survives it and tells the sender."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
import zmq
from hypothesis import HealthCheck, given, settings

from ns3_bridge import LocalHost, ProtocolViolation, ScenarioEnv
from ns3_bridge.errors import BridgeError, InvalidAction, SimulatorDied, SimulatorOutOfMemory
from ns3_bridge.network import bridge_pb2 as pb
from ns3_bridge.network.messages import NETWORK_VERSION, read_reply, read_request
from ns3_bridge.network.wire_errors import _CODES, to_exception, to_message

HELLO = pb.Request(hello=pb.Hello(protocol_version=NETWORK_VERSION, agent="raw"))


class RawAgent:
    """A socket and no manners."""

    def __init__(self, context, address):
        self.socket = context.socket(zmq.DEALER)
        self.socket.linger = 0
        self.socket.rcvtimeo = 2000
        self.socket.connect(address)

    def say(self, *frames):
        self.socket.send_multipart(frames)
        return self.hear()

    def hear(self):
        while True:
            reply = pb.Reply()
            reply.ParseFromString(self.socket.recv_multipart()[0])
            if not reply.HasField("heartbeat"):
                return reply


@pytest.fixture
def raw():
    context = zmq.Context()
    made = []

    def make(address):
        made.append(RawAgent(context, address))
        return made[-1]

    yield make
    for agent in made:
        agent.socket.close()
    context.term()


@pytest.mark.fuzz
@given(st.lists(st.binary(max_size=200), max_size=4))
def test_any_bytes_are_a_request_or_a_protocol_violation(frames):
    try:
        request, payload = read_request(frames)
    except ProtocolViolation:
        return
    assert request.WhichOneof("body") is not None
    assert len(payload) <= 1


@pytest.mark.fuzz
@given(st.binary(min_size=1, max_size=200))
def test_any_bytes_are_a_reply_or_a_protocol_violation(frame):
    try:
        reply, _ = read_reply([frame])
    except ProtocolViolation:
        return
    assert reply.WhichOneof("body") is not None


@pytest.mark.fuzz
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cut=st.integers(0, 60),
    flips=st.lists(st.tuples(st.integers(0, 59), st.integers(1, 255)), max_size=4),
)
def test_a_truncated_or_garbled_request_is_read_or_refused(cut, flips):
    request = pb.Request(session=b"s" * 16, number=7, reset=pb.Reset(run=12345))
    data = bytearray(request.SerializeToString())[:cut]
    for position, mask in flips:
        if position < len(data):
            data[position] ^= mask
    with contextlib.suppress(ProtocolViolation):
        assert read_request([bytes(data)])[0].WhichOneof("body") is not None


def test_garbage_is_answered_and_hurts_nobody(serve, connect, raw):
    gateway = serve()
    env = connect(gateway.address)
    env.reset(seed=1)
    stranger = raw(gateway.address)
    for frames in (
        [b"garbage"],
        [b"", b""],
        [b"\xff" * 1000],
        [pb.Request().SerializeToString()],
        [HELLO.SerializeToString(), b"extra"],
        [pb.Request(step=pb.Step()).SerializeToString(), b"1", b"2"],
    ):
        assert stranger.say(*frames).error.code == pb.Error.PROTOCOL_VIOLATION
    assert env.step(env.action_space.sample())[4]["slot"] == 1


def test_a_wrong_version_is_refused(serve, raw):
    old = pb.Request(hello=pb.Hello(protocol_version=NETWORK_VERSION + 1))
    error = raw(serve().address).say(old.SerializeToString()).error
    assert error.code == pb.Error.HANDSHAKE
    assert "network protocol version 2, this gateway version 1" in error.message


def test_requests_without_a_session_get_nothing(serve, connect, raw):
    gateway = serve()
    env = connect(gateway.address)
    env.reset(seed=1)
    stranger = raw(gateway.address)
    for token in (b"", b"0" * 16):
        request = pb.Request(session=token, number=1, reset=pb.Reset(run=1))
        error = stranger.say(request.SerializeToString()).error
        assert error.code == pb.Error.UNKNOWN_SESSION
    assert env.step(env.action_space.sample())[4]["slot"] == 1


def test_an_oversized_message_ends_that_connection_only(serve, connect, raw):
    gateway = serve()
    env = connect(gateway.address)
    env.reset(seed=1)
    stranger = raw(gateway.address)
    stranger.socket.send(b"x" * 1_000_000)
    assert stranger.socket.poll(300) == 0
    assert env.step(env.action_space.sample())[4]["slot"] == 1


def _mutations(rng, largest_bytes=100_000):
    """Requests that once were right: cut, flipped, prolonged, in any number of frames."""
    originals = [
        HELLO,
        pb.Request(hello=pb.Hello(protocol_version=rng.randrange(2**32), agent="fuzz")),
        pb.Request(session=rng.randbytes(16), number=rng.randrange(9), reset=pb.Reset(run=1)),
        pb.Request(session=rng.randbytes(16), number=rng.randrange(9), step=pb.Step()),
        pb.Request(session=rng.randbytes(16), bye=pb.Bye()),
    ]
    frames = [
        bytearray(rng.choice(originals).SerializeToString())
        for _ in range(rng.choice([1, 1, 2, 5]))
    ]
    for frame in frames:
        for _ in range(rng.randrange(4)):
            if frame:
                frame[rng.randrange(len(frame))] = rng.randrange(256)
        del frame[rng.randrange(len(frame) + 1) + rng.choice([0, 99]) :]
        frame += rng.randbytes(rng.choice([0, 0, 0, 1, 50, largest_bytes]))
    return [bytes(frame) for frame in frames]


def test_a_fuzzed_gateway_goes_on_serving_its_agent(serve, connect, fake_program, raw):
    gateway = serve()
    env, local = connect(gateway.address), ScenarioEnv(LocalHost(fake_program))
    one, expected = env.reset(seed=1)[0], local.reset(seed=1)[0]
    rng = random.Random(0)
    strangers = [raw(gateway.address) for _ in range(3)]  # none of them ever listens
    for _ in range(60):
        for stranger in strangers:
            for _ in range(20):
                with contextlib.suppress(zmq.Again):
                    stranger.socket.send_multipart(_mutations(rng), zmq.NOBLOCK)
        assert all(np.array_equal(one[name], expected[name]) for name in expected)
        action = local.action_space.sample()
        one, expected = env.step(action)[0], local.step(action)[0]
    local.close()
    assert raw(gateway.address).say(HELLO.SerializeToString()).error.code == pb.Error.BUSY


def in_a_session(agent):
    """Open a session; returns what makes its requests: number, frames, body."""
    welcome = agent.say(HELLO.SerializeToString()).welcome

    def ask(number, *frames, **body):
        request = pb.Request(session=welcome.session, number=number, **body)
        return agent.say(request.SerializeToString(), *frames)

    return ask


def test_requests_out_of_turn_and_repeated_ones(serve, raw):
    ask = in_a_session(raw(serve().address))
    assert ask(2, look=pb.Look()).error.code == pb.Error.PROTOCOL_VIOLATION
    assert ask(1, step=pb.Step()).error.code == pb.Error.NO_EPISODE
    first = ask(2, reset=pb.Reset(run=1))
    assert first.observation.slot == 0
    assert ask(3, b"short", step=pb.Step()).error.code == pb.Error.PROTOCOL_VIOLATION
    step = ask(4, step=pb.Step())
    assert step.observation.slot == 1
    assert ask(4, step=pb.Step()) == step  # the answer is repeated, nothing is simulated
    assert ask(5, look=pb.Look()).observation == step.observation
    assert ask(6, reset=pb.Reset(run=2**40)).error.code == pb.Error.PROTOCOL_VIOLATION
    assert ask(7, end_episode=pb.EndEpisode()).HasField("done")
    assert ask(8, bye=pb.Bye()).HasField("done")
    assert ask(9, look=pb.Look()).error.code == pb.Error.UNKNOWN_SESSION


def test_a_refused_action_leaves_the_default_one(serve, raw):
    ask = in_a_session(raw(serve().address))
    ask(1, reset=pb.Reset(run=1))
    wrong = np.full(16, np.nan, np.float32).tobytes()  # with what pads it
    assert ask(2, wrong, step=pb.Step()).error.code == pb.Error.INVALID_ACTION
    assert ask(3, step=pb.Step()).observation.slot == 1


def test_every_error_crosses_as_itself():
    for kind in _CODES:
        if issubclass(kind, SimulatorDied):
            error = kind(-9, "last words")
        elif kind is InvalidAction:
            error = kind("share", "share[0] = 2")
        else:
            error = kind("what happened")
        back = to_exception(to_message(error))
        assert type(back) is kind
        assert str(back) == str(error)
        assert vars(back) == vars(error)
    assert type(to_exception(to_message(BridgeError("x")))) is BridgeError
    assert issubclass(SimulatorOutOfMemory, SimulatorDied)


def test_the_stub_is_that_of_the_messages():
    stub = Path(__file__).parents[3] / "bridge" / "ns3_bridge" / "network" / "bridge_pb2.pyi"
    text = stub.read_text()
    for name, message in pb.DESCRIPTOR.message_types_by_name.items():
        slots = ", ".join(f'"{field.name}"' for field in message.fields)
        slots += "," if len(message.fields) == 1 else ""
        assert f"class {name}(_message.Message):\n    __slots__ = ({slots})" in text, name
