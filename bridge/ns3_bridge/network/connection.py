# SPDX-License-Identifier: MIT
"""An agent's connection with a gateway: requests and their answers, over breaks of the network."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import zmq

from ns3_bridge.errors import (
    BridgeError,
    ConnectionLost,
    DeadlineExceeded,
    GatewayBusy,
    HandshakeError,
    InvalidSetting,
    ProtocolViolation,
    WrongProcess,
)
from ns3_bridge.network import bridge_pb2 as pb
from ns3_bridge.network.keys import protect_agent
from ns3_bridge.network.link_monitor import LinkMonitor
from ns3_bridge.network.messages import (
    COPY_BELOW_BYTES,
    NETWORK_VERSION,
    Frame,
    read_reply,
    receive,
    send,
    send_heartbeats,
)
from ns3_bridge.network.welcome import LARGEST_BLOCK_BYTES, check_welcome
from ns3_bridge.network.wire_errors import to_exception
from ns3_bridge.waits import check_wait

_POLL_MS = 100
_LEAVE_MS = 300
_REFUSED_S = 1.0

Answer = tuple[pb.Reply, Sequence[Frame]]


class Connection:
    """A session with a gateway. Not for use by several threads.

    Args:
        address: of the gateway.
        key: secret key file of this agent, if the gateway demands CURVE.
        session: token of a session to go on with; empty: open a new one.
        schema_hash: of the declarations that the agent was made for; empty: any.
        deadline_s: how long the gateway may take to answer.
        queue_deadline_s: how long to wait for our turn at a gateway that queues.
        reconnect_s: how long a gateway may be silent before it counts as gone for good; one whose
            machine refuses connections counts as gone after 1 s.

    Attributes:
        welcome: what the gateway said of itself and its scenario.
        largest_bytes: of a frame behind an answer, as far as that is known.

    Raises:
        HandshakeError: nobody answers, or not in this protocol version, or the keys are wrong.
        GatewayBusy: another agent drives.
        SchemaMismatch: the scenario declares other fields than the agent was made for.
        ConnectionLost: there is no such session.
        DeadlineExceeded: it is not our turn in time.
        InvalidSetting: the address or a key is wrong.
    """

    def __init__(
        self,
        address: str,
        *,
        key: Path | str | None = None,
        session: bytes = b"",
        schema_hash: bytes = b"",
        deadline_s: float = 10.0,
        queue_deadline_s: float = 600.0,
        reconnect_s: float = 10.0,
    ) -> None:
        check_wait("deadline_s", deadline_s)
        check_wait("queue_deadline_s", queue_deadline_s)
        check_wait("reconnect_s", reconnect_s)
        self.address = address
        self.largest_bytes = COPY_BELOW_BYTES
        self._reconnect_s = reconnect_s
        context = zmq.Context()
        self._socket: zmq.Socket[bytes] = context.socket(zmq.DEALER)
        self._socket.rcvtimeo = _POLL_MS
        self._socket.ipv6 = "[" in address
        self._socket.maxmsgsize = LARGEST_BLOCK_BYTES + COPY_BELOW_BYTES
        send_heartbeats(self._socket)
        self._owner_pid = os.getpid()
        self._finalizer = weakref.finalize(
            self, _leave, context, self._socket, b"", self._owner_pid
        )
        try:
            if key is not None:
                protect_agent(self._socket, key)
            self._link = LinkMonitor(self._socket)
            self._connect(address)
            hello = pb.Hello(
                protocol_version=NETWORK_VERSION,
                agent=f"ns3-twin {importlib.metadata.version('ns3-twin')} (Python)",
                schema_hash=schema_hash,
            )
            self._greet(pb.Request(session=session, hello=hello))
            self.welcome = self._await_welcome(deadline_s, queue_deadline_s)
            check_welcome(self.welcome)
        except BaseException:
            self._finalizer()
            raise
        self._request = pb.Request(session=self.welcome.session, number=self.welcome.last_number)
        self._finalizer.detach()
        goodbye = pb.Request(session=self.welcome.session, bye=pb.Bye()).SerializeToString()
        self._finalizer = weakref.finalize(
            self, _leave, context, self._socket, goodbye, self._owner_pid
        )

    @property
    def is_open(self) -> bool:
        """Whether requests can be made."""
        return bool(self._finalizer.alive)

    def call(self, request: pb.Request, frames: Sequence[Frame], deadline_s: float) -> Answer:
        """Make a request, wait for its answer.

        Args:
            request: its body is sent.
            frames: raw frames to send behind it.
            deadline_s: how long the gateway may take.

        Raises:
            ConnectionLost: the gateway is silent, or has ended the session.
            DeadlineExceeded: there is no answer in time; the session is ended.
            WrongProcess: we are a fork of the process that connected.
            BridgeError: what the gateway answers.
        """
        if os.getpid() != self._owner_pid:
            raise WrongProcess(
                "this process is a fork of the one that connected, and only that may use the "
                "connection: connect again here"
            )
        if not self.is_open:
            raise ConnectionLost(f"the connection with {self.address} is closed: connect again")
        number = self._request.number + 1
        request.session = self._request.session
        request.number = self._request.number = number
        message = [request.SerializeToString(), *frames]
        try:
            return self._exchange(message, number, deadline_s)
        except BridgeError:
            raise
        except BaseException:  # Ctrl-C: nobody will read the answer any more
            self.close()
            raise

    def close(self) -> None:
        """End the session."""
        self._finalizer()

    def abandon(self) -> None:
        """Leave without goodbye, as a process that dies: the session waits for its token."""
        self._finalizer.detach()
        self._socket.context.destroy(0)

    def _connect(self, address: str) -> None:
        try:
            self._socket.connect(address)
        except zmq.ZMQError as error:
            raise InvalidSetting(f"cannot connect to {address!r}: {error.strerror}") from error

    def _greet(self, hello: pb.Request) -> None:
        try:
            send(self._socket, [hello.SerializeToString()])
        except zmq.Again:  # ZMQ has given the connection up already
            raise HandshakeError(
                f"no gateway answers at {self.address}: {self._link.explain()}"
            ) from None

    def _exchange(self, message: Sequence[Frame], number: int, deadline_s: float) -> Answer:
        self._send(message)
        heard_s = sent_s = started_s = time.monotonic()
        while True:
            now_s = time.monotonic()
            if now_s - started_s > deadline_s:  # whatever else it says meanwhile
                self._give_up(
                    DeadlineExceeded(
                        f"{self.address} gave no answer within {deadline_s:g} s; "
                        "the session has been ended"
                    )
                )
            try:
                reply, frames = read_reply(receive(self._socket, largest_bytes=self.largest_bytes))
            except zmq.Again:
                now_s = time.monotonic()
                if self._link.refused_for_s() > _REFUSED_S:
                    self._give_up(
                        ConnectionLost(
                            f"{self.address} refuses connections: the gateway has ended, and the "
                            "session with it"
                        )
                    )
                if now_s - heard_s > self._reconnect_s:
                    self._give_up(
                        ConnectionLost(
                            f"{self.address} has been silent for {self._reconnect_s:g} s: "
                            "the gateway hangs, or the network is broken"
                        )
                    )
                if now_s - max(heard_s, sent_s) > self.welcome.lost_s:  # it may have been lost
                    self._send(message)
                    sent_s = now_s
                continue
            heard_s = time.monotonic()
            if reply.HasField("error") and reply.number in (0, number):
                self._raise(reply.error)
            if reply.number == number:
                return reply, frames

    def _raise(self, message: pb.Error) -> NoReturn:
        error = to_exception(message)
        if message.code in (pb.Error.UNKNOWN_SESSION, pb.Error.GATEWAY_STOPPED):
            self._give_up(error)
        raise error

    def _give_up(self, error: BridgeError) -> NoReturn:
        self.close()
        raise error

    def _send(self, message: Sequence[Frame]) -> None:
        try:
            send(self._socket, message)
        except zmq.Again:
            self._give_up(ConnectionLost(f"{self.address} takes no messages any more"))

    def _await_welcome(self, deadline_s: float, queue_deadline_s: float) -> pb.Welcome:
        started_s = heard_s = time.monotonic()
        position = 0
        while True:
            if not position and time.monotonic() - started_s > deadline_s:
                raise HandshakeError(
                    f"no gateway answers at {self.address}: {self._link.explain()}"
                )
            try:
                reply, _ = read_reply(receive(self._socket))
            except zmq.Again:
                now_s = time.monotonic()
                if self._link.refuses_key() or now_s - heard_s > deadline_s:
                    raise HandshakeError(
                        f"no gateway answers at {self.address}: {self._link.explain()}"
                    ) from None
                if now_s - started_s > (queue_deadline_s if position else deadline_s):
                    raise DeadlineExceeded(
                        f"still number {position} in the queue of {self.address} after "
                        f"{queue_deadline_s:g} s"
                    ) from None
                continue
            heard_s = time.monotonic()
            if reply.HasField("welcome"):
                if reply.welcome.protocol_version != NETWORK_VERSION:
                    raise HandshakeError(
                        f"{self.address} speaks network protocol version "
                        f"{reply.welcome.protocol_version}, this agent version {NETWORK_VERSION}"
                    )
                return reply.welcome
            if reply.HasField("error"):
                raise to_exception(reply.error)
            if reply.HasField("queued"):
                position = reply.queued.position
            elif not reply.HasField("heartbeat"):
                raise ProtocolViolation(f"{self.address} answered Hello with something else")
            if position and heard_s - started_s > queue_deadline_s:
                raise GatewayBusy(
                    f"still number {position} in the queue of {self.address} after "
                    f"{queue_deadline_s:g} s"
                )


def _leave(
    context: zmq.Context[zmq.Socket[bytes]],
    socket: zmq.Socket[bytes],
    goodbye: bytes,
    owner_pid: int,
) -> None:
    if os.getpid() != owner_pid:  # a fork of ours: ZMQ's threads are not there, and never answer
        return
    if goodbye:
        with contextlib.suppress(zmq.ZMQError, ProtocolViolation):  # it is gone: so is our session
            socket.send(goodbye, zmq.NOBLOCK)
            socket.rcvtimeo = _LEAVE_MS
            end_s = time.monotonic() + 1e-3 * _LEAVE_MS
            while time.monotonic() < end_s:
                reply, _ = read_reply(receive(socket))
                if reply.number == 0 and not reply.HasField("heartbeat"):
                    break
    socket.disable_monitor()
    context.destroy(0)
