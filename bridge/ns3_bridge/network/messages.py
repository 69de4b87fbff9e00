# SPDX-License-Identifier: MIT
"""Reading and writing the messages of the network transport: protobuf first, tensors behind it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, TypeAlias

import zmq
from google.protobuf.message import DecodeError

from ns3_bridge.errors import ProtocolViolation
from ns3_bridge.network.bridge_pb2 import Reply, Request

NETWORK_VERSION = 1
COPY_BELOW_BYTES = 65536  # smaller frames are cheaper to copy than to share with ZMQ

_HEARTBEAT_MS = 1000
_LOST_MS = 4000

_LAST = int(zmq.NOBLOCK)  # combined once: an enumeration takes its time for it
_MORE = int(zmq.NOBLOCK | zmq.SNDMORE)

Frame: TypeAlias = Any  # bytes or whatever offers the buffer protocol


def read_request(frames: Sequence[Frame]) -> tuple[Request, Sequence[Frame]]:
    """Read an agent's message.

    Returns:
        the request, and the raw frames behind it.

    Raises:
        ProtocolViolation: it is none.
    """
    if not frames:
        raise ProtocolViolation("the message has no frame")
    request = Request()
    _parse(request, frames[0])
    if request.WhichOneof("body") is None:
        raise ProtocolViolation("the request has no body that this protocol version knows")
    if len(frames) > (2 if request.HasField("step") else 1):
        raise ProtocolViolation(
            f"the request has {len(frames)} frames; "
            "only Step has a second one, with the action block"
        )
    return request, frames[1:]


def read_reply(frames: Sequence[Frame]) -> tuple[Reply, Sequence[Frame]]:
    """Read a gateway's message.

    Returns:
        the reply, and the raw frames behind it.

    Raises:
        ProtocolViolation: it is none.
    """
    if not frames:
        raise ProtocolViolation("the message has no frame")
    reply = Reply()
    _parse(reply, frames[0])
    if reply.WhichOneof("body") is None:
        raise ProtocolViolation("the gateway sent a reply that this protocol version does not know")
    return reply, frames[1:]


def receive(
    socket: zmq.Socket[bytes], flags: int = 0, *, largest_bytes: int = COPY_BELOW_BYTES
) -> list[Frame]:
    """Receive one message without copying what is large.

    Args:
        socket: where it comes from.
        flags: of ZMQ.
        largest_bytes: of a frame that the peer has reason to send.

    Raises:
        zmq.Again: none has come in time.
    """
    if largest_bytes < COPY_BELOW_BYTES:
        return list(socket.recv_multipart(flags))
    return [frame.buffer for frame in socket.recv_multipart(flags, copy=False)]


def send(socket: zmq.Socket[bytes], frames: Sequence[Frame]) -> None:
    """Send one message without copying what is large.

    Raises:
        zmq.ZMQError: it cannot be sent now.
    """
    for frame in frames[:-1]:
        socket.send(frame, _MORE, copy=_is_small(frame))
    socket.send(frames[-1], _LAST, copy=_is_small(frames[-1]))


def send_heartbeats(socket: zmq.Socket[bytes]) -> None:
    """Let ZMQ find out whether a gateway is gone while the agent thinks; to be set first.

    Such a socket must be closed without linger: see `Binding.close`.
    """
    socket.heartbeat_ivl = _HEARTBEAT_MS
    socket.heartbeat_timeout = _LOST_MS
    socket.rcvhwm = 0  # never full, however long we think: a gateway sends a sign of life a second
    socket.linger = 0


def schema_hash(description_json: str) -> bytes:
    """A fingerprint of the declarations: SHA-256 over their JSON with sorted keys, no spaces."""
    schema = json.loads(description_json)["schema"]
    canonical = json.dumps(schema, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()


def _parse(message: Request | Reply, frame: Frame) -> None:
    try:
        message.ParseFromString(bytes(frame))
    except DecodeError as error:
        raise ProtocolViolation(f"the first frame is no {type(message).__name__}") from error


def _is_small(frame: Frame) -> bool:
    return memoryview(frame).nbytes < COPY_BELOW_BYTES
