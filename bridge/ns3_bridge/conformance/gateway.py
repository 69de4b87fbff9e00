# SPDX-License-Identifier: MIT
"""Checks a gateway, message by message. It must be free: the kit drives it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import zmq

from ns3_bridge.conformance.check import Check
from ns3_bridge.conformance.raw_agent import RawAgent
from ns3_bridge.description import Description
from ns3_bridge.errors import BridgeError
from ns3_bridge.network import bridge_pb2 as pb
from ns3_bridge.network.messages import NETWORK_VERSION
from ns3_bridge.schema import Schema, bytes_of, fields_of

_RUN = 7


def check_gateway(
    address: str, *, key: Path | str | None = None, deadline_s: float = 60.0
) -> Iterator[Check]:
    """Check the gateway at `address`; yields the findings one by one.

    Args:
        address: of the gateway.
        key: secret key file, if it demands CURVE.
        deadline_s: how long each answer may take, a reset included.
    """
    with contextlib.ExitStack() as sockets, zmq.Context() as context:

        def agent() -> RawAgent:
            made = RawAgent(context, address, key, deadline_s)
            sockets.callback(made.close)
            return made

        try:
            with sockets:
                yield from _strangers(agent)
                yield from _Conversation(agent).checks()
        except (BridgeError, IndexError, KeyError, ValueError) as error:
            yield Check("the conversation goes on to its end", False, str(error))


def _strangers(agent: Callable[[], RawAgent]) -> Iterator[Check]:
    stranger = agent()
    for what, frames in (
        ("bytes that are no message", [b"\xffgarbage"]),
        ("an empty request", [b""]),
        ("a truncated request", [pb.Request(session=b"x" * 16).SerializeToString()[:-3]]),
        ("too many frames", [pb.Request(step=pb.Step()).SerializeToString(), b"1", b"2"]),
    ):
        yield _error(f"{what}: PROTOCOL_VIOLATION", stranger.say(*frames)[0], "PROTOCOL_VIOLATION")
    request, _ = stranger.ask(1, reset=pb.Reset(run=1))
    yield _error("a request without a session: UNKNOWN_SESSION", request, "UNKNOWN_SESSION")
    stranger.session = b"0" * 16
    request, _ = stranger.ask(1, reset=pb.Reset(run=1))
    yield _error("a request of an unknown session: UNKNOWN_SESSION", request, "UNKNOWN_SESSION")
    reply = stranger.hello(NETWORK_VERSION + 1)
    yield _error("Hello in another protocol version: HANDSHAKE", reply, "HANDSHAKE")


class _Conversation:
    """A session from Hello to Bye."""

    def __init__(self, agent: Callable[[], RawAgent]) -> None:
        self._new_agent = agent
        self._agent = agent()
        self._number = 0

    def checks(self) -> Iterator[Check]:
        reply = self._agent.hello()
        welcome = reply.welcome
        yield Check("Hello: Welcome", reply.HasField("welcome"), _name(reply))
        yield Check(
            f"Welcome has version {NETWORK_VERSION} and a token of at least 16 bytes",
            welcome.protocol_version == NETWORK_VERSION and len(welcome.session) >= 16,
            f"version {welcome.protocol_version}, {len(welcome.session)} bytes",
        )
        schema = Description.from_json(welcome.description_json).schema
        yield Check("Welcome describes the scenario", bool(schema.observations), schema.scenario)
        self._agent.session = welcome.session
        yield from self._second_agent()
        yield from self._order()
        yield from self._episode(schema)
        yield from self._records(schema)
        yield from self._resume(welcome)
        yield from self._end(welcome)

    def _ask(self, *frames: bytes, **body: object) -> tuple[pb.Reply, list[bytes]]:
        self._number += 1
        return self._agent.ask(self._number, *frames, **body)

    def _second_agent(self) -> Iterator[Check]:
        second = self._new_agent()
        reply = second.hello()
        refused = reply.error.code == pb.Error.BUSY or reply.HasField("queued")
        yield Check("a second agent: BUSY or Queued", refused, _name(reply))
        second.close()

    def _order(self) -> Iterator[Check]:
        early, _ = self._ask(step=pb.Step())
        yield _error("Step before Reset: NO_EPISODE", early, "NO_EPISODE")
        gap, _ = self._agent.ask(self._number + 2, look=pb.Look())
        yield _error("a gap in the numbers: PROTOCOL_VIOLATION", gap, "PROTOCOL_VIOLATION")

    def _episode(self, schema: Schema) -> Iterator[Check]:
        first, frames = self._ask(reset=pb.Reset(run=_RUN))
        yield Check(
            "Reset: Observation of slot 0, running",
            first.HasField("observation")
            and first.observation.slot == 0
            and first.observation.status == pb.RUNNING,
            _name(first),
        )
        sizes = [len(frame) for frame in frames]
        yield Check(
            f"one frame of {schema.observation_bytes} bytes behind it",
            sizes == [schema.observation_bytes],
            str(sizes),
        )
        yield _within_bounds(schema, frames[0])
        yield _as_declared(schema, frames[0])
        again, repeated = self._agent.ask(self._number, reset=pb.Reset(run=_RUN))
        yield Check(
            "a repeated request: the same answer",
            again == first and repeated == frames,
            _name(again),
        )
        _, same = self._ask(reset=pb.Reset(run=_RUN))
        yield Check("Reset with the same run: the same bits", same == frames)

        short, _ = self._ask(b"\0" * (schema.action_bytes + 1), step=pb.Step())
        yield _error("an action of wrong size: PROTOCOL_VIOLATION", short, "PROTOCOL_VIOLATION")
        yield from self._invalid_action(schema)
        unmoved, _ = self._ask(look=pb.Look())
        yield Check(
            "Look after refused actions: slot 0", unmoved.observation.slot == 0, _name(unmoved)
        )
        following, _ = self._ask(_lowest_action(schema), step=pb.Step())
        yield Check("Step: slot 1", following.observation.slot == 1, _name(following))
        default, _ = self._ask(step=pb.Step())
        yield Check("Step without an action: slot 2", default.observation.slot == 2, _name(default))
        look, _ = self._ask(look=pb.Look())
        yield Check(
            "Look: the present observation", look.observation == default.observation, _name(look)
        )

    def _invalid_action(self, schema: Schema) -> Iterator[Check]:
        floats = [field for field in schema.actions if field.dtype.startswith("float")]
        if not floats:
            return
        block = np.zeros(1, schema.action_dtype)
        bytes_of(block)[:] = np.frombuffer(_lowest_action(schema), np.uint8)
        fields_of(block)[floats[0].name][...] = np.nan
        reply, _ = self._ask(block.tobytes(), step=pb.Step())
        yield _error("an action of NaN: INVALID_ACTION", reply, "INVALID_ACTION")
        yield Check(
            "INVALID_ACTION names the field", reply.error.field == floats[0].name, reply.error.field
        )

    def _records(self, schema: Schema) -> Iterator[Check]:
        for what in ("TakeRecords", "TakeRecords again"):
            reply, frames = self._ask(take_records=pb.TakeRecords())
            rows = list(reply.records.rows)
            expected = [
                count * table.dtype.itemsize
                for count, table in zip(rows, schema.tables, strict=False)
            ]
            yield Check(
                f"{what}: one frame per table, of its rows",
                len(rows) == len(schema.tables) and [len(frame) for frame in frames] == expected,
                f"{rows} rows in {[len(frame) for frame in frames]} bytes",
            )
        yield Check("no row comes twice", not any(rows), str(rows))

    def _resume(self, welcome: pb.Welcome) -> Iterator[Check]:
        old, self._agent = self._agent, self._new_agent()
        old.close()
        self._agent.session = welcome.session
        reply = self._agent.hello(session=welcome.session)
        yield Check(
            "Hello with the token, over a new connection: resumed, with the last number",
            reply.welcome.resumed and reply.welcome.last_number == self._number,
            f"{_name(reply)}, number {reply.welcome.last_number}",
        )
        look, _ = self._ask(look=pb.Look())
        yield Check("the episode goes on where it was", look.observation.slot == 2, _name(look))

    def _end(self, welcome: pb.Welcome) -> Iterator[Check]:
        self._agent.listen(2.5 * welcome.heartbeat_s)
        yield Check(
            f"Heartbeat every {welcome.heartbeat_s:g} s",
            self._agent.heartbeats >= 1,
            str(self._agent.heartbeats),
        )
        ended, _ = self._ask(end_episode=pb.EndEpisode())
        yield Check("EndEpisode: Done", ended.HasField("done"), _name(ended))
        over, _ = self._ask(look=pb.Look())
        yield _error("Look without an episode: NO_EPISODE", over, "NO_EPISODE")
        bye, _ = self._ask(bye=pb.Bye())
        yield Check("Bye: Done", bye.HasField("done"), _name(bye))
        gone, _ = self._ask(look=pb.Look())
        yield _error("after Bye: UNKNOWN_SESSION", gone, "UNKNOWN_SESSION")


def _lowest_action(schema: Schema) -> bytes:
    if not schema.actions:
        return b""
    block = np.zeros(1, schema.action_dtype)
    for field in schema.actions:
        fields_of(block)[field.name][...] = field.low
    return block.tobytes()


def _within_bounds(schema: Schema, frame: bytes) -> Check:
    block = np.frombuffer(frame, schema.observation_dtype)
    values = fields_of(block)
    outside = [
        field.name
        for field in schema.observations
        if not ((values[field.name] >= field.low) & (values[field.name] <= field.high)).all()
    ]
    return Check("every observation is within its bounds", not outside, ", ".join(outside))


def _as_declared(schema: Schema, frame: bytes) -> Check:
    values = fields_of(np.frombuffer(frame, schema.observation_dtype))
    moved = [
        field.name
        for field in schema.observations
        if field.constant is not None and not np.array_equal(values[field.name], field.constant)
    ]
    return Check("every constant observation is as declared", not moved, ", ".join(moved))


def _error(what: str, reply: pb.Reply, code: str) -> Check:
    ok = reply.HasField("error") and reply.error.code == pb.Error.Code.Value(code)
    return Check(what, ok, _name(reply))


def _name(reply: pb.Reply) -> str:
    if reply.HasField("error"):
        return f"{pb.Error.Code.Name(reply.error.code)}: {reply.error.message}"
    if reply.HasField("observation"):
        return f"Observation of slot {reply.observation.slot}"
    return reply.WhichOneof("body") or "nothing"
