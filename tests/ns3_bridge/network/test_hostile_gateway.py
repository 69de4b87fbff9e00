"""Whatever a gateway sends, its agent gets a typed error, and soon."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import numpy as np
import pytest
import zmq

from ns3_bridge import (
    BridgeError,
    DeadlineExceeded,
    HandshakeError,
    LocalHost,
    ProtocolViolation,
    SimulatorDied,
)
from ns3_bridge.network import bridge_pb2 as pb
from ns3_bridge.network import connection as connection_module
from ns3_bridge.network.messages import NETWORK_VERSION
from ns3_bridge.network.printable import printable
from ns3_bridge.network.wire_errors import to_exception

BLOCK_BYTES = 192  # of the fixtures' declaration: three fields, each from a 64th byte on


class HostileGateway:
    """Answers each request with the frames that a function makes of it."""

    def __init__(self, answer: Callable[[pb.Request], list[list[bytes]]]) -> None:
        self._answer = answer
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.rcvtimeo = 20
        self.address = f"tcp://127.0.0.1:{self._socket.bind_to_random_port('tcp://127.0.0.1')}"
        self._stopped = threading.Event()

    def serve(self) -> None:
        identity, answers = b"", []
        while not self._stopped.is_set():
            try:
                identity, data = self._socket.recv_multipart()[:2]
                answers = self._answer(pb.Request.FromString(data))
            except zmq.Again:
                pass
            for frames in answers:
                self._socket.send_multipart([identity, *frames])
            answers = answers if len(answers) > 1 else []  # more than one: for ever
        self._context.destroy(0)

    def stop(self) -> None:
        self._stopped.set()


@pytest.fixture
def welcome(fake_program):
    host = LocalHost(fake_program)
    return pb.Welcome(
        protocol_version=NETWORK_VERSION,
        session=b"s" * 16,
        description_json=host.description_json,
        settings_json=host.settings.model_dump_json(),
        ns3_json="{}",
        schema_hash=b"h",
        heartbeat_s=1,
        lost_s=4,
        grace_s=30,
        agent_deadline_s=3600,
        slot_deadline_s=1,
        start_deadline_s=1,
    )


@pytest.fixture
def play(connect, in_background, welcome):
    """Connect to a gateway that welcomes us, and then answers as it is told."""

    def start(*answers: list[bytes]):
        def answer(request):
            if request.HasField("hello"):
                return [[pb.Reply(welcome=welcome).SerializeToString()]]
            return list(answers)

        gateway = HostileGateway(answer)
        in_background(gateway)
        return connect(gateway.address, deadline_s=20.0)

    return start


def observation(values, **report):
    block = np.zeros(BLOCK_BYTES, np.uint8)
    block[: 4 * len(values)] = np.asarray(values, np.float32).view(np.uint8)
    reply = pb.Reply(number=1, observation=pb.Observation(**report))
    return [reply.SerializeToString(), block.tobytes()]


def changed(text: str, path: list, value) -> str:
    whole = json.loads(text)
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return json.dumps(whole)


FIELD = ["schema", "observations", 0]


@pytest.mark.parametrize(
    ("path", "value", "complaint"),
    [
        ([*FIELD, "shape"], [1_000_000_000], r"rate_bps: shape \[1000000000\].*block of 192 bytes"),
        ([*FIELD, "shape"], [-4], "rate_bps: shape .* whole numbers"),
        ([*FIELD, "shape"], ["many"], "rate_bps: shape|cannot be read"),
        ([*FIELD, "dtype"], "O", "rate_bps: 'O'; allowed: uint8"),
        ([*FIELD, "offset"], -8, "rate_bps: .* at byte -8"),
        ([*FIELD, "low"], float("nan"), "rate_bps: bounds|cannot be read"),
        ([*FIELD, "name"], "rate\x1b[31m_bps", "without control characters"),
        (["schema", "observation_bytes"], 10**12, "observation_bytes = 1000000000000; allowed: 0"),
        (["schema", "observations"], 7, "cannot be read"),
        (["schema", "tables", 0, "columns", 0, "dtype"], "O", "column slot: 'O'"),
        (["schema", "tables", 0, "name"], "../../data/x", "table '../../data/x'; allowed: a name"),
        (["settings"], [1, 2], "cannot be read"),
        (["settings", 0, "type"], "none", "cannot be read"),
    ],
)
def test_a_declaration_is_checked_before_memory_is_taken(play, welcome, path, value, complaint):
    welcome.description_json = changed(welcome.description_json, path, value)
    with pytest.raises(HandshakeError, match=complaint):
        play()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("description_json", "[" * 100_000),
        ("description_json", "7"),
        ("settings_json", "{"),
        ("ns3_json", "[]"),
        ("lost_s", float("nan")),
        ("slot_deadline_s", float("inf")),
        ("start_deadline_s", -1.0),
        ("session", b""),
        ("last_number", 2**64 - 1),
    ],
)
def test_a_welcome_that_makes_no_sense_is_refused(play, welcome, name, value):
    setattr(welcome, name, value)
    with pytest.raises(HandshakeError):
        play()


@pytest.mark.parametrize(
    ("frames", "complaint"),
    [
        (observation([1, float("nan"), 0, 0]), "rate_bps has a number that is not finite"),
        (observation([1, float("inf"), 0, 0]), "rate_bps has a number that is not finite"),
        (observation([1], reward=float("nan")), "reward nan"),
        (observation([1], time_s=float("inf")), "time inf"),
        (observation([1], status=7), "status 7"),
    ],
)
def test_observations_are_finite_numbers(play, frames, complaint):
    env = play(frames)
    with pytest.raises(ProtocolViolation, match=complaint):
        env.reset(seed=1)


def test_signs_of_life_do_not_outlast_the_deadline(play):
    env = play(*[[pb.Reply(heartbeat=pb.Heartbeat()).SerializeToString()]] * 2)
    with pytest.raises(DeadlineExceeded, match="gave no answer within 5 s"):
        env.reset(seed=1)  # start_deadline_s + lost_s


def test_signs_of_life_are_no_welcome(connect, in_background):
    beat = [pb.Reply(heartbeat=pb.Heartbeat()).SerializeToString()]
    gateway = HostileGateway(lambda request: [beat, beat])
    in_background(gateway)
    with pytest.raises(HandshakeError, match="no gateway answers"):
        connect(gateway.address, deadline_s=0.5)


def test_text_of_the_other_side_has_no_escape_sequences():
    message = pb.Error(code=pb.Error.BUSY, message="\x1b]0;owned\x07 and \x9b31m\nnext")
    text = str(to_exception(message))
    assert text.endswith("\nnext")
    assert not set(text) & {"\x1b", "\x07", "\x9b"}
    assert len(printable("x" * 10_000)) == 4000
    died = pb.Error(code=pb.Error.SIMULATOR_DIED, return_code=1, output_tail="\x1b[2J")
    assert "\x1b" not in str(to_exception(died))


@pytest.mark.parametrize("return_code", [-(2**31), -9999, 2**31 - 1])
def test_an_exit_status_that_no_process_has_is_still_a_typed_error(return_code):
    message = pb.Error(code=pb.Error.SIMULATOR_DIED, return_code=return_code)
    error = to_exception(message)
    assert isinstance(error, BridgeError)
    assert not isinstance(error, SimulatorDied)
    assert str(return_code) in str(error)


def test_a_socket_that_takes_no_hello_is_a_handshake_that_failed(monkeypatch, serve):
    def refuse(*_):
        raise zmq.Again

    address = serve().address
    monkeypatch.setattr(connection_module, "send", refuse)
    with pytest.raises(HandshakeError, match="no gateway answers"):
        connection_module.Connection(address)
