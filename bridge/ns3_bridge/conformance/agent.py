# SPDX-License-Identifier: MIT
"""Checks an agent: starts it against a gateway that writes down what it says."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ns3_bridge.conformance.check import Check
from ns3_bridge.local_host import LocalHost
from ns3_bridge.network import bridge_pb2 as pb
from ns3_bridge.network.gateway import Gateway
from ns3_bridge.network.messages import NETWORK_VERSION, Frame
from ns3_bridge.schema import Schema, fields_of
from ns3_bridge.testing.fake import fake_scenario
from ns3_bridge.tools import run_tool

_SLOTS = 20
_SLOW_SLOT = 5
_SLOW_S = 1.5
_DECLARATION = {
    "observations": [
        {"name": "rate_bps", "shape": [3], "low": 0, "high": 1e6},
        {"name": "serving_bs", "dtype": "int32", "shape": [3], "low": -1, "high": 1},
    ],
    "actions": [
        {"name": "association", "dtype": "int32", "shape": [3], "low": 0, "high": 1},
        {"name": "bandwidth_share", "shape": [3], "low": 0, "high": 1},
    ],
    "tables": [{"name": "task", "columns": [{"name": "delay_s", "dtype": "float64"}]}],
}


class _WatchedGateway(Gateway):
    """A gateway that keeps the requests it could read, in their order."""

    def __init__(self, host: LocalHost, bind: str) -> None:
        super().__init__(host, bind, heartbeat_s=0.2)
        self.requests: list[tuple[pb.Request, Sequence[bytes]]] = []
        self.unreadable = 0

    def _serve_message(self, identity: bytes, frames: Sequence[Frame]) -> None:
        copies = [bytes(frame) for frame in frames]
        request = pb.Request()
        try:
            request.ParseFromString(copies[0])
        except ValueError:
            self.unreadable += 1
        else:
            self.requests.append((request, copies[1:]))
        super()._serve_message(identity, frames)


def check_agent(command: Sequence[str], *, deadline_s: float = 60.0) -> Iterator[Check]:
    """Start an agent against a gateway with a fake scenario of 20 slots; yields the findings.

    One of the slots takes 1.5 s, with heartbeats meanwhile. The agent must play the episode to its
    end and leave.

    Args:
        command: the agent; ``{address}`` in an argument becomes the address of the gateway.
        deadline_s: how long it may take in all.
    """
    with tempfile.TemporaryDirectory(prefix="ns3-twin-conformance") as folder:
        program = fake_scenario(Path(folder) / "fake", _DECLARATION)
        fault = {"kind": "delay", "slot": _SLOW_SLOT, "delay_s": _SLOW_S}
        host = LocalHost(program, {"duration_s": 0.02 * _SLOTS, "fault": fault})
        gateway = _WatchedGateway(host, "tcp://127.0.0.1:*")
        thread = threading.Thread(target=gateway.serve)
        thread.start()
        try:
            yield _run([part.replace("{address}", gateway.address) for part in command], deadline_s)
        finally:
            gateway.stop()
            thread.join()
        yield from _checks(gateway, host.schema)


def _run(command: Sequence[str], deadline_s: float) -> Check:
    what = "the agent ends with status 0"
    try:
        status, said = run_tool(command, deadline_s=deadline_s)
    except TimeoutError:
        return Check(what, False, f"it still ran after {deadline_s:g} s")
    return Check(what, status == 0, f"status {status}: {said}")


def _checks(gateway: _WatchedGateway, schema: Schema) -> Iterator[Check]:
    yield Check("every message is a Request", gateway.unreadable == 0, str(gateway.unreadable))
    requests = [request for request, _ in gateway.requests]
    bodies = [request.WhichOneof("body") for request in requests]
    yield Check("the first one is Hello", bodies[:1] == ["hello"], str(bodies[:1]))
    if bodies[:1] != ["hello"]:
        return
    version = requests[0].hello.protocol_version
    yield Check(f"Hello has version {NETWORK_VERSION}", version == NETWORK_VERSION, str(version))
    yield Check("Hello says who it is", bool(requests[0].hello.agent))
    session = [request for request in requests if not request.HasField("hello")]
    tokens = {request.session for request in session}
    yield Check(
        "every request has the token of Welcome",
        len(tokens) == 1 and all(len(token) == 16 for token in tokens),
        f"{len(tokens)} tokens",
    )
    numbers = [request.number for request in session if not request.HasField("bye")]
    increments = set(np.diff([0, *numbers]).tolist())  # 0: a request repeated
    yield Check("requests are numbered 1, 2, 3, …", increments <= {0, 1}, str(numbers[:30]))
    yield Check("it starts an episode with Reset", "reset" in bodies)
    steps = len({r.number for r in session if r.HasField("step")})
    yield Check(f"it makes {_SLOTS} steps, to the end", steps == _SLOTS, str(steps))
    frames = [frames for r, frames in gateway.requests if r.HasField("step")]
    yield _actions_fit([frame[0] for frame in frames if frame], schema)
    yield Check("the last one is Bye", bodies[-1:] == ["bye"], str(bodies[-1:]))


def _actions_fit(blocks: Sequence[bytes], schema: Schema) -> Check:
    what = f"actions have {schema.action_bytes} bytes and are within their bounds"
    for data in blocks:
        if len(data) != schema.action_bytes:
            return Check(what, False, f"{len(data)} bytes")
        values = fields_of(np.frombuffer(data, schema.action_dtype))
        for field in schema.actions:
            if not ((values[field.name] >= field.low) & (values[field.name] <= field.high)).all():
                return Check(what, False, f"{field.name} = {values[field.name]}")
    return Check(what, bool(blocks), f"{len(blocks)} actions")
